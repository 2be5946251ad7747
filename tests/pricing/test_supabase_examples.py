"""Supabase's worked examples of Realtime.

Source: github.com/supabase/supabase, apps/docs/content/guides/platform/manage-your-usage/ (the pages
realtime-messages.mdx, realtime-peak-connections.mdx, compute.mdx), in the form with a project on Micro for
744 hours, which the page shows as 10 dollars and which costs 9.99936; 10 dollars of compute are credited.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

import pytest
from published import Example

from toolkit.pricing.bill import bill
from toolkit.pricing.book import PriceBook
from toolkit.pricing.sla import sla_credit
from toolkit.pricing.usage import Usage

DAY = date(2025, 6, 1)
IN_QUOTA = 5_000_000
MICRO = {"compute_hours": 744}


def example(what: str, total: str, *, amounts: Mapping[str, str] | None = None, **usage: int) -> Example:
    return Example(
        what=what, vendor="supabase", plan="pro", day=DAY, usage=Usage(days=31, **usage), total=total,
        amounts=amounts or {},
    )  # fmt: skip


EXAMPLES = [
    example("1.8 M messages", "25", messages_delivered=1_800_000, **MICRO, amounts={"messages": "0"}),
    example("8.5 M messages", "35", messages_delivered=8_500_000, **MICRO, amounts={"messages": "10"}),
    example("350 connections", "25", peak_connections=350, **MICRO, amounts={"peak_connections": "0"}),
    # The page adds 25 + 10 + 20 - 10 up to 35; its later form, with Small, has the same 20 and adds up.
    example("1,700 connections", "45", peak_connections=1_700, **MICRO, amounts={"peak_connections": "20"}),
    example("project A 100, B 150", "25", peak_connections=100 + 150),
    example("three projects on Micro", "45", compute_hours=3 * 744),
    # Two further projects for 20 and 70 hours: 0.27 and 0.94 dollars.
    example("part of a month", "26.21", compute_hours=744 + 20 + 70),
    # An invoice of 2025-01-06: two projects come to 20 - 10 = 10.
    example("two projects on Micro", "35", compute_hours=2 * 744, amounts={"compute_hours": "10"}),
    *[
        example(f"{messages:,} past the quota", total, messages_delivered=IN_QUOTA + messages)
        for messages, total in [
            (999_999, "27.50"), (1_000_000, "27.50"), (1_000_001, "30.00"), (1_500_000, "30.00"),
        ]
    ],
    *[
        example(f"{connections:,} connections past the quota", total, peak_connections=500 + connections)
        for connections, total in [(999, "35"), (1_000, "35"), (1_001, "45"), (1_500, "45")]
    ],
]  # fmt: skip


@pytest.mark.parametrize("case", EXAMPLES, ids=str)
def test_the_page_says_so(shipped_books: Mapping[str, PriceBook], case: Example) -> None:
    case.billed(shipped_books)


def test_a_broadcast_to_four_counts_five(shipped_books: Mapping[str, PriceBook]) -> None:
    case = Example(
        what="broadcast", vendor="supabase", plan=None, day=DAY, quantities={"messages": "5"},
        usage=Usage(messages_published=1, messages_delivered=4),
    )  # fmt: skip
    assert case.billed(shipped_books).plan == "free"


def test_a_database_change_counts_once_a_listener(shipped_books: Mapping[str, PriceBook]) -> None:
    Example(
        what="change", vendor="supabase", plan="pro", day=DAY, quantities={"messages": "5"},
        usage=Usage(messages_delivered=5),
    ).billed(shipped_books)  # fmt: skip


@pytest.mark.parametrize(
    ("availability", "share"),
    [("0.999", "0"), ("0.9989", "0.10"), ("0.9899", "0.15"), ("0.9799", "0.20"), ("0.9599", "0.30")],
)
def test_enterprise_credits_by_its_schedule(
    shipped_books: Mapping[str, PriceBook], availability: str, share: str
) -> None:
    # supabase.com/sla: 10 % below 99.9, 15 % below 99.0, 20 % below 98.0, 30 % below 96.0.
    sla = shipped_books["supabase"].plan("enterprise", as_of=DAY).sla
    outage = (1 - Decimal(availability)) * 43_200
    found = sla_credit(sla, charge=Decimal(1_000), outage_minutes=outage, days=30, source=None)
    assert found.amount == 1_000 * Decimal(share)


def test_compute_and_its_credit_are_lines_of_their_own(shipped_books: Mapping[str, PriceBook]) -> None:
    made = bill(shipped_books["supabase"], Usage(compute_hours=744), plan="pro", as_of=DAY)
    assert [(line.kind, line.amount) for line in made.lines if line.meter == "compute_hours"] == [
        ("usage", Decimal("9.99936")),
        ("credit", Decimal("-9.99936")),
    ]


def test_egress_is_billed_by_the_part_of_a_gb(shipped_books: Mapping[str, PriceBook]) -> None:
    # Two further projects for 20 and 70 hours: 0.27 and 0.94 dollars.
    (example("part of a month", "26.21", compute_hours=744 + 20 + 70),)
    # An invoice of 2025-01-06 (your-monthly-invoice.mdx) bills 2,119.47 GB as 190.75, unrounded. A GiB is
    # 1.073741824 GB, so 1,000 GiB are 823.741824 GB past the 250 that are included.
    made = bill(shipped_books["supabase"], Usage(egress_gib=1_000), plan="pro", as_of=DAY)
    line = next(line for line in made.lines if line.meter == "egress_gib")
    assert (line.billed_quantity, line.unit, line.unit_price) == (
        Decimal("823.741824"),
        "GB",
        Decimal("0.09"),
    )


def test_with_the_spend_cap_use_past_a_quota_is_refused(shipped_books: Mapping[str, PriceBook]) -> None:
    usage = Usage(messages_delivered=IN_QUOTA + 1)
    made = bill(shipped_books["supabase"], usage, plan="pro-spend-cap", as_of=DAY)
    assert made.total == 25 and not made.feasible
