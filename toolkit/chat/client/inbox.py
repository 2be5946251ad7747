"""Events between the reading of the network and the application, so many and no more."""

import asyncio
from collections import deque

from toolkit.chat.client.events import Event, StateChanged


class Inbox:
    """A bounded queue that says when it is full instead of growing; whoever fills it is to stop then.

    Args:
        limit: so many events are enough.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._events: deque[Event] = deque()
        self._arrived = asyncio.Event()
        self._ended = False

    def __len__(self) -> int:
        return len(self._events)

    @property
    def full(self) -> bool:
        return len(self._events) >= self._limit

    @property
    def half_empty(self) -> bool:
        """Whether it is worth while to fetch more."""
        return len(self._events) <= self._limit // 2

    def put(self, event: Event) -> None:
        """Add an event. Of the connection's states that nobody reads only the newest is kept."""
        if self.full and isinstance(event, StateChanged) and isinstance(self._events[-1], StateChanged):
            self._events.pop()
        self._events.append(event)
        self._arrived.set()

    def end(self) -> None:
        """There will be no more."""
        self._ended = True
        self._arrived.set()

    async def get(self) -> Event | None:
        """The next event, or None after the last one."""
        while not self._events:
            if self._ended:
                return None
            self._arrived.clear()
            await self._arrived.wait()
        return self._events.popleft()
