"""What to measure or find out next: the unknowns of the plan, in its order."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from toolkit.decide.gates import PhaseResult
from toolkit.decide.plan import Criterion
from toolkit.decide.result import CriterionResult, MoreNeeded

NO_MEASUREMENT: dict[str, Any] = {
    "id": None, "verdict": None, "cost_usd": None, "evsi_usd": None, "evsi_se_usd": None, "enbs_usd": None,
    "settles": [],
}  # fmt: skip
"""The keys that an entry has only where it is a measurement of ``measurements.yaml``."""


@dataclass(frozen=True, kw_only=True)
class NextMeasurement:
    """One thing worth finding out, and the first phase that waits for it.

    Args:
        what: the work, in words.
        option: the option to measure. None where it is about none, or where none could be chosen.
        metric: metric id, or the field of the scenario.
        baseline: the option that it is compared with. None where it is compared with none.
        environment: where to measure. None where any will do, or where nothing is measured.
        reason: why the criterion is unknown.
        more_needed: how much more would settle it. None where that cannot be said.
        value_usd: what the best of the measurements that settle it would save. None where that is not known.
    """

    what: str
    option: str | None
    metric: str | None
    environment: str | None
    phase: str
    reason: str
    more_needed: MoreNeeded | None
    value_usd: float | None = None
    baseline: str | None = None

    def to_document(self) -> dict[str, Any]:
        """The entry as ``toolkit decide --json`` prints it; null where only a measurement has the key."""
        return {
            "what": self.what,
            "option": self.option,
            "metric": self.metric,
            "environment": self.environment,
            "phase": self.phase,
            "reason": self.reason,
            "more_needed": self.more_needed and self.more_needed.to_document(),
            "value_usd": None if self.value_usd is None else round(self.value_usd, 2),
            **NO_MEASUREMENT,
        }


def open_questions(phases: list[PhaseResult]) -> list[NextMeasurement]:
    """The unknowns that measuring or asking can mend, of every phase that waits for them."""
    return [_wanted(result, phase.phase.id) for phase in phases for result in _open_questions(phase)]


def next_measurements(questions: list[NextMeasurement]) -> list[NextMeasurement]:
    """The open questions, each once, at the first phase that waits for it."""
    found: dict[tuple[str | None, ...], NextMeasurement] = {}
    for wanted in questions:
        found.setdefault((wanted.option, wanted.baseline, wanted.metric, wanted.environment), wanted)
    return list(found.values())


def _open_questions(phase: PhaseResult) -> Iterator[CriterionResult]:
    """The unknown criteria, those inside ``any_of`` too; none of a phase done, nor alarms before service."""
    if phase.phase.status == "done":
        return
    for result in phase.criteria:
        if result.list_name == "rollback_if" and phase.phase.status != "in_service":
            continue
        if result.state == "unknown":
            yield from _mendable(result)


def _mendable(result: CriterionResult) -> Iterator[CriterionResult]:
    if result.any_of is not None:
        for inner in result.any_of:
            yield from _mendable(inner)
    elif result.why is not None:
        yield result


def _wanted(result: CriterionResult, phase: str) -> NextMeasurement:
    entry = result.entry
    assert isinstance(entry, Criterion), "an any_of entry is taken apart before"
    option = None if result.option == "chosen" else result.option
    return NextMeasurement(
        what=_what(result, entry),
        option=option,
        metric=entry.metric or entry.scenario_field,
        baseline=entry.baseline,
        environment=result.environment,
        phase=phase,
        reason=result.reason,
        more_needed=result.more_needed,
    )


def _what(result: CriterionResult, entry: Criterion) -> str:
    if result.why == "straddles" and result.n is None:
        return f"narrow down what goes into the {result.subject}"
    if entry.scenario_field is not None:
        return f"find out {result.subject}"
    if result.option == "chosen":
        return "find out what keeps a candidate from being chosen"
    if result.reason.startswith("absent: not known whether"):
        return f"find out whether {result.option} meets the must-haves"
    if entry.metric == "monthly_cost_usd":
        return f"find out what {result.option} costs a month"
    if result.why == "not comparable":
        return f"measure {result.subject} with both under the same circumstances"
    again = {"straddles", "too few", "window not over"}
    return f"{'go on measuring' if result.why in again else 'measure'} {result.subject}"
