"""Sending a client what it missed, no faster than it reads."""

from collections.abc import Callable

from toolkit.chat.server.history import Channel
from toolkit.chat.server.sockets import Socket


class Replay:
    """What is left to send of one log, until the client has caught up and listens again.

    Args:
        channel: the log.
        after: the client has everything up to this number.
        skip: public id of the session whose own messages are left out. Empty: none.
        caught_up: called when nothing is left, in the same step as the last message is written, so that
            there is no gap between the log and what is published from then on.
    """

    __slots__ = ("_after", "_caught_up", "_channel", "_skip")

    def __init__(self, channel: Channel, *, after: int, skip: str, caught_up: Callable[[], None]) -> None:
        self._channel, self._after, self._skip, self._caught_up = channel, after, skip, caught_up

    def write(self, socket: Socket, *, most_bytes: int) -> bool:
        """Write until the client has caught up, or has more than ``most_bytes`` to read; whether it has."""
        for entry in self._channel.since(self._after):
            if socket.paused and socket.unsent_bytes() > most_bytes:
                return False
            self._after = entry.offset
            if entry.author != self._skip:
                socket.write(entry.frame)
        self._caught_up()
        return True
