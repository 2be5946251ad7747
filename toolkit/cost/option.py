"""An option: one way to carry the messages, with graded figures about it."""

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from toolkit.evidence import Figure, NonNegative, Strict, strongest


def _as_list(value: Any) -> Any:
    return [value] if isinstance(value, dict) else value


Figures = Annotated[list[Figure], BeforeValidator(_as_list), Field(min_length=1)]
"""Figures of one and the same quantity: one mapping, or a list of them."""


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
        migration: person-days by component.
        operations_hours_per_month: labour to keep it running. None where unknown.
        limits: known hard limits by usage field, for example ``peak_connections``.
        notes: statements about it that a reader must know.
    """

    id: str = Field(min_length=1, pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")
    name: str = Field(min_length=1)
    hosting: Literal["self", "managed"]
    price_book: str | None = None
    setup: Literal["easy", "medium", "hard"] | None = None
    features: dict[str, bool] = {}
    figures: dict[str, Figures] = {}
    migration: dict[str, NonNegative] = {}
    operations_hours_per_month: NonNegative | None = None
    limits: dict[str, NonNegative] = {}
    notes: list[str] = []

    def figure(self, name: str, *, as_of: date) -> Figure | None:
        """The strongest figure of a quantity known on a day; None where there is none."""
        return strongest(self.figures.get(name, []), as_of=as_of)
