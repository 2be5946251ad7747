"""The bytes of one way of a connection: held, delayed, throttled and sliced, always in order."""

import asyncio
import random
from collections import deque
from collections.abc import Callable

from toolkit.measure.faults.drawing import Shape
from toolkit.measure.faults.side import Side

PIECE_S = 0.05
"""A throttled way sends what it may in so long at once."""

FULL_BYTES = 131_072
"""With so much on the way, its source is read no further, as where a window is full."""

HOLD_BYTES = 1_048_576
"""A hole keeps so much, as a sender's kernel does, to send it again once the hole has healed."""

FLUSH_S = 0.02
"""So long bytes need to leave this process and reach the other, before a reset could overtake them."""


class Flow:
    """Carries what one side sends to the other.

    Args:
        source, target: the sides.
        draw: of the jitter.
        moved: called whenever bytes are sent on.
        cut: called once the bytes before a cut are sent on; whether it could be made.
    """

    def __init__(
        self,
        source: Side,
        target: Side,
        *,
        draw: random.Random,
        moved: Callable[[], None],
        cut: Callable[[], bool],
    ) -> None:
        self.shape = Shape()
        self.blocked = False
        self.overflowed = False
        self._source, self._target = source, target
        self._draw, self._moved, self._cut = draw, moved, cut
        self._loop = asyncio.get_running_loop()
        self._queue: deque[tuple[float, bytes]] = deque()
        self._size = 0
        self._bell = asyncio.Event()
        self._ended = False
        self._left_to_cut: int | None = None

    def feed(self, chunk: bytes) -> None:
        """Take what the source sent."""
        if self.overflowed:
            return
        delay_s = self.shape.delay_s + self._draw.uniform(0.0, self.shape.jitter_s)
        due_s = self._loop.time() + delay_s
        if self._queue:
            due_s = max(due_s, self._queue[-1][0])
        self._queue.append((due_s, chunk))
        self._size += len(chunk)
        self._hold_back()
        self._bell.set()

    def _hold_back(self) -> None:
        if self.blocked and self._size > HOLD_BYTES:
            # A gap in a stream cannot be mended: after the hole such a connection is reset.
            self.overflowed = True
            self._queue.clear()
            self._size = 0
        elif not self.blocked and self._size > FULL_BYTES:
            self._source.pause()

    def end(self) -> None:
        """The source sends no more; the target is told after all that it sent."""
        self._ended = True
        self._bell.set()

    def block(self, blocked: bool) -> None:
        """Let nothing pass, or let all pass again."""
        self.blocked = blocked
        # In a hole the source is read on, as else nobody would see when it closes.
        self._source.resume()
        self._bell.set()

    def cut_after(self, count: int) -> None:
        """Let so many more bytes pass, and then cut."""
        self._left_to_cut = count
        self._bell.set()

    async def run(self) -> None:
        """Carry until the source's end has been passed on, or the cut was made."""
        while True:
            await self._ready()
            if self._left_to_cut == 0:
                await asyncio.sleep(FLUSH_S)
                if self._cut():
                    return
                self._left_to_cut = None
                continue
            if not self._queue:
                self._target.finish()
                return
            await self._send(self._take())

    async def _ready(self) -> None:
        """Return when bytes are due, the end is, or the cut is."""
        while True:
            self._bell.clear()
            wait_s = self._wait_s()
            if wait_s is not None and wait_s <= 0:
                return
            try:
                async with asyncio.timeout(wait_s):
                    await self._bell.wait()
            except TimeoutError:
                continue

    def _wait_s(self) -> float | None:
        """Seconds until something may be done; None where only an event can tell."""
        if self.blocked:
            return None
        if self._left_to_cut == 0:
            return 0.0
        if self._queue:
            return self._queue[0][0] - self._loop.time()
        return 0.0 if self._ended else None

    def _take(self) -> bytes:
        """The next bytes, as many as may go at once."""
        due_s, chunk = self._queue.popleft()
        limits = [len(chunk)]
        if self.shape.slice_bytes is not None:
            limits.append(self.shape.slice_bytes)
        if self.shape.bytes_per_s is not None:
            limits.append(max(1, int(self.shape.bytes_per_s * PIECE_S)))
        if self._left_to_cut is not None:
            limits.append(self._left_to_cut)
        piece, rest = chunk[: min(limits)], chunk[min(limits) :]
        if rest:
            self._queue.appendleft((due_s, rest))
        if self._left_to_cut is not None:
            self._left_to_cut -= len(piece)
        self._size -= len(piece)
        return piece

    async def _send(self, piece: bytes) -> None:
        self._moved()
        self._target.write(piece)
        await self._target.drained()
        if self.shape.bytes_per_s is not None:
            await asyncio.sleep(len(piece) / self.shape.bytes_per_s)
        elif self.shape.slice_bytes is not None:
            # Each piece is a segment of its own, if the other side gets to read in between.
            await asyncio.sleep(0)
        if self._size <= FULL_BYTES // 2:
            self._source.resume()
