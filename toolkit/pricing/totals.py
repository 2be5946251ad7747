"""The vectorised path: what every plan charges for many usages at once, in float64.

It does its own arithmetic, apart from the exact path, so that each can be held against the other. Months are
worked through in pieces that stay in the processor's cache.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import EllipsisType

import numpy as np
from numpy.typing import NDArray

from toolkit.pricing.book import PriceBook
from toolkit.pricing.month import Month
from toolkit.pricing.offers import Offer, offers
from toolkit.pricing.usage import MOST_DAYS, Usage
from toolkit.pricing.vectors import Floats
from toolkit.project import near

Indices = NDArray[np.int16]
Where = tuple[EllipsisType | slice, ...]

NO_PLAN = -1
AT_ONCE = 32_768
"""Months worked on at once: a few arrays of them fit into a core's cache."""

SAME_USD = 5e-7
"""Totals that differ by less are one price; the earlier plan of the book then wins."""

FIELDS = tuple(Usage.model_fields)


@dataclass(frozen=True)
class Checked:
    """Usage that was looked through once, or is known to be in range, for all the books that are to bill it.

    Args:
        arrays: by usage field, each read only where a plan needs it.
        shape: that all of them broadcast to.
    """

    arrays: Mapping[str, Floats]
    shape: tuple[int, ...]


def checked(usage: Mapping[str, Floats]) -> Checked:
    """The usage, for :func:`plan_totals` and :func:`cheapest`, whose arguments and errors these are."""
    arrays = {name: _quantities(name, values) for name, values in usage.items()}
    return Checked(arrays, np.broadcast_shapes(*(values.shape for values in arrays.values())))


def plan_totals(book: PriceBook, usage: Mapping[str, Floats] | Checked, *, as_of: date) -> dict[str, Floats]:
    """US dollars a month of every plan: nan where a price is unknown, inf where the usage is past the plan.

    Args:
        book: the vendor's prices.
        usage: numbers by usage field, whole but for the factor of the busiest day, of one shape or
            broadcastable to it; a field that is absent is 0, ``days`` 30 (1 to 31), ``busiest_day_factor`` 1
            and ``peak_day_messages`` the even share. Or the same, :func:`checked` before.
        as_of: the UTC day of the question.

    Raises:
        ValueError: a name is not a usage field, or a number is negative, out of range or nan.
    """
    usage = usage if isinstance(usage, Checked) else checked(usage)
    offered = offers(book, as_of)
    totals = {offer.plan.id: np.empty(usage.shape) for offer in offered}
    for month, where in _pieces(usage):
        for offer in offered:
            totals[offer.plan.id][where] = month.total(offer)
    return totals


def cheapest(
    book: PriceBook, usage: Mapping[str, Floats] | Checked, *, as_of: date
) -> tuple[Floats, Indices]:
    """The cheapest total of the plans that need not be named, and its plan's index among :func:`offers`.

    Where all plans that carry a usage have unknown prices, the total is nan and the index the first of them;
    where none carries it, the total is inf and the index -1. Arguments and errors are those of
    :func:`plan_totals`.
    """
    usage = usage if isinstance(usage, Checked) else checked(usage)
    offered = [(index, offer) for index, offer in enumerate(offers(book, as_of)) if offer.chosen_unnamed]
    total, chosen = np.empty(usage.shape), np.empty(usage.shape, dtype=np.int16)
    for month, where in _pieces(usage):
        total[where], chosen[where] = _cheapest(month, offered, total[where].shape)
    return total, chosen


def _cheapest(
    month: Month, offered: Sequence[tuple[int, Offer]], shape: tuple[int, ...]
) -> tuple[Floats, Indices]:
    best, chosen = np.full(shape, np.inf), np.full(shape, NO_PLAN, dtype=np.int16)
    for index, offer in offered:
        total = np.broadcast_to(month.total(offer), shape)
        # An unknown price is worse than any known one, and better than a plan that does not carry the usage.
        better = (total < best - SAME_USD) | (np.isnan(best) & (total < np.inf))
        if offer.may_be_unknown:
            better |= np.isnan(total) & (chosen == NO_PLAN)
        np.copyto(best, total, where=better)
        np.copyto(chosen, index, where=better)
    return best, chosen


def _quantities(name: str, values: Floats) -> Floats:
    if name not in FIELDS:
        raise ValueError(f"{name!r} is not a usage field; {near(name, list(FIELDS))}")
    numbers = np.asarray(values, dtype=np.float64)
    least, most = (1, MOST_DAYS) if name in ("busiest_day_factor", "days") else (0, np.inf)
    if numbers.size and not (numbers.min() >= least and numbers.max() <= most):
        raise ValueError(f"{name} holds a number out of range or nan; write {least} to {most}")
    return numbers


def _pieces(usage: Checked) -> Iterator[tuple[Month, Where]]:
    """Stretches of the longest axis, with what each field has there."""
    shape = usage.shape
    if not shape:
        yield Month(usage.arrays), (...,)
        return
    length = max(shape)
    # Counted from the end, where fields with fewer axes have theirs.
    axis = shape.index(length) - len(shape)
    # Rounded up, so that no piece is left over that holds next to nothing.
    step = max(1, -(-AT_ONCE * length // max(1, int(np.prod(shape)))))
    whole = (slice(None),) * (-axis - 1)
    for start in range(0, length, step):
        where: Where = (..., slice(start, start + step), *whole)
        yield Month(_Cut(usage.arrays, where, axis, length)), where


class _Cut(Mapping[str, Floats]):
    """A stretch of usage, each field cut when it is first read.

    Args:
        arrays: by usage field.
        where: the stretch.
        axis: that it is of, counted from the end.
        length: of that axis, where a field has it.
    """

    def __init__(self, arrays: Mapping[str, Floats], where: Where, axis: int, length: int) -> None:
        self._arrays, self._where, self._axis, self._length = arrays, where, axis, length
        self._known: dict[str, Floats] = {}

    def __getitem__(self, name: str) -> Floats:
        if name not in self._known:
            values = self._arrays[name]
            has_it = values.ndim >= -self._axis and values.shape[self._axis] == self._length
            self._known[name] = values[self._where] if has_it else values
        return self._known[name]

    def __contains__(self, name: object) -> bool:
        return name in self._arrays

    def __iter__(self) -> Iterator[str]:
        return iter(self._arrays)

    def __len__(self) -> int:
        return len(self._arrays)
