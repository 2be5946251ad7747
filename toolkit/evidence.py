"""Figures: numbers that say who claims them, since when, and how strong that is."""

import re
from collections.abc import Iterable
from datetime import date
from typing import Annotated, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    model_validator,
)

Grade = Literal["claim", "published", "contract", "lab", "field"]
GRADES: tuple[Grade, ...] = ("claim", "published", "contract", "lab", "field")

LARGEST = 1e15
"""No quantity of a chat comes near, in any unit used here, and what is computed of it stays finite."""

NonNegative = Annotated[float, Field(ge=0, le=LARGEST, allow_inf_nan=False)]


def four_digits(value: float) -> float:
    """A number to four significant digits, as documents tell what was computed.

    >>> four_digits(467_389_123.0), four_digits(0.0123456)
    (467400000.0, 0.01235)
    """
    return float(f"{float(value):.4g}")


def _not_blank(text: str) -> str:
    if not text.strip():
        raise ValueError(f"{text[:20]!r} says nothing|write some text")
    return text


Text = Annotated[str, AfterValidator(_not_blank)]
"""Words for readers; blanks alone are none."""

WRITTEN_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def written_day(text: str) -> date:
    """The day that a text writes as YYYY-MM-DD, and in no other way.

    Raises:
        ValueError: it does not.
    """
    if not WRITTEN_DAY.fullmatch(text):
        raise ValueError(f"{text!r} is not written as YYYY-MM-DD")
    return date.fromisoformat(text)


def _iso_date(value: object) -> object:
    """Accept a quoted date, which YAML leaves a string."""
    if isinstance(value, str):
        try:
            return written_day(value)
        except ValueError:
            return value
    return value


Day = Annotated[date, BeforeValidator(_iso_date)]


class Strict(BaseModel):
    """A record of a user's file: unknown keys are refused and nothing is converted silently."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


def grade_rank(grade: Grade) -> int:
    """The strength of a grade, 0 for a claim.

    >>> grade_rank("lab") > grade_rank("published")
    True
    """
    return GRADES.index(grade)


class Range(Strict):
    """An uncertain number as its 5th, 50th and 95th percentile, all in one unit."""

    p5: NonNegative
    p50: NonNegative
    p95: NonNegative

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if not self.p5 <= self.p50 <= self.p95:
            msg = (
                f"p5 {self.p5:g}, p50 {self.p50:g}, p95 {self.p95:g} are out of order|write p5 <= p50 <= p95"
            )
            raise ValueError(msg)
        return self


class Figure(Strict):
    """One number with its evidence.

    Args:
        value: the number, in ``unit``. None where a range is given instead.
        p5, p50, p95: the range, in ``unit``. None where ``value`` is given.
        unit: for example ``USD/month``, ``ms``, ``min/month``, ``share`` (0 to 1).
        grade: how strong the evidence is, see :data:`GRADES`.
        source: where it comes from: a page, a document, a run.
        as_of: the UTC day on which the source said so. Before it the figure is unknown.
        note: what a reader must know beside it. None where there is nothing to add.
    """

    value: NonNegative | None = None
    p5: NonNegative | None = None
    p50: NonNegative | None = None
    p95: NonNegative | None = None
    unit: Text
    grade: Grade
    source: Text
    as_of: Day
    note: str | None = None

    @model_validator(mode="after")
    def _value_or_range(self) -> Self:
        given = [part is not None for part in (self.p5, self.p50, self.p95)]
        if (self.value is not None and any(given)) or (self.value is None and not all(given)):
            raise ValueError("needs either value or all of p5, p50 and p95|give one of the two")
        if not self.low <= self.central <= self.high:
            raise ValueError("p5, p50 and p95 are out of order|write p5 <= p50 <= p95")
        if self.unit == "share" and self.high > 1:
            raise ValueError(f"{self.high:g} is not a share|write {self.high / 100:g} for {self.high:g} %")
        return self

    @property
    def central(self) -> float:
        """The value, or the median of the range."""
        return self.value if self.value is not None else _given(self.p50)

    @property
    def low(self) -> float:
        """The value, or the 5th percentile of the range."""
        return self.value if self.value is not None else _given(self.p5)

    @property
    def high(self) -> float:
        """The value, or the 95th percentile of the range."""
        return self.value if self.value is not None else _given(self.p95)


def _given(part: float | None) -> float:
    if part is None:
        raise ValueError("a figure without value has p5, p50 and p95")
    return part


def strongest(figures: Iterable[Figure], *, as_of: date) -> Figure | None:
    """The figure to use of several on one and the same quantity.

    The strongest grade wins, of equal grades the newest, of equal dates the first.

    Args:
        figures: figures of one quantity; quantities that differ are never merged.
        as_of: the UTC day of the question. Figures not yet known then do not count.

    Returns:
        None where nothing was known on that day.
    """
    known = [figure for figure in figures if figure.as_of <= as_of]
    return max(known, key=lambda figure: (grade_rank(figure.grade), figure.as_of), default=None)


def _quantity_kind(value: object) -> str:
    return "<range>" if isinstance(value, dict | Range) else "<number>"


Quantity = Annotated[
    Annotated[NonNegative, Tag("<number>")] | Annotated[Range, Tag("<range>")], Discriminator(_quantity_kind)
]
"""A number, or the range of an uncertain one."""


def central(quantity: float | Range) -> float:
    """The number, or the median of its range."""
    return quantity.p50 if isinstance(quantity, Range) else quantity
