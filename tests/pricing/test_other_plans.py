"""Why the other plans were not chosen: dearer, unknown, or not carrying the usage, each with its words."""

from datetime import date
from decimal import Decimal

from pricebooks import MakeBook, book_text, plan_text

from toolkit.pricing.bill import bill, other_plans
from toolkit.pricing.book import PriceBook
from toolkit.pricing.usage import Usage

DAY = date(2026, 6, 1)
METERED = "meter: messages\ncounts: {messages_delivered: 1}\ntiers: [{unit_price_per: {amount: 1}}]"


def capped(connections: int) -> str:
    return f"limits: {{peak_connections: {connections}}}\nlimits_source: {{SOURCED}}"


def test_every_other_plan_is_told_in_the_vendors_order(make_book: MakeBook) -> None:
    book = make_book(
        book_text(
            plan_text("small", fee="1", rest=capped(10))
            + plan_text("metered", METERED, fee="2")
            + plan_text("flat", fee="5")
            + plan_text("asking", fee="unknown")
        )
    )
    usage = Usage(peak_connections=11, messages_delivered=100)
    chosen = bill(book, usage, as_of=DAY)
    assert chosen.plan == "flat"
    found = other_plans(book, usage, than=chosen.plan, as_of=DAY)
    assert [(other.plan, other.total, other.violations) for other in found] == [
        ("small", 1, ("peak_connections 11 > 10 of small",)),
        ("metered", 102, ()),
        ("asking", None, ()),
    ]


def test_plans_that_need_their_name_are_left_out(make_book: MakeBook) -> None:
    kinds = ("by_request", "legacy", "introductory", "component")
    odd = "".join(plan_text(kind.replace("_", "-")).replace("self_serve", kind) for kind in kinds)
    ended = plan_text("ended", rest="valid_to: 2026-05-31")
    book = make_book(book_text(plan_text("open") + odd + ended))
    assert [other.plan for other in other_plans(book, Usage(), than="legacy", as_of=DAY)] == ["open"]
    assert other_plans(book, Usage(), than="open", as_of=DAY) == ()


def test_every_violation_of_another_plan_is_told(make_book: MakeBook) -> None:
    quota = METERED.replace("tiers: [{unit_price_per: {amount: 1}}]", "") + (
        "quota: {amount: 10, period: day, past_it: blocked}"
    )
    book = make_book(book_text(plan_text("small", quota, rest=capped(10)) + plan_text("large", fee="5")))
    (other,) = other_plans(book, Usage(peak_connections=11, messages_delivered=301), than="large", as_of=DAY)
    assert other.violations == (
        "peak_connections 11 > 10 of small",
        "messages 11 on each of 30 days > 10 a day of small (publishing is blocked past it)",
    )


def test_totals_and_violations_are_those_of_the_plans_own_bill(ably: PriceBook, as_of: date) -> None:
    usage = Usage(messages_published=10**7, peak_connections=300)
    found = other_plans(ably, usage, than="standard", as_of=as_of)
    assert [other.plan for other in found] == ["free", "pro", "mau-standard", "mau-pro"]
    for other in found:
        named = bill(ably, usage, plan=other.plan, as_of=as_of)
        assert (other.total, other.violations) == (named.total, named.violations)


def test_the_document_has_exact_strings(make_book: MakeBook) -> None:
    book = make_book(
        book_text(
            plan_text("a", fee="0")
            + plan_text("b", fee="12.5", rest=capped(1))
            + plan_text("c", fee="unknown")
        )
    )
    found = other_plans(book, Usage(peak_connections=2), than="a", as_of=DAY)
    assert [other.to_document() for other in found] == [
        {"plan": "b", "total": "12.50", "violations": ["peak_connections 2 > 1 of b"]},
        {"plan": "c", "total": None, "violations": []},
    ]
    assert found[0].total == Decimal("12.5")
