"""The figures of the first screen: cost now and after, availability against need, flip points."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from toolkit.evidence import Figure
from toolkit.report.wording import DASH, day, exact_percent, number, percent, plural, shorten, usd, usd_change

if TYPE_CHECKING:
    from toolkit.cost.option import Option
    from toolkit.cost.result import OptionCost
    from toolkit.decide.plan import Plan
    from toolkit.report.inputs import ScenarioInputs

STALE_DAYS = 365
"""A headline that rests on an older figure is a dash, with the old value and its age below it."""

MONTH_MIN = 730.5 * 60
"""Minutes of an average month of the Gregorian calendar."""


@dataclass(frozen=True)
class Headline:
    """One figure of the first screen.

    Args:
        label: what it is.
        value: the figure with its unit, or a dash.
        note: range, grade and source in words, or why there is a dash.
    """

    label: str
    value: str
    note: str


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
    inputs: "ScenarioInputs", *, plan: "Plan", options: "Mapping[str, Option]"
) -> list[Headline]:
    """Cost now, cost after the last phase, and the change."""
    now_id, after_id = baseline(plan, options), target(inputs.decision.to_document())
    now, after = (inputs.cost.options.get(option) if option else None for option in (now_id, after_id))
    names = {option: entry.name for option, entry in options.items()}
    return [
        _cost("Cost now", now, names, "no phase is in service or done"),
        _cost("Cost after the last phase", after, names, "no candidate could be chosen"),
        _change(now, after, budget=inputs.scenario.budget_usd_per_month),
    ]


def _cost(label: str, cost: "OptionCost | None", names: Mapping[str, str], nothing: str) -> Headline:
    if cost is None:
        return Headline(label, DASH, nothing)
    name = names.get(cost.option, cost.option)
    if cost.monthly_cost_usd is None:
        missing = "; ".join([*cost.unknown, *cost.infeasible]) or "a price or a size is not known"
        return Headline(label, DASH, f"{name}: unknown, {shorten(missing, 160)}")
    band = cost.monthly_cost_usd
    plan = f", plan {cost.plan}" if cost.plan else ""
    told = f"{name}{plan}; 5–95 %: {usd(band.p5)} to {usd(band.p95)}"
    note = f". {cost.plan_note}" if cost.plan_note else ""
    return Headline(label, f"{usd(band.mean)} a month", f"{told}{note}")


def _change(now: "OptionCost | None", after: "OptionCost | None", *, budget: float | None) -> Headline:
    limit = "no budget is stated" if budget is None else f"budget {usd(budget)} a month"
    if now is None or after is None or now.monthly_cost_usd is None or after.monthly_cost_usd is None:
        return Headline("Change", DASH, f"one of the two is not known; {limit}")
    change = after.monthly_cost_usd.mean - now.monthly_cost_usd.mean
    before = now.monthly_cost_usd.mean
    relative = f", {change / before * 100:+.0f} %".replace("-", "−") if before > 0 else ""
    return Headline("Change", f"{usd_change(change)} a month", f"mean against mean{relative}; {limit}")


def availability_headlines(
    inputs: "ScenarioInputs", *, plan: "Plan", options: "Mapping[str, Option]", as_of: date
) -> list[Headline]:
    """Availability now, after the last phase, and the need."""
    need = inputs.scenario.uptime_need
    now_id, after_id = baseline(plan, options), target(inputs.decision.to_document())
    stated = "the scenario states no need" if need is None else f"at most {_minutes((1 - need) * MONTH_MIN)}"
    return [
        _availability("Availability now", inputs, now_id, options, as_of),
        _availability("Availability after", inputs, after_id, options, as_of),
        Headline("Availability needed", DASH if need is None else exact_percent(need), stated),
    ]


def _availability(
    label: str, inputs: "ScenarioInputs", option: str | None, options: "Mapping[str, Option]", as_of: date
) -> Headline:
    cost = inputs.cost.options.get(option) if option else None
    figure = cost.availability if cost else None
    if cost is None or figure is None:
        return Headline(label, DASH, "nothing is known of its outages" if cost else "no such option")
    name = options[cost.option].name
    age = age_days(figure, as_of)
    if age > STALE_DAYS:
        old = f"{percent(share_of(figure.central))}, from {day(figure.as_of)}, {plural(age, 'day')} old"
        return Headline(label, DASH, f"{name}: stale; it was {old} (grade {figure.grade})")
    middle = percent(share_of(figure.central))
    if figure.value is not None:
        return Headline(label, middle, f"{name}; grade {figure.grade}")
    # The range is the finding: its middle alone would look like something that somebody measured.
    wide = f"{percent(share_of(figure.high))} to {percent(share_of(figure.low))}"
    return Headline(label, wide, f"{name}; 5–95 %, middle {middle}; grade {figure.grade}")


def share_of(unavailable_min_per_month: float) -> float:
    """The share of time in service that so many minutes a month without service leave.

    >>> round(share_of(438.3), 4)
    0.99
    """
    return 1 - unavailable_min_per_month / MONTH_MIN


def age_days(figure: Figure, as_of: date) -> int:
    """Days from the figure's date to the day of the report."""
    return (as_of - figure.as_of).days


def _minutes(minutes: float) -> str:
    return f"{number(minutes)} minutes without service a month"


def flip_points(decision: dict[str, Any], names: Mapping[str, str]) -> list[str]:
    """What would have to be true for another option to win, each as one sentence."""
    return [_flip_point(point, names) for point in decision["flip_points"]]


def _flip_point(point: Mapping[str, Any], names: Mapping[str, str]) -> str:
    sides = f"is {_called(point['to'], names)}; below that it is {_called(point['from'], names)}"
    if point["input"] == "messages_per_month":
        return f"From {number(point['value'])} {_input(point['input'])} on the cheapest {sides}."
    whose = "" if point["option"] is None else f" of {_called(point['option'], names)}"
    unit = "" if point["unit"] in UNITLESS else f" {point['unit'].replace('/', ' a ')}"
    now = "" if point["now"] is None else f" (it stands at {number(point['now'])})"
    chance = (
        "" if point["p_beyond"] is None else f" The chance of lying beyond is {percent(point['p_beyond'])}."
    )
    what = _quantity(point["input"])
    return (
        f"Where {what}{whose} is {number(point['value'])}{unit} or more{now}, the cheapest {sides}.{chance}"
    )


UNITLESS = ("share", "ratio", "nodes", "users", "connections", "messages", "recipients", "channels")
"""Units that the name of a number says already."""

QUANTITY_WORDS = {
    "service_unavailability_min_per_month": "the time without service",
    "vendor_bill_usd_per_month": "the first month's bill",
}


def _quantity(name: str) -> str:
    return QUANTITY_WORDS.get(name) or name.split("_usd")[0].split("_min_")[0].replace("_", " ")


def _input(name: str) -> str:
    return name.replace("_per_", " a ").replace("_", " ")


def _called(option: str | None, names: Mapping[str, str]) -> str:
    return "none of them" if option is None else names.get(option, option)
