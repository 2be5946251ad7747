"""Pusher's ladder, its counting, and its daily quota.

Source of the ladder: github.com/api-evangelist/pusher plans/pusher-plans-pricing.yml (2026-05-08) and, the
same, github.com/Codelessly/FirebaseRealtimeToolkit docs/competitive_research/pusher.md (2026-02-03).
"""

from datetime import date
from decimal import Decimal

import pytest

from toolkit.pricing.bill import bill
from toolkit.pricing.book import PriceBook
from toolkit.pricing.usage import Usage

LADDER = [
    ("sandbox", 0, 200_000, 100),
    ("startup", 49, 1_000_000, 500),
    ("pro", 99, 4_000_000, 2_000),
    ("business", 299, 10_000_000, 5_000),
    ("premium", 499, 20_000_000, 10_000),
    ("growth", 699, 40_000_000, 15_000),
    ("plus", 899, 60_000_000, 20_000),
    ("growth-plus", 1_199, 90_000_000, 30_000),
]


@pytest.mark.parametrize(("plan", "usd_per_month", "messages_per_day", "connections"), LADDER)
def test_each_step_of_the_ladder_carries_exactly_its_quota(
    pusher: PriceBook, as_of: date, plan: str, usd_per_month: int, messages_per_day: int, connections: int
) -> None:
    full = Usage(messages_delivered=messages_per_day * 30, peak_connections=connections)
    made = bill(pusher, full, as_of=as_of)
    assert (made.plan, made.total, made.feasible) == (plan, usd_per_month, True)
    assert not bill(
        pusher, full.model_copy(update={"peak_connections": connections + 1}), plan=plan, as_of=as_of
    ).feasible
    one_more = full.model_copy(update={"peak_day_messages": messages_per_day + 1})
    assert not bill(pusher, one_more, plan=plan, as_of=as_of).feasible


def test_one_publish_to_fifty_subscribers_counts_51(pusher: PriceBook, as_of: date) -> None:
    # docs.bird.com/pusher/.../how-is-my-message-count-calculated-in-channels: 1 + 50 = 51.
    made = bill(pusher, Usage(messages_published=1, messages_delivered=50), as_of=as_of)
    assert [line.quantity for line in made.lines if line.meter == "messages"] == [51]


def test_forty_thousand_publishes_to_five_hundred_count_20_040_000(pusher: PriceBook, as_of: date) -> None:
    # The same page: 20,000,000 deliveries + 40,000 publishes.
    usage = Usage(messages_published=40_000, messages_delivered=40_000 * 500, days=1)
    made = bill(pusher, usage, as_of=as_of)
    assert [line.quantity for line in made.lines if line.meter == "messages"] == [20_040_000]
    assert made.plan == "growth"


@pytest.mark.parametrize(
    ("day", "messages", "connections"),
    [(date(2015, 3, 1), 100_000, 20), (date(2017, 9, 21), 200_000, 100), (date(2026, 11, 23), 200_000, 100)],
)
def test_the_sandbox_grew(pusher: PriceBook, day: date, messages: int, connections: int) -> None:
    # github.com/pusher/pusher-http-php issue 30 (2015-02-26); the free-for-dev list of 2017-09-21.
    full = Usage(messages_delivered=messages, peak_connections=connections, days=1)
    assert bill(pusher, full, plan="sandbox", as_of=day).feasible
    for field in ("messages_delivered", "peak_connections"):
        more = full.model_copy(update={field: getattr(full, field) + 1})
        assert not bill(pusher, more, plan="sandbox", as_of=day).feasible


@pytest.mark.parametrize(("plan", "usd"), [("startup", 49), ("pro", 99), ("business", 299), ("premium", 499)])
def test_four_plans_have_had_their_price_since_2019(pusher: PriceBook, plan: str, usd: int) -> None:
    # A picture of the page of 2019-05-02, github.com/ably/docs commit 2de6c62c7.
    assert bill(pusher, Usage(), plan=plan, as_of=date(2019, 5, 2)).total == usd
    assert bill(pusher, Usage(), plan=plan, as_of=date(2019, 5, 1)).total is None


def test_webhooks_and_presence_changes_count_and_stored_messages_do_not(
    pusher: PriceBook, as_of: date
) -> None:
    usage = Usage(webhook_calls=3, presence_events=4, stored_messages=1000, connection_minutes=10**6)
    made = bill(pusher, usage, as_of=as_of)
    assert [line.quantity for line in made.lines if line.meter == "messages"] == [7]


def test_thirty_million_a_month_fit_the_startup_plan_only_when_spread_evenly(
    pusher: PriceBook, as_of: date
) -> None:
    # github.com/soketi/soketi README: the 49 plan = 500 connections and 30 M messages a month (1 M a day x
    # 30).
    even = Usage(messages_delivered=30_000_000, peak_connections=500)
    assert bill(pusher, even, as_of=as_of).plan == "startup"
    bursty = even.model_copy(update={"peak_day_messages": 1_500_000})
    assert bill(pusher, bursty, as_of=as_of).plan == "pro"


@pytest.mark.parametrize(
    ("messages_per_month", "plan", "usd_per_month"),
    [(5_000_000, "sandbox", 0), (50_000_000, "pro", 99), (500_000_000, "premium", 499)],
)
def test_plan_by_monthly_volume_alone(
    pusher: PriceBook, as_of: date, messages_per_month: int, plan: str, usd_per_month: int
) -> None:
    # FirebaseRealtimeToolkit docs/competitive_research/pusher.md: 5 M is about 167,000 a day, 50 M about 1.67
    # M, 500 M about 16.67 M, which by messages alone premium carries.
    made = bill(pusher, Usage(messages_delivered=messages_per_month), as_of=as_of)
    assert (made.plan, made.total) == (plan, usd_per_month)


def test_the_violation_names_the_busiest_day_and_what_happens_then(pusher: PriceBook, as_of: date) -> None:
    usage = Usage(messages_published=1, messages_delivered=29_999_999, peak_day_messages=1_500_000)
    made = bill(pusher, usage, plan="startup", as_of=as_of)
    assert made.violations == (
        "messages 1,500,000 on the busiest day > 1,000,000 a day of startup (publishing is blocked past it)",
    )


def test_the_connection_cap_is_named(pusher: PriceBook, as_of: date) -> None:
    made = bill(pusher, Usage(peak_connections=2_400), plan="pro", as_of=as_of)
    assert made.violations == ("peak_connections 2,400 > 2,000 of pro",)


def test_an_event_of_10_kb_fits_and_one_more_byte_does_not(pusher: PriceBook, as_of: date) -> None:
    # 10 KB is 10,240 bytes: github.com/pusher/pusher-http-python refuses len(data) > 10240.
    assert bill(pusher, Usage(message_bytes=10_240), plan="pro", as_of=as_of).feasible
    assert not bill(pusher, Usage(message_bytes=10_241), plan="pro", as_of=as_of).feasible


def test_an_event_of_any_size_counts_once(pusher: PriceBook, as_of: date) -> None:
    made = bill(pusher, Usage(messages_published=5, message_bytes=10_240), plan="pro", as_of=as_of)
    assert made.lines[1].quantity == 5


def test_enterprise_is_only_billed_by_name_and_its_price_is_unknown(pusher: PriceBook, as_of: date) -> None:
    huge = Usage(peak_connections=1_000_000)
    assert bill(pusher, huge, as_of=as_of).plan == "growth-plus"
    named = bill(pusher, huge, plan="enterprise", as_of=as_of)
    assert named.feasible and named.total is None


def test_the_ladder_charges_nothing_but_its_base_fee(pusher: PriceBook, as_of: date) -> None:
    made = bill(pusher, Usage(messages_delivered=30 * 10**6), as_of=as_of)
    assert [(line.meter, line.amount) for line in made.lines] == [
        ("base_fee", Decimal(49)),
        ("messages", Decimal(0)),
    ]
