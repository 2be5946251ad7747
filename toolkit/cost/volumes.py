"""What every option costs over the horizon at many message volumes, with the cost of downtime left open.

The price of an option depends on the volume and not on what an hour of outage costs; that hour enters a total
in proportion to the hours of outage, which do not depend on the volume. So both are computed once.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from toolkit.cost import outages
from toolkit.cost.managed import LINE as BILL
from toolkit.cost.managed import Billed, Integers
from toolkit.cost.option import Option
from toolkit.cost.result import MOST_DRAWS
from toolkit.cost.sampling import Floats
from toolkit.cost.setting import Setting
from toolkit.cost.spending import Spending, summed, unknown
from toolkit.cost.spent import Spent, spend
from toolkit.cost.stack import Stack
from toolkit.pricing.book import PriceBook
from toolkit.pricing.offers import sells_unnamed
from toolkit.pricing.totals import cheapest
from toolkit.pricing.traffic import Traffic, usage_arrays

Flags = NDArray[np.bool_]

VOLUMES_AXES = 3
"""Axes of what depends on the volume: volumes, months and draws."""

AT_ONCE = 2**14
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
    """Some of the volumes of one option."""

    base_usd: Floats
    payable: Flags
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
    by_option = list(zip(*stacks, strict=True))
    hours = [outages.outage_hours(option, setting) for option in options]
    nothing = np.full(setting.draws.count, np.nan)
    return VolumeCosts(
        options=tuple(option.id for option in options),
        factors=factors,
        messages_per_month=setting.central_messages_per_month() * factors,
        base_usd=np.stack([np.concatenate([part.base_usd for part in parts]) for parts in by_option]),
        outage_hours=np.stack([nothing if found is None else found for found in hours]),
        payable=np.stack([np.concatenate([part.payable for part in parts]) for parts in by_option]),
        needs={option.id: _needs(parts) for option, parts in zip(options, by_option, strict=True)},
    )


def _stacks(setting: Setting, factors: Floats) -> Iterator[Stack]:
    """The volumes in stacks that are computed at once."""
    step = max(1, AT_ONCE // setting.draws.count)
    return (Stack.at(setting, factors[start : start + step]) for start in range(0, len(factors), step))


def _needs(parts: Sequence[_Part]) -> list[str]:
    return list(dict.fromkeys(need for part in parts for need in part.needs))


def _part(option: Option, books: Mapping[str, PriceBook], stack: Stack, in_service: Option | None) -> _Part:
    spent = spend(option, books, stack, in_service=in_service, bills=bill_of_draws)
    priced = [line for line in spent.lines if line.line != outages.LINE]
    shape = (len(stack.factors), stack.draws.count // len(stack.factors))
    base = _sum(priced, stack.draws.count).reshape(shape)
    carried = _carried(option, books, stack) & (np.isfinite(base).mean(axis=1) >= MOST_DRAWS)
    needs = Spent(option.id, priced, None, []).unknown
    return _Part(base, np.zeros_like(carried) if needs else carried, needs)


def _sum(lines: Sequence[Spending], count: int) -> Floats:
    """The lines added up; inf where one has no number."""
    total: Floats = np.sum(
        [np.full(count, np.inf) if line.usd is None else line.usd for line in lines], axis=0
    )
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
    blocks = []
    for months in setting.spans():
        usd, chosen = _cheapest(book, setting, months)
        blocks.append((setting.wide(usd, months), setting.wide(chosen, months)))
    total, first, means = summed(setting, [usd for usd, _ in blocks])
    if not np.isfinite(total).any():
        return Billed(Spending(BILL, "no draw has a price", None, None, True), None, [])
    return Billed(
        Spending(BILL, book.name, total, first, True, months_usd=means, grade="claim"), None, [], blocks
    )


def _cheapest(book: PriceBook, stack: Stack, months: range) -> tuple[Floats, Integers]:
    """The cheapest total and its plan, some volumes at a time: their months then lie next to each other."""
    usage, volumes = stack.broad_usage(months), len(stack.factors)
    step = max(1, AT_ONCE * volumes // (stack.draws.count * len(months)))
    found = [
        cheapest(book, _some(usage, slice(start, start + step)), as_of=stack.as_of)
        for start in range(0, volumes, step)
    ]
    return np.concatenate([usd for usd, _ in found]), np.concatenate([chosen for _, chosen in found])


def _some(usage: Mapping[str, Floats], volumes: slice) -> dict[str, Floats]:
    """Some of the volumes; what does not depend on them has an axis less."""
    return {
        name: values[volumes] if values.ndim == VOLUMES_AXES else values for name, values in usage.items()
    }


def _carried(option: Option, books: Mapping[str, PriceBook], stack: Stack) -> Flags:
    """Where a known price and no limit stand in the way at the medians, in the first and the last month."""
    fine = np.ones(len(stack.factors), dtype=bool)
    book = books.get(option.price_book or "") if option.hosting == "managed" else None
    for month in sorted({stack.start, stack.start + stack.months - 1}):
        usage = usage_arrays(_central(stack, month))
        if book is not None and sells_unnamed(book, stack.as_of):
            fine &= np.isfinite(cheapest(book, usage, as_of=stack.as_of)[0])
    for name in option.limits:
        if name in usage:
            fine &= usage[name] <= option.limits[name]
    return fine


def _central(stack: Stack, month: int) -> Traffic:
    """Traffic of a month at the medians, its messages an array of all volumes."""
    traffic = stack.central_traffic(month)
    return replace(traffic, messages_per_user_day=traffic.messages_per_user_day * stack.factors)
