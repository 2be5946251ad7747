"""A daily quota is held against the busiest day, not against the month's average."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

import numpy as np
import pytest
from exactly import HALF_A_CENT_USD, columns, exact

from toolkit.pricing.bill import bill
from toolkit.pricing.book import PriceBook
from toolkit.pricing.totals import plan_totals
from toolkit.pricing.usage import Usage


def feasible(pusher: PriceBook, as_of: date, usage: Usage) -> bool:
    return bill(pusher, usage, plan="startup", as_of=as_of).feasible


@pytest.mark.parametrize(
    ("days", "messages", "fits"),
    [
        (30, 30_000_000, True),
        (30, 30_000_001, False),
        (28, 28_000_000, True),
        (28, 28_000_001, False),
        (31, 31 * 10**6, True),
    ],
)
def test_without_a_peak_the_month_is_shared_evenly_and_rounded_up(
    pusher: PriceBook, as_of: date, days: int, messages: int, fits: bool
) -> None:
    assert feasible(pusher, as_of, Usage(messages_delivered=messages, days=days)) is fits


def test_a_stated_peak_is_used(pusher: PriceBook, as_of: date) -> None:
    assert feasible(pusher, as_of, Usage(messages_delivered=2_000_000, peak_day_messages=1_000_000))
    assert not feasible(pusher, as_of, Usage(messages_delivered=2_000_000, peak_day_messages=1_000_001))


@pytest.mark.parametrize("peak", [0, 10])
def test_a_stated_peak_below_the_average_cannot_be_the_busiest_day(
    pusher: PriceBook, as_of: date, peak: int
) -> None:
    assert not feasible(pusher, as_of, Usage(messages_delivered=60_000_000, peak_day_messages=peak))


@pytest.mark.parametrize(("factor", "fits"), [("1", True), ("2", True), ("2.000001", False), ("31", False)])
def test_a_factor_makes_it_busier_than_the_average(
    pusher: PriceBook, as_of: date, factor: str, fits: bool
) -> None:
    usage = Usage(messages_delivered=15_000_000, busiest_day_factor=Decimal(factor))
    assert feasible(pusher, as_of, usage) is fits


@pytest.mark.parametrize(("peak", "factor"), [(1_000_001, "1.5"), (900_000, "2.1"), (1_000_001, "2.1")])
def test_the_larger_of_the_two_counts(pusher: PriceBook, as_of: date, peak: int, factor: str) -> None:
    month = {
        "messages_delivered": 15_000_000,
        "peak_day_messages": peak,
        "busiest_day_factor": Decimal(factor),
    }
    assert not feasible(pusher, as_of, Usage.model_validate(month))
    below = month | {"peak_day_messages": min(peak, 10**6), "busiest_day_factor": Decimal("1.5")}
    assert feasible(pusher, as_of, Usage.model_validate(below))


def test_only_a_meter_of_messages_knows_the_stated_peak(
    shipped_books: Mapping[str, PriceBook], as_of: date
) -> None:
    # Workers Free carries 100,000 requests a day, and 13,000 GB-s of objects, which are no messages.
    cloudflare = shipped_books["cloudflare-durable-objects"]
    for peak, violations in [
        (13_001, []),
        (100_000, []),
        (100_001, ["messages 100,001 on the busiest day > 100,000 a day of workers-free"]),
    ]:
        made = bill(cloudflare, Usage(peak_day_messages=peak), plan="workers-free", as_of=as_of)
        assert [violation.partition(" (")[0] for violation in made.violations] == violations


def test_every_meter_by_the_day_knows_the_factor(shipped_books: Mapping[str, PriceBook], as_of: date) -> None:
    # 1,500,000 s x 0.128 are 192,000 GB-s a month, 6,400 a day.
    cloudflare = shipped_books["cloudflare-durable-objects"]
    usage = Usage(active_object_seconds=1_500_000, busiest_day_factor=Decimal(2))
    assert bill(cloudflare, usage, plan="workers-free", as_of=as_of).feasible
    busier = usage.model_copy(update={"busiest_day_factor": Decimal("2.1")})
    (violation,) = bill(cloudflare, busier, plan="workers-free", as_of=as_of).violations
    assert violation.startswith("active_object_seconds 13,440 on the busiest day > 13,000 a day")


@pytest.mark.parametrize(("days", "factor", "peak"), [(28, "1.5", 4_000), (31, "7.123", 100), (30, "31", 3)])
def test_both_paths_see_the_same_busiest_day(
    shipped_books: Mapping[str, PriceBook], as_of: date, days: int, factor: str, peak: int
) -> None:
    month = Usage(
        messages_published=10_000, messages_delivered=100_000, connections_opened=200_000,
        peak_day_messages=peak, busiest_day_factor=Decimal(factor), days=days,
    )  # fmt: skip
    for vendor in ("cloudflare-durable-objects", "pusher", "azure-web-pubsub"):
        book = shipped_books[vendor]
        for plan, totals in plan_totals(book, columns([month]), as_of=as_of).items():
            expected = exact(book, month, plan, as_of=as_of)
            assert np.isclose(totals[0], expected, rtol=0, atol=HALF_A_CENT_USD, equal_nan=True), (
                vendor,
                plan,
            )


def test_a_monthly_quota_ignores_the_busiest_day(ably: PriceBook, as_of: date) -> None:
    usage = Usage(messages_delivered=6_000_000, peak_day_messages=6_000_000, busiest_day_factor=Decimal(30))
    assert bill(ably, usage, plan="free", as_of=as_of).feasible
