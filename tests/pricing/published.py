"""Published examples: what a vendor's page, or somebody who quotes it, works out, billed at its own date."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from toolkit.pricing.bill import Bill, bill
from toolkit.pricing.book import PriceBook
from toolkit.pricing.usage import Usage

CENT = Decimal("0.01")


@dataclass(frozen=True, kw_only=True)
class Example:
    """One published example.

    Args:
        what: the example in a few words, with its source where the file does not say it for all.
        vendor, plan: ids; plan None takes the cheapest.
        day: of the page.
        usage: the month.
        total: published, US dollars; to the cent unless it has more decimals. None where none is.
        quantities: published counts, by meter.
        amounts: published amounts, by meter; a meter's lines added up.
    """

    what: str
    vendor: str
    plan: str | None
    day: date
    usage: Usage
    total: str | None = None
    quantities: Mapping[str, str] = field(default_factory=dict)
    amounts: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.what

    def billed(self, books: Mapping[str, PriceBook]) -> Bill:
        """The bill, which must say what was published."""
        made = bill(books[self.vendor], self.usage, plan=self.plan, as_of=self.day)
        if self.total is not None:
            assert made.total is not None
            assert rounded(made.total, self.total) == Decimal(self.total), made.total
        for meter, quantity in self.quantities.items():
            assert sum(line.quantity for line in made.lines if line.meter == meter) == Decimal(quantity)
        for meter, amount in self.amounts.items():
            amounts = [line.amount or Decimal(0) for line in made.lines if line.meter == meter]
            assert rounded(sum(amounts, Decimal(0)), amount) == Decimal(amount), amounts
        return made


def rounded(amount: Decimal, published: str) -> Decimal:
    """The amount with as many decimals as were published, two at least."""
    step = min(CENT, Decimal(1).scaleb(-len(published.partition(".")[2])))
    return amount.quantize(step, rounding=ROUND_HALF_UP)
