"""A record's assumptions hold, break or are unknown, by name with old and new value."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import decide_counts as counted
import pytest
from decide_measured import measured
from decide_worlds import (
    AS_OF,
    FIRST,
    attempts,
    costs,
    decided,
    option,
    plan,
    priced,
    project,
    recorded,
    scenario,
)
from pydantic import ValidationError

from toolkit.decide.dossier import Dossier
from toolkit.decide.record.assumption import Assumption
from toolkit.decide.record.drawing import UNAVAILABILITY, draw_up
from toolkit.decide.record.filed import Filed
from toolkit.decide.record.rechecking import Rechecked, Today, recheck
from toolkit.decide.record.record import Record
from toolkit.metrics.rollups import Rollups

PLAN = """
phases:
  - id: stabilise
    title: Keep the fixes
    option: current
    decide_by: 2026-12-04
    needed_if: []
    ready_if:
      - {option: current, metric: connection_success_rate, at_least: 0.5, environment: lab, max_age_days: 3}
      - {option: current, metric: monthly_cost_usd, at_most: 100}
"""
TEAM = {"uptime_need": 0.99, "title": "A team"}


def options(down_min: float = 10.0) -> Any:
    figure = {"value": down_min, "unit": "min/month", "grade": "published", "source": "s", "as_of": AS_OF}
    return {"current": option("current", figures={UNAVAILABILITY: figure}), "pusher": option("pusher")}


def good(folder: Path) -> Rollups:
    return recorded(folder, attempts("current", "lab", hours=2))


def today(rollups: Rollups, *, monthly: float = 80.0, down_min: float = 10.0, of: str = PLAN) -> Today:
    team = scenario(**TEAM)
    cost = costs(priced("current", monthly=monthly), priced("pusher", total=2000))
    among = options(down_min)
    decision = decided(of, rollups=rollups, cost=cost, among=among, team=team)
    dossier = Dossier(scenario=team, cost=cost, rollups=rollups, project=project(), as_of=AS_OF)
    return Today(decision=decision, dossier=dossier, options=among, books={})


def drawn(now: Today, review_days: int | None = None) -> Record:
    return draw_up(
        now.decision, plan=plan(PLAN), cost=now.dossier.cost, scenario=now.dossier.scenario,
        options=now.options, books={}, inputs={"plan.yaml": "0" * 64},
        review_days=review_days,
    )  # fmt: skip


def checked(record: Record, now: Today, status: str = "accepted") -> Rechecked:
    return recheck(Filed(file="records/a.md", status=status, record=record), now)


def told(found: Rechecked) -> list[tuple[str, Any, Any]]:
    return [(one.assumption.text, one.assumption.was, one.now) for one in found.broken]


def test_on_its_own_day_a_record_holds(tmp_path: Path) -> None:
    now = today(good(tmp_path))
    record = drawn(now)
    assert [one.text for one in record.assumptions] == [
        "verdict of phase stabilise is GO",
        "current ranks first",
        "connection_success_rate of current in lab at least 50 %",
        "monthly_cost_usd of current at most USD 100",
        "service_unavailability_min_per_month of current at most 438.3",
    ]
    found = checked(record, now)
    assert (found.broken, found.unknown, found.expired) == ((), (), False)


def test_what_broke_is_named_with_old_and_new_value(tmp_path: Path) -> None:
    record = drawn(today(good(tmp_path)))
    found = checked(record, today(good(tmp_path), monthly=150.0, down_min=500.0))
    assert told(found) == [
        ("verdict of phase stabilise is GO", "GO", "NO-GO"),
        ("monthly_cost_usd of current at most USD 100", 80.0, 150.0),
        ("service_unavailability_min_per_month of current at most 438.3", 10.0, 500.0),
    ]


def test_what_is_not_recorded_any_more_is_unknown_and_not_held_to_be_true(tmp_path: Path) -> None:
    found = checked(drawn(today(good(tmp_path))), today(Rollups()))
    assert [one.assumption.metric for one in found.unknown] == ["connection_success_rate"]
    assert told(found) == [("verdict of phase stabilise is GO", "GO", "HOLD")]


def test_a_record_expires_on_the_earliest_of_all_that_end_it(tmp_path: Path) -> None:
    now = today(good(tmp_path))
    record = drawn(now)
    # Recorded on the 20th, and allowed to be three days old.
    assert (record.expires, record.expires_because) == (
        date(2026, 11, 23), "the evidence on connection_success_rate of current becomes too old",
    )  # fmt: skip
    assert drawn(today(Rollups())).expires == date(2026, 12, 4)
    assert drawn(today(Rollups()), review_days=5).expires == date(2026, 11, 28)
    assert not record.expired(date(2026, 11, 23)) and record.expired(date(2026, 11, 24))


def test_a_record_expires_by_the_age_of_its_own_evidence(tmp_path: Path) -> None:
    """Connections were recorded two days longer than the deliveries that the latency is of."""
    latency = "{option: current, metric: latency_p50_ms, at_most: 250, environment: lab, max_age_days: 3}"
    asked = f"phases: [{{id: one, title: One, option: current, needed_if: [], ready_if: [{latency}]}}]"
    later = attempts("current", "lab", first=FIRST + timedelta(days=2))
    rollups = measured(tmp_path, connections=[later], deliveries=[("current", "lab", 0.05, 100)])
    record = drawn(today(rollups, of=asked))
    assert record.expires == date(2026, 11, 23)
    [window] = record.windows
    assert (window.since, window.until) == (date(2026, 11, 20), date(2026, 11, 20))


@pytest.mark.parametrize("status", ["rejected", "deprecated", "superseded by 2026-12-01-team.md"])
def test_a_record_that_does_not_stand_is_not_checked(tmp_path: Path, status: str) -> None:
    found = checked(drawn(today(good(tmp_path))), today(Rollups(), monthly=150.0), status)
    assert (found.broken, found.unknown, found.expired) == ((), (), None)


@pytest.mark.parametrize(
    "fields, wrong",
    [
        ({"kind": "price", "vendor": "pusher"}, "kind price lacks plan, comparator, threshold"),
        ({"kind": "first", "expected": "a", "phase": "b"}, "kind first has no phase"),
        (
            {
                "kind": "criterion",
                "option": "a",
                "metric": "speed",
                "comparator": "at_most",
                "threshold": 1.0,
            },
            "'speed' is no metric",
        ),
    ],
)
def test_an_assumption_has_the_fields_of_its_kind(fields: dict[str, Any], wrong: str) -> None:
    with pytest.raises(ValidationError, match=wrong):
        Assumption.model_validate(fields)


def test_a_reduction_is_on_record_with_its_baseline_and_breaks_by_name() -> None:
    claim = "option: current, baseline: current-unfixed, metric: disconnection_rate_reduction"
    line = f"      - {{{claim}, at_least: -0.5, environment: lab}}\n"
    of = PLAN.replace("    ready_if:\n", f"    ready_if:\n{line}")
    then = today(counted.both(48, ends=3, before=90), of=of)
    record = drawn(then)
    text = "disconnection_rate_reduction of current against current-unfixed in lab at least -0.5"
    assert text in [one.text for one in record.assumptions]
    assert Record.model_validate_json(record.model_dump_json()) == record
    later = today(counted.both(48, ends=300, before=90), of=of)
    broken = {name: now for name, _, now in told(checked(record, later))}
    assert broken[text] == pytest.approx(1 - 300 / 90)


@pytest.mark.parametrize(
    "fields",
    [
        {"metric": "disconnection_rate_reduction"},
        {"metric": "session_availability", "baseline": "pusher"},
        {"metric": "session_availability", "threshold": -0.5},
    ],
)
def test_a_baseline_belongs_to_a_reduction_alone(fields: dict[str, Any]) -> None:
    base = {"kind": "criterion", "option": "current", "comparator": "at_least", "threshold": 0.5}
    with pytest.raises(ValidationError):
        Assumption.model_validate({**base, **fields})
