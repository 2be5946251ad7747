"""The price books that ship: complete, dated, and silent about what nobody knows."""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

import pytest
import yaml

from toolkit.pricing.bill import bill
from toolkit.pricing.book import PriceBook
from toolkit.pricing.usage import Usage
from toolkit.project import shipped

ADDRESS = re.compile(r"https://|github\.com/|huggingface\.co/|support\.ably\.io|^the brief, section ")
PLANS = {
    "ably": "free standard pro mau-standard mau-pro enterprise payg self-service",
    "aws-api-gateway": "websocket websocket-free-tier",
    "aws-appsync-events": "events events-free-tier",
    "aws-infrastructure": (
        "t3-micro t3-small t3-medium t3-large m5-large m5-xlarge t2-micro t2-medium alb nlb egress"
    ),
    "azure-signalr": "free standard premium premium-p2",
    "azure-web-pubsub": "free standard premium premium-p2",
    "brief": "pusher-200k pusher-1m ably-1m ably-5m pubnub-1m pubnub-10m",
    "cloudflare-durable-objects": "workers-free workers-paid",
    "digitalocean": "basic-1gb basic-2gb basic-2gb-2cpu basic-4gb basic-8gb basic-16gb load-balancer",
    "pubnub": "free starter pro transactions enterprise",
    "pusher": "sandbox startup pro business premium growth plus growth-plus enterprise",
    "supabase": "free pro pro-spend-cap team enterprise",
    "synadia": "personal starter pro enterprise",
}
CLAIMED = {
    ("aws-appsync-events", "free-tier"),
    ("azure-web-pubsub", "free-tier"),
    ("azure-web-pubsub", "prices"),
    ("azure-web-pubsub", "sla"),
    ("brief", "quotes"),
    ("digitalocean", "balancer"),
}
"""Sources that nobody's own page stands behind."""


def test_every_book_is_known_here(shipped_books: Mapping[str, PriceBook]) -> None:
    assert list(shipped_books) == sorted(PLANS)


@pytest.mark.parametrize("vendor", PLANS)
def test_plans_have_the_vendors_names(
    shipped_books: Mapping[str, PriceBook], as_of: date, vendor: str
) -> None:
    assert [plan.id for plan in shipped_books[vendor].on(as_of)] == PLANS[vendor].split()


def test_every_price_names_a_page_and_a_day_before_the_folders_own(
    shipped_books: Mapping[str, PriceBook], as_of: date
) -> None:
    found = [
        book.source(said) for book in shipped_books.values() for plan in book.plans for said in plan.sourced()
    ]
    assert len(found) > 100
    assert [source.where for source in found if not ADDRESS.search(source.where)] == []
    assert all((source.confirmed or source.as_of) <= as_of for source in found)


def test_what_is_only_claimed_says_so(shipped_books: Mapping[str, PriceBook]) -> None:
    found = {
        (vendor, name): source.grade
        for vendor, book in shipped_books.items()
        for name, source in book.sources.items()
    }
    assert {where for where, grade in found.items() if grade == "claim"} == CLAIMED
    assert {grade for grade in found.values() if grade != "claim"} == {"published", "contract"}


def test_only_agreements_are_contracts(shipped_books: Mapping[str, PriceBook]) -> None:
    for vendor, book in shipped_books.items():
        said = [said for plan in book.plans for said in plan.sourced() if said is not plan.sla]
        assert "contract" not in {book.source(one).grade for one in said}, vendor


def test_every_source_is_used(shipped_books: Mapping[str, PriceBook]) -> None:
    for vendor, book in shipped_books.items():
        used = {said.source for plan in book.plans for said in plan.sourced()}
        assert set(book.sources) - used == set(), vendor


def test_second_hand_prices_of_today_say_so(shipped_books: Mapping[str, PriceBook], as_of: date) -> None:
    found = [shipped_books[vendor] for vendor in ("pusher", "pubnub")]
    fees = [book.source(plan.base_fee).where for book in found for plan in book.on(as_of)]
    assert all("transcribed" in where for where in fees if "docs/resources" not in where)


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
