"""The JSON document of a bill."""

import json
from datetime import date
from decimal import Decimal

from toolkit.pricing.bill import bill
from toolkit.pricing.book import PriceBook
from toolkit.pricing.usage import Usage

KEYS = [
    "schema",
    "vendor",
    "plan",
    "price_book",
    "as_of",
    "currency",
    "feasible",
    "violations",
    "lines",
    "total",
    "others",
    "sla_credit",
    "notes",
]
LINE_KEYS = [
    "meter",
    "quantity",
    "billed_quantity",
    "unit_price",
    "amount",
    "source",
    "kind",
    "unit",
    "grade",
]


def test_the_keys_are_those_of_the_contract(ably: PriceBook, as_of: date) -> None:
    document = bill(ably, Usage(messages_published=1), plan="standard", as_of=as_of).to_document()
    assert list(document) == KEYS
    assert [list(line) for line in document["lines"]] == [LINE_KEYS] * 2
    assert document["schema"] == "toolkit.bill/1"


def test_a_bill_in_full(ably: PriceBook, as_of: date) -> None:
    usage = Usage(messages_published=35_000, messages_delivered=36_000_000)
    document = bill(ably, usage, plan="standard", as_of=as_of).to_document()
    sources = [line.pop("source") for line in document["lines"]]
    assert all("https://ably.com/" in source for source in sources)
    assert all(source.endswith(" (2025-09-16, confirmed 2026-08-03)") for source in sources)
    assert document.pop("notes") == list(bill(ably, usage, plan="standard", as_of=as_of).notes)
    assert json.loads(json.dumps(document)) == {
        "schema": "toolkit.bill/1",
        "vendor": "ably",
        "plan": "standard",
        "price_book": "ably@2026-08-03",
        "as_of": "2026-11-23",
        "currency": "USD",
        "feasible": True,
        "violations": [],
        "lines": [
            {
                "meter": "base_fee",
                "quantity": "1",
                "billed_quantity": "1",
                "unit_price": "29",
                "amount": "29.00",
                "kind": "base_fee",
                "unit": "Months",
                "grade": "published",
            },
            {
                "meter": "messages",
                "quantity": "36035000",
                "billed_quantity": "37000000",
                "unit_price": "0.0000025",
                "amount": "92.50",
                "kind": "usage",
                "unit": "Messages",
                "grade": "published",
            },
        ],
        "total": "121.50",
        "others": [],
        "sla_credit": None,
    }


def test_numbers_have_no_exponent_however_small_or_large(pubnub: PriceBook, as_of: date) -> None:
    usage = Usage(messages_published=1, messages_delivered=10**17)
    document = bill(pubnub, usage, plan="transactions", as_of=as_of).to_document()
    numbers = [line[key] for line in document["lines"] for key in LINE_KEYS[1:5]] + [document["total"]]
    assert all(set(number) <= set("0123456789.") for number in numbers)
    assert document["total"] == "3300000000000.000123"


def test_the_lines_multiply_and_add_up_from_the_text_alone(ably: PriceBook, as_of: date) -> None:
    usage = Usage(
        messages_published=12_345_678,
        messages_delivered=98_765_432,
        message_bytes=700,
        connection_minutes=7_654_321,
        channel_minutes=1_234_567,
        egress_gib=777,
    )
    document = bill(ably, usage, plan="pro", as_of=as_of).to_document()
    lines = document["lines"]
    assert len(lines) == 5
    for line in lines:
        assert Decimal(line["unit_price"]) * Decimal(line["billed_quantity"]) == Decimal(line["amount"])
    assert sum(Decimal(line["amount"]) for line in lines) == Decimal(document["total"])


def test_unknown_numbers_are_null(ably: PriceBook, as_of: date) -> None:
    document = bill(ably, Usage(monthly_active_users=5), plan="mau-pro", as_of=as_of).to_document()
    assert [(line["meter"], line["unit_price"], line["amount"]) for line in document["lines"]] == [
        ("base_fee", None, None),
        ("monthly_active_users", None, None),
    ]
    assert document["total"] is None


def test_an_infeasible_bill_lists_the_violations(pusher: PriceBook, as_of: date) -> None:
    document = bill(pusher, Usage(peak_connections=10**6), as_of=as_of).to_document()
    assert document["feasible"] is False
    assert document["violations"] == ["peak_connections 1,000,000 > 30,000 of growth-plus"]
    assert document["plan"] == "growth-plus"


def test_the_same_usage_gives_the_same_bytes(ably: PriceBook, as_of: date) -> None:
    usage = Usage(messages_published=10**7, egress_gib=99)
    first, second = (json.dumps(bill(ably, usage, as_of=as_of).to_document()) for _ in range(2))
    assert first == second


def test_a_confirmation_after_the_day_of_the_bill_is_not_told(ably: PriceBook) -> None:
    made = bill(ably, Usage(messages_published=1), plan="standard", as_of=date(2026, 8, 2))
    assert {line.cited.rpartition(" ")[2] for line in made.lines} == {"(2025-09-16)"}
