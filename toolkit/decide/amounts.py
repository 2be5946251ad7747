"""Judges criteria on amounts that are not recorded: the monthly cost, and fields of the scenario."""

from functools import partial

from toolkit.cost.result import CostResult
from toolkit.decide.kleene import State, compared
from toolkit.decide.plan import Criterion
from toolkit.decide.result import CriterionResult
from toolkit.decide.wording import plain, usd, words
from toolkit.evidence import Range
from toolkit.pricing.scenario import Scenario


def judge_cost(criterion: Criterion, *, option: str, cost: CostResult, list_name: str) -> CriterionResult:
    """The state of a criterion on ``monthly_cost_usd``, by its 5-95 % band; the estimate is the mean."""
    result = partial(CriterionResult, list_name=list_name, entry=criterion, option=option)
    priced = cost.options.get(option)
    if priced is None or priced.monthly_cost_usd is None:
        missing = [*priced.infeasible, *priced.unknown] if priced else ["no cost was computed for it"]
        return result(state="unknown", reason=f"absent: no monthly cost of {option}: {'; '.join(missing)}")
    band = priced.monthly_cost_usd
    state = compared(band.p5, band.p95, comparator=criterion.comparator, threshold=criterion.threshold)
    shown = f"{usd(band.p5)}–{usd(band.p95)} a month (mean {usd(band.mean)})"
    reason = _sentence(state, shown, criterion, usd(criterion.threshold))
    return result(state=state, reason=reason, estimate=band.mean, low=band.p5, high=band.p95)


def judge_scenario(criterion: Criterion, *, scenario: Scenario, list_name: str) -> CriterionResult:
    """The state of a criterion on a field of the scenario: a number, or a range by its 5-95 % band."""
    result = partial(CriterionResult, list_name=list_name, entry=criterion)
    value = getattr(scenario, str(criterion.scenario_field), None)
    if value is None:
        return result(state="unknown", reason=f"absent: the scenario does not say {criterion.scenario_field}")
    if isinstance(value, Range):
        low, middle, high, shown = value.p5, value.p50, value.p95, f"{plain(value.p5)}–{plain(value.p95)}"
    else:
        low = middle = high = float(value)
        shown = plain(low)
    state = compared(low, high, comparator=criterion.comparator, threshold=criterion.threshold)
    reason = _sentence(state, shown, criterion, plain(criterion.threshold))
    return result(state=state, reason=reason, estimate=middle, low=low, high=high)


def _sentence(state: State, shown: str, criterion: Criterion, threshold: str) -> str:
    if state == "unknown":
        return f"straddles: {shown} holds {threshold}"
    return f"{shown} is {'' if state == 'met' else 'not '}{words(criterion.comparator)} {threshold}"
