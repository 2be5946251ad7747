"""A stretch of many months, for the vectorised path: meters that plans share are worked out once."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from toolkit.pricing.offers import Offer, Part
from toolkit.pricing.plan import HOURS_A_DAY, RATES, SECONDS_A_DAY, Plan, Units
from toolkit.pricing.tariff import Quota
from toolkit.pricing.vectors import Floats, counted, graduated, round_up, volume, without_dust

Flags = NDArray[np.bool_]
Need = tuple[str | int, ...]
"""A usage field, or what its busiest day needs, by which meters count."""
Key = TypeVar("Key")
Value = TypeVar("Value")

MESSAGES_A_DAY, OPENED_A_DAY = "messages a day", "connections opened a day"
A_DAY = {"messages": MESSAGES_A_DAY, "connections_opened": OPENED_A_DAY}
DUST = 1 + 2e-15
"""Limits are whole, so that what is within them before it is rounded up is within them; the last bits of a
quotient must not pass one."""

ZERO, DAYS = np.asarray(0.0), np.asarray(30.0)


class Month:
    """Usage of many months, as arrays that broadcast to one shape.

    Args:
        usage: whole numbers by usage field; a field that is absent is 0, ``days`` 30, the factor of the
            busiest day 1 and ``peak_day_messages`` the even share.
    """

    def __init__(self, usage: Mapping[str, Floats]) -> None:
        self.usage = usage
        self.days = usage.get("days", DAYS)
        self._counted: dict[int, Floats] = {}
        self._busiest: dict[tuple[int, bool], Floats] = {}
        self._billed: dict[int, Floats] = {}
        self._charged: dict[int, Floats] = {}
        self._held: dict[tuple[int, ...], Floats] = {}
        self._needs: dict[Need, Floats] = {}
        self._spans: dict[Need, tuple[float, float]] = {}

    def total(self, offer: Offer) -> Floats:
        """US dollars: nan where a price is unknown, inf where the usage is past the plan."""
        carried = self._carried(offer)
        if carried is False:
            return np.asarray(np.inf)
        charge = None if offer.fee is None else self._usage_charge(offer)
        if offer.fee is None or charge is None:
            total = np.asarray(np.nan)
        else:
            fee = float(offer.fee)
            total = np.maximum(fee, charge) if offer.plan.base_fee.prepaid else charge + fee
        return total if carried is True else np.where(carried, total, np.inf)

    def _usage_charge(self, offer: Offer) -> Floats | None:
        """US dollars of all meters; None where one of them is unknown in every month."""
        total = ZERO
        for part in offer.parts:
            if part.charges:
                charge = self._charge(part)
                if part.may_be_unknown and np.isnan(charge).all():
                    return None
                total = charge if total is ZERO else total + charge
        return total

    def _field(self, name: str) -> Floats:
        return self.usage.get(name, ZERO)

    def _count(self, part: Part) -> Floats:
        return _once(self._counted, part.count_key, lambda: self._counted_anew(part))

    def _counted_anew(self, part: Part) -> Floats:
        usage = self.usage
        if part.units is not None and "unit_hours" in part.meter.counts:
            usage = {**usage, "unit_hours": self._held_hours(part.units)}
        weights = [(name, float(weight)) for name, weight in part.weights]
        return counted(part.meter, weights, usage, whole=part.whole)

    def _bill(self, part: Part) -> Floats:
        return _once(self._billed, part.key, lambda: self._beyond(part))

    def _beyond(self, part: Part) -> Floats:
        """Units charged: those past what is included, rounded as the meter says."""
        meter, units = part.meter, self._count(part)
        if meter.quota is not None and meter.quota.past_it == "overage":
            beyond = self._overage(part, meter.quota, units)
        elif meter.included_with is not None and part.giver is not None:
            brought = float(meter.included_with.per_unit) * self._bill(part.giver)
            beyond = np.maximum(units - float(meter.included) - brought, 0.0)
        else:
            beyond = np.maximum(units - float(meter.included), 0.0) if meter.included else units
        return beyond if meter.rounding is None else round_up(beyond, float(meter.rounding.to))

    def _charge(self, part: Part) -> Floats:
        return _once(self._charged, part.key, lambda: self._charged_anew(part))

    def _charged_anew(self, part: Part) -> Floats:
        """US dollars of one meter."""
        meter = part.meter
        if not part.known:
            return np.where(self._count(part) > 0, np.nan, 0.0)
        if not meter.tiers:
            return ZERO
        charge = (volume if meter.tiers_mode == "volume" else graduated)(meter.tiers, self._bill(part))
        return np.maximum(charge - float(meter.credit_usd), 0.0) if meter.credit_usd else charge

    def _overage(self, part: Part, quota: Quota, units: Floats) -> Floats:
        """Units past a quota: of the month, or of the busiest day and of the other days, which are alike."""
        if quota.period == "month":
            return np.maximum(units - quota.amount, 0.0)
        a_day = self._allowance(part, quota)
        busiest = np.minimum(np.ceil(without_dust(self._busiest_day(part))), units)
        others = units - busiest - (self.days - 1) * a_day
        return np.maximum(busiest - a_day, 0.0) + np.maximum(others, 0.0)

    def _allowance(self, part: Part, quota: Quota) -> Floats:
        if quota.period != "unit_day" or part.units is None:
            return np.asarray(float(quota.amount))
        allowed: Floats = np.floor(quota.amount * self._held_hours(part.units) / (HOURS_A_DAY * self.days))
        return allowed

    def _held_hours(self, units: Units) -> Floats:
        """Unit-hours: those stated, else of the smallest size that carries the peak all month."""
        return _once(self._held, (units.connections, *units.sizes), lambda: self._held_anew(units))

    def _held_anew(self, units: Units) -> Floats:
        needed = np.minimum(np.ceil(self._field("peak_connections") / units.connections), units.sizes[-1])
        held = _smallest_sizes(tuple(units.sizes))[needed.astype(np.intp)] * HOURS_A_DAY * self.days
        stated = self._field("unit_hours")
        return np.where(stated > 0, stated, held) if np.any(stated) else held

    def _busiest_day(self, part: Part) -> Floats:
        return _once(self._busiest, (part.count_key, part.of_messages), lambda: self._busiest_anew(part))

    def _busiest_anew(self, part: Part) -> Floats:
        """The average day's units times the factor, not rounded, or the stated peak of messages."""
        by_factor = self._by_factor(self._count(part))
        peak = self._field("peak_day_messages")
        return np.maximum(by_factor, peak) if part.of_messages and np.any(peak) else by_factor

    def _by_factor(self, units: Floats) -> Floats:
        factor = self.usage.get("busiest_day_factor")
        return units / self.days if factor is None else units * factor / self.days

    def _carried(self, offer: Offer) -> Flags | bool:
        """Where a plan carries the usage; True or False where that is so everywhere."""
        carried: Flags | bool = True
        for name, limit in _caps(offer):
            need = self._need(name, offer)
            least, most = self._span(need)
            if least > limit * DUST:
                return False
            if most > limit:
                carried = carried & (self._needs[need] <= limit * DUST)
        if offer.plan.units is not None and "unit_hours" in self.usage:
            carried = carried & (self._field("unit_hours") <= offer.plan.units.most_hours_a_day * self.days)
        for part in offer.parts:
            quota = part.meter.quota
            if quota is not None and quota.past_it != "overage":
                used = self._count(part) if quota.period == "month" else self._busiest_day(part)
                carried = carried & (used <= self._allowance(part, quota) * DUST)
        return carried

    def _need(self, name: str, offer: Offer) -> Need:
        """The key under which a usage field, or what its busiest day needs at the least, is found."""
        counting: list[Part] = []
        if name == MESSAGES_A_DAY and np.any(self._field("peak_day_messages")):
            counting = [part for part in offer.parts if part.of_messages]
        need: Need = (name, *(part.count_key for part in counting))
        _once(self._needs, need, lambda: self._need_anew(name, counting))
        return need

    def _need_anew(self, name: str, counting: Sequence[Part]) -> Floats:
        if name == MESSAGES_A_DAY:
            return self._messages_a_day(counting)
        return (
            self._by_factor(self._field("connections_opened")) if name == OPENED_A_DAY else self._field(name)
        )

    def _messages_a_day(self, counting: Sequence[Part]) -> Floats:
        """A stated peak is in the units that the vendor counts; where it counts none, of messages."""
        messages = self._field("messages_published") + self._field("messages_delivered")
        peak, units = self._field("peak_day_messages"), ZERO
        for part in counting:
            units = units + self._count(part)
        each = np.where(units > 0, messages / np.where(units > 0, units, 1.0), 1.0)
        return np.maximum(self._by_factor(messages), peak * each)

    def _span(self, need: Need) -> tuple[float, float]:
        """The smallest and the largest: most limits are far from most usages."""
        return _once(self._spans, need, lambda: _span(self._needs[need]))


def _span(values: Floats) -> tuple[float, float]:
    return (float(values.min()), float(values.max())) if values.size else (0.0, 0.0)


@lru_cache(maxsize=64)
def _smallest_sizes(sizes: tuple[int, ...]) -> Floats:
    """The smallest size that is enough, by how many units are needed."""
    ascending = np.asarray(sizes, dtype=np.float64)
    return ascending[np.searchsorted(ascending, np.arange(sizes[-1] + 1))]


def _once(known: dict[Key, Value], key: Key, work_out: Callable[[], Value]) -> Value:
    if key not in known:
        known[key] = work_out()
    return known[key]


@lru_cache(maxsize=1024)
def _caps(offer: Offer) -> tuple[tuple[str, float], ...]:
    """What a plan carries at most, by usage field and by what the busiest day needs."""
    return tuple(_caps_of(offer.plan))


def _caps_of(plan: Plan) -> Iterator[tuple[str, float]]:
    yield from ((name, float(limit)) for name, limit in plan.limits.items())
    if plan.units is not None:
        yield "peak_connections", float(plan.units.most_connections)
    for name, rate in plan.rates or ():
        if rate is not None:
            what, seconds = RATES[name]
            yield A_DAY[what], rate * SECONDS_A_DAY / seconds
