"""Usage: what a vendor meters in one calendar month."""

from pathlib import Path
from typing import Annotated

from pydantic import Field

from toolkit.evidence import Strict
from toolkit.project import Faults, InputError, read_yaml, validate

MAX_COUNT = 10**18
"""No month meters more; beyond it float64 paths would part from the exact one."""

Count = Annotated[int, Field(ge=0, le=MAX_COUNT)]


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
        peak_day_messages: messages published and delivered on the busiest UTC day. What a vendor counts in
            other units has the same share of its month on that day. None takes the even share of the month,
            rounded up, below which no busiest day can be.
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
    presence_events: Count = 0
    webhook_calls: Count = 0
    history_requests: Count = 0
    stored_messages: Count = 0
    stored_gib: Count = 0
    egress_gib: Count = 0
    active_object_seconds: Count = 0
    unit_hours: Count = 0
    compute_hours: Count = 0
    days: Annotated[int, Field(ge=1, le=31)] = 30


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

LIMITED = tuple(name for name in Usage.model_fields if name != "days")
"""Usage fields that a plan can cap."""

GIB_FIELDS = ("stored_gib", "egress_gib")

MESSAGE_FIELDS = (
    "messages_published", "messages_delivered", "presence_events", "webhook_calls", "history_requests",
    "stored_messages",
)  # fmt: skip
"""Usage fields that a vendor may count as messages."""


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
