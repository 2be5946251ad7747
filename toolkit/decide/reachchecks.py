"""Checks that the evidence of a phase can settle its gate at all by the day on which it is due."""

from dataclasses import dataclass
from datetime import date

from toolkit.decide.checker import Checker, Path, criteria_of
from toolkit.decide.judging import alpha_of
from toolkit.decide.kleene import State
from toolkit.decide.plan import MEASURED, Criterion, Phase
from toolkit.decide.reach import Outlook, least_days, least_events, outlook, quantile_of
from toolkit.decide.wording import plain
from toolkit.evidence import grade_rank
from toolkit.metrics.intervals import fewest_for_a_bound
from toolkit.pricing.scenario import Scenario


@dataclass(frozen=True)
class Circumstances:
    """What the evidence depends on beside the plan.

    Args:
        scenario: the default one, whose traffic production has.
        scenario_id: its id.
        outage_hours: the longest outage allowed for, in hours.
    """

    scenario: Scenario
    scenario_id: str
    outage_hours: float


def check_reach(phase: Phase, at: Path, checker: Checker, known: Circumstances) -> None:
    """Note windows that are too short for the gate, and samples that no window of this traffic can give."""
    window = outlook(known.scenario, since=phase.since, decide_by=phase.decide_by)
    if window.days < 1:
        checker.error((*at, "decide_by"), f"is before since, {phase.since}", "decide after evidence starts")
        return
    placed = criteria_of(phase.entries(), at)
    measured = [(path, one) for path, one, _ in placed if one.metric in MEASURED]
    _check_soak(phase, at, checker, window, soaks=any(path[2] == "ready_if" for path, _ in measured))
    for path, criterion in measured:
        if _is_of_the_field(criterion, checker):
            _check_hours(path, criterion, checker, window, known.outage_hours)
            _check_sample(path, criterion, checker, window, known.scenario_id)


def _check_soak(phase: Phase, at: Path, checker: Checker, window: Outlook, *, soaks: bool) -> None:
    soak = phase.duration_days
    if soaks and soak is not None and window.until is not None and soak > window.days:
        wrong = f"{plain(soak)} days are not over by decide_by, {plain(window.days)} days after {phase.since}"
        checker.error((*at, "duration_days"), wrong, "shorten it, or decide later")


def _is_of_the_field(criterion: Criterion, checker: Checker) -> bool:
    """Whether only users' traffic can be its evidence; a lab makes as much as it likes."""
    names = [criterion.environment] if criterion.environment else list(checker.environments)
    grades = [checker.environments[name] for name in names if name in checker.environments]
    asked = criterion.grade
    heard = [grade for grade in grades if asked is None or grade_rank(grade) >= grade_rank(asked)]
    return bool(heard) and all(grade == "field" for grade in heard)


def _check_hours(
    path: Path, criterion: Criterion, checker: Checker, window: Outlook, outage_hours: float
) -> None:
    needed = least_days(criterion, outage_hours)
    if path[2] == "rollback_if" or window.until is None or needed <= window.days:
        return
    wrong = (
        f"field evidence proves it after {plain(needed)} days at the earliest (outage_hours "
        f"{plain(outage_hours)}), and until decide_by there are {plain(window.days)}"
    )
    checker.warn((*path, criterion.comparator), wrong, "decide later, or allow for shorter outages")


def _check_sample(
    path: Path, criterion: Criterion, checker: Checker, window: Outlook, scenario_id: str
) -> None:
    most, middle = (window.events(str(criterion.metric), most=most) for most in (True, False))
    if most is None or middle is None:
        return
    at = (*path, criterion.comparator)
    # An alarm that never clears is no harm; one that never rings is.
    states: tuple[State, ...] = ("met",) if path[2] == "rollback_if" else ("met", "not met")
    for state in states:
        needed = least_events(criterion, state)
        if needed is None or needed <= middle:
            continue
        sentence = _sentence(criterion, state, needed, most, window, scenario_id)
        if needed > most:
            checker.error(at, f"can never be {state}{sentence}", "move the bound, or look for longer")
        else:
            checker.warn(at, f"can hardly be {state}{sentence}", "move the bound, or look for longer")


def _sentence(
    criterion: Criterion, state: State, needed: float, most: float, window: Outlook, scenario_id: str
) -> str:
    outcome = "a flawless outcome" if state == "met" else "the clearest outcome"
    quantile = quantile_of(criterion)
    bound = ""
    if quantile is not None:
        fewest = fewest_for_a_bound(quantile, alpha=alpha_of(criterion))
        bound = f" (below {fewest} nothing bounds it at all)"
    return (
        f": {outcome} takes {needed:,.0f} events{bound}, and {scenario_id} brings at most {most:,.0f} "
        f"{_until(window.until)}"
    )


def _until(day: date | None) -> str:
    return "within its horizon" if day is None else f"by {day}"
