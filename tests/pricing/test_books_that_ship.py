"""The price books that ship: complete, dated, and silent about what nobody knows."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

import pytest
import yaml

from toolkit.pricing.bill import bill
from toolkit.pricing.book import PriceBook
from toolkit.pricing.prices import Sourced
from toolkit.pricing.usage import Usage
from toolkit.project import shipped

PLANS = {
    "pusher": "sandbox startup pro business premium growth plus growth-plus enterprise",
    "ably": "free standard pro mau-standard mau-pro enterprise",
    "pubnub": "free starter pro transactions enterprise",
}


@pytest.mark.parametrize("vendor", sorted(PLANS))
def test_plans_have_the_vendors_names(shipped_books: Mapping[str, PriceBook], vendor: str) -> None:
    assert [plan.id for plan in shipped_books[vendor].plans] == PLANS[vendor].split()


def prices(book: PriceBook) -> Iterator[Sourced]:
    for plan in book.plans:
        yield plan.base_fee
        yield from plan.meters
        if plan.limits_source is not None:
            yield plan.limits_source


def test_every_price_names_a_page_and_a_day_before_the_folders_own(
    shipped_books: Mapping[str, PriceBook], as_of: date
) -> None:
    found = [price for book in shipped_books.values() for price in prices(book)]
    assert len(found) > 50
    assert all("https://" in price.source or "github.com/" in price.source for price in found)
    assert all(price.as_of <= as_of and (price.confirmed or price.as_of) <= as_of for price in found)
    assert {price.grade for price in found} == {"published"}


def test_second_hand_prices_say_so(shipped_books: Mapping[str, PriceBook]) -> None:
    fees = [plan.base_fee for vendor in ("pusher", "pubnub") for plan in shipped_books[vendor].plans]
    assert all("transcribed" in fee.source for fee in fees if "docs/resources" not in fee.source)


@pytest.mark.parametrize("plan", ["mau-standard", "mau-pro", "enterprise"])
def test_what_ably_does_not_publish_stays_unknown(ably: PriceBook, as_of: date, plan: str) -> None:
    made = bill(ably, Usage(monthly_active_users=100), plan=plan, as_of=as_of)
    assert made.total is None and made.lines[0].amount is None


def test_ably_bills_say_that_per_minute_packages_are_closed_to_new_accounts(
    ably: PriceBook, as_of: date
) -> None:
    made = bill(ably, Usage(messages_published=10**7), as_of=as_of)
    assert made.plan == "standard"
    assert any("open only to accounts created before" in note for note in made.notes)


def test_no_date_or_number_hides_in_quotes() -> None:
    """YAML text would be taken as written; the books write numbers and dates plainly."""

    def leaves(node: Any) -> Iterator[Any]:
        children = node.values() if isinstance(node, dict) else node if isinstance(node, list) else None
        if children is None:
            yield node
        else:
            for child in children:
                yield from leaves(child)

    for path in sorted((shipped("data") / "pricing").glob("*.yaml")):
        texts = [leaf for leaf in leaves(yaml.safe_load(path.read_text())) if isinstance(leaf, str)]
        assert not [text for text in texts if text.replace(".", "").replace("-", "").isdigit()]
