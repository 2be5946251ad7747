"""Line items: what each option costs, month by month and line by line."""

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

import pandas as pd

from toolkit.cost.formulas import discount_factors
from toolkit.cost.labour import MIGRATION
from toolkit.cost.result import CostResult, Line, OptionCost
from toolkit.evidence import Grade
from toolkit.project.spreadsheet import as_text

MONTHS_A_YEAR = 12


class Item(NamedTuple):
    """One line of one option in one month.

    Args:
        option: its id.
        month: 1 for the first of the horizon.
        starts: the first day of it, UTC.
        line: what is paid for.
        component: of the migration. None of other lines.
        mean_usd: mean over the draws, not discounted. None where unknown.
        discount_factor: what a dollar of the month counts in a total.
        grade: the weakest evidence behind it. None where unknown.
        source: where it comes from, or what is missing.
    """

    option: str
    month: int
    starts: date
    line: str
    component: str | None
    mean_usd: float | None
    discount_factor: float
    grade: Grade | None
    source: str


def items(result: CostResult) -> Iterator[Item]:
    """Every line item: option by option, month by month, the move by its components."""
    worth = discount_factors(result.discount_rate_per_year, months=result.horizon_months).tolist()
    for cost in result.options.values():
        for month, factor in enumerate(worth):
            starts = month_start(result.as_of, month)
            for line in cost.lines:
                for component, usd in _parts(cost, line, month):
                    yield Item(
                        cost.option, month + 1, starts, line.line, component, usd, factor, line.grade,
                        line.source,
                    )  # fmt: skip


def _parts(cost: OptionCost, line: Line, month: int) -> Iterator[tuple[str | None, float | None]]:
    """The components of the move in the month in which it is paid; every other line as it is."""
    usd = None if line.months_usd is None else line.months_usd[month]
    if line.line == MIGRATION and usd and cost.migration_shares:
        yield from ((component, usd * share) for component, share in cost.migration_shares.items())
    else:
        yield None, usd


def month_start(as_of: date, month: int) -> date:
    """The first day of a month of the horizon, which begins with the first whole month after the as-of day.

    >>> month_start(date(2026, 11, 23), 0), month_start(date(2026, 11, 1), 13)
    (datetime.date(2026, 12, 1), datetime.date(2028, 1, 1))
    """
    months = as_of.year * MONTHS_A_YEAR + as_of.month + month
    return date(months // MONTHS_A_YEAR, months % MONTHS_A_YEAR + 1, 1)


def line_items(result: CostResult) -> pd.DataFrame:
    """The line items as a table, a column for each field of :class:`Item`; NaN where a number is unknown."""
    frame = pd.DataFrame(list(items(result)), columns=list(Item._fields))
    return frame.astype({"month": "int64", "mean_usd": "float64", "discount_factor": "float64"})


def items_csv(result: CostResult) -> str:
    """The line items as CSV with a header, in whole cents; an unknown number is an empty cell."""
    frame = line_items(result)
    for column in ("component", "source"):
        frame[column] = frame[column].map(as_text)
    frame["mean_usd"] = [None if pd.isna(usd) else f"{usd:.2f}" for usd in frame["mean_usd"]]
    return frame.to_csv(index=False, lineterminator="\n", float_format="%.6f")
