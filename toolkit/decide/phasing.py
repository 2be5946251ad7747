"""The plan as a sequence: what each phase costs to enter and leave, what it shows, and which comes next."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from toolkit.cost.band import Band
from toolkit.cost.formulas import DAYS_PER_MONTH
from toolkit.cost.result import CostResult, OptionCost
from toolkit.decide.agenda import NextMeasurement
from toolkit.decide.buying import Candidate
from toolkit.decide.gates import PhaseResult
from toolkit.decide.plan import MEASURED
from toolkit.decide.wording import usd

Action = Literal["enter", "measure first", "settle its gate", "stay"]


@dataclass(frozen=True, kw_only=True)
class Stage:
    """One phase of the sequence, in US dollars over the horizon unless told otherwise.

    Args:
        phase: the phase, judged.
        option: what it puts into service. None where no candidate could be chosen.
        enter: the move, and running both for a time. None where unknown.
        month: recurring cost of the first month. None where unknown.
        go_back: what going back costs if it comes to that. None where unknown.
        cumulative_usd: the mean of entering this and all phases before that are not entered yet. None where
            one of them is unknown.
        saves_usd: what its option costs less than what is in service, on average. None where unknown.
        option_value_usd: the same with the right to go back once the truth shows. None where unknown.
        regret_usd: what its option costs beyond the cheapest of each draw on average. None where unknown.
        shows: open questions, as PHASE/CRITERION, that having it in service answers.
        waiting_usd: what waiting for the best measurement is worth: what that saves, less its price and what
            its days cost in savings. None where no measurement has a known worth.
    """

    phase: PhaseResult
    option: str | None
    enter: Band | None
    month: Band | None
    go_back: Band | None
    cumulative_usd: float | None
    saves_usd: float | None
    option_value_usd: float | None
    regret_usd: float | None
    shows: tuple[str, ...]
    waiting_usd: float | None

    def to_document(self) -> dict[str, Any]:
        """The stage as ``toolkit decide --json`` prints it; money in whole cents."""
        bands = {"enter_usd": self.enter, "recurring_usd_per_month": self.month, "go_back_usd": self.go_back}
        names = ("cumulative_usd", "saves_usd", "option_value_usd", "regret_usd", "waiting_usd")
        amounts = {name: getattr(self, name) for name in names}
        return {
            "phase": self.phase.phase.id,
            "option": self.option,
            "status": self.phase.phase.status,
            "verdict": self.phase.verdict,
            **{name: band and band.to_document() for name, band in bands.items()},
            **{name: None if amount is None else round(amount, 2) for name, amount in amounts.items()},
            "shows": list(self.shows),
        }


@dataclass(frozen=True, kw_only=True)
class PhaseSequence:
    """The phases in the plan's order, and what to do next.

    Args:
        stages: one a phase.
        action: what to do. None where the model cannot say.
        phase: the phase that it speaks of. None where it speaks of none.
        sentence: the same with its reason.
    """

    stages: tuple[Stage, ...]
    action: Action | None
    phase: str | None
    sentence: str

    def to_document(self) -> dict[str, Any]:
        """The sequence as ``toolkit decide --json`` prints it."""
        stages = [stage.to_document() for stage in self.stages]
        return {"phases": stages, "action": self.action, "next": self.phase, "sentence": self.sentence}


def sequence_of(
    phases: Sequence[PhaseResult],
    *,
    cost: CostResult,
    found: Sequence[Candidate],
    questions: Sequence[NextMeasurement],
    fields: Collection[str],
) -> PhaseSequence:
    """The plan as a sequence, and the next phase by its option value.

    Args:
        phases: judged, in the plan's order.
        cost: of every option.
        found: the measurements that could be made.
        questions: all that is open.
        fields: environments whose evidence is of grade field: what is in service records there.
    """
    stages: list[Stage] = []
    spent: float | None = 0.0
    for phase in phases:
        option = phase.phase.option or phase.chosen
        priced = cost.options.get(option or "")
        spent = _cumulative(spent, phase, priced)
        shows = _shows(option, questions, fields)
        stages.append(_stage(phase, option, priced, cost=cost, found=found, spent=spent, shows=shows))
    return _next(tuple(stages), found)


def _stage(
    phase: PhaseResult,
    option: str | None,
    priced: OptionCost | None,
    *,
    cost: CostResult,
    found: Sequence[Candidate],
    spent: float | None,
    shows: tuple[str, ...],
) -> Stage:
    saves = _saves(priced, cost)
    return Stage(
        phase=phase,
        option=option,
        enter=priced.entering_usd if priced else None,
        month=priced.monthly_cost_usd if priced else None,
        go_back=priced.reverting_usd if priced else None,
        cumulative_usd=spent,
        saves_usd=saves,
        option_value_usd=priced.entry_value_usd if priced else None,
        regret_usd=priced.regret if priced else None,
        shows=shows,
        waiting_usd=_waiting(found, saves, cost.horizon_months),
    )


def _cumulative(before: float | None, phase: PhaseResult, priced: OptionCost | None) -> float | None:
    """What entering all phases up to this one still costs; those in service or done are entered."""
    if phase.phase.status != "planned" or before is None:
        return before
    entering = priced.entering_usd if priced else None
    return None if entering is None else before + entering.mean


def _saves(priced: OptionCost | None, cost: CostResult) -> float | None:
    now = cost.options.get(cost.in_service or "")
    if priced is None or now is None or priced.total is None or now.total is None:
        return None
    return now.total.mean - priced.total.mean


def _shows(
    option: str | None, questions: Sequence[NextMeasurement], fields: Collection[str]
) -> tuple[str, ...]:
    found = [
        f"{one.phase}/{one.metric}"
        for one in questions
        if one.option is not None and one.option == option and one.metric in MEASURED
        if one.environment is None or one.environment in fields
    ]
    return tuple(dict.fromkeys(found))


def _waiting(found: Sequence[Candidate], saves: float | None, horizon_months: int) -> float | None:
    """Of the best measurement; while it lasts, what the phase would save is not saved."""
    lost_a_day = max(saves or 0.0, 0.0) / horizon_months / DAYS_PER_MONTH
    nets = [
        one.worth.enbs_usd - (one.worth.measurement.sample.days or 0.0) * lost_a_day
        for one in found
        if one.worth.enbs_usd is not None
    ]
    return max(nets, default=None)


def _next(stages: tuple[Stage, ...], found: Sequence[Candidate]) -> PhaseSequence:
    planned = [stage for stage in stages if stage.phase.phase.status == "planned"]
    open_ones = [stage for stage in planned if stage.phase.verdict != "NO-GO"]
    known = [stage for stage in open_ones if stage.option_value_usd is not None]
    if not planned or not open_ones:
        why = "no phase is planned" if not planned else "every planned phase is a NO-GO"
        return PhaseSequence(stages=stages, action="stay", phase=None, sentence=f"Stay: {why}.")
    if not known:
        sentence = "The cost model cannot say which phase comes next: no planned one has a known value."
        return PhaseSequence(stages=stages, action=None, phase=None, sentence=sentence)
    best = max(known, key=lambda stage: stage.option_value_usd or 0.0)
    value = best.option_value_usd or 0.0
    if value <= 0:
        sentence = "Stay: no planned phase is worth more than what is in service."
        return PhaseSequence(stages=stages, action="stay", phase=None, sentence=sentence)
    return _towards(best, value, stages, found)


def _towards(
    best: Stage, value: float, stages: tuple[Stage, ...], found: Sequence[Candidate]
) -> PhaseSequence:
    worth = f"“{best.phase.phase.title}” is worth most, {usd(float(round(value)))} with the right to go back"
    action: Action
    if best.waiting_usd is not None and best.waiting_usd > 0:
        action = "measure first"
        first, net_usd = found[0].worth.measurement.what, usd(float(round(best.waiting_usd)))
        why = f"but waiting for it ({first}) is worth {net_usd} more than it costs"
    elif best.phase.verdict == "GO":
        action, why = "enter", "and its gate says GO"
    else:
        action, why = "settle its gate", "and only its gate, on HOLD, is in the way"
    sentence = f"{action.capitalize()}: {worth}, {why}."
    return PhaseSequence(stages=stages, action=action, phase=best.phase.phase.id, sentence=sentence)
