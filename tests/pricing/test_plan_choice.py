"""Which plan a bill is for when none is named."""

from datetime import date

import pytest
from pricebooks import MakeBook, book_text

from toolkit.pricing.bill import bill
from toolkit.pricing.book import PriceBook
from toolkit.pricing.usage import Usage
from toolkit.project import InputError

DAY = date(2026, 6, 1)


def plan(name: str, fee: object, *, kind: str = "self_serve", connections: int = 10**9) -> str:
    return f"""
- id: {name}
  name: {name.title()}
  kind: {kind}
  valid_from: 2026-01-01
  base_fee: {{amount: {fee}, SOURCED}}
  limits: {{peak_connections: {connections}}}
  limits_source: {{SOURCED}}
"""


def chosen(make_book: MakeBook, *plans: str, connections: int = 0) -> str:
    return bill(make_book(book_text("".join(plans))), Usage(peak_connections=connections), as_of=DAY).plan


def test_the_cheapest_wins_wherever_it_stands(make_book: MakeBook) -> None:
    assert chosen(make_book, plan("a", 9), plan("b", 3), plan("c", 5)) == "b"


def test_of_equal_prices_the_first_wins(make_book: MakeBook) -> None:
    assert chosen(make_book, plan("a", 5), plan("b", 5)) == "a"


def test_a_cheaper_plan_that_does_not_carry_the_usage_is_passed_over(make_book: MakeBook) -> None:
    assert chosen(make_book, plan("small", 1, connections=10), plan("large", 9), connections=11) == "large"


@pytest.mark.parametrize("kind", ["legacy", "by_request", "introductory"])
def test_other_kinds_are_chosen_by_name_only(make_book: MakeBook, kind: str) -> None:
    assert chosen(make_book, plan("odd", 1, kind=kind), plan("open", 9)) == "open"
    book = make_book(book_text(plan("odd", 1, kind=kind) + plan("open", 9)))
    assert bill(book, Usage(), plan="odd", as_of=DAY).total == 1


def test_a_known_price_is_taken_before_an_unknown_one(make_book: MakeBook) -> None:
    assert chosen(make_book, plan("mystery", "unknown"), plan("dear", 10**6)) == "dear"


def test_where_only_unknown_prices_are_left_the_total_is_unknown(make_book: MakeBook) -> None:
    book = make_book(book_text(plan("small", 1, connections=10) + plan("mystery", "unknown")))
    made = bill(book, Usage(peak_connections=11), as_of=DAY)
    assert (made.plan, made.feasible, made.total) == ("mystery", True, None)


def test_where_nothing_fits_the_nearest_plan_and_its_violations_are_told(make_book: MakeBook) -> None:
    book = make_book(book_text(plan("small", 1, connections=10) + plan("large", 9, connections=1000)))
    made = bill(book, Usage(peak_connections=2400), as_of=DAY)
    assert (made.plan, made.feasible) == ("large", False)
    assert made.violations == ("peak_connections 2,400 > 1,000 of large",)


def test_fewer_violations_are_nearer_than_smaller_ones(make_book: MakeBook) -> None:
    both = plan("both", 1).replace("peak_connections: 1000000000", "peak_connections: 10, peak_channels: 10")
    book = make_book(book_text(both + plan("one", 9, connections=5)))
    made = bill(book, Usage(peak_connections=20, peak_channels=20), as_of=DAY)
    assert made.violations == ("peak_connections 20 > 5 of one",)


def test_of_as_many_violations_the_smallest_is_the_nearest(pusher: PriceBook) -> None:
    usage = Usage(peak_connections=60_000, messages_delivered=30 * 80_000_000)
    made = bill(pusher, usage, as_of=date(2026, 11, 23))
    assert made.plan == "growth-plus"
    assert made.violations == ("peak_connections 60,000 > 30,000 of growth-plus",)


def test_every_violation_of_a_named_plan_is_told(ably: PriceBook) -> None:
    usage = Usage(peak_connections=201, peak_channels=300, message_bytes=65_537, messages_published=6_000_001)
    made = bill(ably, usage, plan="free", as_of=DAY)
    assert made.violations == (
        "peak_connections 201 > 200 of free",
        "peak_channels 300 > 200 of free",
        "message_bytes 65,537 > 65,536 of free",
        # 65,537 bytes are 13 steps of 5 KiB.
        "messages 78,000,013 > 6,000,000 a month of free (publishing is blocked past it)",
    )


def test_a_book_without_open_plans_needs_a_name(make_book: MakeBook) -> None:
    book = make_book(book_text(plan("odd", 1, kind="legacy")))
    with pytest.raises(InputError, match="acme has none to choose from; name one of odd"):
        bill(book, Usage(), as_of=DAY)


def test_an_unknown_plan_is_refused_with_the_near_match(make_book: MakeBook) -> None:
    book = make_book(book_text(plan("basic", 1)))
    with pytest.raises(InputError, match=r"plan: 'basik' is no plan .* are basic; did you mean basic\?"):
        bill(book, Usage(), plan="basik", as_of=DAY)


@pytest.mark.parametrize(
    ("connections", "plan_id"), [(200, "free"), (201, "standard"), (10_001, "pro"), (50_001, "mau-standard")]
)
def test_ably_packages_by_connections(ably: PriceBook, as_of: date, connections: int, plan_id: str) -> None:
    assert bill(ably, Usage(peak_connections=connections), as_of=as_of).plan == plan_id
