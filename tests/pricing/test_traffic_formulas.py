"""From a scenario's human terms to what vendors meter, by hand."""

from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest

from toolkit.pricing.metering import busiest_day_messages
from toolkit.pricing.traffic import DRIVERS, Traffic
from toolkit.pricing.usage import Usage
from toolkit.pricing.usagearrays import usage_of

TEAM = Traffic(
    peak_concurrent_users=300.0,
    monthly_active_users=1_000.0,
    connected_hours_per_user_day=4.0,
    messages_per_user_day=20.0,
    recipients_per_message=9.0,
    message_bytes=500.0,
    channels=40.0,
    busiest_day_factor=1.5,
)


def test_a_month_in_full() -> None:
    assert usage_of(TEAM) == Usage(
        messages_published=1_000 * 20 * 30,
        messages_delivered=1_000 * 20 * 30 * 9,
        message_bytes=500,
        connection_minutes=1_000 * 4 * 60 * 30,
        channel_minutes=40 * 4 * 60 * 30,
        connections_opened=1_000 * 30,
        peak_connections=300,
        peak_channels=40,
        monthly_active_users=1_000,
        busiest_day_factor=Decimal("1.5"),
        # 5,400,000 x 500 bytes are 2.51 GiB.
        egress_gib=3,
        # 10 ms for each of the 600,000.
        active_object_seconds=6_000,
        days=30,
    )


def test_a_published_chat_example() -> None:
    # AWS's own WebSocket example: 1,000 users, each sends 100 and receives 500 messages a day, connected 12 h
    # a day, 30 days = 18,000,000 messages and 21,600,000 connection-minutes.
    example = replace(
        TEAM, messages_per_user_day=100.0, recipients_per_message=5.0, connected_hours_per_user_day=12.0
    )
    usage = usage_of(example)
    assert usage.messages_published + usage.messages_delivered == 18_000_000
    assert usage.connection_minutes == 21_600_000


def test_clients_connected_all_month() -> None:
    # Third-party example of 2025: 1,000 clients connected for 30 days = 43,200,000 connection-minutes.
    assert usage_of(replace(TEAM, connected_hours_per_user_day=24.0)).connection_minutes == 43_200_000


def test_no_day_has_more_than_24_hours() -> None:
    endless = usage_of(replace(TEAM, connected_hours_per_user_day=30.0))
    assert endless == usage_of(replace(TEAM, connected_hours_per_user_day=24.0))


@pytest.mark.parametrize("days", [28, 30, 31])
def test_a_longer_month_meters_more_but_no_busier_day(days: int) -> None:
    usage = usage_of(TEAM, days=days)
    assert usage.messages_published == 20_000 * days
    assert (usage.busiest_day_factor, usage.peak_day_messages, usage.days) == (Decimal("1.5"), None, days)
    # 20,000 in and 180,000 out on the average day; the busiest has half as many again.
    assert busiest_day_messages(usage) == 300_000


def test_fractions_round_up() -> None:
    usage = usage_of(replace(TEAM, peak_concurrent_users=300.2, message_bytes=0.5, channels=0.1))
    assert (usage.peak_connections, usage.message_bytes, usage.peak_channels) == (301, 1, 1)


def test_binary_dust_does_not_round_up() -> None:
    # 3 users x 0.1 messages x 30 days is 9.000000000000002 in float64.
    usage = usage_of(replace(TEAM, monthly_active_users=3.0, messages_per_user_day=0.1))
    assert usage.messages_published == 9


@pytest.mark.parametrize("factor", ["1", "1.5", "2.35", "7.123", "31"])
def test_the_factor_of_the_busiest_day_stays_as_it_was_written(factor: str) -> None:
    usage = usage_of(replace(TEAM, busiest_day_factor=float(factor)))
    assert usage.busiest_day_factor == Decimal(factor)


@pytest.mark.parametrize(
    ("factor", "told"),
    [
        (0.9, r"the busiest day cannot be 0\.9 times the average day\|write 1 to 31"),
        (31.5, r"the busiest day cannot be 31\.5 times the average day\|write 1 to 31"),
        (float("nan"), "nan is not a number"),
    ],
)
def test_a_factor_that_no_month_has_is_refused(factor: float, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        usage_of(replace(TEAM, busiest_day_factor=factor))


def test_an_idle_team_meters_nothing() -> None:
    idle = usage_of(replace(TEAM, monthly_active_users=0.0, peak_concurrent_users=0.0, channels=0.0))
    assert (idle.messages_published, idle.connection_minutes, idle.egress_gib, idle.peak_channels) == (
        0,
        0,
        0,
        0,
    )


@pytest.mark.parametrize("field", DRIVERS)
def test_many_months_are_not_one(field: str) -> None:
    with pytest.raises(ValueError, match="array"):
        usage_of(replace(TEAM, **{field: np.array([1.0, 2.0])}))


def test_more_than_a_month_can_meter_is_refused() -> None:
    with pytest.raises(ValueError, match=r"connection_minutes 7,200,.*,000 is more than a month can meter"):
        usage_of(replace(TEAM, monthly_active_users=1e15))
