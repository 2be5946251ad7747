"""Among which plans the cheapest is looked for: those on offer that day."""

from collections.abc import Mapping
from datetime import date

import pytest
from pricebooks import MakeBook, book_text, plan_text

from toolkit.pricing.bill import bill, other_plans
from toolkit.pricing.book import PriceBook
from toolkit.pricing.usage import Usage


def test_a_plan_that_no_source_shows_yet_is_not_on_sale(pusher: PriceBook) -> None:
    # In 2020 the largest plan known was premium, for 10,000 connections.
    day, usage = date(2020, 1, 1), Usage(peak_connections=12_000)
    made = bill(pusher, usage, as_of=day)
    assert (made.plan, made.feasible) == ("premium", False)
    others = {other.plan for other in other_plans(pusher, usage, than=made.plan, as_of=day)}
    assert others == {"sandbox", "startup", "pro", "business"}


def test_where_every_plan_has_ended_the_price_is_unknown_and_no_error(make_book: MakeBook) -> None:
    began = "valid_from: 2026-01-01"
    ended = plan_text("only", fee="5").replace(began, f"{began}\n  valid_to: 2026-02-01")
    book = make_book(book_text(ended))
    assert bill(book, Usage(), as_of=date(2026, 2, 1)).total == 5
    after = bill(book, Usage(), as_of=date(2026, 2, 2))
    assert (after.plan, after.feasible, after.total) == ("only", True, None)


def test_in_a_gap_between_two_versions_the_price_is_unknown(pubnub: PriceBook) -> None:
    made = bill(pubnub, Usage(messages_published=10**7), as_of=date(2023, 1, 1))
    assert made.total is None


def test_the_nearest_plan_is_near_in_everything(pusher: PriceBook, as_of: date) -> None:
    # All plans fail by the size of the message, and by messages a day some more than others.
    usage = Usage(messages_delivered=5_275_318_366, message_bytes=73_288_159)
    assert bill(pusher, usage, as_of=as_of).plan == "growth-plus"


@pytest.mark.parametrize(("message_bytes", "told"), [(0, True), (1, False)])
def test_a_bill_by_bytes_says_when_it_has_none(
    shipped_books: Mapping[str, PriceBook], as_of: date, message_bytes: int, told: bool
) -> None:
    usage = Usage(messages_delivered=10**9, message_bytes=message_bytes)
    made = bill(shipped_books["azure-web-pubsub"], usage, plan="standard", as_of=as_of)
    assert any("states no message_bytes" in note for note in made.notes) is told
