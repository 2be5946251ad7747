"""Synadia's plans, and what DigitalOcean charges for droplets, transfer and load balancers."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

import pytest

from toolkit.pricing.bill import bill
from toolkit.pricing.book import PriceBook
from toolkit.pricing.usage import Usage


@pytest.mark.parametrize(
    ("plan", "usd_per_month", "connections", "egress_gib"),
    [("personal", 0, 10, 10), ("starter", 49, 100, 100), ("pro", 199, 1_000, 1_024)],
)
def test_synadias_plans(
    shipped_books: Mapping[str, PriceBook],
    as_of: date,
    plan: str,
    usd_per_month: int,
    connections: int,
    egress_gib: int,
) -> None:
    # docs.synadia.com/cloud/pricing as transcribed on 2026-08-29.
    full = Usage(peak_connections=connections, egress_gib=egress_gib, messages_delivered=10**9)
    made = bill(shipped_books["synadia"], full, as_of=as_of)
    assert (made.plan, made.total) == (plan, usd_per_month)
    more = full.model_copy(update={"peak_connections": connections + 1})
    assert not bill(shipped_books["synadia"], more, plan=plan, as_of=as_of).feasible


def test_synadia_bills_data_past_the_plan_by_the_gib(
    shipped_books: Mapping[str, PriceBook], as_of: date
) -> None:
    usage = Usage(peak_connections=500, egress_gib=2_024)
    assert bill(shipped_books["synadia"], usage, as_of=as_of).total == 199 + 1_000 * Decimal("0.09")


@pytest.mark.parametrize(
    ("plan", "usd_per_month", "transfer_gib"),
    [("basic-1gb", 6, 1_000), ("basic-2gb", 12, 2_000), ("basic-2gb-2cpu", 18, 3_000),
     ("basic-4gb", 24, 4_000), ("basic-8gb", 48, 5_000), ("basic-16gb", 96, 6_000)],
)  # fmt: skip
def test_droplets_bring_transfer(
    shipped_books: Mapping[str, PriceBook], as_of: date, plan: str, usd_per_month: int, transfer_gib: int
) -> None:
    # The price list of 2022-07-01 (gist of colinwilson); 0.01 a GiB past what a droplet brings.
    book = shipped_books["digitalocean"]
    assert bill(book, Usage(egress_gib=transfer_gib), plan=plan, as_of=as_of).total == usd_per_month
    more = bill(book, Usage(egress_gib=transfer_gib + 500), plan=plan, as_of=as_of)
    assert more.total == usd_per_month + 5


@pytest.mark.parametrize(("connections", "nodes"), [(0, 1), (10_000, 1), (10_001, 2), (35_000, 4)])
def test_a_load_balancer_has_a_node_for_ten_thousand_connections(
    shipped_books: Mapping[str, PriceBook], as_of: date, connections: int, nodes: int
) -> None:
    usage = Usage(peak_connections=connections)
    made = bill(shipped_books["digitalocean"], usage, plan="load-balancer", as_of=as_of)
    assert made.total == 12 * nodes
