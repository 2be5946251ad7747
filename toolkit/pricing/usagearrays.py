"""A month's traffic as usage: the whole numbers that vendors meter, exactly or for many months at once."""

from collections.abc import Callable, Iterator, Mapping

import numpy as np

from toolkit.pricing.amounts import exact_number
from toolkit.pricing.traffic import (
    DAYS,
    Floats,
    Number,
    Traffic,
    active_object_seconds,
    channel_minutes,
    connection_minutes,
    connections_opened,
    egress_gib,
    messages_delivered,
    messages_published,
)
from toolkit.pricing.usage import MAX_COUNT, Usage

FACTOR = "busiest_day_factor"

OF_MESSAGES = ("messages_published", "messages_delivered", "egress_gib", "active_object_seconds")
"""Fields that depend on how many messages users send."""

_METERED: Mapping[str, Callable[[Traffic, int], Number]] = {
    "messages_published": lambda traffic, days: messages_published(traffic, days=days),
    "messages_delivered": lambda traffic, days: messages_delivered(traffic, days=days),
    "message_bytes": lambda traffic, _: traffic.message_bytes,
    "connection_minutes": lambda traffic, days: connection_minutes(traffic, days=days),
    "channel_minutes": lambda traffic, days: channel_minutes(traffic, days=days),
    "connections_opened": lambda traffic, days: connections_opened(traffic, days=days),
    "peak_connections": lambda traffic, _: traffic.peak_concurrent_users,
    "peak_channels": lambda traffic, _: traffic.channels,
    "monthly_active_users": lambda traffic, _: traffic.monthly_active_users,
    "egress_gib": lambda traffic, days: egress_gib(traffic, days=days),
    "active_object_seconds": lambda traffic, days: active_object_seconds(traffic, days=days),
    "days": lambda _, days: float(days),
}


def usage_arrays(traffic: Traffic, *, days: int = DAYS) -> dict[str, Floats]:
    """What vendors meter of a month's traffic, by usage field: whole numbers as float64, each rounded up.

    The busiest day over the average one stands beside them as it is.

    Args:
        traffic: the month's.
        days: days of the month.
    """
    return dict(UsageArrays(traffic, days=days))


class UsageArrays(Mapping[str, Floats]):
    """What :func:`usage_arrays` gives, each field worked out when it is first read.

    Args:
        traffic: the month's.
        days: days of the month.
        alike: usage of the same traffic but for its messages, whose other fields are taken. None where there
            is none.
    """

    def __init__(self, traffic: Traffic, *, days: int = DAYS, alike: "UsageArrays | None" = None) -> None:
        self._traffic, self._days, self._alike = traffic, days, alike
        self._known: dict[str, Floats] = {}

    def __getitem__(self, name: str) -> Floats:
        if name not in self._known:
            self._known[name] = self._worked_out(name)
        return self._known[name]

    def _worked_out(self, name: str) -> Floats:
        if self._alike is not None and name not in OF_MESSAGES:
            return self._alike[name]
        if name == FACTOR:
            # Vendors count in units of their own: the busiest day is told by its share, not by messages.
            return np.asarray(self._traffic.busiest_day_factor, np.float64)
        return _rounded_up(_METERED[name](self._traffic, self._days))

    def __iter__(self) -> Iterator[str]:
        yield from _METERED
        yield FACTOR

    def __len__(self) -> int:
        return len(_METERED) + 1


def usage_of(traffic: Traffic, *, days: int = DAYS) -> Usage:
    """The usage of one month's traffic: the same whole numbers as :func:`usage_arrays` gives.

    Args:
        traffic: single numbers, no arrays.
        days: days of the month.

    Raises:
        ValueError: the traffic holds arrays, or more than any month can meter.
    """
    arrays = usage_arrays(traffic, days=days)
    factor = arrays.pop(FACTOR).item()
    whole = {name: int(quantity.item()) for name, quantity in arrays.items()}
    largest = max(whole, key=lambda name: whole[name])
    if whole[largest] > MAX_COUNT:
        raise ValueError(f"{largest} {whole[largest]:,} is more than a month can meter")
    return Usage(**whole, busiest_day_factor=exact_number(factor))


def _rounded_up(quantity: Number) -> Floats:
    """Whole numbers; the dust of binary fractions does not round 30.000000000000004 up to 31."""
    values = np.asarray(quantity, np.float64)
    nearest = np.rint(values, out=np.empty_like(values))
    dust = np.multiply(nearest, 1e-12, out=np.empty_like(values))
    dust += 1e-9
    # Quantities are 0 or more; what lies above the nearest whole number by more than dust has the next one.
    return np.add(nearest, np.subtract(values, nearest) > dust, out=nearest)
