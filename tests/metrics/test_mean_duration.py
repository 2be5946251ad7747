"""Mean connection duration: connected time per unintended end, whatever is still open."""

import math
from pathlib import Path

import pytest
from metrics_counts import connected, rollups
from metrics_facts import opened, rolled, write

from toolkit.metrics.durations import MeanDuration, mean_duration
from toolkit.metrics.rollups import Rollups


def mean(found: Rollups) -> MeanDuration:
    result = mean_duration(found, option="current", environment="lab")
    assert result is not None
    return result


def test_open_connections_and_intended_ends_add_time_but_no_end(tmp_path: Path) -> None:
    rows = [
        opened("10:00", ended="10:10"),
        opened("10:00", until="10:30", session="open"),
        opened("10:00", ended="10:20", session="closed", intended=True),
    ]
    write(tmp_path, "connections", rows)
    found = mean(rolled(tmp_path))
    assert (found.estimate, found.ends) == (3600.0, 1)


def test_without_any_end_only_the_lower_bound_is_known() -> None:
    found = mean(rollups(connected(0, [(0, 3600)] * 4)))
    assert found.estimate is None
    assert found.high is None
    assert found.low == pytest.approx(4 * 3600 / -math.log(0.025))


def test_independent_ends_have_the_exact_poisson_interval() -> None:
    """10 events: 4.795 to 18.390 (Garwood 1936)."""
    found = mean(rollups(connected(0, [(1, 3600)] * 10)))
    assert found.estimate == 3600
    assert found.low == pytest.approx(36_000 / 18.390, rel=1e-3)
    assert found.high == pytest.approx(36_000 / 4.795, rel=1e-3)


def test_ends_that_come_in_clusters_widen_the_interval() -> None:
    even = mean(rollups(connected(0, [(1, 3600)] * 20)))
    torn = mean(rollups(connected(0, [(20, 3600)] + [(0, 3600)] * 19)))
    assert even.estimate == torn.estimate == 3600
    assert torn.low < even.low
    assert torn.high is not None and even.high is not None
    assert torn.high > even.high


def test_an_hour_in_which_all_drop_widens_it_too() -> None:
    calm = [connected(n, [(0, 3600)] * 20) for n in range(11)]
    storm = connected(11, [(1, 3600)] * 20)
    steady = [connected(n, [(2 if client == 0 else 0, 3600) for client in range(20)]) for n in range(10)]
    assert (mean(rollups(*calm, storm)).high or math.inf) > (mean(rollups(*steady)).high or 0)


def test_it_is_absent_without_connected_time() -> None:
    assert mean_duration(Rollups(), option="current", environment="lab") is None


@pytest.mark.parametrize("doubt", ["unclear_ends", "unclear_handshakes"])
def test_it_is_absent_where_an_end_or_a_handshake_is_unknown(doubt: str) -> None:
    found = rollups(connected(0, [(1, 3600)], **{doubt: 1}))
    assert mean_duration(found, option="current", environment="lab") is None


def test_ends_of_unknown_intention_make_it_absent(tmp_path: Path) -> None:
    write(tmp_path, "connections", [opened("10:00", ended="10:10", intended=None)])
    assert mean_duration(rolled(tmp_path), option="current", environment="lab") is None
