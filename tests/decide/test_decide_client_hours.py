"""Few clients prove little, however many events they have: worlds of known truth, with fixed seeds."""

from fractions import Fraction

import decide_counts as counted
import numpy as np
import pytest
from decide_worlds import decided, phase, project

from toolkit.decide.gates import PhaseResult
from toolkit.metrics.clienthours import client_hours
from toolkit.metrics.effective import ClusterSums
from toolkit.metrics.rollups import Rollups

SUCCESS = "metric: connection_success_rate, at_least: 0.95"


def recorded(opened: np.ndarray, attempts: np.ndarray, *, environment: str = "lab") -> Rollups:
    """One hour, from the attempts of each of its clients."""
    sums = {
        "clusters": len(attempts),
        "xx": (opened * opened).sum(),
        "xy": (opened * attempts).sum(),
        "yy": (attempts * attempts).sum(),
    }
    return counted.hourly(
        1,
        environment=environment,
        attempts=int(attempts.sum()),
        opened=int(opened.sum()),
        **{f"connection_success_rate_{name}": int(value) for name, value in sums.items()},
    )


def asked(rollups: Rollups, criterion: str = SUCCESS, **more: object) -> PhaseResult:
    lists = f"ready_if: [{{option: current, {criterion}}}]"
    return decided(phase(lists), rollups=rollups, **more).phases[0]  # type: ignore[arg-type]


def of_alike(clients: int, each: int, failures: int) -> PhaseResult:
    """Failures one by one, of as many clients as there are."""
    attempts = np.full(clients, each)
    return asked(recorded(attempts - (np.arange(clients) < failures), attempts))


def test_worlds_in_which_few_clients_fail_wholly_are_rarely_a_go() -> None:
    """6 % of the clients fail in all, the others in 0.2 %: 93.8 % succeed, and 15 clients may be all fine."""
    rng = np.random.default_rng(1)
    attempts = np.full(15, 200)
    verdicts = [
        asked(recorded(rng.binomial(attempts, np.where(rng.random(15) < 0.06, 0.0, 0.998)), attempts)).verdict
        for _ in range(60)
    ]
    assert verdicts.count("GO") <= 3


def test_one_failure_never_makes_a_go() -> None:
    assert [of_alike(15, 200, failures).verdict for failures in (0, 1, 2, 12)] == ["HOLD"] * 4
    [result] = of_alike(15, 200, 1).criteria
    assert result.reason.startswith("too few: 15 client-hours of the 105 that it takes at the least; ")


def test_many_clients_are_a_go() -> None:
    found = of_alike(200, 9, 17)
    assert found.verdict == "GO"
    assert found.criteria[0].reason.endswith(", 200 client-hours) is at least 95 %")


def test_what_is_bad_takes_no_client_hours() -> None:
    attempts = np.full(15, 200)
    found = asked(recorded(attempts // 2 + np.arange(15), attempts))
    assert (found.verdict, found.because) == ("NO-GO", "not_ready")


def test_clients_of_one_event_each_are_judged_by_their_events() -> None:
    opened = np.arange(1000) >= 20
    [result] = asked(recorded(opened.astype("int64"), np.ones(1000, "int64"))).criteria
    assert result.state == "met" and "client-hour" not in result.reason
    assert result.to_document()["blocks"] is None


def test_the_field_is_counted_so_where_no_outage_is_allowed_for() -> None:
    attempts = np.full(15, 200)
    rollups = recorded(attempts - (np.arange(15) < 1), attempts, environment="production")
    [result] = asked(rollups, in_project=project(outage_hours=0)).criteria
    assert result.state == "unknown" and "15 client-hours" in result.reason


@pytest.mark.parametrize(("hours", "state"), [(6, "unknown"), (31, "met")])
def test_clients_that_stayed_connected_prove_a_duration_by_their_hours(hours: int, state: str) -> None:
    hour_cs = 360_000
    sums = {"clusters": 1, "xx": 0, "xy": 0, "yy": hour_cs * hour_cs}
    rollups = counted.lifetimes(
        hours,
        clients=1,
        environment="lab",
        **{f"unintended_end_rate_{name}": value for name, value in sums.items()},
    )
    [result] = asked(rollups, "metric: mean_connection_duration_s, at_least: 300").criteria
    assert result.state == state


def test_fast_deliveries_to_few_recipients_prove_no_percentile() -> None:
    thousand = {"latency_index_clusters": 3, "latency_index_yy": 3 * 1000**2}
    rollups = counted.deliveries(1, fast=2997, slow=3, environment="lab", **thousand)
    [result] = asked(rollups, "metric: latency_p95_ms, at_most: 250").criteria
    assert result.state == "unknown" and "3 client-hours of the 105" in result.reason


def test_client_hours_of_unequal_size_count_as_fewer() -> None:
    one = ClusterSums(clusters=101, xx=0, xy=0, yy=100**2 + 100)
    found = client_hours(Fraction(0), 200, one)
    assert found is not None and found.count == pytest.approx(3.96, abs=0.01)
