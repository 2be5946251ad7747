"""The rollups as of an earlier day, from those of all days, are what rolling up as of that day gives."""

from datetime import date, datetime, timedelta
from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from metrics_facts import LATER, Row, at, delivered, opened, rolled, write, write_by_day

from toolkit.metrics.durations import end_evidence
from toolkit.metrics.key import key_metrics
from toolkit.metrics.reach import deliveries_of
from toolkit.metrics.rollups import Rollups
from toolkit.metrics.shares import SHARES, share_evidence
from toolkit.metrics.windows import hours_of, recorded_days

DAYS = [date(2026, 11, day) for day in (20, 21, 22)]
FRAMES = ("counts", "latency", "ages", "handshake", "aggregates", "faults")
WHERE = {"option": "current", "environment": "lab"}


@pytest.fixture(scope="module")
def metrics_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("days")
    for number, day in enumerate(DAYS):
        rows = [
            opened(f"{hour:02}:00", until=f"{hour:02}:40", day=day, session=f"{day}-{hour}")
            for hour in range(24)
        ]
        ends = [opened("10:05", ended="10:20", day=day, client="bob", session=f"{day}-bob-{number}")]
        write(folder, "connections", [*rows, *ends])
        slow = [delivered("11:00", day=day, latency_s=0.2 + number, message=f"slow-{day}")]
        write(folder, "deliveries", [delivered(day=day, message=str(day)), *slow])
    return folder


@pytest.fixture(scope="module")
def whole(metrics_dir: Path) -> Rollups:
    return rolled(metrics_dir)


@pytest.fixture(scope="module")
def over_midnight(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three days on which much is told only by the next one, and some by the one after that."""
    folder = tmp_path_factory.mktemp("midnight")
    first, _, last = DAYS
    rows = [opened_on(told, f"{hour}:50", day) for day, told in pairwise(DAYS) for hour in (20, 23)]
    rows += [
        opened(f"{hour}:15", ended=f"{hour}:25", day=day, client="bob", session=f"{day}-{hour}-bob")
        for day in DAYS
        for hour in range(18, 24)
    ]
    # Of one hour only the deliveries are known on its own day, of another one nothing is.
    rows += [opened_on(last, f"0{hour}:10", first) for hour in (3, 5)]
    write_by_day(folder, "connections", rows)
    for clock in ("03:59", "23:59"):
        write(folder, "deliveries", [delivered(clock, day=first, message=clock)], name=f"{clock[:2]}.parquet")
    for number, end in enumerate((at("23:00", first), at("00:00", last))):
        write(folder, "aggregates", [attempts_until(end)], name=f"{number}.parquet")
    return folder


def opened_on(told: date, started: str, day: date) -> Row:
    """A connection whose attempt was decided on a later day, and which ended on it."""
    opens, end = at("00:01", told), at("00:05", told)
    return {
        **opened(started, day=day, session=f"{day} {started}"),
        "handshake_s": (opens - at(started, day)).total_seconds(),
        **{"ended_at": end, "observed_until": end, "ended_by": "network", "intended": False},
    }


def attempts_until(end: datetime) -> Row:
    """A count of an hour, as a source sums it up."""
    named = {"environment": "lab", "collector": "import", "source": "k6-summary", "name": "attempts"}
    told = {"kind": "count", "quantile": None, "value": 9.0, "unit": "1"}
    return {**named, **told, "from_at": end - timedelta(hours=1), "until_at": end}


@cache
def as_of(metrics_dir: Path, day: date) -> Rollups:
    return rolled(metrics_dir, as_of=day)


@pytest.mark.parametrize("day", [DAYS[0] - timedelta(days=1), *DAYS])
@pytest.mark.parametrize("since", [None, DAYS[1]])
@pytest.mark.parametrize("world", ["metrics_dir", "over_midnight"])
def test_everything_is_as_it_was_on_the_day(
    request: pytest.FixtureRequest, world: str, day: date, since: date | None
) -> None:
    metrics_dir = request.getfixturevalue(world)
    then, now = as_of(metrics_dir, day), as_of(metrics_dir, LATER).until(day)
    assert key_metrics(now, **WHERE, since=since) == key_metrics(then, **WHERE, since=since)
    for metric in SHARES:
        evidence = [share_evidence(one, metric=metric, since=since, **WHERE) for one in (then, now)]
        assert evidence[0] == evidence[1]
    assert end_evidence(now, since=since, **WHERE) == end_evidence(then, since=since, **WHERE)
    for name in FRAMES:
        frames = [getattr(one, name).reset_index(drop=True) for one in (now, then)]
        pd.testing.assert_frame_equal(*frames, check_dtype=False, check_categorical=False)


@pytest.mark.parametrize("name", ["counts", "handshake"])
def test_some_of_a_day_is_told_by_later_ones(over_midnight: Path, name: str) -> None:
    """Else the test above would not see a look ahead."""
    later = as_of(over_midnight, LATER).told_later(name)
    assert later is not None and set(later["told_on"]) == set(DAYS[1:])
    assert (later["told_on"] > later["hour"].dt.date).all()


def test_an_hour_of_deliveries_stays_while_its_connections_are_untold(over_midnight: Path) -> None:
    hours = hours_of(as_of(over_midnight, LATER).until(DAYS[1]), since=None, **WHERE)
    row = hours[hours["hour"] == at("03:00", DAYS[0])].iloc[0]
    assert (row["attempts"], row["expected"]) == (0, 1)
    assert at("05:00", DAYS[0]) not in set(hours["hour"])


def test_days_are_recorded_of_the_options_that_are_asked_for(over_midnight: Path) -> None:
    assert recorded_days(as_of(over_midnight, LATER), ["current", "socketio"]) == DAYS
    assert recorded_days(as_of(over_midnight, LATER), ["socketio"]) == []


@pytest.mark.parametrize("place", [0, 1, 2])
def test_deliveries_stand_beside_their_hours(over_midnight: Path, place: int) -> None:
    found = deliveries_of(as_of(over_midnight, LATER).until(DAYS[place]), **WHERE)
    assert found is not None
    assert found.reach.counts[:, -1].tolist() == found.hours["in_time"].tolist()


def test_the_hours_are_cut_and_not_copied(whole: Rollups) -> None:
    everything = hours_of(whole, since=None, **WHERE)
    first = hours_of(whole.until(DAYS[0]), since=None, **WHERE)
    assert len(first) < len(everything)
    assert np.shares_memory(first["attempts"].to_numpy(), everything["attempts"].to_numpy())


def test_a_cut_of_a_cut_is_the_earlier_one(whole: Rollups) -> None:
    later_of_earlier = whole.until(DAYS[0]).until(DAYS[2])
    assert hours_of(later_of_earlier, since=None, **WHERE)["hour"].max().date() == DAYS[0]
