"""What it costs over the horizon: every line of every option, its band and its source."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from toolkit.report.evidenced import of_cost
from toolkit.report.tables import Cell, Column, Mark, Missing, Table
from toolkit.report.wording import shorten, usd

if TYPE_CHECKING:
    from toolkit.cost.band import Band
    from toolkit.cost.result import CostResult, OptionCost
    from toolkit.pricing.quotes import Quote


def totals_table(cost: "CostResult", names: Mapping[str, str], *, title: str) -> Table:
    """Every option with its total and the mean of each line, the cheapest first, unknown totals last.

    Args:
        names: what readers call each option.
        title: title of the scenario.
    """
    lines = list(dict.fromkeys(line.line for entry in cost.options.values() for line in entry.lines))
    rows: list[list[Cell]] = []
    for entry in sorted(cost.options.values(), key=_order):
        means = {line.line: None if line.band is None else usd(line.band.mean) for line in entry.lines}
        none = Missing("none")
        rows.append(
            [
                names.get(entry.option, entry.option),
                _total(entry, cost),
                *(means.get(line, none) for line in lines),
            ]
        )
    columns = [Column("Option"), Column("Total, 5–95 %", "USD", numeric=True)]
    columns += [Column(line, "USD", numeric=True) for line in lines]
    caption = f"Cost over {cost.horizon_months} months, {title}"
    return Table(caption, columns, rows, absent="unknown; the lines of the option say what is missing")


def lines_table(entry: "OptionCost", names: Mapping[str, str], *, months: int, title: str) -> Table:
    """The lines of one option with their bands, and where each number comes from."""
    rows: list[list[Cell]] = [[line.line, *_band(line.band), line.source] for line in entry.lines]
    columns = [
        Column("Line"), Column("Mean", "USD", numeric=True), Column("5 %", "USD", numeric=True),
        Column("95 %", "USD", numeric=True), Column("Where it comes from", shape="wide"),
    ]  # fmt: skip
    caption = f"Lines of {names.get(entry.option, entry.option)} over {months} months, {title}"
    return Table(caption, columns, rows, absent="unknown; the last column says what is missing")


def cheapest_lines_table(cost: "CostResult", names: Mapping[str, str], *, title: str) -> Table:
    """The lines of the option that :func:`totals_table` puts first."""
    first = min(cost.options.values(), key=_order)
    return lines_table(first, names, months=cost.horizon_months, title=title)


def bills_table(quotes: "Sequence[Quote]", *, title: str) -> Table:
    """What every vendor would bill for the first month at the medians, beside what the brief quotes."""
    rows: list[list[Cell]] = [
        [
            quote.bill.vendor_name,
            quote.bill.plan_name,
            _bill(quote),
            _believed(quote),
            Mark(quote.grade, "grade"),
            quote.bill.price_book.partition("@")[2] or None,
            next(iter(quote.bill.notes), None),
        ]
        for quote in quotes
    ]
    columns = [
        Column("Vendor"), Column("Plan"), Column("Bill", "USD", numeric=True),
        Column("The brief quotes", "USD", numeric=True), Column("Weakest grade", shape="short"),
        Column("Prices seen", shape="short"), Column("What to know", shape="wide"),
    ]  # fmt: skip
    return Table(f"Bill of the first month, vendor by vendor, {title}", columns, rows)


def _believed(quote: "Quote") -> Cell:
    if quote.brief_says is None:
        return Missing("nothing")
    if quote.brief_usd is None:
        return Missing("nothing so large")
    return Mark(usd(float(quote.brief_usd)), "total", quote.brief_says)


def _bill(quote: "Quote") -> Cell:
    if not quote.bill.feasible:
        return Missing(f"no plan carries it: {shorten('; '.join(quote.bill.violations), 160)}")
    return Missing("its price is unknown") if quote.bill.total is None else usd(float(quote.bill.total))


def _order(entry: "OptionCost") -> tuple[bool, float, str]:
    return entry.total is None, entry.total.mean if entry.total else 0.0, entry.option


def _total(entry: "OptionCost", cost: "CostResult") -> Cell:
    if entry.total is not None:
        behind = of_cost(entry, cost, window=f"{cost.horizon_months} months")
        spread = f"{usd(entry.total.p5)} to {usd(entry.total.p95)}"
        grade = "no grade" if behind is None else f"grade {behind.grade}"
        return Mark(usd(entry.total.mean), "total", f"{spread}, {grade}", behind)
    return Missing(shorten("; ".join([*entry.infeasible, *entry.unknown]) or "a line is unknown", 200))


def _band(band: "Band | None") -> list[Cell]:
    return [None, None, None] if band is None else [usd(band.mean), usd(band.p5), usd(band.p95)]
