"""Connections that come and go for as long as one likes, and what the server holds meanwhile."""

import asyncio
import json
import random
import statistics
from dataclasses import dataclass, fields

from chat_dialects import ours
from chat_processes import ROOMY, Server, running
from chat_wire import CLOSE, Peer, Tally, connect, framed

SEED = 21
CONNECTIONS = 2_000
PER_ROOM = 20
REPLACED_PER_MINUTE = 0.1
PUBLISHES_PER_S = 50.0
SAMPLE_S = 5.0

KEPT_S = 20.0
"""How long the server keeps sessions and messages: short, so that they expire many times in some minutes."""

SETTINGS = ROOMY | {"session_s": KEPT_S, "history_s": KEPT_S}


METRICS = ("chat_connections", "chat_sessions", "chat_rooms", "chat_history_bytes")


@dataclass(frozen=True)
class Sample:
    """What the server held at one time."""

    rss_bytes: int
    descriptors: int
    tasks: int
    connections: int
    sessions: int
    rooms: int
    history_bytes: int


@dataclass(frozen=True)
class Churned:
    """What became of a server under churn.

    Args:
        replaced, resumed: connections that others took the place of, and those of them that went on with the
            same session.
        published, delivered: messages, and copies that came to the others in a room.
        lost: connections that ended although nobody wanted it.
        samples: from the end of the warm-up on.
    """

    replaced: int
    resumed: int
    published: int
    delivered: int
    lost: int
    samples: list[Sample]

    def grown(self, name: str) -> float:
        """By which share the median of the last third lies above that of the first third."""
        values = [getattr(sample, name) for sample in self.samples]
        third = max(1, len(values) // 3)
        before, after = statistics.median(values[:third]), statistics.median(values[-third:])
        return after / before - 1 if before else float(after > 0)

    def growths(self) -> dict[str, float]:
        """Of all that is sampled."""
        return {field.name: self.grown(field.name) for field in fields(Sample)}

    def summary(self) -> str:
        """All of it in some lines, with the smallest and the largest of what is sampled."""
        lines = [
            f"{self.replaced:,} replaced, {self.resumed:,} of them resumed, {self.published:,} published, "
            f"{self.delivered:,} delivered, {self.lost} lost"
        ]
        for name, growth in self.growths().items():
            values = [getattr(sample, name) for sample in self.samples]
            lines.append(f"{name}: {min(values):,} to {max(values):,}, {growth:+.2%}")
        return "\n".join(lines)


class Churn:
    """A crowd whose members leave and come, some for good and some with the same session again."""

    def __init__(self, server: Server, connections: int) -> None:
        self._server, self._size = server, connections
        self._draw = random.Random(SEED)
        self.tally = Tally()
        self._peers: list[Peer] = []
        self.replaced = self.resumed = self.published = 0

    async def fill(self) -> None:
        """Connect the crowd."""
        for first in range(0, self._size, 100):
            seats = range(first, min(self._size, first + 100))
            self._peers += await asyncio.gather(*(self._sit(seat) for seat in seats))

    async def live(self, seconds: float) -> None:
        """Replace and publish at steady rates."""
        loop = asyncio.get_running_loop()
        until_s = loop.time() + seconds
        replacing = loop.create_task(self._replace_until(until_s))
        while (now_s := loop.time()) < until_s:
            self._publish()
            await asyncio.sleep(min(until_s - now_s, self._draw.expovariate(PUBLISHES_PER_S)))
        await replacing

    async def _sit(self, seat: int, session: str | None = None) -> Peer:
        dialect = ours(f"room-{seat // PER_ROOM}", session=session)
        return await connect(dialect, self.tally, self._server.port, address=f"127.0.0.{2 + seat // 500}")

    async def _replace_until(self, until_s: float) -> None:
        per_s = self._size * REPLACED_PER_MINUTE / 60.0
        loop = asyncio.get_running_loop()
        while loop.time() < until_s:
            await self._replace(self._draw.randrange(self._size))
            await asyncio.sleep(self._draw.expovariate(per_s))

    async def _replace(self, seat: int) -> None:
        """A third says goodbye, a third vanishes, a third vanishes and comes back."""
        old, way = self._peers[seat], self._draw.randrange(3)
        old.is_ready = False
        if way == 0:
            old.say('{"type":"bye"}')
            old.transport.write(framed((1000).to_bytes(2, "big"), CLOSE))
        else:
            old.transport.abort()
        session = str(json.loads(old.told)["session"]) if way == 2 else None
        self._peers[seat] = await self._sit(seat, session)
        if session is not None:
            self._peers[seat].told = old.told
        self.replaced += 1
        self.resumed += session is not None

    def _publish(self) -> None:
        seat = self._draw.randrange(self._size)
        peer = self._peers[seat]
        if peer.is_ready:
            self.published += 1
            peer.say(
                f'{{"type":"publish","room":"room-{seat // PER_ROOM}","data":"{"x" * 200}",'
                f'"id":"{seat}-{self.published}"}}'
            )


async def sampled(server: Server, samples: list[Sample]) -> None:
    """Note what the server holds, again and again."""
    while True:
        tasks, said = await server.tasks(), await server.metrics()
        samples.append(
            Sample(
                server.rss_bytes(), server.descriptors(), tasks, *(int(said[name]) for name in METRICS),
            )
        )  # fmt: skip
        await asyncio.sleep(SAMPLE_S)


async def churned(*, seconds: float, warm_s: float, connections: int = CONNECTIONS) -> Churned:
    """What a server holds under churn.

    Args:
        seconds: length of what is sampled.
        warm_s: how long before; longer than sessions and messages are kept.
        connections: size of the crowd.
    """
    samples: list[Sample] = []
    async with running("ours", settings=SETTINGS) as server:
        churn = Churn(server, connections)
        await churn.fill()
        await churn.live(warm_s)
        sampling = asyncio.get_running_loop().create_task(sampled(server, samples))
        try:
            await churn.live(seconds)
        finally:
            sampling.cancel()
        lost = len(churn.tally.ended)
        return Churned(
            churn.replaced, churn.resumed, churn.published, churn.tally.counted, lost, samples
        )  # fmt: skip
