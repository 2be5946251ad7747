"""Usage to bill, exact to the last digit."""

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal, localcontext

from toolkit.pricing.amounts import EXACT, exact_number
from toolkit.pricing.assessment import Assessment
from toolkit.pricing.book import PriceBook
from toolkit.pricing.charges import Piece
from toolkit.pricing.document import Bill, Line, LineKind, OtherPlan
from toolkit.pricing.feasibility import Violation
from toolkit.pricing.offers import Offer, Part, offers, sells_unnamed, standing
from toolkit.pricing.plan import HOURS_A_DAY, Plan
from toolkit.pricing.prices import Source
from toolkit.pricing.sla import MINUTES_A_DAY, Sla, SlaCredit, outage_fault, sla_credit
from toolkit.pricing.usage import UNITS, Usage
from toolkit.project import InputError

__all__ = ["Bill", "Line", "asked_outage", "bill", "cheapest_bill", "other_plans", "outage_credit"]


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
        month = Assessment(usage)
        if plan is None:
            return _bill(book, _cheapest(book, month, as_of), month, as_of)
        wanted = book.plan(plan, as_of=as_of)
        named = next(offer for offer in offers(book, as_of) if offer.plan is wanted)
        return _bill(book, named, month, as_of)


def cheapest_bill(book: PriceBook, usage: Usage, *, as_of: date) -> Bill | None:
    """As :func:`bill` without a named plan; None where none of the book's can be chosen without its name."""
    return bill(book, usage, as_of=as_of) if sells_unnamed(book, as_of) else None


def other_plans(book: PriceBook, usage: Usage, *, than: str, as_of: date) -> tuple[OtherPlan, ...]:
    """Why the other plans that need not be named were not chosen, in the vendor's order.

    Args:
        book: the vendor's prices.
        usage: the month.
        than: id of the plan that was.
        as_of: the UTC day of the question.
    """
    with localcontext(EXACT):
        month = Assessment(usage)
        others = [offer for offer in offers(book, as_of) if offer.chosen_unnamed and offer.plan.id != than]
        return tuple(
            OtherPlan(offer.plan.id, month.total(offer), _told(month.violations(offer))) for offer in others
        )


def outage_credit(book: PriceBook, made: Bill, *, outage_minutes: Decimal | str, days: int) -> SlaCredit:
    """What the plan of a bill pays back for an outage.

    Args:
        book: the vendor's prices.
        made: the bill of the month.
        outage_minutes: of the month, as the agreement counts them.
        days: of the month.

    Raises:
        InputError: the outage is negative, or longer than the month.
    """
    sla = known_sla(book, book.plan(made.plan, as_of=made.as_of), made.as_of)
    source = None if sla is None else book.source(sla)
    return sla_credit(
        sla,
        charge=made.total,
        outage_minutes=asked_outage(outage_minutes, days=days),
        days=days,
        source=None if source is None else f"{source.where} ({source.as_of})",
    )


def asked_outage(minutes: Decimal | str, *, days: int) -> Decimal:
    """The minutes of an outage as an argument gives them.

    Args:
        minutes: of the month, also as text.
        days: of the month.

    Raises:
        InputError: it is no number of 0 or more, or longer than the month.
    """
    try:
        number: Decimal = exact_number(minutes) if isinstance(minutes, str) else minutes
    except ValueError as error:
        wrong, right = str(error).partition("|")[0], "write minutes such as 43.2"
        raise InputError.of_argument("outage-minutes", wrong, right) from None
    if (fault := outage_fault(number, days=days)) is not None:
        raise InputError.of_argument("outage-minutes", fault, f"write 0 to {days * MINUTES_A_DAY}")
    return number


def known_sla(book: PriceBook, plan: Plan, as_of: date) -> Sla | None:
    """A plan's agreement as it was known on a day; None where it was not yet, or nothing is."""
    return plan.sla if plan.sla is not None and book.source(plan.sla).as_of <= as_of else None


def _cheapest(book: PriceBook, month: Assessment, as_of: date) -> Offer:
    every = offers(book, as_of)
    offered = [offer for offer in every if offer.chosen_unnamed]
    if not offered:
        named = ", ".join(offer.plan.id for offer in every)
        wrong = f"{book.vendor} has none to choose from"
        raise InputError.of_argument("plan", wrong, f"name one of {named}")
    feasible = [offer for offer in offered if month.carries(offer)]
    if not feasible:
        return min(offered, key=lambda offer: _distance(list(month.violations(offer))))
    totals = [(month.total(offer), offer) for offer in feasible]
    known = [(total, offer) for total, offer in totals if total is not None]
    return min(known, key=lambda pair: pair[0])[1] if known else feasible[0]


def _distance(found: Sequence[Violation]) -> tuple[int, list[float]]:
    """How far a plan is from carrying the usage: the number of violations, then the worst, then the next."""
    return len(found), sorted((violation.ratio for violation in found), reverse=True)


def _told(found: Iterator[Violation]) -> tuple[str, ...]:
    return tuple(violation.tell() for violation in found)


def _bill(book: PriceBook, offer: Offer, month: Assessment, as_of: date) -> Bill:
    plan, sla = offer.plan, known_sla(book, offer.plan, as_of)
    told = (*book.notes, plan.note, None if sla is None else sla.text, _size_note(offer, month))
    return Bill(
        vendor=book.vendor, vendor_name=book.name, plan=plan.id, plan_name=plan.name,
        price_book=standing(book, as_of).price_book,
        as_of=as_of, currency=book.currency,
        violations=_told(month.violations(offer)),
        lines=tuple(_lines(offer, month, as_of)),
        total=month.total(offer),
        notes=tuple(note for note in told if note is not None),
    )  # fmt: skip


def _size_note(offer: Offer, month: Assessment) -> str | None:
    """That bytes were to be added up and usage states none."""
    unsized = [part for part in offer.parts if part.meter.sizing == "total" and month.metered(part).counted]
    if not unsized or month.usage.message_bytes:
        return None
    return "Usage states no message_bytes, so that each message counts as one, however small it is."


def _lines(offer: Offer, month: Assessment, as_of: date) -> Iterator[Line]:
    yield _line("base_fee", "base_fee", "Months", offer.fee_source, month.base_fee(offer), as_of)
    for part in offer.parts_as_told:
        for piece in month.charged(part)[0]:
            if piece.credit:
                yield _line("credit", part.meter.meter, "USD", part.source, piece, as_of)
            else:
                yield _line("usage", part.meter.meter, _unit(part), part.source, piece, as_of)


def _unit(part: Part) -> str:
    meter = part.meter
    if meter.hours_per_unit is not None:
        return "Unit-Days" if meter.hours_per_unit == HOURS_A_DAY else f"{meter.hours_per_unit} Hours"
    return meter.unit or UNITS[meter.meter]


def _line(kind: LineKind, meter: str, unit: str, source: Source, piece: Piece, as_of: date) -> Line:
    return Line(
        kind=kind,
        meter=meter,
        unit=unit,
        quantity=piece.quantity,
        billed_quantity=piece.billed,
        unit_price=piece.unit_price,
        amount=piece.amount,
        source=source.where,
        as_of=source.as_of,
        confirmed=source.newest(as_of),
        grade=source.grade,
    )
