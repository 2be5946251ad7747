"""Price books: one vendor's plans and their history, dated and sourced, as ``pricing/*.yaml`` has them."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Literal

from pydantic import Field, TypeAdapter, ValidationError

from toolkit.evidence import Day, Strict, Text
from toolkit.pricing.plan import Plan
from toolkit.pricing.prices import Source, Sourced
from toolkit.project import Document, Faults, InputError, dotted, near, shortened, validate

STALE_AFTER_DAYS = 180

DAY: TypeAdapter[date] = TypeAdapter(Day)


class PriceBook(Strict):
    """One file of ``pricing/``.

    Args:
        vendor: its id.
        name: as readers know it.
        currency: of every amount; US dollars are the only one.
        notes: what a reader of any bill of this vendor must know.
        sources: where figures come from, by the names that the plans give.
        plans: in the vendor's order; of one id, each version from its ``valid_from`` on.
    """

    vendor: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")
    name: Text
    currency: Literal["USD"]
    notes: list[str] = Field(default_factory=list)
    sources: dict[str, Source] = Field(min_length=1)
    plans: list[Plan] = Field(min_length=1)

    def plan(self, plan_id: str, *, as_of: date) -> Plan:
        """The version of a plan that stood on a day; its first one where it was not there yet.

        Raises:
            InputError: there is none; the message has the near match and all that exist.
        """
        versions = [plan for plan in self.plans if plan.id == plan_id]
        if not versions:
            known = list(dict.fromkeys(plan.id for plan in self.plans))
            raise _unknown("plan", plan_id, known, of=self.vendor)
        return _in_force(versions, as_of)

    def on(self, as_of: date) -> list[Plan]:
        """The version of every plan that stood on a day, in the vendor's order."""
        versions: dict[str, list[Plan]] = {}
        for plan in self.plans:
            versions.setdefault(plan.id, []).append(plan)
        return [_in_force(of_one, as_of) for of_one in versions.values()]

    def source(self, said: Sourced) -> Source:
        """Where something comes from."""
        return self.sources[said.source]

    def priced(self, plan: Plan, said: Sourced, *, as_of: date) -> bool:
        """Whether a plan and one of its prices were known and valid on a day."""
        return plan.on_offer(as_of) and self.source(said).as_of <= as_of

    def newest(self, as_of: date) -> date | None:
        """The newest day up to ``as_of`` on which a self-serve price was seen; None where none was."""
        days = [day for source in self._price_sources(as_of) if (day := source.newest(as_of)) is not None]
        return max(days, default=None)

    def recheck(self, as_of: date) -> str:
        """How to see whether the prices on open sale still hold, in the sources' words."""
        return " ".join(dict.fromkeys(source.recheck for source in self._price_sources(as_of)))

    def _price_sources(self, as_of: date) -> Iterator[Source]:
        """Prices of the plans on open sale; a word about another plan does not keep those up to date."""
        standing = self.on(as_of)
        for plan in on_sale(standing, as_of=as_of) or standing:
            priced = [
                meter for meter in plan.meters
                if any(tier.unit_price_per.amount is not None for tier in meter.tiers)
            ]  # fmt: skip
            yield from (self.source(meter) for meter in priced)
            # That a metered plan has no fee says nothing about its prices.
            if plan.base_fee.amount is not None and (plan.base_fee.amount or not priced):
                yield self.source(plan.base_fee)


def _in_force(versions: Sequence[Plan], as_of: date) -> Plan:
    begun = [plan for plan in versions if plan.valid_from <= as_of]
    return max(begun, key=_begins) if begun else min(versions, key=_begins)


def _begins(plan: Plan) -> date:
    return plan.valid_from


def on_sale(plans: Sequence[Plan], *, as_of: date) -> list[Plan]:
    """The plans among which the cheapest is looked for: self-serve ones on offer that day.

    Where none was yet, or none is any more, it is all self-serve ones, whose prices are then unknown.
    """
    self_serve = [plan for plan in plans if plan.kind == "self_serve"]
    return [plan for plan in self_serve if plan.on_offer(as_of)] or self_serve


def _unknown(kind: str, word: str, known: list[str], *, of: str) -> InputError:
    wrong = f"{shortened(word)!r} is no {kind} of {of}: there are {', '.join(known)}"
    return InputError.of_argument(kind, wrong, near(word, known))


def book_of(price_books: Mapping[str, PriceBook], vendor: str) -> PriceBook:
    """The vendor's book.

    Raises:
        InputError: there is none; the message has the near match and all that exist.
    """
    if vendor not in price_books:
        raise _unknown("vendor", vendor, list(price_books), of="the price books")
    return price_books[vendor]


def books(documents: Sequence[Document], faults: Faults) -> dict[str, PriceBook]:
    """The price books by vendor id; misfits, second books of a vendor and unknown sources are faults."""
    found: dict[str, PriceBook] = {}
    first_of: dict[str, Document] = {}
    for document in documents:
        sound = _check_sources(document, faults) & _check_versions(document, faults)
        book = validate(document, PriceBook, faults)
        first = first_of.setdefault(str(document.data.get("vendor")), document)
        if first is not document:
            vendor = document.data.get("vendor")
            wrong = f"{vendor!r} has a book already: {first.path.name}"
            faults.error(document.path, document.line(("vendor",)), "vendor", wrong, "keep one")
        elif book is not None and sound:
            found[book.vendor] = book
    return found


# What follows reads the file's own words, so that a fault elsewhere does not hide what it looks for.


def _check_versions(document: Document, faults: Faults) -> bool:
    """Versions of one plan follow one another."""
    sound = True
    latest_end: dict[str, date] = {}
    begun: dict[str, date] = {}
    for plan_id, begins, index, ends in _versions(document):
        path = ("plans", index, "valid_from")
        if begun.get(plan_id) == begins:
            wrong = f"{plan_id!r} is the id of another plan valid from that day"
            right = "give each plan an id of its own, and each version of a plan its own day"
        elif plan_id in latest_end and latest_end[plan_id] >= begins:
            wrong = f"this version of {plan_id!r} begins before an earlier one ends, on {latest_end[plan_id]}"
            right = "let a version end before the next begins"
        else:
            wrong = right = ""
        if wrong:
            faults.error(document.path, document.line(path), dotted(path), wrong, right)
            sound = False
        begun[plan_id] = begins
        if ends is not None:
            latest_end[plan_id] = max(ends, latest_end.get(plan_id, ends))
    return sound


def _versions(document: Document) -> list[tuple[str, date, int, date | None]]:
    """Id, first day, index and last day of every plan that has these, versions of one plan in order."""
    plans = document.data.get("plans")
    found = []
    for index, plan in enumerate(plans if isinstance(plans, list) else []):
        if isinstance(plan, dict) and isinstance(plan.get("id"), str):
            begins = _day(plan.get("valid_from"))
            if begins is not None:
                found.append((plan["id"], begins, index, _day(plan.get("valid_to"))))
    return sorted(found, key=lambda row: row[:3])


def _day(value: Any) -> date | None:
    """A day as the schema takes it, quoted or not; None for anything else, which the schema refuses."""
    try:
        return DAY.validate_python(value, strict=True)
    except ValidationError:
        return None


def _check_sources(document: Document, faults: Faults) -> bool:
    """Every source that a plan names is there."""
    sources = document.data.get("sources")
    known = [str(name) for name in sources] if isinstance(sources, dict) else []
    sound = True
    for path, name in _named_sources(document.data.get("plans"), ("plans",)):
        if name not in known:
            wrong = f"{name!r} is not one of the book's sources"
            faults.error(document.path, document.line(path), dotted(path), wrong, near(name, known))
            sound = False
    return sound


def _named_sources(node: Any, at: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], str]]:
    pairs = enumerate(node) if isinstance(node, list) else node.items() if isinstance(node, dict) else ()
    for key, child in pairs:
        if key == "source" and isinstance(child, str):
            yield (*at, key), child
        yield from _named_sources(child, (*at, key))


def stale(book: PriceBook, as_of: date) -> str | None:
    """Why a book is too old to trust on a day; None where its newest price is at most 180 days old."""
    newest = book.newest(as_of)
    if newest is None:
        return f"no price of {book.vendor} was known on {as_of}"
    age_days = (as_of - newest).days
    if age_days <= STALE_AFTER_DAYS:
        return None
    return f"the newest price of {book.vendor} is of {newest}, {age_days} days before {as_of}"
