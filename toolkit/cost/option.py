"""An option: one way to carry the messages, with graded figures about it."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Literal

import pandas as pd
from pydantic import AfterValidator, BeforeValidator, Field

from toolkit.cost.quantities import misfits
from toolkit.evidence import Figure, NonNegative, Quantity, Strict, Text, strongest
from toolkit.pricing.prices import LimitedField


def _as_list(value: Any) -> Any:
    return [value] if isinstance(value, dict) else value


Figures = Annotated[list[Figure], BeforeValidator(_as_list), Field(min_length=1)]
"""Figures of one and the same quantity: one mapping, or a list of them."""


Capacity = Annotated[float, Field(gt=0, allow_inf_nan=False)]
"""A hard limit; one of 0 would say that the option carries nothing at all."""


def _readable(figures: dict[str, list[Figure]]) -> dict[str, list[Figure]]:
    wrong = list(misfits(figures))
    if wrong:
        raise ValueError("|".join("; ".join(parts) for parts in zip(*wrong, strict=True)))
    return figures


class Option(Strict):
    """``options/ID.yaml``.

    Args:
        id: the stem of its file.
        name: what readers call it.
        hosting: ``self`` for servers of one's own, ``managed`` for a vendor's.
        price_book: vendor id of the book that prices it. None for a self-hosted one.
        setup: how hard the brief or a reviewer says the change is.
        features: which features it has; one that is not listed is unknown.
        figures: by quantity, see :class:`~toolkit.evidence.Figure`.
        migration: person-days by component, a number or a range; ranges move together.
        operations_hours_per_month: labour to keep it running. None where unknown.
        limits: known hard limits by usage field, for example ``peak_connections``.
        notes: statements about it that a reader must know.
    """

    id: str = Field(min_length=1, pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")
    name: Text
    hosting: Literal["self", "managed"]
    price_book: str | None = None
    setup: Literal["easy", "medium", "hard"] | None = None
    features: dict[str, bool] = Field(default_factory=dict)
    figures: Annotated[dict[str, Figures], AfterValidator(_readable)] = Field(default_factory=dict)
    migration: dict[str, Quantity] = Field(default_factory=dict)
    operations_hours_per_month: NonNegative | None = None
    limits: dict[LimitedField, Capacity] = Field(default_factory=dict)
    notes: list[str] = Field(default_factory=list)

    def figure(self, name: str, *, as_of: date) -> Figure | None:
        """The strongest figure of a quantity known on a day; None where there is none."""
        return strongest(self.figures.get(name, []), as_of=as_of)


def figure_table(options: Mapping[str, Option], *, as_of: date) -> pd.DataFrame:
    """One row a figure known on a day, of each quantity the one in use first; value is a range's median."""
    columns = ["option", "figure", "value", "low", "high", "unit", "grade", "source", "as_of", "note"]
    rows = [
        [option_id, name, figure.central, figure.low, figure.high, figure.unit, figure.grade, figure.source,
         figure.as_of, figure.note]
        for option_id, option in options.items()
        for name in option.figures
        for figure in _known(option, name, as_of)
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def _known(option: Option, name: str, as_of: date) -> list[Figure]:
    used = option.figure(name, as_of=as_of)
    known = [figure for figure in option.figures[name] if figure.as_of <= as_of]
    return sorted(known, key=lambda figure: figure is not used)
