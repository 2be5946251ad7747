"""The numbers of a decision map against uptime, strip by strip."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from toolkit.report.tables import Cell, Column, Missing, Table
from toolkit.report.wording import compact, percent, usd

if TYPE_CHECKING:
    from toolkit.cost.decisionmap import DecisionMap
    from toolkit.cost.maplines import Part, Strip


def strips_table(caption: str, drawn: "DecisionMap", names: Mapping[str, str]) -> Table:
    """A row for each strip of uptimes and part of it, the promised ones beside them."""
    rows: list[list[Cell]] = [
        [
            f"{percent(strip.above)} to {percent(strip.to)}",
            f"{compact(part.messages_from)} to {compact(part.messages_to)}",
            None if part.option is None else names.get(part.option, part.option),
            _until(part),
            _promised(drawn, strip, part.messages_from, names),
        ]
        for strip in drawn.strips
        for part in strip.parts
    ]
    rows += [
        [
            "not on the map",
            None,
            names.get(option, option),
            None,
            _without_downtime(found.get("without_downtime_usd")),
        ]
        for option, found in drawn.apart.items()
    ]
    columns = [
        Column("Required uptime"), Column("Messages a month"), Column("Cheapest that reaches it"),
        Column("It ends in 5, 50 and 95 % of the draws at"),
        Column("Cheapest of those that promise it, at the lower end"),
    ]  # fmt: skip
    return Table(caption, columns, rows, absent="none, as far as is known")


def _until(part: "Part") -> Cell:
    """Where a part ends over the draws."""
    if part.until is None:
        return Missing("the map ends")
    ends = (part.until.p5, part.until.p50, part.until.p95)
    return ", ".join("off the map" if end is None else compact(end) for end in ends)


def _without_downtime(total: float | None) -> str | None:
    return None if total is None else f"{usd(total)} without its downtime, which is unknown"


def _promised(drawn: "DecisionMap", strip: "Strip", messages: float, names: Mapping[str, str]) -> str | None:
    level = (strip.above + strip.to) / 2
    found = next((other for other in drawn.promised if other.above < level <= other.to), None)
    option = None if found is None else found.option_at(messages)
    return None if option is None else names.get(option, option)
