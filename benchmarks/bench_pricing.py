"""Bills a million usages with every plan of every vendor, and some exactly, beside formulas written by hand.

    python benchmarks/bench_pricing.py

Takes half a minute on one core; nothing that runs here has more than one thread. The peers are in
``pricing_by_hand.py`` and know each vendor by heart. Before any timing, they and the toolkit have to agree on
every figure. Times are medians, ratios the medians of paired runs, with freed memory kept at hand for both.
"""

import ctypes
import statistics
import time
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from functools import partial

import numpy as np
from pricing_by_hand import BILLS, PLANS, BillByHand, Floats

from toolkit.pricing.bill import bill
from toolkit.pricing.book import PriceBook, books
from toolkit.pricing.totals import plan_totals
from toolkit.pricing.usage import Usage
from toolkit.project import Faults, Folder, shipped

SEED = 1
USAGES = 1_000_000
BILLED_EXACTLY = 2_000
PAIRS = 5
DAY = date(2026, 11, 23)
TARGET = 10_000
"""Exact bills a second that the project set itself."""

NAMED = {
    "pusher": "pro", "ably": "standard", "pubnub": "pro",
    "aws-api-gateway": "websocket", "aws-appsync-events": "events",
    "azure-web-pubsub": "standard", "azure-signalr": "standard",
    "supabase": "pro", "cloudflare-durable-objects": "workers-paid",
    "synadia": "pro", "brief": "ably-5m",
}  # fmt: skip
"""The plan of each vendor for the bills of a named plan."""


def usages(seed: int) -> dict[str, Floats]:
    """Whole quantities of a month, log-uniform over what small and large teams have."""
    draw = np.random.Generator(np.random.PCG64(seed))

    def spread(low: float, high: float) -> Floats:
        return np.exp(draw.uniform(np.log(low), np.log(high), USAGES))

    published = np.floor(spread(1e3, 1e8))
    delivered = np.floor(published * spread(1, 100))
    days = np.full(USAGES, 30.0)
    return {
        "messages_published": published,
        "messages_delivered": delivered,
        "message_bytes": np.floor(spread(10, 40_000)),
        "connection_minutes": np.floor(spread(1e3, 1e9)),
        "channel_minutes": np.floor(spread(1e3, 1e8)),
        "connections_opened": np.floor(spread(1e2, 1e9)),
        "peak_connections": np.floor(spread(5, 150_000)),
        "peak_channels": np.floor(spread(5, 150_000)),
        "monthly_active_users": np.floor(spread(10, 200_000)),
        "busiest_day_factor": np.round(draw.uniform(1, 5, USAGES), 2),
        "egress_gib": np.floor(spread(1, 200_000)),
        "active_object_seconds": np.floor(spread(1e3, 1e9)),
        "days": days,
    }


def keep_freed_memory() -> None:
    """Have glibc's malloc reuse what was freed instead of returning it.

    Fresh pages cost as much as the arithmetic, and when the heap is trimmed is a matter of its layout: ratios
    would differ by a factor of two between two versions of this file. Other libraries are left as they are.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        m_trim_threshold, m_mmap_threshold = -1, -3
        mallopt(m_mmap_threshold, 2**25)
        mallopt(m_trim_threshold, 2**31 - 1)


def seconds(run: Callable[[], object]) -> float:
    """Wall time of one run."""
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def paired(ours: Callable[[], object], peer: Callable[[], object]) -> tuple[float, float, float]:
    """Medians of alternating runs: our seconds, the peer's, and the ratio of a pair."""
    pairs = [(seconds(ours), seconds(peer)) for _ in range(PAIRS)]
    ratio = statistics.median(our / their for our, their in pairs)
    return statistics.median(pair[0] for pair in pairs), statistics.median(pair[1] for pair in pairs), ratio


def all_plans(price_books: dict[str, PriceBook], month: dict[str, Floats]) -> None:
    """One line a vendor for all its plans, and one for all vendors."""
    ours_total_s = peers_total_s = 0.0
    for vendor, formula in PLANS.items():
        totals = partial(plan_totals, price_books[vendor], month, as_of=DAY)
        by_hand = partial(formula, month)
        same_totals(vendor, totals(), by_hand())
        ours_s, peer_s, ratio = paired(totals, by_hand)
        ours_total_s, peers_total_s = ours_total_s + ours_s, peers_total_s + peer_s
        tell(vendor, ours_s, ratio)
    tell("all vendors", ours_total_s, ours_total_s / peers_total_s)


def tell(who: str, ours_s: float, ratio: float) -> None:
    """Print one line."""
    print(f"{who}: all plans of {USAGES:,} usages in {ours_s:.3f} s, {ratio:.2f} x NumPy by hand")


def same_totals(vendor: str, ours: dict[str, Floats], peer: dict[str, Floats]) -> None:
    """Raise AssertionError where a plan is missing or a total differs."""
    assert list(ours) == list(peer), f"{vendor}: {list(ours)} are not {list(peer)}"
    for plan, totals in ours.items():
        np.testing.assert_allclose(
            totals, peer[plan], rtol=1e-9, atol=0, equal_nan=True, err_msg=f"{vendor} {plan}"
        )


def exact_bills(price_books: dict[str, PriceBook], months: list[Usage]) -> None:
    """One line a vendor, with a named plan and without, and one for each peer in Decimal."""
    for vendor, plan in NAMED.items():
        book = price_books[vendor]
        named = bills_a_second(partial(billed, book, months, plan), len(months))
        unnamed = bills_a_second(partial(billed, book, months, None), len(months))
        rates = f"{named:,.0f} exact bills a second of {plan}, {unnamed:,.0f} of the cheapest plan"
        print(f"{vendor}: {rates} (target {TARGET:,})")
    for vendor, formula in BILLS.items():
        book, plan = price_books[vendor], NAMED[vendor]
        by_hand = partial(totalled, formula, months)
        assert billed(book, months, plan) == by_hand(), f"{vendor} {plan}: bills differ"
        _, peer_s, ratio = paired(partial(billed, book, months, plan), by_hand)
        told = f"{len(months) / peer_s:,.0f} totals a second in Decimal by hand"
        print(f"{vendor} {plan}: {told}, a bill with its lines takes {ratio:.1f} x as long")


def one_month(row: dict[str, float]) -> Usage:
    """A month of its own; all but the factor are whole."""
    factor = row.pop("busiest_day_factor")
    return Usage.model_validate(
        {**{name: int(value) for name, value in row.items()}, "busiest_day_factor": factor}
    )


def billed(book: PriceBook, months: list[Usage], plan: str | None) -> list[tuple[Decimal | None, bool]]:
    """Each month's total and whether the plan carries it."""
    bills = (bill(book, month, plan=plan, as_of=DAY) for month in months)
    return [(made.total, not made.violations) for made in bills]


def totalled(formula: BillByHand, months: list[Usage]) -> list[tuple[Decimal, bool]]:
    """The same by hand."""
    return [formula(month) for month in months]


def bills_a_second(run: Callable[[], object], bills: int) -> float:
    """The median of several runs that make so many bills."""
    return statistics.median(bills / seconds(run) for _ in range(PAIRS))


def main() -> None:
    """Print the figures."""
    keep_freed_memory()
    price_books = books(Folder(shipped("data")).documents("pricing", Faults()), Faults())
    month = usages(SEED)
    all_plans(price_books, month)
    some = {name: values[:BILLED_EXACTLY].tolist() for name, values in month.items()}
    rows = zip(*some.values(), strict=True)
    exact_bills(price_books, [one_month(dict(zip(some, row, strict=True))) for row in rows])


if __name__ == "__main__":
    main()
