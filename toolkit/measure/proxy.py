"""A TCP proxy that treats connections as bad networks do: idle cuts, resets, refused handshakes.

Every fault is drawn from one seed and the number of the connection, so that two options which open the same
connections meet the same faults.
"""

import asyncio
import random
import socket
import struct
from dataclasses import asdict, dataclass, field
from types import TracebackType
from typing import Self

from pydantic import Field

from toolkit.evidence import Strict

CHUNK_BYTES = 65_536


class NetworkFaults(Strict):
    """What the proxy does to connections.

    Args:
        idle_s: a connection without a byte either way for so long is closed at both ends. None: never.
        reset_per_connection_hour: hazard of a TCP reset at both ends, constant over a connection's life.
        refuse_share: share of connections (0 to 1) that are accepted and reset before any byte.
    """

    idle_s: float | None = Field(default=None, gt=0)
    reset_per_connection_hour: float = Field(default=0.0, ge=0, allow_inf_nan=False)
    refuse_share: float = Field(default=0.0, ge=0, le=1)


@dataclass
class FaultCounts:
    """What the proxy did so far."""

    accepted: int = 0
    refused: int = 0
    idle_cuts: int = 0
    resets: int = 0

    def as_dict(self) -> dict[str, int]:
        return asdict(self)


@dataclass(frozen=True)
class Fate:
    """What is in store for one connection. ``reset_after_s`` is None where no reset is."""

    refused: bool
    reset_after_s: float | None


def fate(faults: NetworkFaults, *, seed: int, number: int) -> Fate:
    """The fate of the connection ``number``, the same for the same seed."""
    draw = random.Random(f"{seed}:proxy:{number}")
    refused = draw.random() < faults.refuse_share
    rate_per_s = faults.reset_per_connection_hour / 3600
    return Fate(refused=refused, reset_after_s=draw.expovariate(rate_per_s) if rate_per_s else None)


@dataclass
class FaultProxy:
    """Listens on a free loopback port and relays to ``target_port``.

    Args:
        target_port: where the real server listens on loopback.
        faults: what to do to connections.
        seed: of all draws.
    """

    target_port: int
    faults: NetworkFaults
    seed: int
    counts: FaultCounts = field(default_factory=FaultCounts)
    port: int = 0
    _server: asyncio.Server | None = None
    _relays: set[asyncio.Task[None]] = field(default_factory=set)

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._server is not None:
            self._server.close()
        for relay in list(self._relays):
            relay.cancel()
        await asyncio.gather(*self._relays, return_exceptions=True)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # A task of our own: asyncio logs a traceback for each of its own that is cancelled.
        task = asyncio.create_task(self._serve(reader, writer))
        self._relays.add(task)
        task.add_done_callback(self._relays.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        number = self.counts.accepted
        self.counts.accepted += 1
        its_fate = fate(self.faults, seed=self.seed, number=number)
        if its_fate.refused:
            self.counts.refused += 1
            _reset(writer)
            return
        try:
            upstream = await asyncio.open_connection("127.0.0.1", self.target_port)
        except BaseException as error:
            _reset(writer)
            if isinstance(error, OSError):
                return
            raise
        await self._relay((reader, writer), upstream, its_fate)

    async def _relay(
        self,
        down: tuple[asyncio.StreamReader, asyncio.StreamWriter],
        up: tuple[asyncio.StreamReader, asyncio.StreamWriter],
        its_fate: Fate,
    ) -> None:
        line = _Line()
        tasks = [
            asyncio.create_task(line.pump(down[0], up[1])),
            asyncio.create_task(line.pump(up[0], down[1])),
            asyncio.create_task(line.doom(self.faults.idle_s, its_fate.reset_after_s)),
        ]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            self._end(done.pop().result(), down[1], up[1])
        except BaseException:
            _reset(down[1], up[1])
            raise
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def _end(self, why: str, *writers: asyncio.StreamWriter) -> None:
        self.counts.resets += why == "reset"
        self.counts.idle_cuts += why == "idle"
        if why in ("reset", "broken"):
            _reset(*writers)
        else:
            for writer in writers:
                writer.close()


class _Line:
    """One relayed connection: how long it has been silent."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._opened = self._heard = self._loop.time()

    async def pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> str:
        """Relay until the source ends ("closed") or either end breaks ("broken")."""
        try:
            while chunk := await reader.read(CHUNK_BYTES):
                self._heard = self._loop.time()
                writer.write(chunk)
                await writer.drain()
        except OSError:
            return "broken"
        return "closed"

    async def doom(self, idle_s: float | None, reset_after_s: float | None) -> str:
        """Wait for the first fault that is due: "idle" or "reset"."""
        never = float("inf")
        reset_at = self._opened + (never if reset_after_s is None else reset_after_s)
        while True:
            idle_at = self._heard + (never if idle_s is None else idle_s)
            now = self._loop.time()
            if now >= reset_at:
                return "reset"
            if now >= idle_at:
                return "idle"
            # Bounded, as a sleep without end is no valid timer.
            await asyncio.sleep(min(reset_at - now, idle_at - now, 3600.0))


def _reset(*writers: asyncio.StreamWriter) -> None:
    """Close with RST instead of FIN, as a crashed peer or a stateful firewall does."""
    for writer in writers:
        raw = writer.get_extra_info("socket")
        if raw is not None and raw.fileno() != -1:
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.transport.abort()
