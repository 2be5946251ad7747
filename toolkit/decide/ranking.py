"""Ranks the options for a scenario: must-haves first, then the expected total cost."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from toolkit.cost.formulas import MINUTES_PER_MONTH
from toolkit.cost.option import Option
from toolkit.cost.result import CostResult, OptionCost
from toolkit.decide.criteria import Choice
from toolkit.decide.kleene import State, all_of
from toolkit.decide.wording import plain, share, usd
from toolkit.pricing.scenario import Scenario

STATES: dict[bool | None, State] = {True: "met", False: "not met", None: "unknown"}


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One must-have: met (True), not met (False) or not known (None)."""

    holds: bool | None
    text: str


@dataclass(frozen=True, kw_only=True)
class Ranked:
    """One option's place.

    Args:
        rank: 1 is best. None where the option is out or its total is unknown.
        feasible: whether it meets the must-haves. None where that is not known.
        reasons: what puts it out; else what is not known of it, why it has no total, who may buy its plan.
        total_mean: expected cost over the horizon, in USD. None where unknown.
        p_cheapest: the probability that it is the cheapest of all.
        regret: the expected loss against the cheapest, in USD.
        monthly_cost_usd: the mean recurring cost of the first month.
        score: the mean score under the team's weights, 0 to 1. None without weights, or unknown.
    """

    option: str
    rank: int | None
    feasible: bool | None
    reasons: tuple[str, ...]
    total_mean: float | None
    p_cheapest: float | None
    regret: float | None
    monthly_cost_usd: float | None
    score: float | None = None

    def to_document(self) -> dict[str, Any]:
        """The place as ``toolkit decide --json`` prints it; money in whole cents, as in the cost document."""
        money = {name: getattr(self, name) for name in ("total_mean", "regret", "monthly_cost_usd")}
        cents = {name: None if amount is None else round(amount, 2) for name, amount in money.items()}
        chance = None if self.p_cheapest is None else round(self.p_cheapest, 4)
        score = None if self.score is None else round(self.score, 4)
        return {**asdict(self), **cents, "p_cheapest": chance, "score": score, "reasons": list(self.reasons)}


def rank(
    options: Mapping[str, Option],
    *,
    scenario: Scenario,
    cost: CostResult,
    latencies: Mapping[str, Finding] | None = None,
) -> list[Ranked]:
    """Every option, best first: known to fit, may fit, without a known total, out; each group by cost.

    Args:
        latencies: by option, whether it was measured to be fast enough. None where nothing was measured.
    """
    known = latencies or {}
    entries = [
        _unplaced(option, scenario=scenario, cost=cost, latency=known.get(option.id))
        for option in options.values()
    ]
    entries.sort(key=_order)
    placed = [entry for entry in entries if entry.feasible is not False and entry.total_mean is not None]
    return [replace(entry, rank=place) for place, entry in enumerate(placed, 1)] + entries[len(placed) :]


def _order(entry: Ranked) -> tuple[bool, bool, bool, float, str]:
    """An unknown must-have never comes before a known one, and an unknown total never before a known one."""
    out, total = entry.feasible is False, entry.total_mean
    return out, total is None, entry.feasible is None, total or 0.0, entry.option


def _unplaced(option: Option, *, scenario: Scenario, cost: CostResult, latency: Finding | None) -> Ranked:
    priced = cost.options.get(option.id)
    findings = list(findings_of(option, scenario=scenario, priced=priced, latency=latency))
    feasible = all_of(STATES[finding.holds] for finding in findings)
    # What is not known of an option that is out anyway would only hide why it is out.
    reasons = [one.text for one in findings if one.holds is False or feasible != "not met"]
    if priced is None or (priced.total is None and not priced.infeasible):
        missing = "; ".join(priced.unknown) if priced else "no cost was computed for it"
        reasons.append(f"total cost unknown: {missing}")
    if priced is not None and priced.plan_note is not None and feasible != "not met":
        reasons.append(f"plan {priced.plan}: {priced.plan_note}")
    monthly = priced.monthly_cost_usd if priced else None
    return Ranked(
        option=option.id,
        rank=None,
        feasible={state: holds for holds, state in STATES.items()}[feasible],
        reasons=tuple(reasons),
        total_mean=priced.total.mean if priced and priced.total else None,
        p_cheapest=priced.p_cheapest if priced else None,
        regret=priced.regret if priced else None,
        monthly_cost_usd=monthly.mean if monthly else None,
    )


Check = Callable[[Option, Scenario, OptionCost | None], Iterator[Finding]]


def findings_of(
    option: Option, *, scenario: Scenario, priced: OptionCost | None, latency: Finding | None = None
) -> Iterator[Finding]:
    """Every must-have of the scenario that the option does not meet, or is not known to meet.

    Args:
        latency: whether it was measured to be fast enough. None where nothing was measured.
    """
    for check in CHECKS:
        yield from check(option, scenario, priced)
    if scenario.latency_p95_ms is not None:
        found = latency or unmeasured(scenario.latency_p95_ms)
        if not found.holds:
            yield found


def _features(option: Option, scenario: Scenario, priced: OptionCost | None) -> Iterator[Finding]:
    for need in scenario.needs:
        has = option.features.get(need)
        if has is None:
            yield Finding(holds=None, text=f"not known whether it has {need}")
        elif not has:
            yield Finding(holds=False, text=f"has no {need}")


def _capacity(option: Option, scenario: Scenario, priced: OptionCost | None) -> Iterator[Finding]:
    for violation in priced.infeasible if priced else []:
        yield Finding(holds=False, text=f"cannot carry it: {violation}")


def _uptime(option: Option, scenario: Scenario, priced: OptionCost | None) -> Iterator[Finding]:
    if scenario.uptime_need is None:
        return
    if priced is None or priced.availability is None:
        yield Finding(holds=None, text="its unavailability is unknown; a promise is no evidence of it")
        return
    allowed = (1 - scenario.uptime_need) * MINUTES_PER_MONTH
    if priced.availability.central > allowed:
        down = f"down {priced.availability.central:,.1f} min a month ({priced.availability.grade})"
        need = f"{share(scenario.uptime_need)} allows {allowed:,.1f}"
        yield Finding(holds=False, text=f"{down}, {need}")


def _budget(option: Option, scenario: Scenario, priced: OptionCost | None) -> Iterator[Finding]:
    budget = scenario.budget_usd_per_month
    if budget is None or (priced is not None and priced.infeasible):
        return
    if priced is None or priced.monthly_cost_usd is None:
        yield Finding(holds=None, text=f"not known whether it stays within {usd(budget)} a month")
    elif priced.monthly_cost_usd.p50 > budget:
        text = f"{usd(priced.monthly_cost_usd.p50)} a month (median), {usd(budget)} is the budget"
        yield Finding(holds=False, text=text)


def unmeasured(need_ms: float) -> Finding:
    """No figure of another network says what this team's users would see."""
    return Finding(holds=None, text=f"not known whether latency_p95_ms stays within {plain(need_ms)} ms")


CHECKS: tuple[Check, ...] = (_features, _capacity, _uptime, _budget)


def choose(candidates: list[str], ranking: list[Ranked]) -> Choice:
    """The best ranked of the candidates; where there is none, why."""
    entries = [entry for entry in ranking if entry.option in candidates]
    for entry in entries:
        if entry.rank is not None:
            return Choice(option=entry.option, doubts=() if entry.feasible else entry.reasons)
    known = "; ".join(f"{entry.option}: {', '.join(entry.reasons)}" for entry in entries)
    if all(entry.feasible is False for entry in entries):
        return Choice(state="not met", reason=f"no candidate meets the must-haves: {known}")
    return Choice(reason=f"absent: no candidate that may be chosen has a known total cost: {known}")
