"""Draws up the record of a decision: its assumptions, its windows, and when it expires."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from math import floor

from toolkit.cost.formulas import MINUTES_PER_MONTH
from toolkit.cost.option import Option
from toolkit.cost.result import CostResult
from toolkit.decide.decision import Decision
from toolkit.decide.gates import PhaseResult
from toolkit.decide.kleene import compared
from toolkit.decide.plan import Comparator, Criterion, Plan
from toolkit.decide.record.assumption import Assumption
from toolkit.decide.record.record import PhaseDecision, Record, Window
from toolkit.decide.result import CriterionResult
from toolkit.evidence import Range, central
from toolkit.pricing.book import PriceBook
from toolkit.pricing.scenario import Scenario

UNAVAILABILITY = "service_unavailability_min_per_month"
SIGNIFICANT = 6
"""Digits of what a value was; more would only show the last bits of a computation."""


def draw_up(
    decision: Decision,
    *,
    plan: Plan,
    cost: CostResult,
    scenario: Scenario,
    options: Mapping[str, Option],
    books: Mapping[str, PriceBook],
    inputs: Mapping[str, str],
    review_days: int | None,
) -> Record:
    """The record of a decision, for people to accept.

    Args:
        plan, cost, scenario, options, books: what it was decided on.
        inputs: SHA-256 of every file by its name.
        review_days: days after which the team looks again in any case. None where it has not said.
    """
    first = next((entry.option for entry in decision.ranking if entry.rank == 1), None)
    named = dict.fromkeys([first, *(_carries(phase) for phase in decision.phases)])
    used = [options[option] for option in named if option is not None and option in options]
    because, expires = _expiry(decision, plan, review_days)
    return Record(
        scenario=decision.scenario,
        as_of=decision.as_of,
        expires=expires,
        expires_because=because,
        first=first,
        phases=[
            PhaseDecision(phase=phase.phase.id, verdict=phase.verdict, option=_carries(phase))
            for phase in decision.phases
        ],
        windows=list(_windows(decision)),
        assumptions=[
            *_verdicts(decision),
            *([] if first is None else [Assumption(kind="first", expected=first, was=first)]),
            *_criteria(decision),
            *_flips(cost, first, scenario),
            *(one for option in used for one in _of_option(option, cost, scenario, books, decision)),
        ],
        inputs=dict(sorted(inputs.items())),
    )


def _carries(phase: PhaseResult) -> str | None:
    return phase.chosen or phase.phase.option


def _verdicts(decision: Decision) -> Iterator[Assumption]:
    for phase in decision.phases:
        verdict = phase.verdict
        yield Assumption(kind="verdict", phase=phase.phase.id, expected=verdict, was=verdict)


def _judged(decision: Decision) -> Iterator[CriterionResult]:
    for phase in decision.phases:
        for result in phase.criteria:
            yield from result.any_of or [result]


def _criteria(decision: Decision) -> Iterator[Assumption]:
    """What gates have found met: that of metrics and monthly costs; alarms are none, they should not ring."""
    found: dict[str, Assumption] = {}
    for result in _judged(decision):
        entry = result.entry
        assert isinstance(entry, Criterion), "an any_of entry is taken apart before"
        if result.state != "met" or entry.metric is None or result.list_name == "rollback_if":
            continue
        one = Assumption(
            kind="criterion", option=result.option, baseline=entry.baseline, metric=entry.metric,
            comparator=entry.comparator, threshold=entry.threshold, environment=result.environment,
            since=result.since, confidence=entry.confidence, was=_digits(result.estimate),
        )  # fmt: skip
        found.setdefault(f"{one.text} {one.since}", one)
    yield from found.values()


def _flips(cost: CostResult, first: str | None, scenario: Scenario) -> Iterator[Assumption]:
    """The fields of the scenario at which the option that ranks first stops being the cheapest."""
    for sensitive in cost.sensitivity.inputs if cost.sensitivity else []:
        for point in sensitive.flips:
            for value in point.values:
                now = median_of(scenario, value.quantity)
                if (
                    value.option is not None
                    or now is None
                    or first not in (point.flip.below, point.flip.above)
                ):
                    continue
                comparator: Comparator = "at_most" if point.flip.below == first else "at_least"
                # The cheapest need not rank first; then a flip says nothing of the one that does.
                if compared(now, now, comparator=comparator, threshold=value.value) == "met":
                    yield Assumption(
                        kind="scenario", field=value.quantity, comparator=comparator,
                        threshold=_digits(value.value), was=_digits(now),
                    )  # fmt: skip


def _of_option(
    option: Option,
    cost: CostResult,
    scenario: Scenario,
    books: Mapping[str, PriceBook],
    decision: Decision,
) -> Iterator[Assumption]:
    """The downtime that its uptime need allows an option, and the price of its plan."""
    figure = option.figure(UNAVAILABILITY, as_of=decision.as_of)
    if scenario.uptime_need is not None and figure is not None:
        allowed = (1 - scenario.uptime_need) * MINUTES_PER_MONTH
        if figure.central <= allowed:
            yield Assumption(
                kind="figure", option=option.id, field=UNAVAILABILITY, comparator="at_most",
                threshold=_digits(allowed), was=_digits(figure.central),
            )  # fmt: skip
    priced, book = cost.options.get(option.id), books.get(option.price_book or "")
    if book is None or priced is None or priced.plan is None:
        return
    fee = price_of(book, priced.plan, decision.as_of)
    if fee is not None:
        yield Assumption(kind="price", vendor=book.vendor, plan=priced.plan, comparator="at_most",
                         threshold=fee, was=fee)  # fmt: skip


def price_of(book: PriceBook, plan_id: str, day: date) -> float | None:
    """The base fee of a plan on a day, in USD a month; None where it is not known or on offer."""
    plan = next((plan for plan in book.on(day) if plan.id == plan_id), None)
    if plan is None or not book.priced(plan, plan.base_fee, as_of=day) or plan.base_fee.amount is None:
        return None
    return float(plan.base_fee.amount)


def median_of(scenario: Scenario, field: str) -> float | None:
    """The median of a field of the scenario; None where it is not stated, or no number."""
    value = getattr(scenario, field, None)
    return central(value) if isinstance(value, int | float | Range) else None


def _digits(value: float | None) -> float | None:
    return None if value is None else float(f"{value:.{SIGNIFICANT}g}")


def _windows(decision: Decision) -> Iterator[Window]:
    found: dict[tuple[str, str, str], Window] = {}
    for result in _judged(decision):
        metric = result.entry.metric if isinstance(result.entry, Criterion) else None
        if metric is None or result.since is None or result.option is None or result.environment is None:
            continue
        if result.n is not None:
            window = Window(
                option=result.option, environment=result.environment, metric=metric, since=result.since,
                until=result.until or decision.as_of,
            )  # fmt: skip
            found.setdefault((window.option, window.environment, window.metric), window)
    yield from found.values()


def _expiry(decision: Decision, plan: Plan, review_days: int | None) -> tuple[str | None, date | None]:
    """What ends the record, and its last day: the earliest of all that do."""
    ends = [*_due(decision, plan), *_too_old(decision)]
    if review_days is not None:
        ends.append((f"review after {review_days} days", decision.as_of + timedelta(days=review_days)))
    if not ends:
        return None, None
    return min(ends, key=lambda end: (end[1], end[0]))


def _due(decision: Decision, plan: Plan) -> Iterator[tuple[str, date]]:
    """Days to come on which a phase has to be decided."""
    for phase in plan.phases:
        if phase.status != "done" and phase.decide_by is not None and phase.decide_by >= decision.as_of:
            yield f"phase {phase.id} is to be decided", phase.decide_by


def _too_old(decision: Decision) -> Iterator[tuple[str, date]]:
    """Days after which evidence that was used is older than its criterion allows."""
    for result in _judged(decision):
        entry = result.entry
        if result.state != "met" or not isinstance(entry, Criterion) or entry.max_age_days is None:
            continue
        if result.until is not None:
            last = result.until + timedelta(days=floor(entry.max_age_days))
            yield f"the evidence on {entry.metric} of {result.option} becomes too old", last
