"""What every vendor would bill for a scenario's first month, beside what the brief quotes."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

import pytest

from toolkit.pricing.bill import bill
from toolkit.pricing.book import PriceBook
from toolkit.pricing.quotes import Quote, quotes
from toolkit.pricing.scenario import Scenario
from toolkit.pricing.traffic import traffic_of
from toolkit.pricing.usagearrays import usage_of


def scenario(**changes: object) -> Scenario:
    """300,000 messages in and 1,200,000 out a month."""
    numbers: dict[str, object] = {
        "title": "small", "peak_concurrent_users": 150.0, "monthly_active_users": 1_000.0,
        "connected_hours_per_user_day": 1.0, "messages_per_user_day": 10.0, "recipients_per_message": 4.0,
        "message_bytes": 300.0, "channels": 50.0, "horizon_months": 12,
    }  # fmt: skip
    return Scenario.model_validate({**numbers, **changes})


def by_vendor(books: Mapping[str, PriceBook], as_of: date, **changes: object) -> dict[str, Quote]:
    return {quote.bill.vendor: quote for quote in quotes(books, scenario(**changes), as_of=as_of)}


def test_every_vendor_that_sells_unasked_is_there_and_the_brief_is_not(
    shipped_books: Mapping[str, PriceBook], as_of: date
) -> None:
    found = by_vendor(shipped_books, as_of)
    assert set(found) == set(shipped_books) - {"brief", "aws-infrastructure", "digitalocean"}


def test_each_is_the_exact_bill_of_the_month(shipped_books: Mapping[str, PriceBook], as_of: date) -> None:
    usage = usage_of(traffic_of(scenario()))
    for vendor, quote in by_vendor(shipped_books, as_of).items():
        assert quote.bill == bill(shipped_books[vendor], usage, as_of=as_of)


def test_the_cheapest_stands_first_and_who_does_not_carry_it_last(
    shipped_books: Mapping[str, PriceBook], as_of: date
) -> None:
    found = quotes(shipped_books, scenario(peak_concurrent_users=900.0), as_of=as_of)
    totals = [quote.bill.total for quote in found if quote.bill.feasible]
    assert totals == sorted(totals, key=lambda total: total or Decimal(0))
    huge = quotes(
        shipped_books, scenario(monthly_active_users=10.0**6, peak_concurrent_users=10.0**5), as_of=as_of
    )
    feasible = [quote.bill.feasible for quote in huge]
    assert feasible == sorted(feasible, reverse=True) and not feasible[-1]


@pytest.mark.parametrize(
    ("vendor", "usd", "says"),
    [
        # 1.5 million messages: the brief would say 99 of Ably and 499 of PubNub, and has nothing so large of
        # Pusher, nor anything of AWS.
        ("ably", 99, "Ably, 5M messages"),
        ("pubnub", 499, "PubNub, 10M messages"),
        ("pusher", None, "nothing for so many messages"),
        ("aws-api-gateway", None, None),
    ],
)
def test_the_brief_stands_beside_it(
    shipped_books: Mapping[str, PriceBook], as_of: date, vendor: str, usd: int | None, says: str | None
) -> None:
    quote = by_vendor(shipped_books, as_of)[vendor]
    assert (quote.brief_usd, quote.brief_says) == (usd, says)


def test_a_folder_without_the_briefs_book_has_no_word_of_it(
    shipped_books: Mapping[str, PriceBook], as_of: date
) -> None:
    others = {vendor: book for vendor, book in shipped_books.items() if vendor != "brief"}
    assert {quote.brief_says for quote in quotes(others, scenario(), as_of=as_of)} == {None}


def test_the_grade_is_the_weakest_of_the_bill(shipped_books: Mapping[str, PriceBook], as_of: date) -> None:
    found = by_vendor(shipped_books, as_of)
    assert (found["azure-web-pubsub"].grade, found["pusher"].grade) == ("claim", "published")
