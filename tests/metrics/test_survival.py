"""Survival of connections agrees with Kaplan-Meier; what never ended is not counted as ended."""

import math
from datetime import timedelta
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from metrics_counts import connected, rollups
from metrics_facts import DAY, Row, at, opened, rolled, write, write_by_day
from scipy import stats

from toolkit.metrics.buckets import latency_bucket
from toolkit.metrics.durations import worth_of_an_end
from toolkit.metrics.lifetimes import connection_summary
from toolkit.metrics.rollups import Rollups
from toolkit.metrics.survival import median_s, restricted_mean_s, share_at, survival

ENDED = [6, 6, 6, 7, 10, 13, 16, 22, 23]
CENSORED = [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]
"""The 6-MP arm of Freireich et al. (1963), in weeks: facts/gates-and-decisions.md C4."""

PUBLISHED = {6: 0.8571, 7: 0.8067, 10: 0.7529, 13: 0.6902, 16: 0.6275, 22: 0.5378, 23: 0.4482}


def freireich(metrics_dir: Path, *, unit_s: int) -> Rollups:
    """Connections that lasted like the remissions, in weeks of ``unit_s``; half of the censored are open."""
    rows: list[Row] = []
    for number, weeks in enumerate([*ENDED, *CENSORED]):
        over = at("01:00") + timedelta(seconds=weeks * unit_s)
        row = opened("01:00", until="01:00", session=f"s{number}", client=f"u{number}")
        still_open = number >= len(ENDED) and number % 2
        row |= {"observed_until": over, "ended_at": None if still_open else over}
        row |= {"intended": None if still_open else number >= len(ENDED)}
        rows.append(row)
    write(metrics_dir, "connections", rows)
    return rolled(metrics_dir)


def test_the_oracle_itself_is_the_published_kaplan_meier() -> None:
    found = stats.ecdf(stats.CensoredData(uncensored=ENDED, right=CENSORED)).sf
    for week, share in PUBLISHED.items():
        assert found.evaluate(week) == pytest.approx(share, abs=5e-5)


def weeks(curve: pd.DataFrame, column: str) -> dict[int, float]:
    """A column of the curve at each age at which some ended, in weeks of 100 s."""
    steps = curve.iloc[1:-1]
    return {round(age_s / 100): value for age_s, value in zip(steps["age_s"], steps[column], strict=True)}


def test_freireichs_patients_give_the_published_curve(tmp_path: Path) -> None:
    curve = survival(freireich(tmp_path, unit_s=100), "current", "lab")
    assert weeks(curve, "share") == pytest.approx(PUBLISHED, abs=5e-5)
    assert weeks(curve, "at_risk") == {6: 21, 7: 17, 10: 15, 13: 12, 16: 11, 22: 7, 23: 6}
    assert list(curve["age_s"])[1] == 600.0


def test_its_interval_follows_from_greenwoods_published_errors(tmp_path: Path) -> None:
    """C4: .0764 .0869 .0963 .1068 .1141 .1282 .1346, on the scale of the log of the log."""
    errors = {6: 0.0764, 7: 0.0869, 10: 0.0963, 13: 0.1068, 16: 0.1141, 22: 0.1282, 23: 0.1346}
    found = freireich(tmp_path, unit_s=100)
    worth = worth_of_an_end(found.counts)
    assert 0.9 < worth <= 1
    curve = survival(found, "current", "lab")
    for week, share in PUBLISHED.items():
        width = 1.959964 * errors[week] / math.sqrt(worth) / (share * abs(math.log(share)))
        assert weeks(curve, "low")[week] == pytest.approx(share ** math.exp(width), abs=5e-4)
        assert weeks(curve, "high")[week] == pytest.approx(share ** math.exp(-width), abs=5e-4)


def test_the_median_is_the_published_23_weeks(tmp_path: Path) -> None:
    curve = survival(freireich(tmp_path, unit_s=100), "current", "lab")
    assert median_s(curve) == 2300.0
    assert median_s(curve, column="low") == 1300.0
    assert median_s(curve, column="high") is None


def test_the_mean_restricted_to_35_weeks_is_the_published_one(tmp_path: Path) -> None:
    """C4: RMST to 35 weeks is 23.2874."""
    curve = survival(freireich(tmp_path, unit_s=100), "current", "lab")
    assert restricted_mean_s(curve, until_s=3500.0) == pytest.approx(2328.74, abs=0.01)
    assert restricted_mean_s(curve, until_s=600.0) == 600.0
    assert restricted_mean_s(curve, until_s=3600.0) is None


@given(data=st.data())
@settings(max_examples=30, deadline=None)
def test_the_curve_is_scipys_where_scipy_has_one(data: st.DataObject) -> None:
    ages = st.integers(1, 40).map(lambda step: round(1.1**step * 1000))
    lives = data.draw(st.lists(st.tuples(ages, st.booleans()), min_size=1, max_size=40))
    rows = [{"bucket": 0, "entered": len(lives)}]
    for age_us, ended in lives:
        left = {"unintended_ends": 1, "unintended_age_us": age_us}
        open_ = {"left_open": 1, "left_age_us": age_us}
        rows.append({"bucket": latency_bucket(age_us), **(left if ended else open_)})
    curve = survival(rollups(connected(0, [(0, 60)]), ages=rows), "current", "lab")
    ended_at = [age for age, ended in lives if ended]
    if not ended_at:
        assert set(curve["share"]) == {1.0}
        return
    found = stats.ecdf(
        stats.CensoredData(uncensored=ended_at, right=[age for age, ended in lives if not ended])
    )
    for age_us in ended_at:
        assert share_at(curve, age_us / 1e6) == pytest.approx(found.sf.evaluate(age_us))


def test_a_connection_that_lives_over_midnight_is_one_connection(tmp_path: Path) -> None:
    """Ten last 30 minutes, from before midnight to after it; ten end at 10 minutes, before it."""
    rows = []
    for number in range(10):
        lasting = {"session": f"s{number}", "client": f"u{number}"}
        rows += [
            opened("23:50", until="23:59:59.999999", **lasting),
            opened("23:50", until="23:50", **lasting)
            | {"observed_until": at("00:20", DAY + timedelta(1)), "ended_at": at("00:20", DAY + timedelta(1))}
            | {"intended": False, "close_code": 1006, "ended_by": "network"},
            opened("23:40", ended="23:50", session=f"t{number}", client=f"v{number}"),
        ]
    write_by_day(tmp_path, "connections", rows)
    curve = survival(rolled(tmp_path), "current", "lab")
    assert list(curve["age_s"]) == [0, 600, 1800, 1800]
    assert list(curve["share"]) == [1, 0.5, 0, 0]
    assert list(curve["at_risk"]) == [20, 20, 10, 0]


def test_a_window_that_starts_at_midnight_counts_those_that_came_from_before(tmp_path: Path) -> None:
    """Watched from an age of 10 minutes on: they are at risk only from there."""
    next_day = DAY + timedelta(1)
    rows = [
        opened("23:50", until="23:50", session=f"s{number}", client=f"u{number}")
        | {"observed_until": at("00:20", next_day), "ended_at": at("00:20", next_day), "intended": False}
        for number in range(10)
    ] + [opened("01:00", ended="01:01", day=next_day, session="t", client=f"v{n}") for n in range(5)]
    write_by_day(tmp_path, "connections", rows)
    curve = survival(rolled(tmp_path), "current", "lab", since=next_day)
    assert list(curve["at_risk"])[:3] == [5, 5, 10]
    assert list(curve["share"])[:2] == [1, 0]


def test_the_mean_is_the_exponential_estimate_with_censoring(tmp_path: Path) -> None:
    """C4: 359/9 = 39.89 weeks; the mean of those that ended, on purpose or not, is far too low."""
    summary = connection_summary(freireich(tmp_path, unit_s=100), "current", "lab")
    assert summary is not None
    assert summary.mean_s == pytest.approx(35_900 / 9)
    assert summary.unintended_ends == 9
    assert summary.naive_mean_s is not None and summary.times_too_short is not None
    assert summary.times_too_short == pytest.approx(summary.mean_s / summary.naive_mean_s)
    assert summary.times_too_short > 2


def test_dropping_what_did_not_end_gives_the_naive_12_weeks(tmp_path: Path) -> None:
    """C4: the mean of *ended only* is 12.11 weeks, too low by a factor of 3.3."""
    found = freireich(tmp_path, unit_s=100)
    total = found.counts[["unintended_end_age_us", "unintended_ends"]].sum()
    assert total["unintended_end_age_us"] / total["unintended_ends"] / 1e6 == pytest.approx(1211, abs=0.5)


def test_the_share_still_up_after_five_minutes(tmp_path: Path) -> None:
    rows = [opened("10:00", ended="10:01", session=f"s{n}") for n in range(5)]
    rows += [opened("10:00", until="10:10", session=f"t{n}") for n in range(5)]
    write(tmp_path, "connections", rows)
    summary = connection_summary(rolled(tmp_path), "current", "lab")
    assert summary is not None
    assert summary.share_at_300_s == 0.5


def test_ends_that_come_all_at_one_age_are_a_cliff_there(tmp_path: Path) -> None:
    """A proxy that cuts at 72 s: half of the connections end in one moment."""
    rows = [opened("10:00", ended="10:01:12", session=f"s{n}") for n in range(50)]
    rows += [opened("10:00", until="10:10", session=f"t{n}") for n in range(50)]
    write(tmp_path, "connections", rows)
    curve = survival(rolled(tmp_path), "current", "lab")
    assert list(curve["age_s"]) == [0, 72, 600]
    assert (share_at(curve, 71.9), share_at(curve, 72.0), share_at(curve, 600.0)) == (1, 0.5, 0.5)
    assert share_at(curve, 601.0) is None


def test_a_connection_that_ends_as_it_opens_was_at_risk(tmp_path: Path) -> None:
    rows = [opened("10:00", ended="10:00", session="s"), opened("10:00", until="10:10", session="t")]
    write(tmp_path, "connections", rows)
    assert share_at(survival(rolled(tmp_path), "current", "lab"), 1) == 0.5


def test_without_ends_all_survive_and_the_median_is_not_reached(tmp_path: Path) -> None:
    write(tmp_path, "connections", [opened("10:00", until="10:10")])
    curve = survival(rolled(tmp_path), "current", "lab")
    assert list(curve["age_s"]) == [0, 600]
    assert set(curve["share"]) == {1.0}
    assert median_s(curve) is None


def test_what_has_ended_before_stays_ended_beyond_the_curve(tmp_path: Path) -> None:
    write(tmp_path, "connections", [opened("10:00", ended="10:01", session=f"s{n}") for n in range(3)])
    curve = survival(rolled(tmp_path), "current", "lab")
    assert curve["share"].iloc[-1] == 0
    assert share_at(curve, 300) == 0
    assert restricted_mean_s(curve, until_s=300) == 60


def test_clustered_ends_widen_the_interval(tmp_path: Path) -> None:
    """Ten clients of ten connections each: all of a client's end early, or none."""
    apart, together = (tmp_path / name for name in ("apart", "together"))
    for folder, width in ((apart, 1), (together, 10)):
        rows = []
        for number in range(100):
            early = (number // width) % 2 == 0
            who = {"session": f"s{number}", "client": f"u{number // width}"}
            rows.append(
                opened("10:00", ended="10:01", **who) if early else opened("10:00", until="10:30", **who)
            )
        write(folder, "connections", rows)
    found = [connection_summary(rolled(folder), "current", "lab") for folder in (apart, together)]
    widths = []
    for summary in found:
        assert summary is not None and summary.share_at_300_s == 0.5
        low, high = summary.share_at_300_interval
        assert low is not None and high is not None
        widths.append(high - low)
    assert widths[1] > 1.5 * widths[0]


def test_without_facts_there_is_no_curve_and_no_summary() -> None:
    assert survival(Rollups(), "current", "lab").empty
    assert share_at(survival(Rollups(), "current", "lab"), 300) is None
    assert connection_summary(Rollups(), "current", "lab") is None
