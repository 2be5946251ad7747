"""The exact path and the vectorised one, side by side."""

from collections.abc import Sequence
from datetime import date

import numpy as np

from toolkit.pricing.bill import bill
from toolkit.pricing.book import PriceBook
from toolkit.pricing.usage import Usage
from toolkit.pricing.vectors import Floats

HALF_A_CENT_USD = 0.005


def columns(months: Sequence[Usage]) -> dict[str, Floats]:
    """The months as arrays, the factor of the busiest day too; a peak not stated is 0, below any there is."""
    rows = [month.model_dump() for month in months]
    return {name: np.array([float(row[name] or 0) for row in rows]) for name in Usage.model_fields}


def exact(book: PriceBook, usage: Usage, plan: str | None, *, as_of: date) -> float:
    """The exact total as the vectorised path says it: inf past the plan, nan where a price is unknown."""
    made = bill(book, usage, plan=plan, as_of=as_of)
    return float("inf") if not made.feasible else float("nan") if made.total is None else float(made.total)
