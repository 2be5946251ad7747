"""What the tariff language says, one feature at a time, on books written for it."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from pricebooks import MakeBook, book_text, one_meter

from toolkit.pricing.bill import Line, bill
from toolkit.pricing.usage import Usage

DAY = date(2026, 6, 1)


def lines(make_book: MakeBook, meter: str, usage: Usage) -> list[Line]:
    return list(bill(make_book(one_meter(meter)), usage, as_of=DAY).lines[1:])


def test_graduated_tiers_price_each_stretch_and_give_it_a_line(make_book: MakeBook) -> None:
    # The shape of a published two-tier price: 1.00 a million up to a thousand million, 0.80 a million above.
    meter = """
        meter: messages
        counts: {messages_published: 1, messages_delivered: 1}
        tiers:
          - {up_to: 1000000000, unit_price_per: {amount: 1.00, per: 1000000}}
          - {unit_price_per: {amount: 0.80, per: 1000000}}
    """
    found = lines(make_book, meter, Usage(messages_published=500_000_000, messages_delivered=750_000_000))
    assert [(line.billed_quantity, line.unit_price, line.amount) for line in found] == [
        (1_000_000_000, Decimal("0.000001"), Decimal(1000)),
        (250_000_000, Decimal("0.0000008"), Decimal(200)),
    ]
    assert sum(line.quantity for line in found) == 1_250_000_000


def test_usage_at_the_end_of_a_tier_stays_in_it(make_book: MakeBook) -> None:
    meter = """
        meter: peak_connections
        counts: {peak_connections: 1}
        tiers: [{up_to: 100, unit_price_per: {amount: 2}}, {unit_price_per: {amount: 1}}]
    """
    assert [line.amount for line in lines(make_book, meter, Usage(peak_connections=100))] == [200]
    assert [line.amount for line in lines(make_book, meter, Usage(peak_connections=101))] == [200, 1]


@pytest.mark.parametrize(
    ("messages", "packages"), [(999_999, 1), (1_000_000, 1), (1_000_001, 2), (1_500_000, 2), (5_000_000, 5)]
)
def test_rounding_up_sells_whole_packages(make_book: MakeBook, messages: int, packages: int) -> None:
    # Supabase publishes these for packages of a million at 2.50: 2.50, 2.50, 5.00, 5.00.
    meter = """
        meter: messages
        counts: {messages_delivered: 1}
        rounding: {to: 1000000, mode: up}
        tiers: [{unit_price_per: {amount: 2.50, per: 1000000}}]
    """
    (line,) = lines(make_book, meter, Usage(messages_delivered=messages))
    assert (line.quantity, line.billed_quantity) == (messages, packages * 1_000_000)
    assert line.amount == packages * Decimal("2.50")


def test_what_is_included_is_not_billed_and_rounding_starts_beyond_it(make_book: MakeBook) -> None:
    # Supabase again: 8.5 M messages, 5 M included, leaves 3.5 M = 4 packages = 10.
    meter = """
        meter: messages
        counts: {messages_delivered: 1}
        included: 5000000
        rounding: {to: 1000000, mode: up}
        tiers: [{unit_price_per: {amount: 2.50, per: 1000000}}]
    """
    (line,) = lines(make_book, meter, Usage(messages_delivered=8_500_000))
    assert (line.quantity, line.billed_quantity, line.amount) == (8_500_000, 4_000_000, 10)
    (inside,) = lines(make_book, meter, Usage(messages_delivered=5_000_000))
    assert (inside.quantity, inside.billed_quantity, inside.amount) == (5_000_000, 0, 0)


def test_lines_of_several_tiers_tell_where_the_count_went(make_book: MakeBook) -> None:
    meter = """
        meter: messages
        counts: {messages_delivered: 1}
        included: 100
        rounding: {to: 10}
        tiers: [{up_to: 50, unit_price_per: {amount: 2}}, {unit_price_per: {amount: 1}}]
    """
    # 163 are counted: 100 free and 50 at 2, then 13, billed as 20, at 1.
    found = lines(make_book, meter, Usage(messages_delivered=163))
    assert [(int(line.quantity), int(line.billed_quantity)) for line in found] == [(150, 50), (13, 20)]


def test_a_quota_with_overage_bills_what_is_past_it(make_book: MakeBook) -> None:
    meter = """
        meter: messages
        counts: {messages_delivered: 1}
        quota: {amount: 5000000, period: month, past_it: overage}
        tiers: [{unit_price_per: {amount: 2.50, per: 1000000}}]
    """
    (line,) = lines(make_book, meter, Usage(messages_delivered=7_000_000))
    assert line.amount == 5


def test_weights_count_some_kinds_less_than_others(make_book: MakeBook) -> None:
    # Cloudflare counts 20 incoming messages as one request: 1 M messages = 50,000 requests.
    meter = """
        meter: messages
        counts: {messages_published: 0.05}
        tiers: [{unit_price_per: {amount: 0.15, per: 1000000}}]
    """
    (line,) = lines(make_book, meter, Usage(messages_published=1_000_000, messages_delivered=9))
    assert (line.quantity, line.amount) == (50_000, Decimal("0.0075"))


@pytest.mark.parametrize(("size_bytes", "units"), [(0, 1), (1, 1), (2048, 1), (2049, 2), (8192, 4)])
def test_size_steps_apply_to_sized_fields_only(make_book: MakeBook, size_bytes: int, units: int) -> None:
    meter = """
        meter: messages
        counts: {messages_published: 1, presence_events: 1}
        size_step_bytes: 2048
        sized: [messages_published]
        tiers: [{unit_price_per: {amount: 1}}]
    """
    usage = Usage(messages_published=10, presence_events=3, message_bytes=size_bytes)
    (line,) = lines(make_book, meter, usage)
    assert line.quantity == 10 * units + 3


def test_a_meter_may_bring_quantities_of_another(make_book: MakeBook) -> None:
    book = make_book(
        book_text("""
        - id: only
          name: Only
          kind: self_serve
          valid_from: 2026-01-01
          base_fee: {amount: 0, SOURCED}
          meters:
            # The giver stands second on purpose: order does not matter.
            - meter: egress_gib
              counts: {egress_gib: 1}
              unit: GiB
              included_with: {meter: messages, per_unit: 0.5}
              tiers: [{unit_price_per: {amount: 1}}]
              SOURCED
            - meter: messages
              counts: {messages_delivered: 1}
              rounding: {to: 10}
              tiers: [{unit_price_per: {amount: 0}}]
              SOURCED
    """)
    )
    made = bill(book, Usage(messages_delivered=11, egress_gib=14), as_of=DAY)
    # 11 messages are billed as 20, which bring 10 GiB.
    assert {line.meter: line.billed_quantity for line in made.lines[1:]} == {"egress_gib": 4, "messages": 20}


def test_a_meter_without_usage_has_no_line(make_book: MakeBook) -> None:
    meter = """
        meter: stored_gib
        counts: {stored_gib: 1}
        unit: GiB
        tiers: [{unit_price_per: {amount: 8}}]
    """
    assert lines(make_book, meter, Usage(messages_published=1)) == []


def test_prices_are_the_digits_that_the_file_shows(make_book: MakeBook) -> None:
    # 0.1 and 0.000033 have no exact binary fraction; a float would bill 330.00000000000006.
    meter = """
        meter: messages_delivered
        counts: {messages_delivered: 0.1}
        tiers: [{unit_price_per: {amount: 0.000033}}]
    """
    (line,) = lines(make_book, meter, Usage(messages_delivered=100_000_000))
    assert line.amount == Decimal("330")


def test_the_largest_usage_is_billed_exactly(make_book: MakeBook) -> None:
    meter = """
        meter: messages
        counts: {messages_delivered: 1.000000000001}
        size_step_bytes: 3
        sized: [messages_delivered]
        tiers: [{unit_price_per: {amount: 0.00000000123, per: 1024}}]
    """
    usage = Usage(messages_delivered=10**18, message_bytes=10**18)
    (line,) = lines(make_book, meter, usage)
    assert line.unit_price is not None and line.amount is not None
    units = 10**18 * 333_333_333_333_333_334
    assert Fraction(line.quantity) == Fraction(units * 1_000_000_000_001, 10**12)
    assert Fraction(line.amount) == Fraction(line.quantity) * Fraction(123, 1024 * 10**11)
