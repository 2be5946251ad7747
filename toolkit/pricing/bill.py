"""Usage to bill, exact to the last digit."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal, localcontext

from toolkit.pricing.book import PriceBook
from toolkit.pricing.document import Bill, Line
from toolkit.pricing.feasibility import Violation, violations
from toolkit.pricing.metering import Metered, metered
from toolkit.pricing.prices import EXACT, BaseFee
from toolkit.pricing.tariff import Meter, Plan, Tier
from toolkit.pricing.usage import Usage
from toolkit.project import InputError

__all__ = ["Bill", "Line", "bill"]


def bill(book: PriceBook, usage: Usage, *, plan: str | None = None, as_of: date) -> Bill:
    """What a vendor charges for a month.

    Args:
        book: the vendor's prices.
        usage: the month.
        plan: id of the plan. None takes the cheapest self-serve plan that carries the usage; where all such
            plans have unknown prices, the first of them; where none carries it, the nearest.
        as_of: the UTC day of the question; a price not yet known then is unknown.

    Raises:
        InputError: there is no such plan, or none that can be chosen without its name.
    """
    with localcontext(EXACT):
        if plan is not None:
            return _assess(book, book.plan(plan), usage, as_of)[0]
        return _cheapest(book, usage, as_of)


def _cheapest(book: PriceBook, usage: Usage, as_of: date) -> Bill:
    offered = [plan for plan in book.plans if plan.chosen_unnamed(as_of=as_of)]
    if not offered:
        named = ", ".join(plan.id for plan in book.plans)
        raise InputError(f"arguments:1: plan: {book.vendor} has none to choose from; name one of {named}")
    assessed = [_assess(book, plan, usage, as_of) for plan in offered]
    feasible = [found for found, _ in assessed if found.feasible]
    if not feasible:
        return min(assessed, key=lambda pair: _distance(pair[1]))[0]
    known = [(found.total, found) for found in feasible if found.total is not None]
    return min(known, key=lambda pair: pair[0])[1] if known else feasible[0]


def _distance(found: list[Violation]) -> tuple[int, float]:
    """How far a plan is from carrying the usage: the number of violations, then the worst of them."""
    return len(found), max(violation.ratio for violation in found)


def _assess(book: PriceBook, plan: Plan, usage: Usage, as_of: date) -> tuple[Bill, list[Violation]]:
    quantities = metered(plan, usage)
    found = violations(plan, usage, quantities)
    lines = tuple(_lines(plan, quantities, as_of))
    amounts = [line.amount for line in lines if line.amount is not None]
    newest = book.newest(as_of)
    made = Bill(
        vendor=book.vendor, vendor_name=book.name, plan=plan.id, plan_name=plan.name,
        price_book=book.vendor if newest is None else f"{book.vendor}@{newest}",
        as_of=as_of, currency=book.currency,
        violations=tuple(violation.text for violation in found),
        lines=lines,
        total=sum(amounts, Decimal(0)) if len(amounts) == len(lines) else None,
        notes=tuple(note for note in (*book.notes, plan.note, plan.sla) if note is not None),
    )  # fmt: skip
    return made, found


def _lines(plan: Plan, quantities: dict[str, Metered], as_of: date) -> Iterator[Line]:
    yield _base_fee(plan, plan.base_fee, as_of)
    for meter in plan.meters:
        if quantities[meter.meter].counted:
            yield from _meter_lines(plan, meter, quantities[meter.meter], as_of)


def _base_fee(plan: Plan, fee: BaseFee, as_of: date) -> Line:
    amount = fee.amount if plan.priced(fee, as_of=as_of) else None
    return _line("base_fee", fee, _Piece(Decimal(1), Decimal(1), amount))


def _meter_lines(plan: Plan, meter: Meter, quantity: Metered, as_of: date) -> Iterator[Line]:
    """One line for every tier that is touched; one without charge where nothing is billed."""
    pieces = list(_pieces(meter.tiers, quantity)) or [_without_charge(meter, quantity)]
    known = plan.priced(meter, as_of=as_of)
    for piece in pieces:
        yield _line(meter.meter, meter, piece if known else replace(piece, unit_price=None, free=False))


@dataclass(frozen=True)
class _Piece:
    """A part of a meter's quantity under one price; ``free`` where even an unknown price bills nothing."""

    quantity: Decimal
    billed: Decimal
    unit_price: Decimal | None
    free: bool = False


def _pieces(tiers: list[Tier], quantity: Metered) -> Iterator[_Piece]:
    start, told = Decimal(0), Decimal(0)
    for tier in tiers:
        if start >= quantity.billed:
            return
        end = quantity.billed if tier.up_to is None else min(Decimal(tier.up_to), quantity.billed)
        # Rounding may bill more than was counted, so the last tier that is touched tells what remains.
        last = end == quantity.billed
        reached = quantity.counted if last else min(quantity.counted, quantity.included + end)
        yield _Piece(reached - told, end - start, tier.unit_price_per.each)
        start, told = end, reached


def _without_charge(meter: Meter, quantity: Metered) -> _Piece:
    unit_price = meter.tiers[0].unit_price_per.each if meter.tiers else Decimal(0)
    return _Piece(quantity.counted, Decimal(0), unit_price, free=True)


def _line(meter: str, price: BaseFee | Meter, piece: _Piece) -> Line:
    amount = None if piece.unit_price is None else piece.unit_price * piece.billed
    return Line(
        meter=meter,
        quantity=piece.quantity,
        billed_quantity=piece.billed,
        unit_price=piece.unit_price,
        amount=Decimal(0) if piece.free else amount,
        source=price.source,
        as_of=price.as_of,
        grade=price.grade,
    )
