"""PubNub's prices per user, and per transaction.

Source of the formula: github.com/Codelessly/FirebaseRealtimeToolkit docs/competitive_research/pubnub.md
(2026-02-03). Source of the unit prices: https://www.pubnub.com/docs/resources/pricing (undated).
"""

from datetime import date
from decimal import Decimal

import pytest

from toolkit.pricing.bill import bill
from toolkit.pricing.book import PriceBook
from toolkit.pricing.usage import Usage


@pytest.mark.parametrize(
    ("users", "usd_per_month"),
    [(1_000, 170), (5_000, 330), (10_000, 500), (15_000, 675), (25_000, 1_025), (50_000, 1_900)],
)
def test_published_examples_of_pro(pubnub: PriceBook, users: int, usd_per_month: int) -> None:
    made = bill(pubnub, Usage(monthly_active_users=users), plan="pro", as_of=date(2026, 2, 3))
    assert made.total == usd_per_month


@pytest.mark.parametrize("users", [1, 9_249, 9_250, 9_251, 9_999, 10_000, 10_001, 50_000])
def test_pro_follows_its_formula_at_every_edge(pubnub: PriceBook, as_of: date, users: int) -> None:
    # "Up to 10K: 130 + 0.04 per MAU, capped at 500; 10,001 to 50,000: 500 + 0.035 per MAU above 10K."
    first = min(130 + Decimal("0.04") * users, Decimal(500))
    expected = first + Decimal("0.035") * max(users - 10_000, 0)
    assert bill(pubnub, Usage(monthly_active_users=users), plan="pro", as_of=as_of).total == expected


def test_pro_ends_at_fifty_thousand_users(pubnub: PriceBook, as_of: date) -> None:
    made = bill(pubnub, Usage(monthly_active_users=50_001), as_of=as_of)
    assert (made.plan, made.feasible) == ("pro", False)
    assert made.violations == ("monthly_active_users 50,001 > 50,000 of pro",)


@pytest.mark.parametrize(
    ("users", "plan", "usd_per_month"),
    [(200, "free", "0"), (201, "starter", "98"), (1_000, "starter", "98"), (1_001, "pro", "170.04")],
)
def test_the_cheapest_plan_by_users(
    pubnub: PriceBook, as_of: date, users: int, plan: str, usd_per_month: str
) -> None:
    made = bill(pubnub, Usage(monthly_active_users=users), as_of=as_of)
    assert (made.plan, made.total) == (plan, Decimal(usd_per_month))


def test_free_carries_a_million_transactions(pubnub: PriceBook, as_of: date) -> None:
    fits = Usage(monthly_active_users=200, messages_published=500_000, messages_delivered=500_000)
    assert bill(pubnub, fits, as_of=as_of).plan == "free"
    over = fits.model_copy(update={"messages_published": 500_001})
    assert bill(pubnub, over, as_of=as_of).plan == "starter"
    assert bill(pubnub, over, plan="free", as_of=as_of).violations == (
        "messages 1,000,001 > 1,000,000 a month of free (the vendor asks for a larger plan past it)",
    )


def test_paid_plans_do_not_count_messages(pubnub: PriceBook, as_of: date) -> None:
    quiet = Usage(monthly_active_users=900)
    busy = quiet.model_copy(update={"messages_delivered": 10**9})
    assert bill(pubnub, busy, as_of=as_of).total == bill(pubnub, quiet, as_of=as_of).total == 98


def test_one_publish_to_a_hundred_subscribers(pubnub: PriceBook, as_of: date) -> None:
    # support.pubnub.com 360051974811: 1 replicated + 100 edge; 0.000123 + 100 x 0.000033 = 0.003423.
    usage = Usage(messages_published=1, messages_delivered=100)
    assert bill(pubnub, usage, plan="transactions", as_of=as_of).total == Decimal("0.003423")


@pytest.mark.parametrize(("field", "usd"), [("messages_published", "1230"), ("messages_delivered", "330")])
def test_ten_million_transactions_at_list_price(pubnub: PriceBook, as_of: date, field: str, usd: str) -> None:
    usage = Usage(**{field: 10_000_000})
    assert bill(pubnub, usage, plan="transactions", as_of=as_of).total == Decimal(usd)


def test_eight_kilobytes_are_four_transactions(pubnub: PriceBook, as_of: date) -> None:
    # pubnub.com/docs/transaction-classification: "one 8 KB publish = 4 transactions (bytes / 2048)".
    made = bill(pubnub, Usage(messages_published=1, message_bytes=8 * 1024), plan="transactions", as_of=as_of)
    assert made.lines[1].quantity == 4


def test_the_chat_example_counts_as_its_page_counts_it(pubnub: PriceBook, as_of: date) -> None:
    # ably/docs commit 936f02c87 (2019-05-21), fanout-vs-pubnub: 100,000 customers x 2 sessions, 22 edge and
    # 20 replicated of 1 KB in each. 4.4 M edge and 4 M replicated, here at today's prices: 145.20 and 492.00.
    sessions = 200_000
    usage = Usage(messages_published=20 * sessions, messages_delivered=22 * sessions, message_bytes=1024)
    made = bill(pubnub, usage, plan="transactions", as_of=as_of)
    assert {line.meter: (line.quantity, line.amount) for line in made.lines[1:]} == {
        "messages_published": (4_000_000, Decimal(492)),
        "messages_delivered": (4_400_000, Decimal("145.2")),
    }


def test_the_gigabytes_of_storage_are_read_as_gibibytes(pubnub: PriceBook, as_of: date) -> None:
    # 8 a GB, without a word on how many bytes that is.
    made = bill(pubnub, Usage(stored_gib=8), plan="transactions", as_of=as_of)
    assert made.total == 64
    assert any("Read as GiB" in note for note in made.notes)


def test_transactions_are_never_chosen_unnamed(pubnub: PriceBook, as_of: date) -> None:
    # One message would cost 0.000123 by transaction, but that plan is by request; free is 0 anyway, so pass
    # its limit.
    made = bill(pubnub, Usage(monthly_active_users=300, messages_published=1), as_of=as_of)
    assert made.plan == "starter"


def test_a_bill_on_pro_tells_that_its_price_is_contested(pubnub: PriceBook, as_of: date) -> None:
    made = bill(pubnub, Usage(monthly_active_users=5_000), as_of=as_of)
    assert any("differ" in note for note in made.notes)
