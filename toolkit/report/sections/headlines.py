"""The figures of the first screen: cost now and after, availability against need, flip points."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any, cast

from toolkit.cost.formulas import MINUTES_PER_MONTH
from toolkit.evidence import Figure, Grade, grade_rank
from toolkit.report.evidenced import NO_SAMPLE, Evidence, anchor, of_cost
from toolkit.report.wording import DASH, day, exact_percent, number, percent, plural, shorten, usd, usd_change

if TYPE_CHECKING:
    from toolkit.cost.option import Option
    from toolkit.cost.result import OptionCost
    from toolkit.decide.plan import Plan
    from toolkit.report.inputs import ScenarioInputs

STALE_DAYS = 365
"""A headline that rests on an older figure is a dash, with the old value and its age below it."""

NODE_PRICES = ("node_usd_per_month", "cache_usd_per_month", "load_balancer_usd_per_month")
"""The figures of an option that are prices of what it runs on."""

NONE_NOW, NONE_AFTER = "no phase is in service or done", "no candidate could be chosen"

VOLUME = "messages_per_month"

UNAVAILABILITY = "service_unavailability_min_per_month"


@dataclass(frozen=True)
class Headline:
    """One figure of the first screen.

    Args:
        label: what it is.
        value: the figure with its unit, or a dash.
        note: range, grade and source in words, or why there is a dash.
        evidence: what stands behind it. None for a dash.
    """

    label: str
    value: str
    note: str
    evidence: Evidence | None = None


def baseline(plan: "Plan", options: "Mapping[str, Option]") -> str | None:
    """The option that doing nothing keeps: what is in service, else what was done last; None without."""
    for status in ("in_service", "done"):
        found = [phase.option for phase in plan.phases if phase.status == status and phase.option in options]
        if found:
            return found[-1]
    return None


def target(decision: dict[str, Any]) -> str | None:
    """The option that the plan's last phase ends in; None where none of its candidates could be chosen."""
    last = decision["phases"][-1]
    option: str | None = last["option"] or last["chosen"]
    return option


def cost_headlines(
    inputs: "ScenarioInputs", *, plan: "Plan", options: "Mapping[str, Option]", as_of: date
) -> list[Headline]:
    """Cost now, cost after the last phase, and the change."""
    now_id, after_id = baseline(plan, options), target(inputs.decision.to_document())
    now, after = (inputs.cost.options.get(option) if option else None for option in (now_id, after_id))
    shown = [
        _cost("Cost now", now, inputs, options, as_of, NONE_NOW),
        _cost("Cost after the last phase", after, inputs, options, as_of, NONE_AFTER),
    ]
    return [*shown, _change(now, after, shown, budget=inputs.scenario.budget_usd_per_month)]


def _cost(
    label: str,
    cost: "OptionCost | None",
    inputs: "ScenarioInputs",
    options: "Mapping[str, Option]",
    as_of: date,
    nothing: str,
) -> Headline:
    if cost is None:
        return Headline(label, DASH, nothing)
    name = options[cost.option].name if cost.option in options else cost.option
    if cost.monthly_cost_usd is None:
        missing = "; ".join([*cost.unknown, *cost.infeasible]) or "a price or a size is not known"
        return Headline(label, DASH, f"{name}: unknown, {shorten(missing, 160)}")
    band, evidence = cost.monthly_cost_usd, of_cost(cost, inputs.cost, window="the first month")
    if evidence is None:
        return Headline(label, DASH, f"{name}: something in it has no grade; it was {usd(band.mean)} a month")
    priced = price_day(cost, inputs, options, as_of)
    if priced is not None and (as_of - priced).days > STALE_DAYS:
        age = f"by a price from {day(priced)}, {plural((as_of - priced).days, 'day')} old"
        return Headline(label, DASH, f"{name}: stale; it was {usd(band.mean)} a month {age}")
    plan = f", plan {cost.plan}" if cost.plan else ""
    told = f"{name}{plan}; 5–95 %: {usd(band.p5)} to {usd(band.p95)}; weakest grade {evidence.grade}"
    return Headline(label, f"{usd(band.mean)} a month", told, evidence)


def price_day(
    cost: "OptionCost", inputs: "ScenarioInputs", options: "Mapping[str, Option]", as_of: date
) -> date | None:
    """The day of the oldest price behind an option's monthly cost; None where it has no dated price."""
    option = options.get(cost.option)
    if option is None:
        return None
    figures = [option.figure(name, as_of=as_of) for name in option.figures if name in NODE_PRICES]
    days = [figure.as_of for figure in figures if figure is not None]
    for quote in inputs.quotes:
        vendor, _, seen = quote.bill.price_book.partition("@")
        if vendor == option.price_book and seen:
            days.append(date.fromisoformat(seen))
    return min(days, default=None)


def _change(
    now: "OptionCost | None",
    after: "OptionCost | None",
    shown: "Sequence[Headline]",
    *,
    budget: float | None,
) -> Headline:
    limit = "no budget is stated" if budget is None else f"budget {usd(budget)} a month"
    before, later = (headline.evidence for headline in shown)
    if now is None or after is None or now.monthly_cost_usd is None or after.monthly_cost_usd is None:
        return Headline("Change", DASH, f"one of the two is not known; {limit}")
    if before is None or later is None:
        return Headline("Change", DASH, f"one of the two is stale or has no grade; {limit}")
    change = after.monthly_cost_usd.mean - now.monthly_cost_usd.mean
    mean = now.monthly_cost_usd.mean
    relative = f", {change / mean * 100:+.0f} %".replace("-", "−") if mean > 0 else ""
    weaker = min(before, later, key=lambda evidence: grade_rank(cast("Grade", evidence.grade)))
    evidence = replace(weaker, source=f"{later.source}; less {before.source}", anchor=later.anchor)
    return Headline(
        "Change", f"{usd_change(change)} a month", f"mean against mean{relative}; {limit}", evidence
    )


def availability_headlines(
    inputs: "ScenarioInputs", *, plan: "Plan", options: "Mapping[str, Option]", as_of: date
) -> list[Headline]:
    """Availability now, after the last phase, and the need."""
    need = inputs.scenario.uptime_need
    now_id, after_id = baseline(plan, options), target(inputs.decision.to_document())
    stated = (
        "the scenario states no need"
        if need is None
        else f"at most {_minutes((1 - need) * MINUTES_PER_MONTH)}"
    )
    return [
        _availability("Availability now", inputs, now_id, options, as_of, NONE_NOW),
        _availability("Availability after", inputs, after_id, options, as_of, NONE_AFTER),
        Headline(
            "Availability needed",
            DASH if need is None else exact_percent(need),
            stated,
            None if need is None else _set_by(inputs),
        ),
    ]


def _set_by(inputs: "ScenarioInputs") -> Evidence:
    """Of what the team itself set: nothing proves it, and nothing has to."""
    return Evidence(
        grade="set",
        source=f"uptime_need of the scenario {inputs.scenario.title}",
        n=NO_SAMPLE,
        window="every month",
    )


def _availability(
    label: str,
    inputs: "ScenarioInputs",
    option: str | None,
    options: "Mapping[str, Option]",
    as_of: date,
    nothing: str,
) -> Headline:
    cost = inputs.cost.options.get(option) if option else None
    figure = cost.availability if cost else None
    if cost is None or figure is None:
        unknown = "nothing is known of its outages" if cost else nothing
        return Headline(label, DASH, unknown)
    name = options[cost.option].name
    age = age_days(figure, as_of)
    if age > STALE_DAYS:
        old = f"{percent(share_of(figure.central))}, from {day(figure.as_of)}, {plural(age, 'day')} old"
        return Headline(label, DASH, f"{name}: stale; it was {old} (grade {figure.grade})")
    middle = percent(share_of(figure.central))
    evidence = Evidence(
        grade=figure.grade,
        source=figure.source,
        n=NO_SAMPLE,
        window=f"a month, as of {figure.as_of.isoformat()}",
        anchor=anchor("figure", cost.option, UNAVAILABILITY),
    )
    if figure.value is not None:
        return Headline(label, middle, f"{name}; grade {figure.grade}", evidence)
    # The range is the finding: its middle alone would look like something that somebody measured.
    wide = f"{percent(share_of(figure.high))} to {percent(share_of(figure.low))}"
    return Headline(label, wide, f"{name}; 5–95 %, middle {middle}; grade {figure.grade}", evidence)


def share_of(unavailable_min_per_month: float) -> float:
    """The share of time in service that so many minutes a month without service leave.

    >>> round(share_of(438.3), 4)
    0.99
    """
    return 1 - unavailable_min_per_month / MINUTES_PER_MONTH


def age_days(figure: Figure, as_of: date) -> int:
    """Days from the figure's date to the day of the report."""
    return (as_of - figure.as_of).days


def _minutes(minutes: float) -> str:
    return f"{number(minutes)} minutes without service a month"


def flip_points(decision: dict[str, Any], names: Mapping[str, str]) -> list[str]:
    """What would have to be true for another option to win, each as one sentence.

    The volumes come last: there the monthly cost changes hands, everywhere else the total that ranks.
    """
    points = sorted(decision["flip_points"], key=lambda point: point["input"] == VOLUME)
    return [_flip_point(point, names) for point in points]


def _flip_point(point: Mapping[str, Any], names: Mapping[str, str]) -> str:
    above, below = _called(point["to"], names), _called(point["from"], names)
    if point["input"] == VOLUME:
        volume = f"{number(point['value'])} messages a month"
        return f"From {volume} on the monthly cost is lowest with {above}; below that with {below}."
    sides = f"is {above}; below that it is {below}"
    whose = "" if point["option"] is None else f" of {_called(point['option'], names)}"
    value, unit, stands = point["value"], point["unit"], point["now"]
    now = "" if stands is None else f" (it stands at {_amount(stands, unit, short=True)})"
    chance = (
        "" if point["p_beyond"] is None else f" The chance of lying beyond is {percent(point['p_beyond'])}."
    )
    what = _quantity(point["input"])
    return f"Where {what}{whose} is {_amount(value, unit)} or more{now}, the cheapest {sides}.{chance}"


UNITLESS = ("share", "ratio", "nodes", "users", "connections", "messages", "recipients", "channels")
"""Units that the name of a number says already."""

QUANTITY_WORDS = {
    "service_unavailability_min_per_month": "the time without service",
    "vendor_bill_usd_per_month": "the first month's bill",
}


def _amount(value: float, unit: str, *, short: bool = False) -> str:
    """A value with its unit; without what it is measured by where ``short``.

    >>> _amount(1320.0, "USD/month"), _amount(44.2, "min/month", short=True), _amount(3.0, "nodes")
    ('$1,320 a month', '44.2', '3')
    """
    sign, unit = ("$", unit.removeprefix("USD")) if unit.startswith("USD") else ("", f" {unit}")
    said = "" if short or unit.strip() in UNITLESS else unit.replace("/", " a ")
    return f"{sign}{number(value)}{said}"


def _quantity(name: str) -> str:
    return QUANTITY_WORDS.get(name) or name.split("_usd")[0].split("_min_")[0].replace("_", " ")


def _called(option: str | None, names: Mapping[str, str]) -> str:
    return "none of them" if option is None else names.get(option, option)
