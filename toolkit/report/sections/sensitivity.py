"""What the choice hangs on: how much of the spread each unknown brings, beside what knowing it is worth."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from toolkit.report.tables import Cell, Column, Missing, Table
from toolkit.report.wording import number, percent, usd

if TYPE_CHECKING:
    from toolkit.cost.result import CostResult

NO_CHOICE = "There is no choice to be sensitive: fewer than two options have a known total."


@dataclass(frozen=True)
class SensitivityView:
    """What the page shows.

    Args:
        sentences: what all of it is worth, and the nearest world with another answer.
        table: a row an input. None where there is no choice.
    """

    sentences: list[str]
    table: Table | None


def sensitivity_view(cost: "CostResult", names: Mapping[str, str], *, title: str = "") -> SensitivityView:
    """The section of one scenario.

    Args:
        names: what readers call each option.
        title: of the scenario, which ends the caption. Empty where the page holds only one.
    """
    document = cost.to_document()
    entries = document["sensitivity"]
    if document["recommended"] is None or not entries:
        return SensitivityView([NO_CHOICE], None)
    chosen = names.get(document["recommended"], document["recommended"])
    sentences = [
        f"The choice of {chosen} hangs on {len(entries)} unknowns. Knowing all of them before choosing would "
        f"save {usd(document['evpi'])} on average; no measurement can be worth more.",
        *_nearest(document["nearest_flip"], names),
    ]
    suffix = f", {title}" if title else ""
    return SensitivityView(sentences, _table(entries, chosen, names, suffix))


def _nearest(nearest: Mapping[str, Any] | None, names: Mapping[str, str]) -> list[str]:
    if nearest is None:
        return []
    moves = "; ".join(
        f"{_words(move['input'])} at its {_percentile(move['share'])}" for move in nearest["moves"]
    )
    where = f", with {moves}" if moves else ""
    return [
        f"The nearest world found with another answer lies {number(nearest['distance'])} standard deviations "
        f"away{where}; there {names.get(nearest['to'], nearest['to'])} is the cheapest."
    ]


def _percentile(share: float) -> str:
    """The share as a percentile.

    >>> _percentile(0.18), _percentile(0.61), _percentile(0.12)
    ('18th percentile', '61st percentile', '12th percentile')
    """
    place = round(share * 100)
    ending = "th" if place in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(place % 10, "th")
    return f"{place}{ending} percentile"


def _table(entries: list[dict[str, Any]], chosen: str, names: Mapping[str, str], suffix: str) -> Table:
    columns = [
        Column("Unknown"), Column("Sobol, total order", "of the total", numeric=True),
        Column("Sobol, first order", "of the total", numeric=True),
        Column("Sobol, total order", "of the difference", numeric=True), Column("EVPPI", "USD", numeric=True),
        Column("Where the choice changes", shape="wide"),
    ]  # fmt: skip
    rows: list[list[Cell]] = [
        [
            _words(entry["input"]),
            *(_share(entry[name]) for name in ("sobol", "sobol_first_order", "sobol_of_difference")),
            usd(entry["evppi"]),
            "; ".join(_flip(point, names) for point in entry["flip_points"]) or "nowhere that was looked at",
        ]
        for entry in entries
    ]
    caption = f"What the choice of {chosen} hangs on: share of the variance, and worth of knowing{suffix}"
    return Table(caption, columns, rows)


def _share(index: float | None) -> Cell:
    return Missing("too few points have a price") if index is None else percent(index)


def _flip(point: Mapping[str, Any], names: Mapping[str, str]) -> str:
    values = "; ".join(f"{_words(value['quantity'])}: {number(value['value'])}" for value in point["values"])
    other = names.get(point["to"], point["to"])
    return f"{other} beyond {values} (chance {percent(point['p_beyond'])})"


def _words(name: str) -> str:
    """The name of an input in words, its unit set apart.

    >>> _words("downtime_cost_usd_per_hour"), _words("service_unavailability_min_per_month")
    ('downtime cost, USD per hour', 'service unavailability, minutes per month')
    """
    for unit, told in (("_usd_per_", ", USD per "), ("_min_per_", ", minutes per ")):
        name = name.replace(unit, told)
    return name.replace("_", " ")
