"""Price books: one vendor's plans, dated and sourced, as ``pricing/*.yaml`` has them."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Literal

from pydantic import Field

from toolkit.evidence import Strict
from toolkit.pricing.prices import Sourced
from toolkit.pricing.tariff import Plan
from toolkit.project import Document, Faults, InputError, dotted, near, validate

STALE_AFTER_DAYS = 180


class PriceBook(Strict):
    """One file of ``pricing/``.

    Args:
        vendor: its id.
        name: as readers know it.
        currency: of every amount; US dollars are the only one.
        notes: what a reader of any bill of this vendor must know.
        plans: in the vendor's order.
    """

    vendor: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")
    name: str = Field(min_length=1)
    currency: Literal["USD"]
    notes: list[str] = Field(default_factory=list)
    plans: list[Plan] = Field(min_length=1)

    def plan(self, plan_id: str) -> Plan:
        """The plan of this id.

        Raises:
            InputError: there is none; the message has the near match and all that exist.
        """
        found = next((plan for plan in self.plans if plan.id == plan_id), None)
        if found is None:
            raise InputError(_unknown("plan", plan_id, [plan.id for plan in self.plans], of=self.vendor))
        return found

    def newest(self, as_of: date) -> date | None:
        """The newest day up to ``as_of`` on which a self-serve price was seen; None where none was."""
        days = [day for price in self._prices() if (day := price.newest(as_of)) is not None]
        return max(days, default=None)

    def _prices(self) -> Iterator[Sourced]:
        """Prices of the plans on open sale; a word about another plan does not keep those up to date."""
        for plan in [plan for plan in self.plans if plan.kind == "self_serve"] or self.plans:
            if plan.base_fee.amount is not None:
                yield plan.base_fee
            for meter in plan.meters:
                if any(tier.unit_price_per.amount is not None for tier in meter.tiers):
                    yield meter


def _unknown(kind: str, word: str, known: list[str], *, of: str) -> str:
    wrong = f"{word!r} is no {kind} of {of}: there are {', '.join(known)}"
    return f"arguments:1: {kind}: {wrong}; {near(word, known)}"


def book_of(price_books: Mapping[str, PriceBook], vendor: str) -> PriceBook:
    """The vendor's book.

    Raises:
        InputError: there is none; the message has the near match and all that exist.
    """
    if vendor not in price_books:
        raise InputError(_unknown("vendor", vendor, list(price_books), of="the price books"))
    return price_books[vendor]


def books(documents: Sequence[Document], faults: Faults) -> dict[str, PriceBook]:
    """The price books by vendor id; misfits, second books of a vendor and repeated plan ids are faults."""
    found: dict[str, PriceBook] = {}
    first_of: dict[str, Document] = {}
    for document in documents:
        _check_plan_ids(document, faults)
        book = validate(document, PriceBook, faults)
        first = first_of.setdefault(str(document.data.get("vendor")), document)
        if first is not document:
            vendor = document.data.get("vendor")
            wrong = f"{vendor!r} has a book already: {first.path.name}"
            faults.error(document.path, document.line(("vendor",)), "vendor", wrong, "keep one")
        elif book is not None:
            found[book.vendor] = book
    return found


def _check_plan_ids(document: Document, faults: Faults) -> None:
    """Read from the file's own words, so that a fault elsewhere does not hide a plan that stands twice."""
    plans = document.data.get("plans")
    seen: set[str] = set()
    for index, plan in enumerate(plans if isinstance(plans, list) else []):
        plan_id = plan.get("id") if isinstance(plan, dict) else None
        if isinstance(plan_id, str) and plan_id in seen:
            path = ("plans", index, "id")
            faults.error(
                document.path, document.line(path), dotted(path),
                f"{plan_id!r} is the id of another plan too", "give each plan an id of its own",
            )  # fmt: skip
        seen.add(str(plan_id))


def stale(book: PriceBook, as_of: date) -> str | None:
    """Why a book is too old to trust on a day; None where its newest price is at most 180 days old."""
    newest = book.newest(as_of)
    if newest is None:
        return f"no price of {book.vendor} was known on {as_of}"
    age_days = (as_of - newest).days
    if age_days <= STALE_AFTER_DAYS:
        return None
    return f"the newest price of {book.vendor} is of {newest}, {age_days} days before {as_of}"
