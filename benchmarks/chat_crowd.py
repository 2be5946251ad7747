"""Clients that come back after a loss at the times that the product's own client would."""

import asyncio
import json
import random
import socket
from dataclasses import dataclass, field

from chat_dialects import ours
from chat_wire import Peer, Tally, connect, disconnect

from toolkit.chat.client.backoff import Backoff
from toolkit.chat.settings import Settings

SEED = 20
PER_ADDRESS = 100
LIMITED = (429, 503)
LEAVING = b"going away"
"""What a server says that is about to stop; no limit was met."""


@dataclass
class Client:
    """One client.

    Args:
        hint_s: what the server said before it closed. None: nothing.
        lost_s: when it lost the server or was told to leave it.
        due_s, attempts_s: when its attempts were due and when they were made.
        limited: attempts that the server's limits turned away.
        back_s: when it was back. None: it is not.
    """

    number: int
    backoff: Backoff
    peer: Peer | None = None
    hint_s: float | None = None
    lost_s: float = 0.0
    due_s: list[float] = field(default_factory=list)
    attempts_s: list[float] = field(default_factory=list)
    limited: int = 0
    back_s: float | None = None

    @property
    def address(self) -> str:
        """Where it comes from."""
        return f"127.0.0.{2 + self.number // PER_ADDRESS}"


class Crowd:
    """All clients of one server, and their returns."""

    def __init__(self, count: int, settings: Settings, port: int) -> None:
        self.clients = [Client(number, Backoff(random.Random(f"{SEED}:{number}"))) for number in range(count)]
        self._settings, self._port = settings, port
        self._loop, self._tally, self._stopped = asyncio.get_running_loop(), Tally(), False
        self._tasks = set[asyncio.Task[None]]()
        self._knocks, self._opened = set[socket.socket](), set[socket.socket]()

    async def enter(self) -> None:
        """Connect all of them."""
        for first in range(0, len(self.clients), 100):
            some = self.clients[first : first + 100]
            dialect, at = ours(None, counts="closing"), self._port
            entering = (connect(dialect, self._tally, at, address=client.address) for client in some)
            for client, peer in zip(some, await asyncio.gather(*entering), strict=True):
                self._watch(client, peer)

    async def all_back(self, until_s: float) -> None:
        """Return once all are back, or then at the latest."""
        while any(client.back_s is None for client in self.clients) and self._loop.time() < until_s:
            await asyncio.sleep(0.1)

    async def stop(self) -> None:
        """Give up who is still on the way, and drop the others."""
        self._stopped = True
        for task in self._tasks:
            task.cancel()
        for knock in self._knocks:
            self._loop.remove_writer(knock)
        await disconnect([client.peer for client in self.clients if client.peer is not None])
        for done in self._knocks | self._opened:
            done.close()

    def _watch(self, client: Client, peer: Peer) -> None:
        """Note the server's hint, and come back when the connection is over."""

        def hinted(peer: Peer, data: bytes, start_at: int, end: int) -> None:
            client.hint_s = float(json.loads(data[start_at:end])["reconnect_after_s"])
            client.lost_s = self._loop.time()

        def over(peer: Peer) -> None:
            if client.hint_s is None:
                client.lost_s = self._loop.time()
            wait_s = client.backoff.next_s(self._settings, come_back_s=client.hint_s)
            self._come_back(client, client.lost_s + wait_s)

        client.peer, peer.heard, peer.lost = peer, hinted, over

    def _come_back(self, client: Client, due_s: float) -> None:
        client.due_s.append(due_s)
        self._loop.call_at(due_s, self._attempt, client)

    def _attempt(self, client: Client) -> None:
        """Knock without a task: most of five thousand knocks in a second meet no server."""
        if self._stopped:
            return
        client.attempts_s.append(self._loop.time())
        knock = socket.socket()
        knock.setblocking(False)
        knock.bind((client.address, 0))
        knock.connect_ex(("127.0.0.1", self._port))
        self._knocks.add(knock)
        self._loop.add_writer(knock, self._knocked, client, knock)

    def _knocked(self, client: Client, knock: socket.socket) -> None:
        self._loop.remove_writer(knock)
        self._knocks.discard(knock)
        if knock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
            knock.close()
            self._failed(client)
        else:
            task = self._loop.create_task(self._open(client, knock))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _open(self, client: Client, knock: socket.socket) -> None:
        peer = Peer(ours(None), self._tally)
        self._opened.add(knock)
        try:
            async with asyncio.timeout(self._settings.open_timeout_s):
                await self._loop.create_connection(lambda: peer, sock=knock)
                client.peer = peer
                await peer.ready
            client.back_s = self._loop.time()
        except (OSError, TimeoutError):
            peer.drop()
            knock.close()
            self._opened.discard(knock)
            client.limited += peer.status in LIMITED and LEAVING not in peer.told
            self._failed(client, peer.retry_after_s)

    def _failed(self, client: Client, retry_after_s: float | None = None) -> None:
        wait_s = client.backoff.next_s(self._settings, retry_after_s=retry_after_s)
        self._come_back(client, self._loop.time() + wait_s)
