"""Numbered logs of messages, and what bounds them: age, number, and the bytes of all together."""

import heapq
import secrets
from collections import deque
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

ENTRY_BYTES = 256
"""What an entry takes beside its frame, rounded up; short messages must not evade the bound on bytes."""


class Entry(NamedTuple):
    """One message that was numbered.

    Args:
        at_s: monotonic, when.
        author: public id of the session that published it. Empty: the server.
        frame: as it goes to each recipient's socket.
    """

    offset: int
    at_s: float
    author: str
    frame: bytes


class Channel:
    """A log in which each message has a number; the oldest are dropped, the numbers stay.

    ``epoch`` changes when the log is made anew, ``newest`` is the last number that was given, 0 at first.
    """

    __slots__ = ("_entries", "_queued", "epoch", "newest")

    def __init__(self) -> None:
        self.epoch = secrets.token_urlsafe(8)
        self.newest = 0
        # Made when it is needed, because an empty one takes as much as all else of an idle connection.
        self._entries: deque[Entry] | None = None
        self._queued = False

    def __len__(self) -> int:
        return len(self._entries) if self._entries else 0

    @property
    def oldest(self) -> int:
        """The number of the oldest message that is kept; of the next one where none is."""
        return self._entries[0].offset if self._entries else self.newest + 1

    def recovers(self, epoch: str, after: int) -> bool:
        """Whether all that came after a position is still here."""
        return epoch == self.epoch and self.oldest - 1 <= after <= self.newest

    def since(self, after: int) -> Iterator[Entry]:
        """What is kept of the messages after a number, oldest first."""
        if not self._entries:
            return iter(())
        return islice(self._entries, max(0, after + 1 - self._entries[0].offset), None)

    def latest(self, limit: int, most_bytes: int) -> list[Entry]:
        """The newest ``limit``, or as many of them as fit, oldest first."""
        chosen: list[Entry] = []
        for entry in reversed(self._entries or ()):
            most_bytes -= len(entry.frame)
            if len(chosen) == limit or most_bytes < 0:
                break
            chosen.append(entry)
        return chosen[::-1]


class Retention:
    """Keeps messages in their channels within the bounds, and drops the oldest beyond them.

    Args:
        age_s: a message is kept so long,
        messages: while it is among so many newest of its channel,
        total_bytes: and all channels together take no more than this.
    """

    def __init__(self, *, age_s: float, messages: int, total_bytes: int) -> None:
        self._age_s, self._messages, self._total_bytes = age_s, messages, total_bytes
        # The channels by when their oldest message came, or by an earlier time that is corrected when it
        # is met. So neither dropping the oldest of all nor the aged looks at every channel.
        self._queue: list[tuple[float, int, Channel]] = []
        self._turn = 0
        self.bytes = 0

    def keep(self, channel: Channel, *, at_s: float, author: str, frame: bytes) -> None:
        """Number a message as the next one of its channel, and keep it."""
        channel.newest += 1
        entries = channel._entries
        if entries is None:
            entries = channel._entries = deque()
        entries.append(Entry(channel.newest, at_s, author, frame))
        self.bytes += len(frame) + ENTRY_BYTES
        if not channel._queued:
            self._push(channel)
        if len(entries) > self._messages:
            self._drop(channel)
        while self.bytes > self._total_bytes and (oldest := self._oldest()) is not None:
            self._drop(oldest)

    def prune(self, now_s: float) -> None:
        """Drop what is too old."""
        while (oldest := self._oldest()) is not None and self._queue[0][0] <= now_s - self._age_s:
            self._drop(oldest)

    def forget(self, channel: Channel) -> None:
        """Drop all of a channel that is no longer used."""
        while channel._entries:
            self._drop(channel)

    def _push(self, channel: Channel) -> None:
        self._turn += 1
        assert channel._entries
        channel._queued = True
        heapq.heappush(self._queue, (channel._entries[0].at_s, self._turn, channel))

    def _oldest(self) -> Channel | None:
        """The channel of the oldest message, now first in the queue under its true time."""
        while self._queue:
            at_s, _, channel = self._queue[0]
            if channel._entries and channel._entries[0].at_s == at_s:
                return channel
            heapq.heappop(self._queue)
            channel._queued = False
            if channel._entries:
                self._push(channel)
        return None

    def _drop(self, channel: Channel) -> None:
        assert channel._entries
        self.bytes -= len(channel._entries.popleft().frame) + ENTRY_BYTES
