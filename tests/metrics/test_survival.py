"""Survival of connections agrees with Kaplan-Meier; what never ended is not counted as ended."""

from datetime import timedelta
from pathlib import Path

import pytest
from metrics_counts import connected, rollups
from metrics_facts import Row, at, opened, rolled, write
from scipy import stats

from toolkit.metrics.rollups import Rollups
from toolkit.metrics.survival import connection_summary, median_s, share_at, survival

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


@pytest.mark.parametrize("unit_s", [50, 100])
def test_the_bucketed_curve_is_close_to_kaplan_meier_at_every_edge(tmp_path: Path, unit_s: int) -> None:
    exact = stats.ecdf(stats.CensoredData(uncensored=ENDED, right=CENSORED)).sf
    curve = survival(freireich(tmp_path, unit_s=unit_s), "current", "lab")
    for age_s, share in zip(curve["age_s"], curve["share"], strict=True):
        if age_s <= 30 * unit_s:
            assert share == pytest.approx(exact.evaluate(age_s / unit_s), abs=0.03)


def test_the_median_is_near_the_published_23_weeks(tmp_path: Path) -> None:
    assert median_s(survival(freireich(tmp_path, unit_s=100), "current", "lab")) == pytest.approx(
        2300, rel=0.15
    )


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


def test_ends_that_come_all_at_one_age_do_not_bend_the_curve(tmp_path: Path) -> None:
    """A proxy that cuts at 72 s: half of the connections end in one moment of the bucket from 60 to 90 s."""
    rows = [opened("10:00", ended="10:01:12", session=f"s{n}") for n in range(50)]
    rows += [opened("10:00", until="10:10", session=f"t{n}") for n in range(50)]
    write(tmp_path, "connections", rows)
    curve = survival(rolled(tmp_path), "current", "lab")
    assert dict(zip(curve["age_s"], curve["share"], strict=True))[90] == 0.5
    assert share_at(curve, 60) == 1.0


def test_an_end_on_an_edge_belongs_to_the_bucket_before_it(tmp_path: Path) -> None:
    rows = [opened("10:00", ended="10:01", session=f"s{n}") for n in range(3)]
    rows += [opened("10:00", until="10:10", session="t")]
    write(tmp_path, "connections", rows)
    assert share_at(survival(rolled(tmp_path), "current", "lab"), 60) == 0.25


def test_a_connection_that_ends_as_it_opens_was_at_risk(tmp_path: Path) -> None:
    rows = [opened("10:00", ended="10:00", session="s"), opened("10:00", until="10:10", session="t")]
    write(tmp_path, "connections", rows)
    assert share_at(survival(rolled(tmp_path), "current", "lab"), 1) == 0.5


def test_without_ends_all_survive_and_the_median_is_not_reached() -> None:
    found = rollups(connected(0, [(0, 60)]), ages={0: (1, 0), 1: (1, 0), 2: (1, 0)})
    curve = survival(found, "current", "lab")
    assert list(curve["age_s"]) == [0, 1, 2, 5]
    assert set(curve["share"]) == {1.0}
    assert median_s(curve) is None


def test_the_curve_stops_where_no_connection_was_seen() -> None:
    found = rollups(connected(0, [(0, 60)]), ages={0: (10, 1), 1: (9, 4), 3: (5, 0)})
    curve = survival(found, "current", "lab")
    assert list(curve["age_s"]) == [0, 1, 2]
    assert share_at(curve, 1.5) == pytest.approx((curve["share"].iloc[1] * curve["share"].iloc[2]) ** 0.5)
    assert share_at(curve, 3.0) is None


def test_what_has_ended_before_stays_ended_beyond_the_curve() -> None:
    curve = survival(rollups(connected(0, [(0, 60)]), ages={0: (10, 0), 1: (10, 10)}), "current", "lab")
    assert curve["share"].iloc[-1] == 0
    assert share_at(curve, 300) == 0


def test_those_who_leave_within_a_bucket_were_at_risk_for_half_of_it() -> None:
    """10 enter, 2 end, 4 reach the next: 4 left, so that 8 were at risk."""
    curve = survival(rollups(connected(0, [(0, 60)]), ages={0: (10, 2), 1: (4, 0)}), "current", "lab")
    assert share_at(curve, 1) == 1 - 2 / 8


def test_the_curve_never_rises_nor_falls_below_0() -> None:
    ages = {bucket: (100 - 5 * bucket, 5 if bucket < 19 else 6) for bucket in range(20)}
    shares = survival(rollups(connected(0, [(0, 60)]), ages=ages), "current", "lab")["share"]
    assert shares.is_monotonic_decreasing
    assert shares.between(0, 1).all()


def test_without_facts_there_is_no_curve_and_no_summary() -> None:
    assert survival(Rollups(), "current", "lab").empty
    assert share_at(survival(Rollups(), "current", "lab"), 300) is None
    assert connection_summary(Rollups(), "current", "lab") is None
