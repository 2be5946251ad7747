"""One invented plan that uses every feature of a meter at once: both paths agree on it."""

from datetime import date
from decimal import Decimal

import numpy as np
import pytest
from exactly import HALF_A_CENT_USD, columns, exact
from hypothesis import given, settings
from hypothesis import strategies as st
from pricebooks import MakeBook, book_text, one_meter, plan_text

from toolkit.pricing.book import PriceBook
from toolkit.pricing.tariff import Meter
from toolkit.pricing.totals import plan_totals
from toolkit.pricing.usage import Usage

AS_OF = date(2026, 11, 23)
GRADUATED = """
    meter: messages
    counts: {messages_published: 0.05, messages_delivered: 1}
    size_step_bytes: 1000
    sized: [messages_delivered]
    sizing: each
    included: 500
    rounding: {to: 100, mode: up}
    tiers:
      - {up_to: 1000, unit_price_per: {amount: 1.25, per: 1000}}
      - {up_to: 5000, unit_price_per: {amount: 0}}
      - {up_to: 9000, unit_price_per: {amount: unknown}}
      - {unit_price_per: {amount: 0.75, per: 1000}}
    quota: {amount: 20000, period: day, past_it: blocked}
"""
BY_THE_DAY = """
    meter: webhook_calls
    counts: {webhook_calls: 1, presence_events: 0.1}
    size_step_bytes: 1500
    sized: [webhook_calls, presence_events]
    sizing: total
    quota: {amount: 300, period: unit_day, past_it: overage}
    rounding: {to: 50}
    tiers_mode: volume
    tiers:
      - {up_to: 5000, unit_price_per: {amount: 0.02}}
      - {up_to: 40000, unit_price_per: {amount: 0.01}}
      - {unit_price_per: {amount: 0.008}}
    credit_usd: 7.5
"""
UNIT_DAYS = """
    meter: unit_hours
    counts: {unit_hours: 1}
    hours_per_unit: 24
    tiers: [{up_to: 60, unit_price_per: {amount: 1.61}}, {unit_price_per: {amount: 1.5}}]
"""
TRAFFIC = """
    meter: egress_gib
    counts: {egress_gib: 1}
    unit: GB
    included: 20
    included_with: {meter: unit_hours, per_unit: 0.75}
    rounding: none
    tiers: [{unit_price_per: {amount: 0.09}}]
    quota: {amount: 4000, period: month, past_it: upgrade}
"""
REST = """
units: {connections: 100, sizes: [1, 2, 5, 10], SOURCED}
limits: {message_bytes: 4500}
rates: {messages_per_s: 5, messages_per_h: 17000, connections_opened_per_s: 1}
limits_source: {SOURCED}
"""

MONTHS = st.builds(
    Usage,
    messages_published=st.integers(0, 2 * 10**6),
    messages_delivered=st.one_of(st.integers(0, 10**4), st.integers(0, 10**6)),
    message_bytes=st.integers(0, 5000),
    webhook_calls=st.integers(0, 10**5),
    presence_events=st.integers(0, 10**5),
    peak_connections=st.integers(0, 1100),
    connections_opened=st.sampled_from([0, 2_592_000, 2_592_001]),
    peak_day_messages=st.one_of(st.none(), st.integers(0, 3 * 10**4), st.integers(0, 10**6)),
    busiest_day_factor=st.sampled_from([Decimal(text) for text in ("1", "1.5", "2.35", "7.123", "31")]),
    egress_gib=st.integers(0, 5000),
    unit_hours=st.one_of(st.just(0), st.integers(0, 10_000)),
    days=st.integers(28, 31),
)


@pytest.fixture(scope="module")
def book(module_book: MakeBook) -> PriceBook:
    meters = (TRAFFIC, GRADUATED, BY_THE_DAY, UNIT_DAYS)
    return module_book(book_text(plan_text("only", *meters, fee="59, prepaid: true", rest=REST)))


@given(months=st.lists(MONTHS, min_size=1, max_size=4))
@settings(max_examples=200, deadline=None)
def test_every_feature_at_once_agrees(book: PriceBook, months: list[Usage]) -> None:
    totals = plan_totals(book, columns(months), as_of=AS_OF)["only"]
    expected = [exact(book, month, "only", as_of=AS_OF) for month in months]
    np.testing.assert_allclose(totals, expected, rtol=0, atol=HALF_A_CENT_USD)


@pytest.mark.parametrize(
    ("usage", "usd"),
    [
        # Nothing but a unit all month: 30 x 1.61 draw on the 59.
        (Usage(), 59),
        # 5 units: 150 unit-days, 60 at 1.61 and 90 at 1.50 = 231.60, and 112.5 + 20 GB of traffic with them.
        (Usage(peak_connections=450, egress_gib=100), 231.6),
        # 200 GiB are 214.7483648 GB, 82.2483648 of them at 0.09 = 7.402352832.
        (Usage(peak_connections=450, egress_gib=200), 239.002352832),
        # 20,000 calls of 3,000 bytes are 40,000 steps; 9,000 come with a unit, 31,000 at 0.01 less 7.50.
        (Usage(webhook_calls=20_000, message_bytes=3000), 48.3 + 310 - 7.5),
        # 1,400 deliveries less 500 are 900, at 0.00125 each.
        (Usage(messages_delivered=1400, peak_connections=450), 231.6 + 1.125),
        (Usage(messages_delivered=6000), float("nan")),
        (Usage(egress_gib=4000), float("inf")),
        (Usage(message_bytes=4501), float("inf")),
    ],
)
def test_by_hand(book: PriceBook, usage: Usage, usd: float) -> None:
    (vectorised,) = plan_totals(book, columns([usage]), as_of=AS_OF)["only"]
    for total in (exact(book, usage, "only", as_of=AS_OF), vectorised):
        assert total == pytest.approx(usd, nan_ok=True)


def test_no_feature_of_a_meter_is_left_out(book: PriceBook) -> None:
    used = {name for meter in book.plans[0].meters for name in meter.model_fields_set}
    assert set(Meter.model_fields) - used == {"note"}


@pytest.fixture(scope="module")
def graduated_book(module_book: MakeBook) -> PriceBook:
    return module_book(one_meter(GRADUATED, fee="9"))


@given(
    published=st.integers(0, 2 * 10**6),
    delivered=st.integers(0, 10**6),
    size_bytes=st.integers(0, 5000),
)
@settings(max_examples=150, deadline=None)
def test_a_graduated_meter_agrees_on_its_own(
    graduated_book: PriceBook, published: int, delivered: int, size_bytes: int
) -> None:
    usage = Usage(messages_published=published, messages_delivered=delivered, message_bytes=size_bytes)
    (total,) = plan_totals(graduated_book, columns([usage]), as_of=AS_OF)["only"]
    expected = exact(graduated_book, usage, "only", as_of=AS_OF)
    assert np.isclose(total, expected, rtol=0, atol=HALF_A_CENT_USD, equal_nan=True)
