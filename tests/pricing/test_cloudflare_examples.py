"""Cloudflare's worked examples of Durable Objects, as its page gave them at three times.

Source: github.com/cloudflare/cloudflare-docs, src/content/docs/durable-objects/platform/pricing.mdx. Until
2024-03-31 every incoming message was a request; then 20 are one; since 2026-08-10 the page says that what is
past the allowance rounds up to whole millions (pull request 32525).
"""

from collections.abc import Mapping
from datetime import date

import pytest
from published import Example

from toolkit.pricing.book import PriceBook
from toolkit.pricing.usage import Usage

ONE_BY_ONE, TWENTY_TO_ONE, ROUNDED = date(2024, 1, 18), date(2024, 4, 1), date(2026, 8, 10)

# 1: one object called 1.5 million times and active for 1,000,000 s.
CALLED = Usage(connections_opened=1_500_000, active_object_seconds=1_000_000)
# 2: 100 objects with 50 connections each, one message a minute and client, 8 hours a day.
OFFICE = Usage(connections_opened=150_000, messages_published=72_000_000, active_object_seconds=86_400_000)
# 3: 100 objects with one connection each, a message a second all month.
STREAM = Usage(connections_opened=100, messages_published=259_200_000, active_object_seconds=259_200_000)
# 4: hibernation: 100 objects with 100 connections each, one message a minute and client, 10 ms a message.
ASLEEP = Usage(connections_opened=10_000, messages_published=432_000_000, active_object_seconds=4_320_000)


def example(
    what: str, day: date, usage: Usage, requests: str, duration: str, total: str | None, **quantities: str
) -> Example:
    amounts = {"messages": requests, "active_object_seconds": duration}
    return Example(
        what=f"{what} on {day}", vendor="cloudflare-durable-objects", plan="workers-paid", day=day,
        usage=usage, total=total, amounts=amounts, quantities=quantities,
    )  # fmt: skip


EXAMPLES = [
    example("called", TWENTY_TO_ONE, CALLED, "0.075", "0", "5.08", active_object_seconds="128000"),
    example("called", ROUNDED, CALLED, "0.15", "0", "5.15", messages="1500000"),
    # The page leaves the 150,000 connections out of the requests, and so 148.89.
    example(
        "office", ONE_BY_ONE, OFFICE.model_copy(update={"connections_opened": 0}), "10.65", "133.24", "148.89"
    ),
    example("office", TWENTY_TO_ONE, OFFICE, "0.41", "133.24", "138.65", messages="3750000"),
    example("office", ROUNDED, OFFICE, "0.45", "137.50", "142.95", active_object_seconds="11059200"),
    example("stream", ONE_BY_ONE, STREAM, "38.73", "409.72", "453.45"),
    example("stream", TWENTY_TO_ONE, STREAM, "1.79", "409.72", "416.51", messages="12960100"),
    example("stream", ROUNDED, STREAM, "1.80", "412.50", "419.30", active_object_seconds="33177600"),
    # The page counts the messages alone, without the 10,000 connections.
    example(
        "asleep", ONE_BY_ONE, ASLEEP.model_copy(update={"connections_opened": 0}), "64.65", "1.91", "71.56"
    ),
    example("asleep", TWENTY_TO_ONE, ASLEEP, "3.09", "1.91", "10.00", messages="21610000"),
    example("asleep", ROUNDED, ASLEEP, "3.15", "12.50", "20.65", active_object_seconds="552960"),
]


@pytest.mark.parametrize("case", EXAMPLES, ids=str)
def test_the_page_says_so(shipped_books: Mapping[str, PriceBook], case: Example) -> None:
    assert case.billed(shipped_books).feasible


def test_the_page_of_june_2026_did_not_round_yet(shipped_books: Mapping[str, PriceBook]) -> None:
    # Its stamp is of 2026-06-19; exactly it is 5.075.
    day = date(2026, 6, 19)
    example("called", day, CALLED, "0.075", "0", "5.075").billed(shipped_books)


def test_a_million_incoming_messages_are_50_000_requests(shipped_books: Mapping[str, PriceBook]) -> None:
    # The same page: 20:1; outgoing messages are not charged.
    usage = Usage(messages_published=1_000_000, messages_delivered=10**9)
    example("ratio", ROUNDED, usage, "0", "0", "5.00", messages="50000").billed(shipped_books)


def test_the_free_plan_is_blocked_by_the_day(shipped_books: Mapping[str, PriceBook]) -> None:
    # 100,000 requests and 13,000 GB-s a UTC day.
    full = Usage(connections_opened=3_000_000, active_object_seconds=3_046_875)
    fits = Example(
        what="free", vendor="cloudflare-durable-objects", plan=None, day=ROUNDED, usage=full, total="0"
    )
    assert fits.billed(shipped_books).plan == "workers-free"
    busy = full.model_copy(update={"peak_day_messages": 100_001})
    past = Example(what="past", vendor="cloudflare-durable-objects", plan=None, day=ROUNDED, usage=busy)
    assert past.billed(shipped_books).plan == "workers-paid"
