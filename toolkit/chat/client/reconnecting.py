"""One connection after the other, with the waits between them, until there is no point in another."""

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from websockets.exceptions import WebSocketException

from toolkit.chat.client.backoff import Backoff
from toolkit.chat.client.connection import ChatConnection, Lost
from toolkit.chat.client.events import StateChanged
from toolkit.chat.client.opening import Opening
from toolkit.chat.client.refusals import CLOSE_POLICY, Refusal, refusal_of
from toolkit.chat.protocol import CLOSE_TAKEN_OVER, Message
from toolkit.chat.settings import Settings

CLOSED = "the application closed it"

FINAL_CODES = {
    CLOSE_TAKEN_OVER: "the session goes on over another connection",
    CLOSE_POLICY: "the server does not want this client",
}
"""Close codes after which another attempt would only do the same again."""

Live = Callable[[ChatConnection, Message], Awaitable[Lost]]


class Reconnector:
    """Opens connections; what happens on one is the business of the function that lives on it.

    Args:
        opening: where to connect and as whom.
        settings: until a server tells others.
        draw: of the reconnect delays.
        tell: takes every change of state but the end.
    """

    def __init__(
        self,
        opening: Opening,
        settings: Settings,
        draw: random.Random,
        tell: Callable[[StateChanged], None],
    ) -> None:
        self.settings = settings
        self.connects = 0
        self.failures: Counter[str] = Counter()
        self.stopping = False
        self._opening, self._tell = opening, tell
        self._backoff = Backoff(draw)
        self._come_back_s: float | None = None

    def come_back(self, after_s: float) -> None:
        """The server that is there now asks to be met again after so long."""
        self._come_back_s = after_s

    async def run(self, live: Live) -> str:
        """Connect again and again; why it ended.

        Args:
            live: is given each open connection and the server's hello, and returns when it is lost.
        """
        while True:
            self._tell(StateChanged("connecting"))
            outcome = await self._once(live)
            if self.stopping:
                return CLOSED
            if (reason := _final(outcome)) is not None:
                return reason
            wait_s = self._wait_s(outcome)
            self._tell(_waiting(outcome, wait_s))
            await asyncio.sleep(wait_s)

    async def _once(self, live: Live) -> Lost | Refusal:
        self._come_back_s = None
        connection = ChatConnection(self._opening, self.settings)
        try:
            hello = await connection.open()
        # A host name that cannot be encoded is a UnicodeError.
        except (OSError, WebSocketException, UnicodeError) as error:
            refusal = refusal_of(error, now=datetime.now(UTC))
            self.failures[refusal.name] += 1
            return refusal
        self.settings = connection.settings
        self.connects += 1
        opened_s = asyncio.get_running_loop().time()
        try:
            return await live(connection, hello)
        finally:
            connection.abort()
            self._backoff.lived(asyncio.get_running_loop().time() - opened_s, self.settings)

    def _wait_s(self, outcome: Lost | Refusal) -> float:
        return self._backoff.next_s(
            self.settings,
            come_back_s=self._come_back_s,
            retry_after_s=outcome.retry_after_s if isinstance(outcome, Refusal) else None,
        )


def _final(outcome: Lost | Refusal) -> str | None:
    """Why there is no point in another attempt; None where there is."""
    if isinstance(outcome, Refusal):
        return outcome.text if outcome.final else None
    if outcome.code in FINAL_CODES:
        return f"{FINAL_CODES[outcome.code]} ({outcome})"
    return None


def _waiting(outcome: Lost | Refusal, wait_s: float) -> StateChanged:
    if isinstance(outcome, Refusal):
        return StateChanged("waiting", outcome.text, failure=outcome.name, wait_s=wait_s)
    return StateChanged("waiting", str(outcome), code=outcome.code, wait_s=wait_s)
