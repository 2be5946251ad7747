"""The front door: what becomes of each socket until its handshake is over, and of plain requests."""

import time
from collections import Counter
from collections.abc import Callable
from typing import cast

from websockets.asyncio.server import ServerConnection
from websockets.http11 import Request, Response

from toolkit.chat.server import pages
from toolkit.chat.server.admission import Admission, Refusal
from toolkit.chat.server.exposition import Exposition, Snapshot
from toolkit.chat.server.logs import ChatLog
from toolkit.chat.server.sockets import Socket


class FrontDoor:
    """Admits handshakes, answers requests, and knows every socket there is.

    Args:
        admission: decides on handshakes.
        exposition: shows what is counted.
        snapshot: what the server holds.
        counts: of what happens, by name.
    """

    def __init__(
        self,
        admission: Admission,
        exposition: Exposition,
        *,
        snapshot: Callable[[], Snapshot],
        log: ChatLog,
        counts: Counter[str],
    ) -> None:
        self._admission, self._exposition, self._snapshot = admission, exposition, snapshot
        self._log, self._counts = log, counts
        self.sockets: set[Socket] = set()

    def arrived(self, socket: Socket) -> bool:
        """See :class:`toolkit.chat.server.sockets.Door`."""
        self.sockets.add(socket)
        socket.unfinished = self._admission.arrive(socket.peer)
        if not socket.unfinished:
            self._count_refusal("unfinished", socket.peer)
        return socket.unfinished

    def lost(self, socket: Socket) -> None:
        """See :class:`toolkit.chat.server.sockets.Door`."""
        self.sockets.discard(socket)
        self.finish(socket)
        if socket.address is not None:
            self._admission.leave(socket.address)

    def finish(self, socket: Socket) -> None:
        """The socket's handshake is over."""
        if socket.unfinished:
            socket.unfinished = False
            self._admission.finish(socket.peer)

    def process_request(self, connection: ServerConnection, request: Request) -> Response | None:
        """The answer to a request. None: the handshake goes on."""
        socket = cast(Socket, connection)
        path = request.path.partition("?")[0]
        if path == "/ws":
            return self._admit(socket, request)
        response = pages.wrong_method(socket, request) or self._page(socket, path)
        if request.method == "HEAD":
            response.body = b""
        return response

    def _page(self, socket: Socket, path: str) -> Response:
        if path == "/health":
            return pages.health(socket, self._snapshot())
        if path == "/metrics":
            return pages.metrics(socket, self._exposition.text(self._snapshot()))
        return pages.page(socket, path)

    def _admit(self, socket: Socket, request: Request) -> Response | None:
        """None, or the response that there is instead of a connection."""
        headers = request.headers
        upgrade = any(value.lower() == "websocket" for value in headers.get_all("Upgrade"))
        decision = self._admission.decide(socket.peer, headers, time.monotonic(), upgrade=upgrade)
        if isinstance(decision, Refusal):
            if upgrade:
                self._count_refusal(decision.reason, socket.peer)
            return pages.refusal(socket, decision)
        if not upgrade:
            return pages.upgrade_needed(socket)
        self._admission.enter(decision.address)
        socket.address, socket.user = decision.address, decision.user
        return None

    def _count_refusal(self, reason: str, peer: str) -> None:
        self._counts["refused"] += 1
        self._counts[f"refused_{reason}"] += 1
        self._log.info("refused", reason=reason, peer=peer)
