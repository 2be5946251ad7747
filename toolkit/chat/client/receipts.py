"""Which messages a client received and has not yet acknowledged."""

from collections import defaultdict

from toolkit.chat.protocol import Message


class Receipts:
    """Numbers of messages by room, None for the inbox; it is true while there is something to say.

    ``wanted`` is whether the server wants to hear of them.
    """

    def __init__(self) -> None:
        self.wanted = False
        self._offsets: defaultdict[str | None, list[int]] = defaultdict(list)

    def __bool__(self) -> bool:
        return bool(self._offsets)

    def note(self, room: str | None, offset: int | None) -> None:
        """A message was received."""
        if self.wanted and offset is not None:
            self._offsets[room].append(offset)

    def take(self) -> list[Message]:
        """What to say about all since the last time."""
        offsets, self._offsets = self._offsets, defaultdict(list)
        return [
            {"type": "received", "offsets": numbers} | ({} if room is None else {"room": room})
            for room, numbers in offsets.items()
        ]
