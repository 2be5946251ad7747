"""Quotas of a UTC day, on any meter: billed past them, or blocked, and told by the busiest day."""

from datetime import date
from decimal import Decimal

import pytest
from pricebooks import MakeBook, one_meter

from toolkit.pricing.bill import Bill, bill
from toolkit.pricing.usage import Usage

DAY = date(2026, 6, 1)
METER = """
    meter: messages
    counts: {messages_published: 1, messages_delivered: 1}
    quota: {amount: 1000, period: day, past_it: PAST_IT}
    tiers: [{unit_price_per: {amount: 1}}]
"""


def made(make_book: MakeBook, usage: Usage, *, past_it: str = "overage", meter: str = METER) -> Bill:
    return bill(make_book(one_meter(meter.replace("PAST_IT", past_it))), usage, as_of=DAY)


def overage(make_book: MakeBook, usage: Usage) -> int:
    line = made(make_book, usage).lines[1]
    assert line.quantity == usage.messages_published + usage.messages_delivered
    return int(line.billed_quantity)


@pytest.mark.parametrize(
    ("messages", "billed"), [(30_000, 0), (30_001, 1), (30_029, 29), (30_030, 30), (45_000, 15_000)]
)
def test_without_a_busiest_day_all_days_are_alike(make_book: MakeBook, messages: int, billed: int) -> None:
    assert overage(make_book, Usage(messages_delivered=messages)) == billed


@pytest.mark.parametrize(
    ("messages", "busiest", "billed"),
    [
        (15_500, 1000, 0),
        (15_500, 1001, 1),
        (15_500, 15_500, 14_500),
        (30_001, 1001, 1),
        # 5,000 on one day leave 31,000 on 29 days, which carry 29,000.
        (36_000, 5000, 4000 + 2000),
        (36_000, 36_000, 35_000),
    ],
)
def test_with_a_busiest_day_the_others_share_what_is_left(
    make_book: MakeBook, messages: int, busiest: int, billed: int
) -> None:
    assert overage(make_book, Usage(messages_delivered=messages, peak_day_messages=busiest)) == billed


def test_a_busiest_day_below_the_average_is_the_average(make_book: MakeBook) -> None:
    assert overage(make_book, Usage(messages_delivered=45_000, peak_day_messages=1)) == 15_000


def test_a_busiest_day_beyond_the_month_is_the_month(make_book: MakeBook) -> None:
    assert overage(make_book, Usage(messages_delivered=3000, peak_day_messages=5000)) == 2000


def test_overage_is_no_violation(make_book: MakeBook) -> None:
    assert made(make_book, Usage(messages_delivered=45_000)).feasible


def test_rounding_is_of_the_months_overage(make_book: MakeBook) -> None:
    meter = METER + "    rounding: {to: 1000}\n"
    line = made(make_book, Usage(messages_delivered=31_001), meter=meter).lines[1]
    assert (line.quantity, line.billed_quantity, line.amount) == (31_001, 2000, 2000)


def test_a_blocked_day_says_that_only_the_busiest_one_is(make_book: MakeBook) -> None:
    usage = Usage(messages_published=5000, messages_delivered=10_000, peak_day_messages=1500)
    assert made(make_book, usage, past_it="blocked").violations == (
        "messages 1,500 on the busiest day > 1,000 a day of only (publishing is blocked past it)",
    )


def test_a_blocked_day_says_that_the_average_one_is_too(make_book: MakeBook) -> None:
    usage = Usage(messages_delivered=30_001, peak_day_messages=1500)
    assert made(make_book, usage, past_it="upgrade").violations == (
        "messages 1,500 on the busiest day, 1,001 on the average one, > 1,000 a day of only"
        " (the vendor asks for a larger plan past it)",
    )


@pytest.mark.parametrize("busiest", [None, 1, 1001])
def test_where_no_day_is_busier_than_the_average_all_days_are_told(
    make_book: MakeBook, busiest: int | None
) -> None:
    usage = Usage(messages_delivered=30_001, peak_day_messages=busiest)
    assert made(make_book, usage, past_it="blocked").violations == (
        "messages 1,001 on each of 30 days > 1,000 a day of only (publishing is blocked past it)",
    )


def test_the_average_is_not_passed_where_all_days_just_fit(make_book: MakeBook) -> None:
    usage = Usage(messages_delivered=30_000, peak_day_messages=1500)
    (violation,) = made(make_book, usage, past_it="blocked").violations
    assert "average" not in violation


def test_any_meter_may_have_a_quota_a_day(make_book: MakeBook) -> None:
    meter = """
        meter: active_object_seconds
        counts: {active_object_seconds: 0.128}
        quota: {amount: 13000, period: day, past_it: blocked}
    """
    fits = Usage(active_object_seconds=30 * 13_000 * 1000 // 128)
    assert made(make_book, fits, meter=meter).feasible
    one_more = fits.model_copy(update={"active_object_seconds": fits.active_object_seconds + 8})
    (violation,) = made(make_book, one_more, meter=meter).violations
    assert violation.startswith("active_object_seconds 13,001 on each of 30 days >")


CALLS = """
    meter: webhook_calls
    counts: {webhook_calls: 1}
    quota: {amount: 100, period: day, past_it: blocked}
"""


def test_a_meter_of_other_units_knows_no_peak_of_messages(make_book: MakeBook) -> None:
    usage = Usage(messages_published=400, messages_delivered=600, peak_day_messages=1000, webhook_calls=3000)
    assert made(make_book, usage, meter=CALLS).feasible
    (violation,) = made(make_book, usage.model_copy(update={"webhook_calls": 3001}), meter=CALLS).violations
    assert violation.startswith("webhook_calls 101 on each of 30 days > 100 a day")


def test_a_meter_of_other_units_goes_by_the_factor_rounded_up(make_book: MakeBook) -> None:
    fits = Usage(webhook_calls=1200, busiest_day_factor=Decimal("2.5"))
    assert made(make_book, fits, meter=CALLS).feasible
    # 1,201 x 2.5 / 30 are 100.08.
    (violation,) = made(make_book, fits.model_copy(update={"webhook_calls": 1201}), meter=CALLS).violations
    assert violation == (
        "webhook_calls 101 on the busiest day > 100 a day of only (publishing is blocked past it)"
    )


@pytest.mark.parametrize("name", ["messages", "messages_published", "messages_delivered"])
def test_meters_of_messages_know_the_peak(make_book: MakeBook, name: str) -> None:
    counted = "history_requests" if name == "messages" else name
    meter = CALLS.replace("meter: webhook_calls", f"meter: {name}").replace("webhook_calls", counted)
    assert made(make_book, Usage(peak_day_messages=100), meter=meter).feasible
    (violation,) = made(make_book, Usage(peak_day_messages=101), meter=meter).violations
    assert violation.startswith(f"{name} 101 on the busiest day > 100 a day")


def test_a_meter_of_stored_messages_is_of_what_is_kept_and_not_of_those_on_the_way(
    make_book: MakeBook,
) -> None:
    meter = CALLS.replace("webhook_calls", "stored_messages")
    assert made(make_book, Usage(stored_messages=3000, peak_day_messages=10**6), meter=meter).feasible


@pytest.mark.parametrize(
    ("factor", "peak", "busiest"),
    [
        ("1", None, "1,100 on each of 30 days"),
        ("1", 1200, "1,200 on the busiest day, 1,100 on the average one,"),
        ("1.5", None, "1,650 on the busiest day, 1,100 on the average one,"),
        ("1.5", 1649, "1,650 on the busiest day, 1,100 on the average one,"),
        ("1.5", 1651, "1,651 on the busiest day, 1,100 on the average one,"),
    ],
)
def test_the_factor_or_the_stated_peak_counts_whichever_is_more(
    make_book: MakeBook, factor: str, peak: int | None, busiest: str
) -> None:
    usage = Usage(messages_delivered=33_000, peak_day_messages=peak, busiest_day_factor=Decimal(factor))
    (violation,) = made(make_book, usage, past_it="blocked").violations
    assert violation == f"messages {busiest} > 1,000 a day of only (publishing is blocked past it)"


@pytest.mark.parametrize(
    ("messages", "factor", "billed"),
    [
        (20_000, "1.5", 0),
        # 20,001 x 1.5 / 30 are 1,000.05: 1,001 on that day, and fewer on the others than they carry.
        (20_001, "1.5", 1),
        (15_000, "31", 14_000),
        # 3,000 on one day leave 27,000 on 29, which carry 29,000.
        (30_000, "3", 2000),
        (60_000, "1.5", 30_000),
    ],
)
def test_overage_of_a_busiest_day_by_its_factor(
    make_book: MakeBook, messages: int, factor: str, billed: int
) -> None:
    usage = Usage(messages_delivered=messages, busiest_day_factor=Decimal(factor))
    assert overage(make_book, usage) == billed


def test_a_stated_peak_is_in_the_vendors_units_however_large_the_messages(make_book: MakeBook) -> None:
    meter = METER.replace("    quota", "    size_step_bytes: 100\n    sized: [messages_delivered]\n    quota")
    usage = Usage(messages_delivered=3000, peak_day_messages=1000, message_bytes=1000)
    assert made(make_book, usage, meter=meter, past_it="blocked").feasible
    # 3,000 messages of 11 steps are 33,000: the even share is past what was stated.
    larger = usage.model_copy(update={"message_bytes": 1001})
    (violation,) = made(make_book, larger, meter=meter, past_it="blocked").violations
    assert violation.startswith("messages 1,100 on each of 30 days >")


def test_the_factor_is_of_the_vendors_units(make_book: MakeBook) -> None:
    meter = METER.replace("    quota", "    size_step_bytes: 100\n    sized: [messages_delivered]\n    quota")
    usage = Usage(messages_delivered=3000, busiest_day_factor=Decimal(5), message_bytes=200)
    assert made(make_book, usage, meter=meter, past_it="blocked").feasible
    larger = usage.model_copy(update={"message_bytes": 201})
    (violation,) = made(make_book, larger, meter=meter, past_it="blocked").violations
    assert violation.startswith("messages 1,500 on the busiest day >")
