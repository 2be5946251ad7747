"""Who waits for which answer of the server."""

import asyncio
from collections.abc import Callable, Hashable
from typing import Any

Answer = dict[str, Any]


class Waiting:
    """Calls that wait, by what they wait for. It is true while any does."""

    def __init__(self) -> None:
        self._futures: dict[Hashable, set[asyncio.Future[Answer]]] = {}

    def __bool__(self) -> bool:
        return bool(self._futures)

    async def answer(self, key: Hashable) -> Answer:
        """Wait for the answer.

        Raises:
            Exception: what :meth:`resolve` or :meth:`fail` gave instead of one.
        """
        future: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        # Who stops waiting in the same instant leaves the error unseen, which asyncio would report.
        future.add_done_callback(lambda done: done.cancelled() or done.exception())
        self._futures.setdefault(key, set()).add(future)
        try:
            return await future
        finally:
            self._stop(key, future)

    def resolve(self, key: Hashable, answer: Answer | Exception) -> None:
        """Give the answer, or an error in its place, to all who wait for it; they do not wait any more."""
        for future in self._futures.pop(key, ()):
            if future.done():
                continue
            if isinstance(answer, Exception):
                future.set_exception(answer)
            else:
                future.set_result(answer)

    def fail(self, error: Callable[[], Exception]) -> None:
        """Give an error of its own to each who waits for anything."""
        for key in list(self._futures):
            self.resolve(key, error())

    def _stop(self, key: Hashable, future: asyncio.Future[Answer]) -> None:
        waiting = self._futures.get(key)
        if waiting is not None:
            waiting.discard(future)
            if not waiting:
                del self._futures[key]
