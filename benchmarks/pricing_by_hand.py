"""What an engineer who knows one vendor by heart would write without a price book: peers of bench_pricing.

NumPy formulas give the US dollars a month of every plan, as ``plan_totals`` does: inf where the plan does not
carry the usage, nan where its price is unknown. They know the prices of 2026-11-23 and what the benchmark
asks, no more: every message has a size, and usage fields that the benchmark leaves out are 0.
"""

import math
from collections.abc import Callable, Mapping
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from toolkit.pricing.usage import Usage

Floats = NDArray[np.float64]
Month = Mapping[str, Floats]
BillByHand = Callable[[Usage], tuple[Decimal, bool]]

INF, NAN = np.inf, np.nan
MIB = 1_048_576


def unknown(month: Month) -> Floats:
    """The total of a plan without limits whose price is unknown."""
    return np.full(month["days"].shape, NAN)


def in_and_out(month: Month) -> Floats:
    """Messages of the month."""
    return month["messages_published"] + month["messages_delivered"]


def at_most_a_day(month: Month, counts: Floats) -> Floats:
    """What of a month's counts falls on the busiest day."""
    return counts * month["busiest_day_factor"] / month["days"]


def pusher(month: Month) -> dict[str, Floats]:
    """A fee, messages a day and connections."""
    a_day, peak = at_most_a_day(month, in_and_out(month)), month["peak_connections"]
    small = month["message_bytes"] <= 10_240
    ladder = {
        "sandbox": (0, 2e5, 100), "startup": (49, 1e6, 500), "pro": (99, 4e6, 2e3),
        "business": (299, 10e6, 5e3), "premium": (499, 20e6, 10e3), "growth": (699, 40e6, 15e3),
        "plus": (899, 60e6, 20e3), "growth-plus": (1199, 90e6, 30e3),
    }  # fmt: skip
    totals = {
        plan: np.where((a_day <= messages) & (peak <= connections) & small, fee, INF)
        for plan, (fee, messages, connections) in ladder.items()
    }
    return {**totals, "enterprise": unknown(month)}


def ably(month: Month) -> dict[str, Floats]:
    """Three packages: a fee, meters rounded up to millions, egress past the messages' own; else unknown."""
    size, egress = month["message_bytes"], month["egress_gib"]
    messages = in_and_out(month)
    a_day, opened_a_day = (at_most_a_day(month, counts) for counts in (messages, month["connections_opened"]))
    counted = messages * np.ceil(size / 5120)
    millions = np.ceil(counted / 1e6)
    metered = 2.5 * millions
    metered += np.ceil(month["connection_minutes"] / 1e6) + np.ceil(month["channel_minutes"] / 1e6)
    metered += 0.25 * np.maximum(egress - millions * (1e6 * 5 / MIB), 0)
    largest = np.maximum(month["peak_connections"], month["peak_channels"])
    # Six million messages a month do not pass the free package's rates of messages.
    free = (
        (counted <= 6e6)
        & (largest <= 200)
        & (size <= 65_536)
        & (egress <= 28.6)
        & (opened_a_day <= 3_628_800)
    )
    standard = (largest <= 10_000) & (size <= 65_536) & (egress <= 1192)
    standard &= (a_day <= 124_992_000) & (opened_a_day <= 21_600_000)
    pro = (largest <= 50_000) & (size <= 262_144) & (egress <= 4768)
    pro &= (a_day <= 499_992_000) & (opened_a_day <= 43_200_000)
    return {
        "free": np.where(free, 0, INF),
        "standard": np.where(standard, 29 + metered, INF),
        "pro": np.where(pro, 399 + metered, INF),
        "mau-standard": unknown(month),
        "mau-pro": unknown(month),
        "enterprise": np.where(size <= 262_144, NAN, INF),
        "payg": np.where(largest <= 100_000, NAN, INF),
        "self-service": np.where(largest <= 1250, NAN, INF),
    }


def pubnub(month: Month) -> dict[str, Floats]:
    """Prices by users, and by transactions."""
    published, delivered = month["messages_published"], month["messages_delivered"]
    users, carried = month["monthly_active_users"], month["message_bytes"] <= 32_768
    steps = np.ceil(month["message_bytes"] / 2048)
    by_users = 130 + 0.04 * np.minimum(users, 9250) + 0.035 * np.maximum(users - 10_000, 0)
    free = carried & (users <= 200) & ((published + delivered) * steps <= 1e6)
    return {
        "free": np.where(free, 0, INF),
        "starter": np.where(carried & (users <= 1000), 98, INF),
        "pro": np.where(carried & (users <= 50_000), by_users, INF),
        "transactions": np.where(carried, steps * (0.000123 * published + 0.000033 * delivered), INF),
        "enterprise": unknown(month),
    }


def aws_egress(egress: Floats) -> Floats:
    """AWS's price of traffic to the internet: each tier takes something off."""
    beyond_10_tib, beyond_50_tib = np.maximum(egress - 10_240, 0), np.maximum(egress - 51_200, 0)
    beyond_150_tib = np.maximum(egress - 153_600, 0)
    return 0.09 * egress - 0.005 * beyond_10_tib - 0.015 * beyond_50_tib - 0.02 * beyond_150_tib


def aws_api_gateway(month: Month) -> dict[str, Floats]:
    """Messages in two tiers, connection time, egress; a million messages are free in year one."""
    egress, minutes = aws_egress(month["egress_gib"]), month["connection_minutes"]
    counted = in_and_out(month) * np.ceil(month["message_bytes"] / 32_768)
    charged = np.maximum(counted - 1e6, 0)
    full = 1e-6 * counted - 0.2e-6 * np.maximum(counted - 1e9, 0) + 0.25e-6 * minutes + egress
    first_year = 1e-6 * charged - 0.2e-6 * np.maximum(charged - 1e9, 0) + egress
    first_year += 0.25e-6 * np.maximum(minutes - 750_000, 0)
    carried = month["message_bytes"] <= 131_072
    return {
        "websocket": np.where(carried, full, INF),
        "websocket-free-tier": np.where(carried, first_year, INF),
    }


def aws_appsync_events(month: Month) -> dict[str, Floats]:
    """Operations, connection time, egress; 250,000 operations free in year one."""
    operations = month["messages_delivered"] * np.ceil(month["message_bytes"] / 5120)
    operations += month["messages_published"] + month["connections_opened"]
    rest = 0.08e-6 * month["connection_minutes"] + aws_egress(month["egress_gib"])
    carried = month["message_bytes"] <= 245_760
    return {
        "events": np.where(carried, 1e-6 * operations + rest, INF),
        "events-free-tier": np.where(carried, 1e-6 * np.maximum(operations - 250_000, 0) + rest, INF),
    }


def azure(month: Month, counted: Floats, units: Floats) -> dict[str, Floats]:
    """Units by the day, each with a million messages a day; counted are the month's, units those held."""
    days, peak = month["days"], month["peak_connections"]
    # The last bits of a whole quotient must not round it up to another message.
    busiest = np.ceil(at_most_a_day(month, counted) * (1 - 1e-15))
    a_day, busy = 1e6 * units, np.minimum(busiest, counted)
    overage = np.maximum(busy - a_day, 0) + np.maximum(counted - busy - (days - 1) * a_day, 0)
    overage_usd, unit_days, carried = 1e-6 * overage, units * days, peak <= 100_000
    return {
        "free": np.where((peak <= 20) & (busiest <= 20_000), 0, INF),
        "standard": np.where(carried, 1.61 * unit_days + overage_usd, INF),
        "premium": np.where(carried, 2.00 * unit_days + overage_usd, INF),
        "premium-p2": np.where(peak <= 1_000_000, NAN, INF),
    }


def azure_signalr(month: Month) -> dict[str, Floats]:
    """Units are sold one by one up to 10 and then in tens; every message counts once for each 2 KB begun."""
    needed = np.ceil(month["peak_connections"] / 1000)
    units = np.where(needed <= 10, needed, 10 * np.ceil(needed / 10))
    return azure(month, month["messages_delivered"] * np.ceil(month["message_bytes"] / 2048), units)


def azure_web_pubsub(month: Month) -> dict[str, Floats]:
    """Units are sold in seven sizes; the bytes of all messages are added up and divided by 2 KB."""
    sizes = np.array([1.0, 2, 5, 10, 20, 50, 100])
    units = sizes[np.minimum(np.searchsorted(sizes * 1000, month["peak_connections"]), 6)]
    return azure(month, np.ceil(month["messages_delivered"] * month["message_bytes"] / 2048), units)


def supabase(month: Month) -> dict[str, Floats]:
    """A fee, messages in millions and connections in thousands past what is included, and egress."""
    messages, peak, size = in_and_out(month), month["peak_connections"], month["message_bytes"]
    a_day, egress = at_most_a_day(month, messages), month["egress_gib"]
    metered = 2.5 * np.ceil(np.maximum(messages - 5e6, 0) / 1e6)
    metered += 10 * np.ceil(np.maximum(peak - 500, 0) / 1000)
    metered += 0.09 * np.maximum(egress * 1.073741824 - 250, 0)
    carried = (peak <= 10_000) & (size <= 3_072_000) & (a_day <= 216_000_000)
    # Two or five million messages a month do not pass the rates of the first and of the capped plan.
    free = (messages <= 2e6) & (peak <= 200) & (egress <= 4.65) & (size <= 262_144)
    capped = (messages <= 5e6) & (peak <= 500) & (egress <= 232.83) & (size <= 3_072_000)
    return {
        "free": np.where(free, 0, INF),
        "pro": np.where(carried, 25 + metered, INF),
        "pro-spend-cap": np.where(capped, 25, INF),
        "team": np.where(carried, 599 + metered, INF),
        "enterprise": unknown(month),
    }


def cloudflare_durable_objects(month: Month) -> dict[str, Floats]:
    """Requests, 20 messages to one, and seconds of 128 MB; in whole twentieths and thousandths, so exact."""
    twentieths = 20 * month["connections_opened"] + month["messages_published"]
    thousandths = 128 * month["active_object_seconds"]
    metered = 0.15 * np.ceil(np.maximum(twentieths - 20e6, 0) / 20e6)
    metered += 12.5 * np.ceil(np.maximum(thousandths - 400e6, 0) / 1e9)
    requests_a_day, seconds_a_day = at_most_a_day(month, twentieths), at_most_a_day(month, thousandths)
    free = (requests_a_day <= 20 * 100_000) & (seconds_a_day <= 1000 * 13_000)
    carried = month["message_bytes"] <= 32 * MIB
    return {
        "workers-free": np.where(free & carried, 0, INF),
        "workers-paid": np.where(carried, 5 + metered, INF),
    }


def synadia(month: Month) -> dict[str, Floats]:
    """A fee and egress past what is included."""
    peak, egress, size = month["peak_connections"], month["egress_gib"], month["message_bytes"]
    starter, pro = 49 + 0.09 * np.maximum(egress - 100, 0), 199 + 0.09 * np.maximum(egress - 1024, 0)
    return {
        "personal": np.where((peak <= 10) & (egress <= 10) & (size <= MIB), 0, INF),
        "starter": np.where((peak <= 100) & (size <= MIB), starter, INF),
        "pro": np.where((peak <= 1000) & (size <= 2 * MIB), pro, INF),
        "enterprise": np.where(size <= 8 * MIB, NAN, INF),
    }


def brief(month: Month) -> dict[str, Floats]:
    """A fee for messages a month."""
    messages = in_and_out(month)
    a_million = messages <= 1e6
    return {
        "pusher-200k": np.where(messages <= 2e5, 49, INF),
        "pusher-1m": np.where(a_million, 199, INF),
        "ably-1m": np.where(a_million, 25, INF),
        "ably-5m": np.where(messages <= 5e6, 99, INF),
        "pubnub-1m": np.where(a_million, 99, INF),
        "pubnub-10m": np.where(messages <= 10e6, 499, INF),
    }


PLANS: dict[str, Callable[[Month], dict[str, Floats]]] = {
    "pusher": pusher, "ably": ably, "pubnub": pubnub,
    "aws-api-gateway": aws_api_gateway, "aws-appsync-events": aws_appsync_events,
    "azure-web-pubsub": azure_web_pubsub, "azure-signalr": azure_signalr,
    "supabase": supabase, "cloudflare-durable-objects": cloudflare_durable_objects,
    "synadia": synadia, "brief": brief,
}  # fmt: skip


def busiest_day_messages(usage: Usage) -> int:
    """Messages on the busiest day, whole."""
    messages = usage.messages_published + usage.messages_delivered
    return math.ceil(messages * usage.busiest_day_factor / usage.days)


def pusher_pro_bill(usage: Usage) -> tuple[Decimal, bool]:
    """Pusher Pro, exactly: US dollars, and whether it carries the month."""
    carried = usage.peak_connections <= 2000 and usage.message_bytes <= 10_240
    return Decimal(99), carried and busiest_day_messages(usage) <= 4_000_000


def ably_standard_bill(usage: Usage) -> tuple[Decimal, bool]:
    """Ably Standard, exactly: US dollars, and whether it carries the month."""
    messages = (usage.messages_published + usage.messages_delivered) * -(-usage.message_bytes // 5120)
    millions = -(-messages // 1_000_000)
    minutes = -(-usage.connection_minutes // 1_000_000) - (-usage.channel_minutes // 1_000_000)
    egress_gib = max(usage.egress_gib - Decimal(millions) * 5_000_000 / MIB, Decimal(0))
    total = 29 + Decimal("2.50") * millions + minutes + Decimal("0.25") * egress_gib
    carried = (
        max(usage.peak_connections, usage.peak_channels) <= 10_000
        and usage.message_bytes <= 65_536
        and usage.egress_gib <= 1192
        and busiest_day_messages(usage) <= 124_992_000
        and usage.connections_opened * usage.busiest_day_factor <= 21_600_000 * usage.days
    )
    return total, carried


BILLS: dict[str, BillByHand] = {"pusher": pusher_pro_bill, "ably": ably_standard_bill}
