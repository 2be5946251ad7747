"""What every vendor of a folder would bill for a scenario's first month, beside what the brief quotes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from toolkit.evidence import Grade, grade_rank
from toolkit.pricing.bill import Bill, bill, cheapest_bill
from toolkit.pricing.book import PriceBook
from toolkit.pricing.scenario import Scenario
from toolkit.pricing.traffic import traffic_of
from toolkit.pricing.usage import Usage
from toolkit.pricing.usagearrays import usage_of

BRIEF = "brief"


@dataclass(frozen=True)
class Quote:
    """One vendor's bill for a month, and what the brief would have made one believe.

    Args:
        bill: of the cheapest plan that carries the month, else of the nearest.
        brief_usd: US dollars a month by the brief's cheapest quote that holds the messages. None where it
            quotes nothing of this vendor, or nothing so large.
        brief_says: that quote in words. None where it quotes nothing of this vendor.
    """

    bill: Bill
    brief_usd: Decimal | None
    brief_says: str | None

    @property
    def grade(self) -> Grade:
        """The weakest evidence among the bill's prices."""
        return min((line.grade for line in self.bill.lines), key=grade_rank)


def quotes(books: Mapping[str, PriceBook], scenario: Scenario, *, as_of: date) -> list[Quote]:
    """The bill of every vendor that sells without being asked, the cheapest known first, at the medians.

    Args:
        books: price books by vendor id; that of the brief's own quotes stands beside the others.
        scenario: the team's traffic.
        as_of: the UTC day whose prices hold.
    """
    usage = usage_of(traffic_of(scenario))
    brief = books.get(BRIEF)
    found = [
        Quote(made, *_believed(brief, vendor, usage, as_of))
        for vendor, book in books.items()
        if vendor != BRIEF and (made := cheapest_bill(book, usage, as_of=as_of)) is not None
    ]
    return sorted(found, key=_order)


def _believed(
    brief: PriceBook | None, vendor: str, usage: Usage, as_of: date
) -> tuple[Decimal | None, str | None]:
    plans = [] if brief is None else [plan for plan in brief.on(as_of) if plan.id.startswith(f"{vendor}-")]
    if brief is None or not plans:
        return None, None
    made = [bill(brief, usage, plan=plan.id, as_of=as_of) for plan in plans]
    fits = [(found.total, found.plan_name) for found in made if found.feasible and found.total is not None]
    if not fits:
        return None, "nothing for so many messages"
    usd, name = min(fits)
    return usd, name


def _order(quote: Quote) -> tuple[bool, bool, Decimal, str]:
    total = quote.bill.total
    return not quote.bill.feasible, total is None, total or Decimal(0), quote.bill.vendor
