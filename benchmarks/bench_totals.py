"""Bills a million usages with every plan of a vendor, beside a hand-written NumPy formula for that vendor.

    python benchmarks/bench_totals.py

Prints the median ratio of paired runs. The peer knows one vendor by heart; the toolkit reads its book.
"""

import statistics
import time
from collections.abc import Callable
from datetime import date

import numpy as np
from numpy.typing import NDArray

from toolkit.pricing.book import books
from toolkit.pricing.totals import plan_totals
from toolkit.project import Faults, Folder, shipped

USAGES = 1_000_000
PAIRS = 5
DAY = date(2026, 11, 23)

Floats = NDArray[np.float64]


def usage(seed: int) -> dict[str, Floats]:
    """Whole quantities of a month, log-uniform over what small and large teams have."""
    draw = np.random.Generator(np.random.PCG64(seed))

    def spread(low: float, high: float) -> Floats:
        return np.floor(np.exp(draw.uniform(np.log(low), np.log(high), USAGES)))

    published = spread(1e3, 1e8)
    return {
        "messages_published": published,
        "messages_delivered": published * spread(1, 100),
        "message_bytes": spread(10, 9_000),
        "connection_minutes": spread(1e3, 1e9),
        "channel_minutes": spread(1e3, 1e8),
        "peak_connections": spread(10, 40_000),
        "peak_channels": spread(10, 40_000),
        "monthly_active_users": spread(10, 40_000),
        "days": np.full(USAGES, 30.0),
    }


def ably_by_hand(month: dict[str, Floats]) -> Floats:
    """Ably's three per-minute packages: a fee and three meters, each rounded up to a million."""
    units = np.ceil(month["message_bytes"] / 5120)
    messages = (month["messages_published"] + month["messages_delivered"]) * units
    metered = 2.5 * np.ceil(messages / 1e6)
    metered += np.ceil(month["connection_minutes"] / 1e6) + np.ceil(month["channel_minutes"] / 1e6)
    largest = np.maximum(month["peak_connections"], month["peak_channels"])
    free = np.where((messages <= 6e6) & (largest <= 200), 0, np.inf)
    paid = np.where(largest <= 10_000, 29 + metered, np.where(largest <= 50_000, 399 + metered, np.inf))
    return np.minimum(free, paid)


def pusher_by_hand(month: dict[str, Floats]) -> Floats:
    """Pusher's eight plans: a fee, messages a day and connections."""
    a_day = np.ceil((month["messages_published"] + month["messages_delivered"]) / month["days"])
    total = np.full(USAGES, np.inf)
    ladder = [(1199, 90e6, 30e3), (899, 60e6, 20e3), (699, 40e6, 15e3), (499, 20e6, 10e3), (299, 10e6, 5e3),
              (99, 4e6, 2e3), (49, 1e6, 500), (0, 2e5, 100)]  # fmt: skip
    for fee, messages, connections in ladder:
        fits = (a_day <= messages) & (month["peak_connections"] <= connections)
        total = np.where(fits & (month["message_bytes"] <= 10_240), fee, total)
    return total


def seconds(run: Callable[[], object]) -> float:
    """Wall time of one run."""
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def main() -> None:
    """Print one line a vendor."""
    price_books = books(Folder(shipped("data")).documents("pricing", Faults()), Faults())
    month = usage(seed=1)
    for vendor, by_hand in (("ably", ably_by_hand), ("pusher", pusher_by_hand)):
        book = price_books[vendor]
        pairs = [
            (seconds(lambda: plan_totals(book, month, as_of=DAY)), seconds(lambda: by_hand(month)))  # noqa: B023
            for _ in range(PAIRS)
        ]
        ratio = statistics.median(ours / peer for ours, peer in pairs)
        ours = statistics.median(pair[0] for pair in pairs)
        print(f"{vendor}: all plans of {USAGES:,} usages in {ours:.2f} s, {ratio:.1f} x NumPy by hand")


if __name__ == "__main__":
    main()
