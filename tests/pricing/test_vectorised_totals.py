"""The vectorised path's own rules: shapes, dust, unknown and infinite totals, what it refuses."""

from collections.abc import Mapping
from datetime import date

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from pricebooks import MakeBook, book_text, one_meter

from toolkit.pricing import totals
from toolkit.pricing.bill import bill
from toolkit.pricing.book import PriceBook
from toolkit.pricing.offers import offers
from toolkit.pricing.totals import NO_PLAN, cheapest, checked, plan_totals
from toolkit.pricing.usage import Usage

AS_OF = date(2026, 11, 23)


def test_an_overage_quota_agrees(make_book: MakeBook) -> None:
    book = make_book(
        one_meter("""
        meter: messages
        counts: {messages_delivered: 1}
        quota: {amount: 1000, period: month, past_it: overage}
        tiers: [{unit_price_per: {amount: 2}}]
    """)
    )
    totals = plan_totals(book, {"messages_delivered": np.array([0.0, 1000, 1001])}, as_of=AS_OF)["only"]
    assert_array_equal(totals, [0, 0, 2])


def test_binary_dust_does_not_bill_another_unit(make_book: MakeBook) -> None:
    # 1.1 x 50 is 55.00000000000001 in float64.
    book = make_book(
        one_meter("""
        meter: messages
        counts: {messages_delivered: 1.1}
        rounding: {to: 1}
        tiers: [{unit_price_per: {amount: 1}}]
    """)
    )
    assert_array_equal(plan_totals(book, {"messages_delivered": np.array([50.0])}, as_of=AS_OF)["only"], [55])


def test_binary_dust_does_not_decide_between_equal_prices(make_book: MakeBook) -> None:
    # 0.1 + 0.2 is 0.30000000000000004 in float64, but both plans cost 0.30 and the first one wins.
    metered = one_meter(
        "meter: messages\ncounts: {messages_delivered: 1}\ntiers: [{unit_price_per: {amount: 0.2}}]",
        fee="0.1",
    )
    flat = book_text("""
        - id: flat
          name: Flat
          kind: self_serve
          valid_from: 2026-01-01
          base_fee: {amount: 0.3, SOURCED}
    """).partition("plans:\n")[2]
    book = make_book(metered + flat)
    assert bill(book, Usage(messages_delivered=1), as_of=AS_OF).plan == "only"
    _, index = cheapest(book, {"messages_delivered": np.array([1.0])}, as_of=AS_OF)
    assert_array_equal(index, [0])


def test_absent_fields_are_zero_and_arrays_broadcast(pubnub: PriceBook) -> None:
    usage = {
        "monthly_active_users": np.array([[100.0], [1_000.0], [60_000.0]]),
        "messages_delivered": np.array([0.0, 2e6]),
    }
    totals = plan_totals(pubnub, usage, as_of=AS_OF)
    assert totals["starter"].shape == (3, 2)
    assert_array_equal(totals["starter"], [[98, 98], [98, 98], [np.inf, np.inf]])
    assert_array_equal(totals["free"], [[0, np.inf], [np.inf, np.inf], [np.inf, np.inf]])


def test_single_numbers_are_arrays_without_axes(pusher: PriceBook) -> None:
    totals, index = cheapest(pusher, {"peak_connections": np.asarray(2_400.0)}, as_of=AS_OF)
    assert (float(totals), offers(pusher, AS_OF)[int(index)].plan.id) == (299.0, "business")


def test_an_unknown_price_is_nan_and_an_infeasible_plan_infinite(ably: PriceBook) -> None:
    totals = plan_totals(ably, {"peak_connections": np.array([60_000.0])}, as_of=AS_OF)
    assert np.isnan(totals["mau-pro"]).all() and np.isposinf(totals["pro"]).all()
    total, index = cheapest(ably, {"peak_connections": np.array([60_000.0])}, as_of=AS_OF)
    assert np.isnan(total).all() and offers(ably, AS_OF)[index[0]].plan.id == "mau-standard"


def test_prices_not_yet_known_are_nan_here_too(ably: PriceBook) -> None:
    early = date(2021, 9, 26)
    totals = plan_totals(ably, {"messages_published": np.array([0.0, 5.0])}, as_of=early)
    assert all(np.isnan(total).all() for total in totals.values())


def test_a_book_without_open_plans_gives_no_plan(make_book: MakeBook) -> None:
    book = make_book(
        book_text("""
        - id: old
          name: Old
          kind: legacy
          valid_from: 2026-01-01
          base_fee: {amount: 1, SOURCED}
    """)
    )
    totals, index = cheapest(book, {"messages_published": np.zeros(2)}, as_of=AS_OF)
    assert_array_equal(totals, [np.inf, np.inf])
    assert_array_equal(index, [NO_PLAN, NO_PLAN])


def test_a_name_that_is_no_usage_field_is_refused(ably: PriceBook) -> None:
    with pytest.raises(ValueError, match="did you mean messages_published"):
        plan_totals(ably, {"message_published": np.zeros(1)}, as_of=AS_OF)


@pytest.mark.parametrize("quantity", [-1.0, float("nan")])
def test_a_quantity_below_zero_or_missing_is_refused(ably: PriceBook, quantity: float) -> None:
    with pytest.raises(
        ValueError, match="messages_published holds a number out of range or nan; write 0 to inf"
    ):
        plan_totals(ably, {"messages_published": np.array([1.0, quantity])}, as_of=AS_OF)


@pytest.mark.parametrize("days", [0, 32])
def test_a_month_of_other_than_1_to_31_days_is_refused(ably: PriceBook, days: int) -> None:
    with pytest.raises(ValueError, match="days holds a number out of range or nan; write 1 to 31"):
        plan_totals(ably, {"days": np.array(float(days))}, as_of=AS_OF)


def test_one_message_past_a_million_is_seen_up_to_the_largest_exact_float(make_book: MakeBook) -> None:
    # 9,007,199,254 million and one: the quotient rounds, the remainder does not.
    book = make_book(
        one_meter("""
        meter: messages
        counts: {messages_published: 1}
        rounding: {to: 1000000}
        tiers: [{unit_price_per: {amount: 2.50, per: 1000000}}]
    """)
    )
    millions = 9_007_199_254
    usage = {"messages_published": np.array([millions * 1e6, millions * 1e6 + 1])}
    totals = plan_totals(book, usage, as_of=AS_OF)["only"]
    assert totals[1] - totals[0] == 2.5


def test_a_hundred_thousand_usages_take_a_moment(shipped_books: Mapping[str, PriceBook]) -> None:
    # A guard against a loop in Python, not a benchmark: the loop would take a minute.
    draws = np.random.default_rng(1).integers(0, 10**9, size=(3, 100_000)).astype(float)
    usage = dict(zip(["messages_published", "messages_delivered", "connection_minutes"], draws, strict=True))
    for book in shipped_books.values():
        totals, _ = cheapest(book, usage, as_of=AS_OF)
        assert totals.shape == (100_000,)


@pytest.mark.parametrize("longest", [0, 1, 2])
def test_pieces_of_any_axis_are_billed_as_the_whole(
    ably: PriceBook, monkeypatch: pytest.MonkeyPatch, longest: int
) -> None:
    shape = [3, 3, 3]
    shape[longest] = 7
    sent = np.arange(np.prod(shape), dtype=np.float64).reshape(shape) * 1e6
    usage = {"messages_published": sent, "peak_connections": np.arange(shape[2]) * 1000.0}
    flat = {name: np.broadcast_to(values, shape).ravel() for name, values in usage.items()}
    expected = cheapest(ably, flat, as_of=AS_OF)
    monkeypatch.setattr(totals, "AT_ONCE", 10)
    for found, whole in zip(cheapest(ably, usage, as_of=AS_OF), expected, strict=True):
        assert_array_equal(found, whole.reshape(shape))


def test_usage_that_was_looked_through_is_billed_as_it_is(ably: PriceBook) -> None:
    usage = {"messages_published": np.array([1e6, 1e9])}
    for found, expected in zip(
        cheapest(ably, checked(usage), as_of=AS_OF), cheapest(ably, usage, as_of=AS_OF), strict=True
    ):
        assert_array_equal(found, expected)
    with pytest.raises(ValueError, match="out of range or nan"):
        checked({"messages_published": np.array([np.nan])})
