"""No data is never a pass: the truth table, walked row by row through the whole decision."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import decide_counts as counted
import pandas as pd
import pytest
from decide_worlds import FIRST, attempts, costs, decided, option, phase, priced, recorded, scenario

from toolkit.decide.result import REASONS, CriterionResult
from toolkit.decide.truth_table import TRUTH_TABLE, Row
from toolkit.metrics.rollups import Rollups

DURATION = "option: current, metric: mean_connection_duration_s, at_least: 300"
LATENCY = "option: current, metric: latency_p95_ms, at_most: 250"
GONE = "option: current, baseline: current-unfixed, metric: disconnection_rate_reduction, at_least: 0.9"
SHARE = "option: current, metric: connection_success_rate, at_least: 0.95"
GOOD = {"an_hour": 800, "failed_an_hour": 8}


def first(lists: str, *, head: str = "option: current", **world: object) -> CriterionResult:
    return decided(phase(lists, head=head), **world).phases[0].criteria[0]  # type: ignore[arg-type]


def ready(criterion: str, rollups: Rollups | None = None, head: str = "option: current") -> CriterionResult:
    return first(f"ready_if: [{{{criterion}}}]", head=head, rollups=rollups)


def chosen(head: str = "candidates: [pusher]", **world: object) -> CriterionResult:
    lists = "ready_if: [{option: chosen, metric: monthly_cost_usd, at_most: 100}]"
    among = {"pusher": option("pusher")}
    return first(lists, head=head, among=among, **world)


def good(folder: Path, environment: str = "lab", **more: object) -> Rollups:
    return recorded(folder, attempts("current", environment, **{**GOOD, **more}))  # type: ignore[arg-type]


def contradictory(folder: Path) -> Rollups:
    rollups = good(folder)
    return Rollups(counts=rollups.counts.assign(opened=rollups.counts["attempts"] + 1))


def durations_left_null(folder: Path) -> Rollups:
    facts = attempts("current", "lab", **GOOD)
    facts["handshake_s"] = facts["handshake_s"].where(facts["outcome"] != "open")
    return recorded(folder, facts)


def two(folder: Path) -> Rollups:
    return recorded(folder, attempts("current", "production", **GOOD))


def of_few(folder: Path) -> Rollups:
    """Fifteen clients that make 200 attempts each, of which one fails."""
    facts = attempts("current", "lab", an_hour=3000, failed_an_hour=1)
    return recorded(folder, facts.assign(client=[f"c{number % 15}" for number in range(3000)]))


def held(folder: Path) -> Rollups:
    """One client in six hours, half an hour of each; nothing ends but by its own wish."""
    facts = attempts("current", "lab", hours=6, an_hour=1)
    return recorded(folder, facts.assign(client="c"))


Situation = Callable[[Path], CriterionResult]
SITUATIONS: dict[str, Situation] = {
    "the option was never measured": lambda folder: ready(
        "option: pusher, metric: connection_success_rate, at_least: 0.95", good(folder)
    ),
    "the folder holds no recordings at all": lambda folder: ready(SHARE, recorded(folder)),
    "the source leaves the metric's columns null": lambda folder: ready(
        "option: current, metric: session_availability, at_least: 0.95", durations_left_null(folder)
    ),
    "everything was recorded before `since`": lambda folder: ready(
        SHARE, good(folder), head="option: current, since: 2026-11-22"
    ),
    "only an environment of weaker grade has the metric": lambda folder: ready(
        f"{SHARE}, environment: production", good(folder)
    ),
    "only an environment of stronger or equal grade has the metric": lambda folder: ready(
        f"{SHARE}, environment: canary", two(folder)
    ),
    "the evidence is weaker than `grade` asks for": lambda folder: ready(
        f"{SHARE}, grade: field", good(folder)
    ),
    "the newest hour is older than `max_age_days`": lambda folder: ready(
        f"{SHARE}, max_age_days: 2", good(folder)
    ),
    "more successes than events were counted": lambda folder: ready(SHARE, contradictory(folder)),
    "a few events, every one of them a success": lambda folder: ready(
        SHARE, good(folder, an_hour=5, failed_an_hour=0)
    ),
    "one failure among thousands of events of a few lab clients": lambda folder: ready(SHARE, of_few(folder)),
    "one lab client, connected for hours without an end": lambda folder: ready(DURATION, held(folder)),
    "many field events, in too few hours for an outage to show": lambda folder: ready(
        SHARE, good(folder, "production")
    ),
    "the interval holds the threshold": lambda folder: ready(SHARE, good(folder, failed_an_hour=40)),
    "it would be ready, but the soak is not over": lambda folder: ready(
        SHARE, good(folder), head="option: current, duration_days: 14"
    ),
    "it is not ready, and the soak is not over": lambda folder: ready(
        SHARE, good(folder, failed_an_hour=200), head="option: current, duration_days: 14"
    ),
    "a mean duration or a latency percentile was never measured": lambda folder: ready(LATENCY, good(folder)),
    "some ends of connections have no known intention": lambda folder: ready(
        DURATION, counted.lifetimes(24, ends=900, environment="lab", unclear_ends=1)
    ),
    "latencies to the receipt and to the acknowledgement are mixed": lambda folder: ready(
        LATENCY, counted.deliveries(24, environment="lab", round_trip=500)
    ),
    "connections were connected longer than wanted": lambda folder: ready(
        DURATION, counted.lifetimes(24, ends=9, environment="lab", wanted_us=1)
    ),
    "more deliveries came in time than were expected": lambda folder: ready(
        LATENCY, counted.deliveries(24, environment="lab", expected=999)
    ),
    "a few connections, none of which ended": lambda folder: ready(
        DURATION, counted.lifetimes(1, clients=1, environment="lab", connected_us=600_000_000)
    ),
    "a few deliveries, every one of them fast": lambda folder: ready(
        LATENCY, counted.deliveries(1, fast=50, environment="lab")
    ),
    "the interval of a mean duration holds the threshold": lambda folder: ready(
        DURATION, counted.lifetimes(24, clients=1, ends=12, environment="lab")
    ),
    "the interval of a latency percentile holds the limit": lambda folder: ready(
        LATENCY, counted.deliveries(24, fast=95, slow=5, environment="lab")
    ),
    "the baseline of a comparison was never measured": lambda folder: ready(
        GONE, counted.lifetimes(24, ends=9, environment="lab")
    ),
    "only an environment of weaker grade has both sides of a comparison": lambda folder: ready(
        f"{GONE}, environment: production", counted.both(24, ends=5, before=90)
    ),
    "the option's side of a comparison is too old": lambda folder: ready(
        f"{GONE}, max_age_days: 2", counted.both(24, ends=5, before=90)
    ),
    "one side of a comparison was connected longer than wanted": lambda folder: ready(
        GONE, counted.both(24, ends=5, before=90, wanted_us=1)
    ),
    "the two sides were measured under other circumstances": lambda folder: ready(
        GONE, counted.both(24, ends=5, before=90, clients=50, clients_before=100)
    ),
    "neither side of a comparison ever disconnected": lambda folder: ready(GONE, counted.both(24)),
    "few ends on both sides of a comparison, all of them the baseline's": lambda folder: ready(
        GONE, counted.both(1, before=5)
    ),
    "a comparison in the field on too few hours for an outage to show": lambda folder: ready(
        GONE, counted.both(24, ends=1, before=90, environment="production")
    ),
    "the interval of a reduction holds the threshold": lambda folder: ready(
        GONE, counted.both(24, ends=9, before=90)
    ),
    "a reduction would be ready, but the soak is not over": lambda folder: ready(
        GONE, counted.both(24, ends=2, before=90), head="option: current, duration_days: 60"
    ),
    "more disconnections than before, and the soak is not over": lambda folder: ready(
        GONE, counted.both(24, ends=120, before=90), head="option: current, duration_days: 60"
    ),
    "a line of the cost has no known price": lambda folder: ready(
        "option: current, metric: monthly_cost_usd, at_most: 100"
    ),
    "the cost band holds the threshold": lambda folder: chosen(
        cost=costs(priced("pusher", monthly=100, spread=0.2))
    ),
    "the scenario leaves the field out": lambda folder: ready("scenario_field: uptime_need, at_least: 0.9"),
    "every candidate fails a must-have": lambda folder: chosen(
        cost=costs(priced("pusher", monthly=90)), team=scenario(budget_usd_per_month=50)
    ),
    "no candidate that may be chosen has a known total": lambda folder: chosen(cost=costs()),
    "all would be met, but a must-have of the chosen one is unknown": lambda folder: chosen(
        cost=costs(priced("pusher")), team=scenario(needs=["replay"])
    ),
}


def test_every_row_has_its_situation_and_every_situation_its_row() -> None:
    assert [row.situation for row in TRUTH_TABLE] == list(SITUATIONS)


@pytest.mark.parametrize("row", TRUTH_TABLE, ids=lambda row: row.situation)
def test_each_situation_has_its_fixed_state(tmp_path: Path, row: Row) -> None:
    result = SITUATIONS[row.situation](tmp_path)
    assert (result.state, result.reason.startswith(row.begins)) == (row.state, True), result.reason
    assert result.why == (row.begins or None)


def test_no_row_of_the_table_is_a_pass_and_every_reason_stands_in_it() -> None:
    assert all(row.state != "met" for row in TRUTH_TABLE)
    assert {row.begins for row in TRUTH_TABLE} - {""} == set(REASONS)


def test_what_is_unknown_cannot_be_flipped_into_a_pass_by_the_comparison(tmp_path: Path) -> None:
    for comparator in ("at_least", "at_most", "above", "below"):
        asked = f"option: pusher, metric: connection_success_rate, {comparator}: 0.5"
        assert ready(asked, good(tmp_path / comparator)).state == "unknown"


def test_rows_that_cannot_be_counted_are_no_evidence(tmp_path: Path) -> None:
    """NaN, null and negative values are set aside by the rollups; nothing of them is left to pass a gate."""
    facts = attempts("current", "lab", an_hour=10)
    impossible = facts.assign(
        observed_until=FIRST - timedelta(hours=1), ended_at=pd.NaT, handshake_s=float("nan"), outcome="?"
    )
    rollups = recorded(tmp_path, impossible)
    assert ready(SHARE, rollups).why == "absent"
