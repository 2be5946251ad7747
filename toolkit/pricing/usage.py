"""Usage: what a vendor meters in one calendar month."""

from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from toolkit.evidence import Strict
from toolkit.pricing.amounts import exact_number
from toolkit.project import Faults, InputError, read_yaml, validate

MOST_DAYS = 31
MAX_COUNT = 10**18
"""No month meters more; beyond it float64 paths would part from the exact one."""

Count = Annotated[int, Field(ge=0, le=MAX_COUNT)]


def _factor(value: Any) -> Any:
    if isinstance(value, str):
        raise ValueError(f"{value!r} is text|write a number of 1 to {MOST_DAYS}")
    number = exact_number(value)
    if not 1 <= number <= MOST_DAYS:
        raise ValueError(f"the busiest day cannot be {value} times the average day|write 1 to {MOST_DAYS}")
    return number


Factor = Annotated[Decimal, BeforeValidator(_factor)]


class Usage(Strict):
    """Metered quantities of one calendar month; what is absent is 0.

    Args:
        messages_published: messages that clients and servers sent in.
        messages_delivered: messages that went out, one for each receiver, echoes and presence included.
        message_bytes: size of one message; where it is 0 or absent, a message counts once whatever its size.
        connection_minutes: minutes that connections were open, added up.
        channel_minutes: minutes that channels were active, added up.
        connections_opened: connections opened.
        peak_connections: most connections open at once.
        peak_channels: most channels active at once.
        monthly_active_users: distinct users of the month.
        peak_day_messages: messages of the busiest UTC day, in the units that the vendor counts. None takes
            the even share of the month, rounded up, below which no busiest day can be.
        busiest_day_factor: the busiest UTC day over the average one, 1 to 31: another way to state it, for
            everything that is metered by the day.
        presence_events: presence enter, update and leave events; deliveries of them are messages_delivered.
        webhook_calls: calls that the vendor makes to servers of the customer.
        history_requests: history look-ups; where a vendor counts returned messages, count each of those.
        stored_messages: messages put into history.
        stored_gib: GiB kept.
        egress_gib: GiB sent to clients.
        active_object_seconds: seconds that server-side objects were active.
        unit_hours: hours of bought units, added up. 0 takes the smallest size that carries the peak, held all
            month.
        compute_hours: hours of compute.
        days: days of the month.
    """

    messages_published: Count = 0
    messages_delivered: Count = 0
    message_bytes: Count = 0
    connection_minutes: Count = 0
    channel_minutes: Count = 0
    connections_opened: Count = 0
    peak_connections: Count = 0
    peak_channels: Count = 0
    monthly_active_users: Count = 0
    peak_day_messages: Count | None = None
    busiest_day_factor: Factor = Decimal(1)
    presence_events: Count = 0
    webhook_calls: Count = 0
    history_requests: Count = 0
    stored_messages: Count = 0
    stored_gib: Count = 0
    egress_gib: Count = 0
    active_object_seconds: Count = 0
    unit_hours: Count = 0
    compute_hours: Count = 0
    days: Annotated[int, Field(ge=1, le=MOST_DAYS)] = 30


UNITS: dict[str, str] = {
    "messages": "Messages",
    "messages_published": "Messages",
    "messages_delivered": "Messages",
    "connection_minutes": "Minutes",
    "channel_minutes": "Minutes",
    "connections_opened": "Connections",
    "peak_connections": "Connections",
    "peak_channels": "Channels",
    "monthly_active_users": "Users",
    "presence_events": "Events",
    "webhook_calls": "Calls",
    "history_requests": "Requests",
    "stored_messages": "Messages",
    "stored_gib": "GiB",
    "egress_gib": "GiB",
    "active_object_seconds": "Seconds",
    "unit_hours": "Hours",
    "compute_hours": "Hours",
    "base_fee": "Months",
}
"""The unit of each meter's quantity."""

COUNTED = tuple(name for name in Usage.model_fields if name in UNITS)
"""Usage fields that a meter can count."""

LIMITED = (*COUNTED, "message_bytes")
"""Usage fields that a plan can cap; messages a day are a quota's."""

GIB_FIELDS = ("stored_gib", "egress_gib")

LEVELS = ("peak_connections", "peak_channels", "monthly_active_users", "stored_gib")
"""Usage fields that hold for a month as a whole: those of its days do not add up to them."""


def read_usage(path: Path) -> Usage:
    """The usage that a YAML file states.

    Raises:
        InputError: with every fault of the file: unknown fields (and the near match), negatives, fractions.
    """
    faults = Faults()
    document = read_yaml(path, faults)
    usage = None if document is None else validate(document, Usage, faults)
    if usage is None or faults.errors:
        raise InputError(faults)
    return usage
