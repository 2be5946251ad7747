"""Size steps of each message, against the bytes of all messages added up first."""

from datetime import date
from decimal import Decimal

import pytest
from pricebooks import MakeBook, one_meter

from toolkit.pricing.bill import bill
from toolkit.pricing.book import PriceBook
from toolkit.pricing.usage import Usage

DAY = date(2026, 6, 1)
SIZED = """
    meter: messages
    counts: {messages_delivered: 1, webhook_calls: 1}
    size_step_bytes: 2048
    sized: [messages_delivered, webhook_calls]
    sizing: SIZING
    tiers: [{unit_price_per: {amount: 1}}]
"""


def counted(book: PriceBook, usage: Usage) -> Decimal:
    made = bill(book, usage, as_of=DAY)
    return sum((line.quantity for line in made.lines if line.meter == "messages"), Decimal(0))


def book(make_book: MakeBook, sizing: str) -> PriceBook:
    return make_book(one_meter(SIZED.replace("SIZING", sizing)))


@pytest.mark.parametrize(
    ("size_bytes", "each", "total"),
    [(0, 100, 100), (1, 100, 1), (1024, 100, 50), (2048, 100, 100), (2049, 200, 101), (3000, 200, 147)],
)
def test_a_hundred_messages(make_book: MakeBook, size_bytes: int, each: int, total: int) -> None:
    usage = Usage(messages_delivered=100, message_bytes=size_bytes)
    assert counted(book(make_book, "each"), usage) == each
    assert counted(book(make_book, "total"), usage) == total


def test_the_azure_examples(make_book: MakeBook) -> None:
    # Web PubSub's billing page: 4 KB broadcast to 10 connections with an upstream call are 22 messages.
    usage = Usage(messages_delivered=10, webhook_calls=1, message_bytes=4096)
    assert counted(book(make_book, "total"), usage) == counted(book(make_book, "each"), usage) == 22


def test_each_is_what_size_steps_are_without_a_word(make_book: MakeBook) -> None:
    plain = make_book(one_meter(SIZED.replace("    sizing: SIZING\n", "")))
    assert counted(plain, Usage(messages_delivered=100, message_bytes=3000)) == 200


def test_bytes_that_fill_the_last_step_do_not_begin_another(make_book: MakeBook) -> None:
    found = book(make_book, "total")
    assert counted(found, Usage(messages_delivered=2, message_bytes=1024)) == 1
    assert counted(found, Usage(messages_delivered=2, message_bytes=1025)) == 2


def test_fields_of_one_meter_are_added_up_together(make_book: MakeBook) -> None:
    # 1,000 bytes each: one step of 2,048 holds both.
    usage = Usage(messages_delivered=1, webhook_calls=1, message_bytes=1000)
    assert counted(book(make_book, "total"), usage) == 1


def test_weights_are_applied_before_the_bytes_are_added_up(make_book: MakeBook) -> None:
    found = make_book(
        one_meter("""
            meter: messages
            counts: {messages_delivered: 0.5}
            size_step_bytes: 1000
            sized: [messages_delivered]
            sizing: total
            tiers: [{unit_price_per: {amount: 1}}]
        """)
    )
    assert counted(found, Usage(messages_delivered=3, message_bytes=1000)) == 2


def test_no_messages_are_no_bytes(make_book: MakeBook) -> None:
    assert counted(book(make_book, "total"), Usage(message_bytes=10**6)) == 0
