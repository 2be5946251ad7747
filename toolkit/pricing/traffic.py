"""Traffic to usage: from a scenario's human terms to what vendors meter, one formula each.

Averages "per user day" run over all monthly active users and all days of the month. Echoes to the sender are
taken to be switched off, and nothing is stored, announced or called: a scenario states none of it. The shape
of the month is kept as one busiest day among even ones, that of the day as its peak of connections.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from toolkit.evidence import Range, central
from toolkit.pricing.plan import HOURS_A_DAY
from toolkit.pricing.scenario import Scenario

Floats = NDArray[np.float64]
Number = float | Floats
"""One number, or one for every draw."""

DAYS = 30
MINUTES_AN_HOUR = 60.0
BYTES_A_GIB = 2.0**30
ACTIVE_S_A_MESSAGE = 0.01


@dataclass(frozen=True, kw_only=True)
class Traffic:
    """One team's traffic in one month; each field a number, or an array with one number for every draw.

    Args:
        peak_concurrent_users: users connected at once at the busiest moment.
        monthly_active_users: distinct users of the month.
        connected_hours_per_user_day: hours a day that a user is connected, 0 to 24.
        messages_per_user_day: messages that a user sends a day.
        recipients_per_message: others who receive each message.
        message_bytes: payload of one message.
        channels: rooms or topics open at once at the peak.
        busiest_day_factor: the busiest day's messages over the average day's, at least 1.
    """

    peak_concurrent_users: Number
    monthly_active_users: Number
    connected_hours_per_user_day: Number
    messages_per_user_day: Number
    recipients_per_message: Number
    message_bytes: Number
    channels: Number
    busiest_day_factor: Number = 1.0


DRIVERS = tuple(Traffic.__dataclass_fields__)
"""The scenario fields that traffic is made of."""


def traffic_of(scenario: Scenario, draw: Callable[[float | Range], Number] = central) -> Traffic:
    """The traffic of a scenario's first month.

    Args:
        scenario: the scenario.
        draw: turns each of its numbers or ranges into numbers; medians unless told otherwise.
    """
    return Traffic(**{name: draw(getattr(scenario, name)) for name in DRIVERS})


def grown(traffic: Traffic, *, growth_per_month: Number, month: Number) -> Traffic:
    """The traffic after some months: users, peak and channels times (1 + growth) ** month.

    >>> round(grown(_example(), growth_per_month=0.1, month=2).channels, 6)
    12.1

    Args:
        traffic: of the first month.
        growth_per_month: as a share.
        month: 0 for the first month.
    """
    factor = (1.0 + growth_per_month) ** month
    return replace(
        traffic,
        peak_concurrent_users=traffic.peak_concurrent_users * factor,
        monthly_active_users=traffic.monthly_active_users * factor,
        channels=traffic.channels * factor,
    )


def messages_published(traffic: Traffic, *, days: int = DAYS) -> Number:
    """Users x messages a user day x days.

    >>> messages_published(_example())
    30000.0
    """
    return traffic.monthly_active_users * traffic.messages_per_user_day * days


def messages_delivered(traffic: Traffic, *, days: int = DAYS) -> Number:
    """Messages published x recipients of each.

    >>> messages_delivered(_example())
    120000.0
    """
    return messages_published(traffic, days=days) * traffic.recipients_per_message


def _hours_a_day(traffic: Traffic) -> Number:
    return np.minimum(traffic.connected_hours_per_user_day, HOURS_A_DAY)


def connection_minutes(traffic: Traffic, *, days: int = DAYS) -> Number:
    """Users x connected hours a user day x 60 x days.

    >>> float(connection_minutes(_example()))
    360000.0
    """
    return traffic.monthly_active_users * _hours_a_day(traffic) * MINUTES_AN_HOUR * days


def channel_minutes(traffic: Traffic, *, days: int = DAYS) -> Number:
    """Channels x connected hours a user day, 24 at most, x 60 x days.

    A channel is taken to be active as long as one user is connected. That is the least that fits: one whose
    users come and go at different hours is active longer.

    >>> float(channel_minutes(_example()))
    36000.0
    """
    return traffic.channels * _hours_a_day(traffic) * MINUTES_AN_HOUR * days


def connections_opened(traffic: Traffic, *, days: int = DAYS) -> Number:
    """Users x days: each opens one connection a day. That is the least; reconnections come on top.

    >>> connections_opened(_example())
    3000.0
    """
    return traffic.monthly_active_users * float(days)


def egress_gib(traffic: Traffic, *, days: int = DAYS) -> Number:
    """Messages delivered x payload bytes / 2 ** 30, protocol overhead left out.

    >>> round(float(egress_gib(_example())), 6)
    0.111759
    """
    return messages_delivered(traffic, days=days) * traffic.message_bytes / BYTES_A_GIB


def active_object_seconds(traffic: Traffic, *, days: int = DAYS) -> Number:
    """Messages published x 10 ms: server-side objects that sleep while nothing comes in.

    10 ms a message is what Cloudflare's example of hibernation takes
    (https://developers.cloudflare.com/durable-objects/platform/pricing, 2026-09-30). Objects that do not
    sleep are active as long as anyone is connected, which is far longer.

    >>> active_object_seconds(_example())
    300.0
    """
    return messages_published(traffic, days=days) * ACTIVE_S_A_MESSAGE


def inconsistencies(scenario: Scenario) -> list[tuple[str, str, str]]:
    """What does not fit together in a scenario's medians: field, what is wrong, what would be right."""
    traffic = traffic_of(scenario)
    peak, users = float(traffic.peak_concurrent_users), float(traffic.monthly_active_users)
    average = users * float(_hours_a_day(traffic)) / HOURS_A_DAY
    found = []
    if average > peak:
        found.append((
            "peak_concurrent_users",
            f"{average:,.0f} users are connected on average, more than the {peak:,.0f} at the peak",
            "raise the peak, or lower monthly_active_users or connected_hours_per_user_day",
        ))  # fmt: skip
    if peak > users:
        found.append((
            "monthly_active_users",
            f"{peak:,.0f} users at the peak are more than the {users:,.0f} of the month",
            "count every user who connects in the month",
        ))  # fmt: skip
    recipients = float(traffic.recipients_per_message)
    if recipients > max(users - 1, 0):
        found.append((
            "recipients_per_message",
            f"{recipients:,.0f} receive each message, but there are {users:,.0f} users",
            "write at most all users but the sender",
        ))  # fmt: skip
    return found


def _example() -> Traffic:
    return Traffic(
        peak_concurrent_users=50.0, monthly_active_users=100.0, connected_hours_per_user_day=2.0,
        messages_per_user_day=10.0, recipients_per_message=4.0, message_bytes=1000.0, channels=10.0,
        busiest_day_factor=2.0,
    )  # fmt: skip
