"""How the position of a client in a log is read, and what it is told about it."""

from typing import Any

from toolkit.chat.protocol import Message, Refused, position_of
from toolkit.chat.server.history import Channel


def position_text(channel: Channel) -> str:
    """The newest position of a log, as JSON."""
    return f'{{"epoch":"{channel.epoch}","offset":{channel.newest}}}'


def inbox_position(message: Message) -> tuple[str, int] | None:
    """The position in its inbox that a client says. None: it says none.

    Raises:
        Refused: it is no position.
    """
    inbox: Any = message.get("inbox")
    if inbox is None:
        return None
    position = position_of(inbox) if isinstance(inbox, dict) else None
    if position is None:
        raise Refused("bad_message", "'inbox' must be an object with 'epoch' and 'after'")
    return position


def recovery(channel: Channel, position: tuple[str, int] | None, *, skip: str) -> tuple[int, str]:
    """From which number on a client hears a log, and how that is told.

    Args:
        position: epoch and offset that the client has. None: it has none.
        skip: public id of the session whose own messages it does not get.
    """
    if position is None:
        return channel.newest, '"recovered":null,"missed":0'
    epoch, after = position
    if not channel.recovers(epoch, after):
        return channel.newest, '"recovered":false,"missed":0'
    missed = sum(entry.author != skip for entry in channel.since(after))
    return after, f'"recovered":true,"missed":{missed}'
