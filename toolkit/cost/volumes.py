"""What every option costs over the horizon at many message volumes, with the cost of downtime left open.

The price of an option depends on the volume and not on what an hour of outage costs; that hour enters a total
in proportion to the hours of outage, which do not depend on the volume. So both are computed once.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from toolkit.cost import outages
from toolkit.cost.band import MOST_DRAWS
from toolkit.cost.managed import LINE as BILL
from toolkit.cost.managed import Billed
from toolkit.cost.option import Option
from toolkit.cost.sampling import Floats
from toolkit.cost.setting import Setting
from toolkit.cost.spending import Spending, summed, unknown
from toolkit.cost.spent import needs_of, priced_lines
from toolkit.cost.stack import Stack
from toolkit.pricing.book import PriceBook
from toolkit.pricing.offers import sells_unnamed
from toolkit.pricing.totals import Checked, cheapest
from toolkit.pricing.traffic import DRIVERS, Traffic
from toolkit.pricing.usagearrays import UsageArrays

Flags = NDArray[np.bool_]

AT_ONCE = 2**12
"""Volumes times draws that are computed at once, at least one volume: the arrays stay small."""


@dataclass(frozen=True)
class VolumeCosts:
    """The cost of every option at every volume.

    Args:
        options: ids.
        factors: multiples of the scenario's messages, shape (volumes,).
        messages_per_month: published and delivered in the first month, at the medians, shape (volumes,).
        base_usd: totals over the horizon without downtime, shape (options, volumes, draws); inf where no plan
            carries a draw, nan where its price is unknown.
        outage_hours: hours of outage that the horizon's outages and degradations are worth, later ones worth
            what their money is, shape (options, draws); nan where nothing is known of an option's.
        payable: whether an option counts as priced at a volume, shape (options, volumes).
        needs: what would have to be known for a total without downtime, by option. Empty where all is.
    """

    options: tuple[str, ...]
    factors: Floats
    messages_per_month: Floats
    base_usd: Floats
    outage_hours: Floats
    payable: Flags
    needs: Mapping[str, list[str]]

    def totals_usd(self, usd_per_hour: Floats | float) -> Floats:
        """Totals where an hour of outage costs so much, shape (options, volumes, draws); inf without a price.

        Args:
            usd_per_hour: one number, or one for each draw.
        """
        downtime = self.outage_hours * usd_per_hour
        totals: Floats = self.priced_usd() + downtime[:, np.newaxis, :]
        return np.where(np.isfinite(totals), totals, np.inf)

    def priced_usd(self) -> Floats:
        """Totals without downtime; inf without a price, and all of an option that is not payable."""
        settled = np.isfinite(self.base_usd) & self.payable[:, :, np.newaxis]
        return np.where(settled, self.base_usd, np.inf)


class _Part(NamedTuple):
    """Some of the volumes of one option, or all of them."""

    base_usd: Floats
    needs: list[str]


def volume_costs(
    options: Sequence[Option],
    books: Mapping[str, PriceBook],
    setting: Setting,
    factors: Floats,
    *,
    in_service: Option | None = None,
) -> VolumeCosts:
    """What every option costs at multiples of the scenario's messages; all else stays as it is.

    Args:
        in_service: the option that runs today. None where nothing does.
    """
    stacks = [
        [_part(option, books, stack, in_service) for option in options] for stack in _stacks(setting, factors)
    ]
    found = [_joined(parts) for parts in zip(*stacks, strict=True)]
    whole = Stack.at(setting, factors)
    hours = [
        whole.of_option(option, outages.LINE, partial(outages.outage_hours, option, setting))
        for option in options
    ]
    nothing = np.full(setting.draws.count, np.nan)
    return VolumeCosts(
        options=tuple(option.id for option in options),
        factors=factors,
        messages_per_month=setting.central_messages_per_month() * factors,
        base_usd=np.stack([part.base_usd for part in found]),
        outage_hours=np.stack([nothing if usd is None else usd for usd in hours]),
        payable=np.stack(
            [
                _payable(part) & _carried(option, books, whole)
                for option, part in zip(options, found, strict=True)
            ]
        ),
        needs={option.id: part.needs for option, part in zip(options, found, strict=True)},
    )


def _stacks(setting: Setting, factors: Floats) -> Iterator[Stack]:
    """The volumes in stacks that are computed at once."""
    step = max(1, AT_ONCE // setting.draws.count)
    return (Stack.at(setting, factors[start : start + step]) for start in range(0, len(factors), step))


def _joined(parts: Sequence[_Part]) -> _Part:
    """All volumes of an option."""
    needs = dict.fromkeys(need for part in parts for need in part.needs)
    return _Part(np.concatenate([part.base_usd for part in parts]), list(needs))


def _payable(part: _Part) -> Flags:
    """Where most draws have a price, of an option that lacks nothing."""
    priced: Flags = np.isfinite(part.base_usd).mean(axis=1) >= MOST_DRAWS
    return np.zeros_like(priced) if part.needs else priced


def _part(option: Option, books: Mapping[str, PriceBook], stack: Stack, in_service: Option | None) -> _Part:
    priced = priced_lines(option, books, stack, in_service=in_service, bills=bill_of_draws)
    base = _sum(priced, (len(stack.factors), stack.draws.count))
    return _Part(base, needs_of(priced))


def _sum(lines: Sequence[Spending], shape: tuple[int, int]) -> Floats:
    """The lines added up, shape (volumes, draws); inf where one has no number."""
    total = np.zeros(shape)
    for line in lines:
        total += np.inf if line.usd is None else line.usd
    return total


def bill_of_draws(option: Option, books: Mapping[str, PriceBook], setting: Setting) -> Billed:
    """The vendor's bill draw by draw: the cheapest plan of each month; inf without one, nan without a price.

    Raises:
        ValueError: the setting is no stack.
    """
    if not isinstance(setting, Stack):
        raise ValueError("one volume alone has a bill of its own; see vendor_bill")
    book = books.get(option.price_book or "")
    if book is None or not sells_unnamed(book, setting.as_of):
        return Billed(
            unknown(BILL, ["a price book with a plan that need not be named"], recurring=True), None, []
        )
    blocks = [cheapest(book, setting.to_bill(months), as_of=setting.as_of) for months in setting.spans()]
    total, first, means = summed(setting, [usd for usd, _ in blocks])
    if not np.isfinite(total).any():
        return Billed(Spending(BILL, "no draw has a price", None, None, True), None, [])
    return Billed(
        Spending(BILL, book.name, total, first, True, months_usd=means, grade="claim"), None, [], blocks
    )


def _carried(option: Option, books: Mapping[str, PriceBook], stack: Stack) -> Flags:
    """Where a known price and no limit stand in the way at the medians, in the first and the last month."""
    fine = np.ones(len(stack.factors), dtype=bool)
    book = books.get(option.price_book or "") if option.hosting == "managed" else None
    if book is not None and sells_unnamed(book, stack.as_of):
        fine &= np.isfinite(cheapest(book, _central(stack), as_of=stack.as_of)[0]).all(axis=0)
    for name in option.limits:
        usage = _central(stack).arrays
        if name in usage:
            fine &= usage[name][-1] <= option.limits[name]
    return fine


def _central(stack: Stack) -> Checked:
    """Usage of the first and the last month at the medians, shape (months, volumes); the same for all."""

    def usage() -> Checked:
        months = [stack.central_traffic(month) for month in (stack.start, stack.start + stack.months - 1)]
        drivers = {name: np.array([[getattr(month, name)] for month in months]) for name in DRIVERS}
        drivers["messages_per_user_day"] = drivers["messages_per_user_day"] * stack.factors
        return Checked(UsageArrays(Traffic(**drivers)), (len(months), len(stack.factors)))

    found: Checked = stack.once("at the medians", usage)
    return found
