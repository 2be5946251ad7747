"""What books are written with: exact amounts, names of usage fields, and prices that say who stated them."""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal, Inexact, localcontext
from functools import cached_property
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from toolkit.evidence import Day, Grade, Strict, Text
from toolkit.pricing.amounts import EXACT, exact_number
from toolkit.pricing.usage import COUNTED, LIMITED
from toolkit.project import near


def told_together(faults: Iterable[str]) -> None:
    """Raise all faults of one record, each ``what is wrong|what would be right``, as one; return if none."""
    pairs = [fault.partition("|") for fault in faults]
    if pairs:
        raise ValueError("|".join("; ".join(pair[part] for pair in pairs) for part in (0, 2)))


def _share(value: Any) -> Any:
    number = exact_number(value)
    if number > 1:
        raise ValueError(f"{value!r} is not a share|write 0 to 1, such as 0.999 for 99.9 %")
    return number


def _amount(value: Any) -> Any:
    if value is None:
        raise ValueError("no price stands here|write a number, or unknown")
    return None if value == "unknown" else exact_number(value)


def _one_of(known: Sequence[str], what: str) -> AfterValidator:
    def check(name: str) -> str:
        if name not in known:
            raise ValueError(f"{name!r} is not {what}|{near(name, list(known))}")
        return name

    return AfterValidator(check)


Number = Annotated[Decimal, BeforeValidator(exact_number)]
Share = Annotated[Decimal, BeforeValidator(_share)]
"""0 to 1."""

Amount = Annotated[Decimal | None, BeforeValidator(_amount)]
"""US dollars; None where the file says ``unknown``, which is not 0."""

MeterName = Annotated[str, _one_of(("messages", *COUNTED), "the name of a meter")]
CountedField = Annotated[str, _one_of(COUNTED, "a usage field that a meter counts")]
LimitedField = Annotated[str, _one_of(LIMITED, "a usage field")]
Positive = Annotated[int, Field(gt=0, le=10**18)]


class Source(Strict):
    """Where figures of a book come from.

    Args:
        where: the page or document.
        as_of: the UTC day on which it said so. Before it nothing was known.
        confirmed: the last day on which it still said so. None where nobody looked again.
        grade: how strong the evidence is.
        recheck: how to see whether its figures still hold.
        note: what a reader must know beside it. None where there is nothing to add.
    """

    where: Text
    as_of: Day
    confirmed: Day | None = None
    grade: Grade
    recheck: Text
    note: str | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.confirmed is not None and self.confirmed < self.as_of:
            raise ValueError(
                f"confirmed {self.confirmed} is before as_of {self.as_of}|write as_of <= confirmed"
            )
        return self

    def newest(self, day: date) -> date | None:
        """The last day up to ``day`` on which the source said so; None where it had not yet."""
        days = [known for known in (self.as_of, self.confirmed) if known is not None and known <= day]
        return max(days, default=None)


class Sourced(Strict):
    """Something that a source said.

    Args:
        source: its name under ``sources`` of the book.
        note: what a reader must know beside it. None where there is nothing to add.
    """

    source: Text
    note: str | None = None


class BaseFee(Sourced):
    """What a month costs before any usage.

    Args:
        amount: US dollars; None where unknown.
        prepaid: usage draws on the amount, so that only what is left of it is charged beside the usage.
    """

    amount: Amount
    prepaid: bool = False


class UnitPrice(Strict):
    """``amount`` US dollars, None where unknown, for every ``per`` metered units."""

    amount: Amount
    per: Positive = 1

    @model_validator(mode="after")
    def _exact(self) -> Self:
        try:
            _ = self.each
        except Inexact:
            raise ValueError(
                f"{self.amount} per {self.per} has no exact price per unit|give the price of one unit"
            ) from None
        return self

    @cached_property
    def each(self) -> Decimal | None:
        """US dollars for one metered unit, exact; None where unknown."""
        if self.amount is None:
            return None
        with localcontext(EXACT):
            return self.amount / self.per
