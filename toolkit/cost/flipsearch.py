"""What a comparison of costs comes to with some of its plain numbers changed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from toolkit.cost.flips import cheapest_at
from toolkit.cost.managed import Billed, vendor_bill
from toolkit.cost.model import spend_all
from toolkit.cost.option import Option
from toolkit.cost.setting import Setting
from toolkit.cost.spent import Bills, Spent, spend
from toolkit.cost.standing import COMPARED
from toolkit.pricing.book import PriceBook

Means = Mapping[str, float]
"""Mean totals by option; infinite where too few draws have a price to be compared."""


@dataclass(frozen=True)
class Search:
    """A comparison whose plain numbers can be changed one at a time.

    Args:
        options: those compared.
        books: price books by vendor id.
        setting: of few draws.
        base: mean totals of all its draws; infinite of what is not compared, for want of a plan or of prices.
        recommended: the option of the least of them.
        spent: what every option costs as the numbers stand.
    """

    options: Sequence[Option]
    books: Mapping[str, PriceBook]
    setting: Setting
    base: Means
    recommended: str
    spent: Sequence[Spent]

    def all_means(self, *, setting: Setting) -> Means:
        """Mean totals of everything under another setting."""
        return self._corrected(spend_all(self.options, self.books, setting, bills=kept_bill))

    def means_with(self, option: Option) -> Means:
        """Mean totals with one option changed; what is in service runs beside all others."""
        if option.id == self.setting.in_service:
            options = [option if one.id == option.id else one for one in self.options]
            return self._corrected(spend_all(options, self.books, self._anew(), bills=kept_bill))
        old = next((one for one in self.options if one.id == self.setting.in_service), None)
        fresh = spend(option, self.books, self.setting, in_service=old, bills=kept_bill)
        return {**self.base, option.id: np.inf, **self._corrected([fresh])}

    def overlapping_bills(self, option: str) -> Means:
        """What the others pay of the bill of an option while they run beside it, on average; 0 where it is
        not in service."""
        if option != self.setting.in_service:
            return {}
        spent = spend_all(self.options, self.books, self._anew(), bills=_doubled(option))
        doubled = self._corrected(spent)
        return {name: usd - self.base[name] for name, usd in doubled.items() if name != option}

    def _anew(self) -> Setting:
        """The same setting, which keeps nothing of what the option in service costs beside the others."""
        return self.setting.assuming(self.setting.assumptions)

    def _corrected(self, spent: Sequence[Spent]) -> dict[str, float]:
        """Few draws tell what changes; what does not is as all draws have it."""
        now = {one.option: self._mean(one) for one in spent if one.option in self.base}
        return {name: mean + self._beside[name] for name, mean in now.items()}

    @cached_property
    def _beside(self) -> dict[str, float]:
        """How far the mean of all draws lies beside that of few; 0 of what is not compared as it stands."""
        few = {one.option: self._mean(one) for one in self.spent if one.option in self.base}
        return {name: self.base[name] - mean if np.isfinite(mean) else 0.0 for name, mean in few.items()}

    @cached_property
    def _least(self) -> dict[str, float]:
        """The share of few draws that must have a price: that of a comparison, and of what is compared as it
        stands no more than it has."""
        shares = {one.option: _priced(one) for one in self.spent if one.option in self.base}
        return {
            name: min(share, COMPARED) if np.isfinite(self.base[name]) else COMPARED
            for name, share in shares.items()
        }

    def _mean(self, spent: Spent) -> float:
        usd = spent.total_usd
        if usd is None or _priced(spent) < self._least[spent.option]:
            return np.inf
        return float(usd[np.isfinite(usd)].mean())

    def cheapest(self, means: Means) -> str:
        """The option of the least mean; of equal ones the recommended."""
        points = {name: np.array([usd]) for name, usd in means.items()}
        return cheapest_at(points, self.recommended)[0]


def kept_bill(option: Option, books: Mapping[str, PriceBook], setting: Setting) -> Billed:
    """It follows from the traffic and the book, whatever else changes of the option."""
    found: Billed = setting.once(("bill", option.price_book), lambda: vendor_bill(option, books, setting))
    return found


def _doubled(whose: str) -> Bills:
    """Bills of which those of one option are twice as high."""

    def bill(option: Option, books: Mapping[str, PriceBook], setting: Setting) -> Billed:
        found = kept_bill(option, books, setting)
        usd, month = found.spending.usd, found.spending.month_usd
        if option.id != whose or usd is None or month is None:
            return found
        return replace(found, spending=replace(found.spending, usd=2 * usd, month_usd=2 * month))

    return bill


def _priced(spent: Spent) -> float:
    """The share of the draws with a total."""
    usd = spent.total_usd
    return 0.0 if usd is None else float(np.isfinite(usd).mean())
