"""From billed quantities to amounts, exactly: tiers, credits of the vendor, prepayment."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import NamedTuple

from toolkit.pricing.metering import ZERO, Metered
from toolkit.pricing.offers import Part
from toolkit.pricing.tariff import Tier

# Every function here runs inside a context that raises where a number would be rounded.

ONE = Decimal(1)


class Piece(NamedTuple):
    """A part of a meter's quantity under one price.

    Args:
        quantity: metered units.
        billed: units charged.
        unit_price: US dollars. None where unknown.
        amount: US dollars: their product. None where unknown; 0 where even an unknown price bills nothing.
        credit: whether it is what the vendor takes off, as dollars at minus one.
    """

    quantity: Decimal
    billed: Decimal
    unit_price: Decimal | None
    amount: Decimal | None
    credit: bool = False


def pieces(part: Part, quantity: Metered) -> list[Piece]:
    """What a meter charges: a piece for every tier that is touched, and one for the vendor's credit.

    Empty where nothing was counted; one without charge where nothing is billed.
    """
    if not quantity.counted:
        return []
    meter = part.meter
    billed = quantity.billed if meter.tiers else ZERO
    if not part.known:
        return [Piece(quantity.counted, billed, None, None)]
    if not billed:
        unit_price = meter.tiers[0].unit_price_per.each if meter.tiers else ZERO
        return [Piece(quantity.counted, ZERO, unit_price, ZERO)]
    if meter.tiers_mode == "volume":
        found = [_volume(meter.tiers, quantity)]
    else:
        found = list(_graduated(meter.tiers, quantity))
    return [*found, *_credit(meter.credit_usd, found)]


def _volume(tiers: Sequence[Tier], quantity: Metered) -> Piece:
    """All units at the price of the last tier that they reach."""
    reached = next(tier for tier in tiers if tier.up_to is None or quantity.billed <= tier.up_to)
    return _priced(quantity.counted, quantity.billed, reached.unit_price_per.each)


def _graduated(tiers: Sequence[Tier], quantity: Metered) -> Iterator[Piece]:
    start, told = ZERO, ZERO
    for tier in tiers:
        if start >= quantity.billed:
            return
        end = quantity.billed if tier.up_to is None else min(Decimal(tier.up_to), quantity.billed)
        # Rounding may bill more than was counted, so the last tier that is touched tells what remains.
        last = end == quantity.billed
        reached = quantity.counted if last else min(quantity.counted, quantity.included + end)
        yield _priced(reached - told, end - start, tier.unit_price_per.each)
        start, told = end, reached


def _priced(quantity: Decimal, billed: Decimal, unit_price: Decimal | None) -> Piece:
    return Piece(quantity, billed, unit_price, None if unit_price is None else unit_price * billed)


def _credit(credit_usd: Decimal, charged: Sequence[Piece]) -> Iterator[Piece]:
    """What the vendor takes off: never more than was charged, and unknown where that is."""
    charge = total(charged)
    if not credit_usd or charge == 0:
        return
    taken = None if charge is None else min(credit_usd, charge)
    yield Piece(ZERO, taken or ZERO, -ONE, None if taken is None else -taken, credit=True)


def total(charged: Sequence[Piece]) -> Decimal | None:
    """The sum of amounts; None where one is unknown."""
    amounts = [piece.amount for piece in charged if piece.amount is not None]
    return sum(amounts, ZERO) if len(amounts) == len(charged) else None


def base_fee(fee: Decimal | None, *, prepaid: bool, usage_charge: Decimal | None) -> Piece:
    """The base fee; of a prepaid one only what usage did not draw on.

    >>> base_fee(Decimal(49), prepaid=True, usage_charge=Decimal(20)).amount
    Decimal('29')
    """
    if not prepaid or fee is None:
        return Piece(ONE, ONE, fee, fee)
    left = None if usage_charge is None else max(fee - usage_charge, ZERO)
    return Piece(ONE, ONE, left, left)
