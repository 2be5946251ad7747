"""The real server and the real client with the fault lab between them, for the tests of the matrix."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

from chat_rows import Rows
from tcp import until

from toolkit.chat.client import ChatClient
from toolkit.chat.client.events import Event, RoomMessage, StateChanged
from toolkit.chat.server import ChatServer
from toolkit.chat.settings import Settings
from toolkit.measure.faults.history import Absence, Finding, History, Received, Sent
from toolkit.measure.faults.noticing import Observation
from toolkit.measure.faults.proxy import FaultProxy
from toolkit.measure.faults.script import NetworkFaults


def short(**values: Any) -> Settings:
    """Timers of ``stable`` forty times as fast, but for handshakes, and what a test names changed.

    The server asks every 0.5 s and waits for 1.5 s; a client asks after 0.6 s of silence and waits 0.25 s.
    """
    known: dict[str, Any] = {
        "server_ping_s": 0.5,
        "server_timeout_s": 1.5,
        "sweep_s": 0.05,
        "client_interval_s": 0.6,
        "client_wait_s": 0.25,
        "close_timeout_s": 0.5,
        "drain_s": 0.5,
        "reconnect_base_s": 0.05,
        "reconnect_max_s": 0.2,
        "stable_after_s": 1.0,
    }
    return Settings(**{**known, **values})


def calm(**values: Any) -> Settings:
    """The same, but nobody gives anybody up for what a busy machine does to a loop."""
    return short(**{"server_timeout_s": 20.0, "client_interval_s": 5.0, "client_wait_s": 5.0, **values})


CLIENT_BOUND_S = 0.6 + 0.25
SERVER_BOUND_S = 1.5 + 0.05
BUSY_S = 2.0
"""What a busy machine may add to a bound."""


@dataclass
class Person:
    """A client in the room ``tea``, and everything it heard."""

    client: ChatClient
    events: list[Event]

    def of(self, kind: type[Any]) -> list[Any]:
        return [event for event in self.events if isinstance(event, kind)]

    @property
    def data(self) -> list[Any]:
        return [event.data for event in self.of(RoomMessage)]

    @property
    def losses(self) -> list[int]:
        """The close codes of the connections that it lost."""
        return [event.code for event in self.of(StateChanged) if event.code is not None]


@dataclass
class Stage:
    """A server, a proxy before it, and people: Ann on a good path, the others through the proxy."""

    server: ChatServer
    proxy: FaultProxy
    rows: Rows
    settings: Settings
    stack: AsyncExitStack

    async def person(self, *, port: int | None = None, **options: Any) -> Person:
        """Somebody who has joined the room, through the proxy unless a port is given."""
        events: list[Event] = []
        client = ChatClient(
            f"ws://127.0.0.1:{port or self.proxy.port}/ws",
            **{"settings": self.settings, "listener": events.append, **options},
        )
        await self.stack.enter_async_context(client)
        await client.join("tea")
        return Person(client, events)

    async def ann(self) -> Person:
        """Somebody on a good path."""
        return await self.person(port=self.server.port)

    def seen(self) -> list[Observation]:
        """The faults and how the ends took them."""
        return self.proxy.observer.noticing.observations


@asynccontextmanager
async def stage(
    settings: Settings | None = None, faults: NetworkFaults | None = None
) -> AsyncIterator[Stage]:
    """A server with these settings (None: :func:`calm`) behind a proxy with these faults."""
    chosen, rows = settings or calm(), Rows()
    async with (
        ChatServer(chosen, rows) as server,
        FaultProxy(server.port, faults or NetworkFaults(), 1) as proxy,
        AsyncExitStack() as stack,
    ):
        here = Stage(server, proxy, rows, chosen, stack)
        try:
            yield here
        finally:
            proxy.heal()


async def talk(speaker: Person, hearers: list[Person], data: str) -> None:
    """Say something and return once all have heard it."""
    await speaker.client.publish("tea", data)
    await until(lambda: all(data in hearer.data for hearer in hearers))


class Account:
    """What some people say and hear in one room, for the history checker."""

    def __init__(self, people: dict[str, Person]) -> None:
        self.people = people
        self.sent: list[Sent] = []
        self.absences: dict[str, list[Absence]] = {}

    async def say(self, who: str, number: int) -> None:
        """Publish a message of a number; it counts as acknowledged once the client says so."""
        loop = asyncio.get_running_loop()
        place = len(self.sent)
        said = Sent(
            f"{who}-{number}", self.people[who].client.user or "", "tea", {"who": who, "n": number},
            frozenset(self.people) - {who}, acknowledged=False, at_s=loop.time(),
        )  # fmt: skip
        self.sent.append(said)
        await self.people[who].client.publish("tea", said.payload)
        self.sent[place] = Sent(**{**vars(said), "acknowledged": True})

    def complete(self) -> bool:
        """Whether everybody has all that was acknowledged."""
        return not [finding for finding in self.findings() if finding.kind == "lost"]

    def findings(self) -> list[Finding]:
        return History(self.sent, {name: self._heard(one) for name, one in self.people.items()}).findings()

    def _heard(self, person: Person) -> list[Received]:
        return [
            Received(f"{message.data['who']}-{message.data['n']}", message.sender, message.room, message.data)
            for message in person.of(RoomMessage)
        ]
