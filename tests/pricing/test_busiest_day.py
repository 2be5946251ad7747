"""A daily quota is held against the busiest day, not against the month's average."""

from datetime import date

import pytest

from toolkit.pricing.bill import bill
from toolkit.pricing.book import PriceBook
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


def test_a_monthly_quota_ignores_the_busiest_day(ably: PriceBook, as_of: date) -> None:
    usage = Usage(messages_delivered=6_000_000, peak_day_messages=6_000_000)
    assert bill(ably, usage, plan="free", as_of=as_of).feasible
