"""Who wants connection when, and which message is due when: drawn from the seed of a workload beforehand."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import ceil

from toolkit.measure.workload import Weighted, Workload


@dataclass(frozen=True)
class Wish:
    """One session: connection is wanted from ``start_s`` to ``end_s`` of the run (None: to its end)."""

    client: str
    session: str
    room: str
    start_s: float
    end_s: float | None

    def covers(self, when_s: float) -> bool:
        """Whether connection is wanted at ``when_s``."""
        return self.start_s <= when_s and (self.end_s is None or when_s < self.end_s)


@dataclass(frozen=True)
class Message:
    """One message, due at ``due_s`` of the run for all others in the room who then want connection."""

    id: str
    room: str
    sender: str
    due_s: float
    recipients: tuple[str, ...]
    bytes: int = 0


@dataclass(frozen=True)
class Schedule:
    """Everything that is to happen, in the order of time."""

    wishes: tuple[Wish, ...]
    messages: tuple[Message, ...]

    def rooms(self) -> dict[str, list[Wish]]:
        """The sessions of each room."""
        found: dict[str, list[Wish]] = {}
        for wish in self.wishes:
            found.setdefault(wish.room, []).append(wish)
        return found


@dataclass(frozen=True)
class Part:
    """Which of the clients a process has: every ``of``-th, from number ``index`` on."""

    index: int = 0
    of: int = 1

    def of_schedule(self, planned: Schedule) -> Schedule:
        """What concerns its clients: their sessions, and the messages that they send or should receive."""
        if self.of == 1:
            return planned
        clients = sorted({wish.client for wish in planned.wishes})
        own = frozenset(clients[self.index :: self.of])
        messages = []
        for message in planned.messages:
            recipients = tuple(name for name in message.recipients if name in own)
            if recipients or message.sender in own:
                messages.append(replace(message, recipients=recipients))
        return Schedule(tuple(wish for wish in planned.wishes if wish.client in own), tuple(messages))


def schedule(workload: Workload) -> Schedule:
    """The schedule of a workload, the same for the same seed; each client and room has its own stream."""
    rooms = list(_rooms(workload))
    wishes = [wish for room in rooms for number in room.clients for wish in _wishes(workload, room, number)]
    wishes.sort(key=lambda wish: (wish.start_s, wish.client))
    members = Schedule(tuple(wishes), ()).rooms()
    messages = [
        message for room in rooms for message in _messages(workload, room, members.get(room.name, []))
    ]
    messages.sort(key=lambda message: (message.due_s, message.id))
    return Schedule(tuple(wishes), tuple(messages))


@dataclass(frozen=True)
class _Room:
    """A room and the numbers of its clients; the first ``publishers`` of them send."""

    name: str
    clients: range
    publishers: frozenset[str]


def _rooms(workload: Workload) -> Iterator[_Room]:
    """The rooms in order, until all clients have one; the last may hold fewer than was drawn for it."""
    draw = random.Random(f"{workload.seed}:rooms")
    first = number = 0
    while first < workload.clients:
        size = _drawn(workload.rooms_of, draw)
        clients = range(first, min(first + size, workload.clients))
        senders = clients[: ceil(workload.publishers_share * len(clients))]
        yield _Room(f"r{number:04d}", clients, frozenset(_name(one) for one in senders))
        first, number = first + size, number + 1


def _drawn(mix: Sequence[Weighted], draw: random.Random) -> int:
    """One of the values, as often as its weight says."""
    if len(mix) == 1:
        return mix[0].value
    return draw.choices([one.value for one in mix], [one.weight for one in mix])[0]


def _name(number: int) -> str:
    return f"c{number:04d}"


def _wishes(workload: Workload, room: _Room, number: int) -> list[Wish]:
    """The sessions of one client."""
    draw = random.Random(f"{workload.seed}:client:{number}")
    client = _name(number)
    found: list[Wish] = []
    start_s = workload.away_s.draw(draw)
    while start_s < workload.duration_s:
        end_s = start_s + workload.session_s.draw(draw)
        last = end_s >= workload.duration_s
        session = f"{client}-{len(found) + 1}"
        found.append(Wish(client, session, room.name, start_s, None if last else end_s))
        # A session of no length would start again at once, for ever.
        start_s = max(end_s + workload.away_s.draw(draw), start_s + 1e-3)
    return found


def _messages(workload: Workload, room: _Room, members: list[Wish]) -> list[Message]:
    """The messages of one room. One that nobody could send or receive is not sent."""
    draw = random.Random(f"{workload.seed}:room:{room.name}")
    sizes = random.Random(f"{workload.seed}:bytes:{room.name}")
    last_s = workload.duration_s - workload.deadline_s
    found: list[Message] = []
    due_s = workload.pause_s.draw(draw)
    while due_s < last_s:
        for _ in range(workload.burst_messages):
            present = sorted(wish.client for wish in members if wish.covers(due_s))
            senders = [client for client in present if client in room.publishers]
            chosen, size = draw.random(), _drawn(workload.message_bytes, sizes)
            if len(present) > 1 and senders and due_s < last_s:
                sender = senders[int(chosen * len(senders))]
                recipients = tuple(client for client in present if client != sender)
                name = f"{room.name}-{len(found) + 1:06d}"
                found.append(Message(name, room.name, sender, due_s, recipients, size))
            due_s += workload.burst_interval_s.draw(draw)
        due_s += workload.pause_s.draw(draw)
    return found
