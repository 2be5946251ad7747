"""A price book on one day: which plans stand, which of their prices are known, and what they share.

Both paths, the exact and the vectorised one, start from this; each does its own arithmetic.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property, lru_cache

from toolkit.pricing.book import PriceBook, on_sale
from toolkit.pricing.plan import Plan, Units
from toolkit.pricing.prices import Source
from toolkit.pricing.tariff import GB_PER_GIB, Meter

COUNTING = {"counts", "size_step_bytes", "sized", "sizing", "unit", "hours_per_unit"}
"""Fields of a meter that say what it counts."""


@dataclass(frozen=True, eq=False)
class Part:
    """A meter of a plan on a day.

    Args:
        meter: what it counts and charges.
        weights: of each usage field, the vendor's GB turned into GiB of usage.
        key: meters of one key count and charge alike, so that a plan can take another's result.
        count_key: meters of one key count alike, whatever they charge.
        known: whether its prices were known on the day.
        source: where they come from.
        giver: the meter of the same plan that brings units to this one. None where none does.
        units: how the plan's capacity is bought. None where that does not matter to this meter.
    """

    meter: Meter
    weights: tuple[tuple[str, Decimal], ...]
    key: int
    count_key: int
    known: bool
    source: Source
    giver: "Part | None"
    units: Units | None

    @cached_property
    def charges(self) -> bool:
        """Whether any use of it can cost something, or its prices are unknown."""
        return bool(self.meter.tiers) or not self.known

    @cached_property
    def may_be_unknown(self) -> bool:
        """Whether any of its prices is unknown on the day."""
        return not self.known or any(tier.unit_price_per.amount is None for tier in self.meter.tiers)

    @cached_property
    def of_messages(self) -> bool:
        """Whether what it counts are messages, whose busiest day usage may state."""
        return self.meter.meter in ("messages", "messages_published", "messages_delivered")

    @cached_property
    def whole(self) -> bool:
        """Whether it counts whole units only."""
        return all(weight == int(weight) for _, weight in self.weights) and not self.meter.hours_per_unit


@dataclass(frozen=True, eq=False)
class Offer:
    """A plan on a day.

    Args:
        plan: the version that stood.
        fee: US dollars a month; None where unknown on the day.
        fee_source: where it comes from.
        parts: its meters, one that brings units to another before it.
        chosen_unnamed: whether the cheapest plan is looked for here too.
    """

    plan: Plan
    fee: Decimal | None
    fee_source: Source
    parts: tuple[Part, ...]
    chosen_unnamed: bool

    @cached_property
    def may_be_unknown(self) -> bool:
        """Whether any of its prices is unknown on the day."""
        return self.fee is None or any(part.may_be_unknown for part in self.parts)

    @cached_property
    def parts_as_told(self) -> tuple[Part, ...]:
        """Its meters in the vendor's order."""
        order = [meter.meter for meter in self.plan.meters]
        return tuple(sorted(self.parts, key=lambda part: order.index(part.meter.meter)))


@dataclass(frozen=True, eq=False)
class Standing:
    """A book on a day.

    Args:
        offers: every plan, in the vendor's order.
        price_book: the book's name and the day of its newest known price, such as ``ably@2026-08-03``.
    """

    offers: tuple[Offer, ...]
    price_book: str


class _ByIdentity:
    """A book as a key of a cache: the same object is the same book, since books do not change."""

    def __init__(self, book: PriceBook) -> None:
        self.book = book

    def __hash__(self) -> int:
        return id(self.book)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _ByIdentity) and self.book is other.book


@lru_cache(maxsize=256)
def _standing(key: _ByIdentity, as_of: date) -> Standing:
    book, keys = key.book, dict[str, int]()
    newest = book.newest(as_of)
    plans = book.on(as_of)
    unnamed = {id(plan) for plan in on_sale(plans, as_of=as_of)}
    return Standing(
        offers=tuple(_offer(book, plan, as_of, keys, unnamed=id(plan) in unnamed) for plan in plans),
        price_book=book.vendor if newest is None else f"{book.vendor}@{newest}",
    )


def standing(book: PriceBook, as_of: date) -> Standing:
    """A book on a day, worked out once."""
    return _standing(_ByIdentity(book), as_of)


def sells_unnamed(book: PriceBook, as_of: date) -> bool:
    """Whether the cheapest plan of a book can be looked for at all."""
    return any(offer.chosen_unnamed for offer in offers(book, as_of))


def offers(book: PriceBook, as_of: date) -> tuple[Offer, ...]:
    """Every plan of a book on a day, in the vendor's order."""
    return standing(book, as_of).offers


def _offer(book: PriceBook, plan: Plan, as_of: date, keys: dict[str, int], *, unnamed: bool) -> Offer:
    fee = plan.base_fee.amount if book.priced(plan, plan.base_fee, as_of=as_of) else None
    return Offer(
        plan=plan,
        fee=fee,
        fee_source=book.source(plan.base_fee),
        parts=tuple(_parts(book, plan, as_of, keys)),
        chosen_unnamed=unnamed,
    )


def _parts(book: PriceBook, plan: Plan, as_of: date, keys: dict[str, int]) -> Iterator[Part]:
    made: dict[str, Part] = {}
    for meter in sorted(plan.meters, key=lambda meter: meter.included_with is not None):
        known = book.priced(plan, meter, as_of=as_of)
        units = plan.units if _needs_units(meter) else None
        giver = None if meter.included_with is None else made[meter.included_with.meter]
        capacity = None if units is None else (units.connections, units.sizes)
        counts = ("counts", meter.model_dump(include=COUNTING), capacity)
        charges = (meter.model_dump(exclude={"source", "note"}), capacity, giver and giver.key, known)
        made[meter.meter] = Part(
            meter=meter,
            weights=tuple(_weights(meter)),
            key=keys.setdefault(repr(charges), len(keys)),
            count_key=keys.setdefault(repr(counts), len(keys)),
            known=known,
            source=book.source(meter),
            giver=giver,
            units=units,
        )
        yield made[meter.meter]


def _needs_units(meter: Meter) -> bool:
    return "unit_hours" in meter.counts or (meter.quota is not None and meter.quota.period == "unit_day")


def _weights(meter: Meter) -> Iterator[tuple[str, Decimal]]:
    for name, weight in meter.counts.items():
        yield name, weight * GB_PER_GIB if meter.unit == "GB" else weight
