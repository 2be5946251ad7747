"""What the clients do: all of it is drawn from a seed beforehand, so that every option gets the same."""

import random
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, model_validator

from toolkit.evidence import Strict
from toolkit.measure.events import DEADLINE_S
from toolkit.measure.faults.script import NetworkFaults
from toolkit.project.faults import Faults, InputError
from toolkit.project.yamlfile import read_yaml, validate

Shipped = Literal["recording", "quick", "probe"]


class Span(Strict):
    """A uniform range of seconds."""

    low: float = Field(ge=0, allow_inf_nan=False)
    high: float = Field(ge=0, allow_inf_nan=False)

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.low > self.high:
            raise ValueError(f"low {self.low:g} is above high {self.high:g}|write low <= high")
        return self

    def draw(self, source: random.Random) -> float:
        """Seconds drawn from the range."""
        return source.uniform(self.low, self.high)

    def scaled(self, factor: float) -> Self:
        """The same range, ``factor`` times as fast."""
        return self.model_copy(update={"low": self.low / factor, "high": self.high / factor})


class Workload(Strict):
    """One run: who is connected when, who sends what when, and what the network does meanwhile.

    Args:
        clients: how many clients.
        rooms_of: how many of them share a room.
        duration_s: length of the run.
        burst_messages: messages of one burst in one room.
        burst_interval_s: seconds between two messages of a burst.
        pause_s: seconds between two bursts of a room.
        session_s: how long a client wants to stay connected.
        away_s: how long it then stays away, before it begins a new session.
        message_bytes: size of a payload.
        deadline_s: a delivery later than this counts as lost.
        seed: of everything drawn.
        faults: what the network does.
    """

    clients: int = Field(ge=2)
    rooms_of: int = Field(ge=2)
    duration_s: float = Field(gt=0, allow_inf_nan=False)
    burst_messages: int = Field(ge=1)
    burst_interval_s: Span
    pause_s: Span
    session_s: Span
    away_s: Span
    message_bytes: int = Field(ge=1, le=32_768)
    deadline_s: float = Field(default=DEADLINE_S, gt=0, allow_inf_nan=False)
    seed: int = Field(ge=0)
    faults: NetworkFaults = NetworkFaults()

    @model_validator(mode="after")
    def _makes_progress(self) -> Self:
        if self.session_s.high <= 0:
            raise ValueError("session_s.high must be above 0|write the longest session in seconds")
        if self.burst_messages * self.burst_interval_s.high + self.pause_s.high <= 0:
            raise ValueError("bursts without interval or pause never end|give pause_s above 0")
        if self.duration_s <= self.deadline_s:
            raise ValueError(
                f"duration_s {self.duration_s:g} leaves no message time for its deadline|make it longer"
            )
        return self

    def scaled(self, factor: float) -> Self:
        """The same run, ``factor`` times as fast, faults included: minutes' worth of them in seconds.

        What the machine needs for a message does not shrink with it, so keep deadlines well above that.
        """
        spans = ("burst_interval_s", "pause_s", "session_s", "away_s")
        faster = {name: getattr(self, name).scaled(factor) for name in spans}
        times = {"duration_s": self.duration_s / factor, "deadline_s": self.deadline_s / factor}
        return self.model_copy(update={**faster, **times, "faults": self.faults.scaled(factor)})


def read_workload(source: Shipped | Path) -> Workload:
    """The workload of a YAML file.

    Args:
        source: the file, or the name of a workload that comes with the toolkit: ``recording`` takes an hour,
            ``quick`` a minute and a half, ``probe`` two minutes at an endpoint that others use too.

    Raises:
        InputError: the file has faults; all of them are told.
    """
    path = source if isinstance(source, Path) else Path(__file__).with_name("workloads") / f"{source}.yaml"
    faults = Faults()
    document = read_yaml(path, faults)
    workload = validate(document, Workload, faults) if document is not None else None
    faults.raise_errors()
    if workload is None:
        raise InputError(faults)
    return workload


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


def schedule(workload: Workload) -> Schedule:
    """The schedule of a workload, the same for the same seed; each client and room has its own stream."""
    wishes = [wish for number in range(workload.clients) for wish in _wishes(workload, number)]
    wishes.sort(key=lambda wish: (wish.start_s, wish.client))
    planned = Schedule(tuple(wishes), ())
    messages = [
        message
        for room, members in sorted(planned.rooms().items())
        for message in _messages(workload, room, members)
    ]
    messages.sort(key=lambda message: (message.due_s, message.id))
    return Schedule(planned.wishes, tuple(messages))


def _wishes(workload: Workload, number: int) -> list[Wish]:
    """The sessions of one client."""
    draw = random.Random(f"{workload.seed}:client:{number}")
    client, room = f"c{number:04d}", f"r{number // workload.rooms_of:04d}"
    found: list[Wish] = []
    start_s = workload.away_s.draw(draw)
    while start_s < workload.duration_s:
        end_s = start_s + workload.session_s.draw(draw)
        last = end_s >= workload.duration_s
        found.append(Wish(client, f"{client}-{len(found) + 1}", room, start_s, None if last else end_s))
        # A session of no length would start again at once, for ever.
        start_s = max(end_s + workload.away_s.draw(draw), start_s + 1e-3)
    return found


def _messages(workload: Workload, room: str, members: list[Wish]) -> list[Message]:
    """The messages of one room. One that nobody could send or receive is not sent."""
    draw = random.Random(f"{workload.seed}:room:{room}")
    found: list[Message] = []
    due_s = workload.pause_s.draw(draw)
    while due_s < workload.duration_s - workload.deadline_s:
        for _ in range(workload.burst_messages):
            present = sorted(wish.client for wish in members if wish.covers(due_s))
            chosen = draw.random()
            if len(present) > 1 and due_s < workload.duration_s - workload.deadline_s:
                sender = present[int(chosen * len(present))]
                recipients = tuple(client for client in present if client != sender)
                found.append(Message(f"{room}-{len(found) + 1:06d}", room, sender, due_s, recipients))
            due_s += workload.burst_interval_s.draw(draw)
        due_s += workload.pause_s.draw(draw)
    return found
