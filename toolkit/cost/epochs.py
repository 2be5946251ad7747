"""The days on which anything that costs rest on becomes known, begins or ends: between them costs stay."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Any

from pydantic import BaseModel

ONE_DAY = timedelta(days=1)


class Epochs:
    """The stretches of days through which the same prices and figures are known.

    Args:
        models: everything dated that costs rest on: options, price books, assumed figures.
    """

    def __init__(self, models: Iterable[BaseModel]) -> None:
        named = {day for model in models for day in days_in(model)}
        # What begins or becomes known changes costs on its day, what ends on the day after.
        self._starts = sorted(named | {day + ONE_DAY for day in named if day < date.max})

    def start(self, day: date) -> date:
        """The first day of the stretch that a day lies in; ``date.min`` before anything is known."""
        place = bisect_right(self._starts, day)
        return self._starts[place - 1] if place else date.min


def days_in(node: Any) -> Iterator[date]:
    """Every day that a model names anywhere."""
    if isinstance(node, BaseModel):
        for name in type(node).model_fields:
            yield from days_in(getattr(node, name))
    elif isinstance(node, dict):
        for child in node.values():
            yield from days_in(child)
    elif isinstance(node, list | tuple):
        for child in node:
            yield from days_in(child)
    elif isinstance(node, date):
        yield node
