"""A month held against a book: what its plans meter, charge and do not carry, each worked out once."""

from collections.abc import Iterator
from decimal import Decimal

from toolkit.pricing.charges import Piece, base_fee, pieces, total
from toolkit.pricing.feasibility import Violation, violations
from toolkit.pricing.metering import Metered, counted, metered
from toolkit.pricing.offers import Offer, Part
from toolkit.pricing.usage import Usage

# Used inside a context that raises where a number would be rounded.


class Assessment:
    """One month against the offers of one book on one day.

    Meters that count and charge alike, as those of a vendor's plans often do, are worked out once.
    """

    def __init__(self, usage: Usage) -> None:
        self.usage = usage
        self._counted: dict[int, Decimal] = {}
        self._metered: dict[int, Metered] = {}
        self._charged: dict[int, tuple[list[Piece], Decimal | None]] = {}

    def metered(self, part: Part) -> Metered:
        """What a meter counted, and the meter that brings units to it before it."""
        found = self._metered.get(part.key)
        if found is None:
            units = self._counted.get(part.count_key)
            if units is None:
                units = self._counted[part.count_key] = counted(part, self.usage)
            giver = None if part.giver is None else self.metered(part.giver)
            found = self._metered[part.key] = metered(part, self.usage, units, giver)
        return found

    def charged(self, part: Part) -> tuple[list[Piece], Decimal | None]:
        """A meter's pieces and their sum, US dollars; None where a price is unknown."""
        found = self._charged.get(part.key)
        if found is None:
            made = pieces(part, self.metered(part))
            found = self._charged[part.key] = (made, total(made))
        return found

    def violations(self, offer: Offer) -> Iterator[Violation]:
        """What an offer does not carry."""
        return violations(offer, self.usage, self.metered)

    def carries(self, offer: Offer) -> bool:
        """Whether nothing stands in the way."""
        return next(self.violations(offer), None) is None

    def usage_charge(self, offer: Offer) -> Decimal | None:
        """All meters' charges, US dollars; None where one is unknown."""
        charge = Decimal(0)
        for part in offer.parts:
            amount = self.charged(part)[1]
            if amount is None:
                return None
            charge += amount
        return charge

    def base_fee(self, offer: Offer) -> Piece:
        """The base fee as it is charged beside this usage."""
        prepaid = offer.plan.base_fee.prepaid
        return base_fee(
            offer.fee, prepaid=prepaid, usage_charge=self.usage_charge(offer) if prepaid else None
        )

    def total(self, offer: Offer) -> Decimal | None:
        """US dollars of the month; None where a price is unknown."""
        fee = self.base_fee(offer).amount
        charge = None if fee is None else self.usage_charge(offer)
        return None if fee is None or charge is None else fee + charge
