"""What became of each message for each recipient, where clients acknowledge what they receive."""

from collections import deque
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from toolkit.chat.server.history import Channel
from toolkit.chat.server.sessions import Session


class Outstanding:
    """One message that some recipients have not acknowledged."""

    __slots__ = ("at_s", "bytes", "key", "scheduled_at", "sender", "waiting")

    def __init__(
        self,
        key: tuple[str, int],
        *,
        sender: str,
        waiting: set[str],
        bytes: int,
        at_s: float,
        scheduled_at: datetime,
    ) -> None:
        self.key, self.sender, self.waiting, self.bytes = key, sender, waiting, bytes
        self.at_s, self.scheduled_at = at_s, scheduled_at


class Deliveries:
    """Waits for acknowledgements, each message until its deadline, and tells how each delivery went.

    Args:
        deadline_s: a delivery that is not acknowledged by then is lost.
        tell: takes the fields of a recorded delivery.
        now: the UTC clock.
    """

    def __init__(
        self, *, deadline_s: float, tell: Callable[[dict[str, Any]], None], now: Callable[[], datetime]
    ) -> None:
        self._deadline_s, self._tell, self._now = deadline_s, tell, now
        self._outstanding: dict[tuple[str, int], Outstanding] = {}
        self._queue: deque[Outstanding] = deque()

    def __len__(self) -> int:
        return len(self._outstanding)

    def expect(
        self, channel: Channel, *, sender: str, recipients: Iterable[Session], bytes: int, now_s: float
    ) -> None:
        """The newest message of a log is to be acknowledged by all these.

        Args:
            sender: public id of the session. Empty: the server.
            bytes: size of the data.
            now_s: monotonic.
        """
        waiting = {session.id for session in recipients}
        if not waiting:
            return
        one = Outstanding(
            (channel.epoch, channel.newest),
            sender=sender,
            waiting=waiting,
            bytes=bytes,
            at_s=now_s,
            scheduled_at=self._now(),
        )
        self._outstanding[one.key] = one
        self._queue.append(one)

    def acknowledge(self, session: Session, channel: Channel, offsets: Iterable[int], now_s: float) -> None:
        """A session has received these; what it was not to receive, or too late, is passed over."""
        for offset in offsets:
            one = self._outstanding.get((channel.epoch, offset))
            if one is None or session.id not in one.waiting or now_s - one.at_s > self._deadline_s:
                continue
            one.waiting.remove(session.id)
            newest = session.acknowledged.get(channel.epoch, 0)
            session.acknowledged[channel.epoch] = max(newest, offset)
            self._tell(self._row(one, session.id, latency_s=now_s - one.at_s, in_order=offset > newest))
            if not one.waiting:
                del self._outstanding[one.key]

    def expire(self, now_s: float) -> None:
        """What was not acknowledged in time is lost."""
        while self._queue and now_s - self._queue[0].at_s > self._deadline_s:
            one = self._queue.popleft()
            self._outstanding.pop(one.key, None)
            for recipient in sorted(one.waiting):
                self._tell(self._row(one, recipient, latency_s=None, in_order=None))

    def _row(
        self, one: Outstanding, recipient: str, *, latency_s: float | None, in_order: bool | None
    ) -> dict[str, Any]:
        epoch, offset = one.key
        return {
            "message": f"{epoch}.{offset}",
            "sender": one.sender,
            "recipient": recipient,
            "scheduled_at": one.scheduled_at,
            "latency_s": latency_s,
            "deadline_s": self._deadline_s,
            "copies": 0 if latency_s is None else 1,
            "in_order": in_order,
            "bytes": one.bytes,
            "round_trip": True,
        }
