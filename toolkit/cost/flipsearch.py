"""What a comparison of costs comes to with some of its plain numbers changed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from toolkit.cost.flips import cheapest_at
from toolkit.cost.managed import Billed, vendor_bill
from toolkit.cost.model import totals_of
from toolkit.cost.option import Option
from toolkit.cost.setting import Setting
from toolkit.cost.spent import Bills, Spent, spend
from toolkit.pricing.book import PriceBook

Means = Mapping[str, float]
"""Mean totals by option; infinite where too few draws have a price."""


@dataclass(frozen=True)
class Search:
    """A comparison whose plain numbers can be changed one at a time.

    Args:
        options: those compared.
        books: price books by vendor id.
        setting: of few draws.
        base: mean totals of all its draws.
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
        return self._corrected(spend_all(self.options, self.books, setting))

    def means_with(self, option: Option) -> Means:
        """Mean totals with one option changed; what is in service runs beside all others."""
        if option.id == self.setting.in_service:
            options = [option if one.id == option.id else one for one in self.options]
            return self._corrected(spend_all(options, self.books, self._anew()))
        old = next((one for one in self.options if one.id == self.setting.in_service), None)
        fresh = spend(option, self.books, self.setting, in_service=old, bills=kept_bill)
        return {**self.base, option.id: np.inf, **self._corrected([fresh])}

    def overlapping_bills(self, option: str) -> Means:
        """What the others pay of the bill of an option while they run beside it, on average; 0 where it is
        not in service."""
        if option != self.setting.in_service:
            return {}
        doubled = self._corrected(spend_all(self.options, self.books, self._anew(), bills=_doubled(option)))
        return {name: usd - self.base[name] for name, usd in doubled.items() if name != option}

    def _anew(self) -> Setting:
        """The same setting, which keeps nothing of what the option in service costs beside the others."""
        return self.setting.assuming(self.setting.assumptions)

    def _corrected(self, spent: Sequence[Spent]) -> dict[str, float]:
        """Few draws tell what changes; what does not is as all draws have it."""
        before = {name: _mean(one) for name, one in zip(self.base, self._as_they_stand(), strict=True)}
        now = {one.option: _mean(one) for one in spent if one.option in self.base}
        return {name: self.base[name] + mean - before[name] for name, mean in now.items()}

    def _as_they_stand(self) -> list[Spent]:
        by_id = {one.option: one for one in self.spent}
        return [by_id[name] for name in self.base]

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


def spend_all(
    options: Sequence[Option], books: Mapping[str, PriceBook], setting: Setting, *, bills: Bills = kept_bill
) -> list[Spent]:
    """What every option costs, line by line, beside what is in service."""
    old = next((option for option in options if option.id == setting.in_service), None)
    return [spend(option, books, setting, in_service=old, bills=bills) for option in options]


def _mean(spent: Spent) -> float:
    """The mean of the draws with a price; infinite where too few have one, as no choice is then possible."""
    totals = totals_of([spent])
    usd = totals.get(spent.option)
    if usd is None or np.isfinite(usd).mean() < 0.5:
        return np.inf
    return float(usd[np.isfinite(usd)].mean())
