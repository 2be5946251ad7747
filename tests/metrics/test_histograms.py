"""A histogram of one row an hour says the same as one of one row a bucket."""

from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from metrics_facts import DAY, delivered, rolled, write

from toolkit.metrics.histograms import by_bucket, by_hour
from toolkit.metrics.hourly import Rollups
from toolkit.metrics.latency import latencies_of

rows = st.lists(
    st.tuples(
        st.integers(0, 2),
        st.sampled_from(["lab", "production"]),
        st.integers(490_000, 490_002),
        st.integers(0, 1745),
        st.integers(1, 10**15),
    )
)


@given(rows)
def test_nothing_is_lost_on_the_way_there_and_back(found: list[tuple[int, str, int, int, int]]) -> None:
    names = ["part", "environment", "hour", "bucket", "count"]
    columns = list(zip(*sorted(found), strict=True)) or [()] * 5
    kinds = [pa.string() if name == "environment" else pa.int64() for name in names]
    table = pa.table([pa.array(values, kind) for values, kind in zip(columns, kinds, strict=True)], names)
    hours = by_hour(table)
    assert len(hours) == len({row[:3] for row in found})
    assert by_bucket(hours).equals(table)


@pytest.fixture
def recorded(tmp_path: Path) -> Rollups:
    """Deliveries of two environments and two options on two days, of latencies that all differ."""
    for option in ("current", "other"):
        for day in (DAY, date(2026, 11, 21)):
            sent = [
                delivered(
                    f"{hour:02}:{minute:02}",
                    day=day,
                    environment=environment,
                    message=f"{hour}-{minute}",
                    latency_s=(1 + minute + hour / 24) / 50 * (2 if option == "other" else 1),
                )
                for hour in range(9, 12)
                for minute in range(60)
                for environment in ("lab", "production")
            ]
            write(tmp_path, "deliveries", sent, option=option)
    return rolled(tmp_path, environments=("lab", "production"))


@pytest.mark.parametrize("option", ["current", "other"])
@pytest.mark.parametrize("environment", ["lab", "production"])
@pytest.mark.parametrize("since", [None, date(2026, 11, 21)])
def test_percentiles_are_those_of_the_frame(
    recorded: Rollups, option: str, environment: str, since: date | None
) -> None:
    from_frame = Rollups(counts=recorded.counts, latency=recorded.latency)
    for percent in (50, 95, 99):
        found, expected = (
            latencies_of(rollups, option=option, environment=environment, percent=percent, since=since)
            for rollups in (recorded, from_frame)
        )
        assert found is not None
        assert found == expected
        assert found.expected == (360 if since is None else 180)


def test_the_order_of_a_frame_does_not_matter(recorded: Rollups) -> None:
    shuffled = Rollups(counts=recorded.counts, latency=recorded.latency.sample(frac=1, random_state=1))
    found, expected = (
        latencies_of(rollups, option="current", environment="lab", percent=95)
        for rollups in (shuffled, recorded)
    )
    assert found == expected


def test_where_nothing_came_in_time_no_bucket_holds_any(tmp_path: Path) -> None:
    write(tmp_path, "deliveries", [delivered(latency_s=None), delivered(environment="production")])
    found = latencies_of(
        rolled(tmp_path, environments=("lab", "production")), option="current", environment="lab", percent=95
    )
    assert found is not None
    assert (found.buckets, found.expected) == ((), 1)
