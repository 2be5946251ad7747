"""The options side by side, one column each, with what doing nothing keeps marked."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from toolkit.evidence import Figure, Range
from toolkit.report.spoken import Spoken
from toolkit.report.tables import Cell, Column, Mark, Table
from toolkit.report.wording import exact_percent, number, percent, shorten, usd

if TYPE_CHECKING:
    from toolkit.cost.band import Band
    from toolkit.cost.option import Option
    from toolkit.cost.result import OptionCost
    from toolkit.report.inputs import ScenarioInputs

HOSTING = {"self": "own servers", "managed": "managed"}


def side_by_side(
    options: "Mapping[str, Option]",
    inputs: "ScenarioInputs",
    *,
    do_nothing: str | None,
    as_of: date,
    title: str,
) -> Table:
    """Every option as a column, every property as a row.

    Args:
        do_nothing: the option that doing nothing keeps; it comes first. None where nothing is in service.
        as_of: the day (UTC) on which a figure must have been known.
        title: title of the scenario.
    """
    order = sorted(options, key=lambda option: option != do_nothing)
    heads = [f"{options[option].name}{' (do nothing)' if option == do_nothing else ''}" for option in order]
    ranking = {entry["option"]: entry for entry in inputs.decision.to_document()["ranking"]}
    makers = _makers(
        inputs, ranking, as_of, sorted({name for option in options.values() for name in option.features}),
        Spoken({option: entry.name for option, entry in options.items()}),
    )  # fmt: skip
    rows: list[list[Cell]] = [
        [label, *(maker(options[option]) for option in order)] for label, maker in makers.items()
    ]
    return Table(
        caption=f"The options side by side, {title}",
        columns=[Column("Property"), *(Column(head) for head in heads)],
        rows=rows,
        absent="unknown: no source was found, or it cannot be computed; see the limits",
    )


def _makers(
    inputs: "ScenarioInputs",
    ranking: Mapping[str, Mapping[str, Any]],
    as_of: date,
    features: list[str],
    spoken: Spoken,
) -> "dict[str, Callable[[Option], Cell]]":
    costs = inputs.cost.options
    months = inputs.cost.horizon_months

    def cost(read: "Callable[[OptionCost], Cell]") -> "Callable[[Option], Cell]":
        return lambda option: read(costs[option.id]) if option.id in costs else None

    makers: dict[str, Callable[[Option], Cell]] = {
        "Rank": lambda option: _rank(ranking.get(option.id)),
        "Meets the must-haves": lambda option: _feasible(ranking.get(option.id), spoken),
        "Hosting": lambda option: HOSTING[option.hosting],
        "Plan": cost(lambda found: found.plan),
        "Recurring cost of the first month": cost(lambda found: _band(found.monthly_cost_usd)),
        f"Total over {months} months": cost(lambda found: _band(found.total)),
        "Chance of being the cheapest": cost(
            lambda found: None if found.p_cheapest is None else percent(found.p_cheapest)
        ),
        "Mean regret if chosen": cost(lambda found: None if found.regret is None else usd(found.regret)),
        "Minutes without service a month": cost(lambda found: _figure(found.availability)),
        "Promised availability": lambda option: _promise(option.figure("promised_uptime_share", as_of=as_of)),
        "Setup, the brief says": lambda option: option.setup,
        "Migration": lambda option: _days(option),
    }
    for feature in features:
        makers[feature.replace("_", " ").capitalize()] = _has(feature)
    return makers


def _has(feature: str) -> "Callable[[Option], Cell]":
    return lambda option: {True: "yes", False: "no", None: None}[option.features.get(feature)]


def _rank(entry: Mapping[str, Any] | None) -> Cell:
    return None if entry is None or entry["rank"] is None else f"{entry['rank']}"


def _feasible(entry: Mapping[str, Any] | None, spoken: Spoken) -> Cell:
    if entry is None:
        return None
    word, tone = {True: ("yes", "good"), False: ("no", "bad"), None: ("unknown", "wait")}[entry["feasible"]]
    return Mark(word, tone, shorten(spoken("; ".join(entry["reasons"])), 240) or None)


def _band(band: "Band | None") -> Cell:
    return None if band is None else Mark(usd(band.mean), "plain", f"{usd(band.p5)} to {usd(band.p95)}")


def _figure(figure: Figure | None) -> Cell:
    if figure is None:
        return None
    spread = "" if figure.value is not None else f"{number(figure.low)} to {number(figure.high)}, "
    return Mark(number(figure.central), "plain", f"{spread}grade {figure.grade}, {figure.as_of.isoformat()}")


def _promise(figure: Figure | None) -> Cell:
    return None if figure is None else Mark(exact_percent(figure.central), "plain", f"grade {figure.grade}")


def _days(option: "Option") -> Cell:
    if not option.migration:
        return None
    from toolkit.cost.figures import added_up

    days = added_up(option.migration.values())
    told = f"{days.p5:g} to {days.p95:g}" if isinstance(days, Range) else f"{days:g}"
    return Mark(f"{told} person-days", "plain", ", ".join(option.migration))
