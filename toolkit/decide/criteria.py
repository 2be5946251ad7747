"""Judges one entry of a phase's lists."""

from dataclasses import dataclass, replace
from functools import partial

from toolkit.decide.amounts import judge_cost, judge_scenario
from toolkit.decide.dossier import Dossier, Window
from toolkit.decide.kleene import State, any_of
from toolkit.decide.measured import judge_measured
from toolkit.decide.plan import AnyOf, Criterion
from toolkit.decide.result import CriterionResult

CHOSEN = "chosen"


@dataclass(frozen=True, kw_only=True)
class Choice:
    """Which option ``option: chosen`` speaks of.

    Args:
        option: the chosen candidate. None where there is none.
        state: of the criteria that speak of it where there is none: *not met* when every candidate is out,
            *unknown* when it cannot be told which one it is.
        reason: why there is none. Empty where there is one.
        doubts: must-haves that the chosen one is not known to meet.
    """

    option: str | None = None
    state: State = "unknown"
    reason: str = ""
    doubts: tuple[str, ...] = ()


def judge_entry(
    entry: Criterion | AnyOf, *, dossier: Dossier, window: Window, choice: Choice
) -> CriterionResult:
    """The state of one entry, with its reason and its numbers."""
    if isinstance(entry, AnyOf):
        inner = [judge_entry(one, dossier=dossier, window=window, choice=choice) for one in entry.any_of]
        return joined(entry, tuple(inner), list_name=window.list_name)
    if entry.scenario_field is not None:
        return judge_scenario(entry, scenario=dossier.scenario, list_name=window.list_name)
    option = choice.option if entry.option == CHOSEN else entry.option
    if option is None:
        return CriterionResult(
            list_name=window.list_name, entry=entry, option=CHOSEN, state=choice.state, reason=choice.reason
        )
    if entry.metric == "monthly_cost_usd":
        return judge_cost(entry, option=option, cost=dossier.cost, list_name=window.list_name)
    return judge_measured(entry, option=option, dossier=dossier, window=window)


def joined(entry: AnyOf, inner: tuple[CriterionResult, ...], *, list_name: str) -> CriterionResult:
    """The entry that holds when one of its judged criteria does."""
    result = partial(CriterionResult, list_name=list_name, entry=entry, any_of=inner)
    state = any_of(one.state for one in inner)
    decisive = [one for one in inner if one.state == state]
    tally = f"{len(decisive)} of {len(inner)}"
    why, subject = decisive[0].why, decisive[0].subject
    first = f"{subject}: {decisive[0].reason}"
    if state == "met":
        return result(state=state, reason=f"{tally} hold; {first}")
    if state == "not met":
        return result(state=state, reason=f"none of {len(inner)} holds; {first}")
    detail = decisive[0].reason.removeprefix(f"{why}: ")
    told = f"{tally} are unknown and none holds; first, {subject}: {detail}"
    return result(state=state, reason=f"{why}: {told}")


def doubted(result: CriterionResult, choice: Choice) -> CriterionResult:
    """The same, but not met by an option whose must-haves are in doubt: an unknown must-have is no pass."""
    if result.any_of is not None and isinstance(result.entry, AnyOf):
        inner = tuple(doubted(one, choice) for one in result.any_of)
        return joined(result.entry, inner, list_name=result.list_name)
    speaks = isinstance(result.entry, Criterion) and result.entry.option == CHOSEN
    if not speaks or result.state != "met":
        return result
    doubts = "; ".join(choice.doubts)
    reason = f"absent: not known whether {choice.option} may be chosen ({doubts}); otherwise {result.reason}"
    return replace(result, state="unknown", reason=reason)
