"""What a workload uses at a managed service, in the units that vendors meter, and what may be used of it.

A run costs its user money and shares a platform with others, so it is bounded, and keeps below the rates that
the vendors ask for. All of it is known beforehand, as the schedule is.
"""

import math
from collections import Counter, defaultdict, deque
from collections.abc import Iterable
from dataclasses import asdict, dataclass

from toolkit.measure.schedule import Message, Schedule, Wish
from toolkit.measure.workload import Workload
from toolkit.project.faults import Faults

MOST_CONNECTIONS = 100
"""At once: what the smallest free plan takes, Pusher's Sandbox (pusher.com/channels/pricing, 2026-05-08)."""

MOST_MESSAGES = 100_000
"""Published and delivered: half of what the smallest free plan has for a day, Pusher's Sandbox (as above)."""


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What a vendor asks of its users.

    Args:
        per_channel_s, per_sender_s: published messages in any second, by channel and by sender.
        account_s: messages published and delivered in any second. None: no limit was found.
        message_bytes: size of a payload.
        echo: whether the publisher's own copy is metered too.
        source: where it says so.
    """

    per_channel_s: int
    per_sender_s: int
    account_s: int | None
    message_bytes: int
    echo: bool
    source: str


LIMITS = {
    "ably": Limits(
        per_channel_s=50,
        per_sender_s=50,
        account_s=500,
        message_bytes=65_536,
        echo=False,
        source="ably.com/docs/platform/pricing/resource-based/limits, package Free, 2026-08-03",
    ),
    # For publishes over HTTP nothing was found; what a client may publish itself is taken for them.
    "pusher": Limits(
        per_channel_s=10,
        per_sender_s=10,
        account_s=None,
        message_bytes=10_240,
        echo=False,
        source="client events of a client, cnblogs.com/tinywan/p/15854186.html, 2022-02-10",
    ),
    "pubnub": Limits(
        per_channel_s=15,
        per_sender_s=15,
        account_s=None,
        message_bytes=30_720,
        echo=True,
        source="www.pubnub.com/docs/general/setup/limits, 2026-06-04",
    ),
}
"""By option."""


@dataclass(frozen=True, kw_only=True)
class Use:
    """What a run uses where nothing fails, in the units of a usage file; ends and retries add to it."""

    messages_published: int
    messages_delivered: int
    connections_opened: int
    peak_connections: int
    connection_minutes: int

    @property
    def messages(self) -> int:
        """Published and delivered, as most vendors count them."""
        return self.messages_published + self.messages_delivered

    def __str__(self) -> str:
        return ", ".join(f"{name} {count}" for name, count in asdict(self).items())


def use_of(option: str, workload: Workload, planned: Schedule) -> Use:
    """What the workload, with its schedule, uses at a vendor; the check of the keys is included."""
    copies = sum(len(message.recipients) + LIMITS[option].echo for message in planned.messages)
    connected_s = sum(_end_s(wish, workload) - wish.start_s for wish in planned.wishes)
    return Use(
        messages_published=len(planned.messages) + 1,
        messages_delivered=copies + LIMITS[option].echo,
        connections_opened=len(planned.wishes) + 1,
        peak_connections=_peak(planned.wishes, workload),
        connection_minutes=math.ceil(connected_s / 60),
    )


def _end_s(wish: Wish, workload: Workload) -> float:
    return workload.duration_s if wish.end_s is None else wish.end_s


def _peak(wishes: Iterable[Wish], workload: Workload) -> int:
    """The most that want connection at once."""
    steps = [(wish.start_s, 1) for wish in wishes] + [(_end_s(wish, workload), -1) for wish in wishes]
    open_now = most = 0
    for _, step in sorted(steps):
        open_now += step
        most = max(most, open_now)
    return most


def check_limits(option: str, workload: Workload, planned: Schedule) -> None:
    """Return if the workload, with its schedule, is small and slow enough for a service that others use too.

    Raises:
        InputError: it is not; all that is wrong is told.
    """
    limits, use, faults = LIMITS[option], use_of(option, workload, planned), Faults()

    def most(field: str, value: int, allowed: int, of: str, mend: str) -> None:
        if value > allowed:
            faults.error("workload", 1, field, f"{value:,} {of}, and a run may use {allowed:,}", mend)

    most("clients", use.peak_connections, MOST_CONNECTIONS, "connections at once", "take fewer clients")
    most(
        "duration_s", use.messages, MOST_MESSAGES, "messages published and delivered", "make the run shorter"
    )
    slower, by = "write a longer burst_interval_s", f"(limit: {limits.source})"
    largest = max(size.value for size in workload.message_bytes)
    most("message_bytes", largest, limits.message_bytes, "bytes", f"write fewer {by}")
    rate = _busiest_second((message, message.room, 1) for message in planned.messages)
    most("burst_interval_s", rate, limits.per_channel_s, "messages a second to one room", f"{slower} {by}")
    rate = _busiest_second((message, message.sender, 1) for message in planned.messages)
    most("burst_interval_s", rate, limits.per_sender_s, "messages a second of one client", f"{slower} {by}")
    if limits.account_s is not None:
        copies = ((message, "all", 1 + len(message.recipients)) for message in planned.messages)
        rate = _busiest_second(copies)
        most("clients", rate, limits.account_s, "messages a second", f"take fewer clients {by}")
    faults.raise_errors()


def _busiest_second(messages: Iterable[tuple[Message, str, int]]) -> int:
    """The most within any second, of whatever is told apart by name; messages come in the order of time."""
    recent: defaultdict[str, deque[tuple[float, int]]] = defaultdict(deque)
    within: Counter[str] = Counter()
    most = 0
    for message, name, count in messages:
        recent[name].append((message.due_s, count))
        within[name] += count
        while recent[name][0][0] <= message.due_s - 1:
            within[name] -= recent[name].popleft()[1]
        most = max(most, within[name])
    return most
