"""PubNub's worked examples of 2019: pictures of its page in github.com/ably/docs (commit 2de6c62c7)."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from published import Example

from toolkit.pricing.bill import bill
from toolkit.pricing.book import PriceBook
from toolkit.pricing.usage import Usage

DAY = date(2019, 5, 21)
SESSIONS = 200_000


def test_chat(shipped_books: Mapping[str, PriceBook]) -> None:
    # 100,000 customers x 2 sessions of 20 messages out and 20 in, 1 KB each: 22 edge, 20 replicated, 40 KB
    # stored. 4.4 M x 0.000020 = 88, 4 M x 0.000075 = 300, 8 GB x 8 = 64; the prepaid 49 does not come on top.
    chat = Usage(
        messages_published=20 * SESSIONS, messages_delivered=22 * SESSIONS, message_bytes=1024, stored_gib=8
    )
    Example(
        what="chat", vendor="pubnub", plan="transactions", day=DAY, usage=chat, total="452",
        amounts={"messages_published": "300", "messages_delivered": "88", "stored_gib": "64"},
    ).billed(shipped_books)  # fmt: skip


def test_one_publish_to_a_hundred_subscribers(shipped_books: Mapping[str, PriceBook]) -> None:
    # 0.000075 + 100 x 0.000020 = 0.002075, out of the prepaid 49.
    Example(
        what="hundred", vendor="pubnub", plan="transactions", day=DAY, total="49",
        usage=Usage(messages_published=1, messages_delivered=100),
        amounts={"messages_published": "0.000075", "messages_delivered": "0.002", "base_fee": "48.997925"},
    ).billed(shipped_books)  # fmt: skip


def test_a_taxi_ride(shipped_books: Mapping[str, PriceBook]) -> None:
    # 30 replicated = 0.00225 and 35 edge = 0.0007 a ride; what is left of the prepaid 49 is charged.
    ride = Usage(messages_published=30, messages_delivered=35)
    Example(
        what="taxi", vendor="pubnub", plan="transactions", day=DAY, usage=ride, total="49",
        amounts={"messages_published": "0.00225", "messages_delivered": "0.0007", "base_fee": "48.99705"},
    ).billed(shipped_books)  # fmt: skip


def test_when_the_prices_of_2019_ended_is_not_known(pubnub: PriceBook) -> None:
    usage = Usage(messages_published=10**6)
    assert bill(pubnub, usage, plan="transactions", as_of=date(2020, 3, 3)).total == 75
    assert bill(pubnub, usage, plan="transactions", as_of=date(2020, 3, 4)).total is None
    assert bill(pubnub, usage, plan="transactions", as_of=date(2026, 11, 23)).total == Decimal(123)
