"""Twelve months on paper: one managed and one self-hosted option, every line of every month, to the cent.

The world. Growth is 20 % a month, money is discounted by 21 % a year, 10,000 users send 10 messages a day to
eight others and are connected an hour. Labour is 100 USD an hour, a day has 8 of them, an hour without chat
costs 250 USD. The move is taken back one time in ten at a quarter of its effort; the old server runs on for
a month and a half. Every cell below is worked out in decimal arithmetic with the steps of a pocket
calculator: no function of the toolkit is called for it.
"""

from decimal import ROUND_CEILING, Decimal
from typing import Any

import pytest
from cost_worlds import AS_OF, FixedOption, plain_scenario

from toolkit.cost.model import cost_options
from toolkit.cost.result import CostResult, OptionCost
from toolkit.pricing.book import PriceBook
from toolkit.pricing.scenario import Scenario

MONTHS = 12
D = Decimal
RATE = D("0.21")
MINUTES = D("43200")
"""Of a month of 30 days, as agreements count them."""


def vendor() -> PriceBook:
    """20 USD a month and 1.50 for each million messages begun; 99.9 % a month, else 10 % or 25 % back."""
    said = {"where": "a page", "as_of": "2026-01-01", "grade": "contract", "recheck": "Read it again."}
    plan = {
        "id": "team", "name": "Team", "kind": "self_serve", "valid_from": "2026-01-01",
        "base_fee": {"amount": "20", "source": "page"},
        "meters": [
            {
                "meter": "messages", "source": "page",
                "counts": {"messages_published": 1, "messages_delivered": 1},
                "rounding": {"to": 1_000_000},
                "tiers": [{"up_to": None, "unit_price_per": {"amount": "1.50", "per": 1_000_000}}],
            }
        ],
        "sla": {
            "promise": "0.999", "text": "99.9 % a month", "source": "page",
            "credits": [{"below": "0.999", "share": "0.10"}, {"below": "0.99", "share": "0.25"}],
        },
    }  # fmt: skip
    return PriceBook.model_validate(
        {"vendor": "acme", "name": "Acme", "currency": "USD", "sources": {"page": said}, "plans": [plan]}
    )


def team(**changes: object) -> Scenario:
    return plain_scenario(growth_per_month=0.2, discount_rate_per_year=float(RATE), **changes)


@pytest.fixture(scope="module")
def result(fixed: FixedOption) -> CostResult:
    acme = fixed("ably", service_unavailability_min_per_month=500.0, degraded_share=0.0).model_copy(
        update={"id": "acme", "price_book": "acme", "migration": {"client": 6.0, "server": 4.0}}
    )
    old, own = (
        fixed("current", spare_nodes=1.0),
        fixed("socketio", delivery_success_share=0.98, connections_per_node=8000.0),
    )
    return cost_options(
        [old, own, acme],
        {"acme": vendor()},
        team(),
        scenario_id="team",
        as_of=AS_OF,
        draws=2,
        seed=1,
        in_service="current",
    )


# month: users = 10,000 x 1.2 ** month; messages begun, in millions = users x 300 x 9 / 10 ** 6, rounded up
# month    0  1  2  3  4  5  6  7   8   9  10  11
MILLIONS = [27, 33, 39, 47, 56, 68, 81, 97, 117, 140, 168, 201]
# peak = 1,500 x 1.2 ** month, rounded up
PEAK = [1500, 1800, 2160, 2592, 3111, 3733, 4479, 5375, 6450, 7740, 9288, 11_146]
# busiest second = 24,000,000 x 1.2 ** month / 30 x 1.5 / 86,400 x 10
BUSIEST = [139, 167, 200, 240, 288, 346, 415, 498, 597, 717, 860, 1032]
# A node takes 8,000 x 0.7 = 5,600 connections and 30,000 x 0.7 = 21,000 deliveries a second.
NODES = [1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2]
# Two nodes pass their messages on by one cache, which has a replica; one node and its spare need none.
CACHES = [0, 0, 0, 0, 0, 0, 0, 0, 2, 2, 2, 2]


def grown(first: Decimal, month: int) -> Decimal:
    return first * D("1.2") ** month


def worth(month: int) -> Decimal:
    """1.21 ** (-month / 12): the twelfth root of 1.21 is 1.016011867773..."""
    return D("1.016011867773586") ** -month


def test_the_tables_of_usage_are_what_the_growth_gives() -> None:
    for month in range(MONTHS):
        users = grown(D(10_000), month)
        assert (users * 300 * 9 / 10**6).to_integral_value(ROUND_CEILING) == MILLIONS[month]
        assert grown(D(1500), month).to_integral_value(ROUND_CEILING) == PEAK[month]
        assert round(grown(D(24_000_000), month) / 30 * D("1.5") / 86_400 * 10) == BUSIEST[month]
        assert 5600 * (NODES[month] - 1) < PEAK[month] <= 5600 * NODES[month]
        assert BUSIEST[month] <= 21_000
    assert round(worth(12), 9) == round(1 / D("1.21"), 9)


def months_of(cost: OptionCost) -> list[dict[str, Any]]:
    return [month["lines"] for month in cost.to_document()["months"]]


def cents(amount: Decimal | float) -> Decimal:
    return round(D(amount), 2)


def old_month(month: int) -> Decimal:
    """The old server: two nodes, balancer, egress, eight hours of labour."""
    gib = grown(D(24_000_000), month) * 300 / D(2**30)
    return 2 * D("60.74") + balancer(month) + gib * D("0.0966") + 800


def balancer(month: int) -> Decimal:
    """16.43 and 5.84 for each 3,000 connections; an hour of egress stays far below 1 GB for each of them."""
    return D("16.43") + D("5.84") * PEAK[month] / 3000


PARALLEL = [old_month(0), old_month(1) / 2, *[D(0)] * 10]
"""A month and a half of the old server."""


def acme_rows() -> list[dict[str, Decimal]]:
    rows = []
    for month, millions in enumerate(MILLIONS):
        bill = 20 + D("1.50") * millions
        rows.append(
            {
                "vendor bill": bill,
                "operations labour": D(2 * 100),
                "migration": D(10 * 8 * 100 if month == 0 else 0),
                "parallel running": PARALLEL[month],
                "way back": D("200.00") if month == 0 else D(0),  # 8,000 x 0.25 x 0.1
                "downtime": D(500) / 60 * 250,
                # 42,700 of 43,200 minutes are 98.843 %: below 99 %, so a quarter of the bill comes back.
                "SLA credits": -bill / 4,
            }
        )
    return rows


def own_rows() -> list[dict[str, Decimal]]:
    return [
        {
            "servers": (NODES[month] + 1) * D("60.74"),
            "load balancer": balancer(month),
            "cache": CACHES[month] * D("49.64"),
            "egress": grown(D(24_000_000), month) * 300 / D(2**30) * D("0.0966"),
            "operations labour": D(8 * 100),
            "migration": D(10 * 8 * 100 if month == 0 else 0),
            "parallel running": PARALLEL[month],
            "way back": D(200) if month == 0 else D(0),
            "downtime": D(219) / 60 * 250,
        }
        for month in range(MONTHS)
    ]


@pytest.mark.parametrize(("option", "rows"), [("acme", acme_rows()), ("socketio", own_rows())])
def test_every_line_of_every_month(result: CostResult, option: str, rows: list[dict[str, Decimal]]) -> None:
    told = months_of(result.options[option])
    assert [list(month) for month in told] == [list(row) for row in rows]
    for month, (found, expected) in enumerate(zip(told, rows, strict=True)):
        for line, amount in expected.items():
            assert cents(found[line]) == cents(amount), (month + 1, line)


@pytest.mark.parametrize(("option", "rows"), [("acme", acme_rows()), ("socketio", own_rows())])
def test_every_line_and_the_total_over_the_horizon(
    result: CostResult, option: str, rows: list[dict[str, Decimal]]
) -> None:
    cost = result.options[option]
    expected = {
        line: cents(sum(row[line] * worth(month) for month, row in enumerate(rows))) for line in rows[0]
    }
    assert {line.line: cents(line.band.mean) for line in cost.lines if line.band} == expected
    total = cents(sum(sum(row.values()) * worth(month) for month, row in enumerate(rows)))
    assert cost.total is not None and cents(cost.total.mean) == total
    assert cost.total.p5 == cost.total.p95 == pytest.approx(cost.total.mean)


def test_the_totals_in_figures(result: CostResult) -> None:
    """The same sums as they came out once; they must not move without a reason."""
    totals = {name: cost.total and round(cost.total.mean, 2) for name, cost in result.options.items()}
    assert totals == {"current": 20_503.34, "socketio": 30_659.00, "acme": 35_989.47}


def test_what_is_in_service_does_not_move(result: CostResult) -> None:
    lines = {line.line: line for line in result.options["current"].lines}
    for name in ("migration", "parallel running", "way back"):
        band = lines[name].band
        assert band is not None and band.mean == 0 and "in service" in lines[name].source
    assert result.options["current"].reverting_usd is not None
    assert result.to_document()["in_service"] == "current"


def test_what_going_back_costs_if_it_comes_to_that_stands_beside_its_average(result: CostResult) -> None:
    reverting = result.options["acme"].reverting_usd
    assert reverting is not None and reverting.mean == pytest.approx(10 * 8 * 100 * 0.25)


def test_a_million_messages_in_time(result: CostResult) -> None:
    """What socketio costs without downtime, over 98 % of the deliveries; both discounted alike."""
    rows = own_rows()
    paid = sum(
        amount * worth(month)
        for month, row in enumerate(rows)
        for line, amount in row.items()
        if line != "downtime"
    )
    delivered = sum(
        grown(D(24_000_000), month).to_integral_value(ROUND_CEILING) * worth(month) for month in range(MONTHS)
    )
    band = result.options["socketio"].good_outcomes.usd_per_million_messages_in_time
    assert band is not None
    assert cents(band.mean) == cents(paid / (delivered * D("0.98")) * 10**6)


def test_a_thousand_good_hours(result: CostResult) -> None:
    """What acme costs without downtime and credits, over the hours wanted less 500 of 43,830 minutes."""
    paid = sum(
        amount * worth(month)
        for month, row in enumerate(acme_rows())
        for line, amount in row.items()
        if line not in ("downtime", "SLA credits")
    )
    wanted = sum(
        grown(D(18_000_000), month).to_integral_value(ROUND_CEILING) / 60 * worth(month)
        for month in range(MONTHS)
    )
    usable = 1 - D(500) / 43_830
    band = result.options["acme"].good_outcomes.usd_per_thousand_good_connection_hours
    assert band is not None
    assert cents(band.mean) == cents(paid / (wanted * usable) * 1000)


def test_without_a_measured_share_no_message_has_a_price(result: CostResult) -> None:
    outcomes = result.options["acme"].to_document()["cost_per_good_outcome"]
    assert outcomes["usd_per_million_messages_in_time"] is None
    assert outcomes["unknown"] == {"usd_per_million_messages_in_time": ["the figure delivery_success_share"]}
