"""The messages between server and client: one JSON object in one text frame, told apart by ``type``.

Client to server:

- ``{"type": "join", "room": R}``, answered by ``{"type": "joined", "room": R}``
- ``{"type": "leave", "room": R}``, answered by ``{"type": "left", "room": R}``
- ``{"type": "publish", "room": R, "data": any, "id": any}``: to all others in the room as
  ``{"type": "message", "room": R, "from": connection, "data": any}``. The publisher gets no copy, but
  ``{"type": "ack", "id": any}`` where it gave an id.
- ``{"type": "ping"}``, answered by ``{"type": "pong"}``
- ``{"type": "pong"}`` in answer to the server's ping

Server to client, besides those answers:

- ``{"type": "hello", "connection": id, "client_interval_s": …, "client_wait_s": …, "server_ping_s": …,
  "server_timeout_s": …, "max_message_bytes": …}`` first of all: the client takes its timers from it
- ``{"type": "ping"}``, to be answered at once
- ``{"type": "error", "message": text}``: the frame before it was not understood; the connection stays open
"""

import json
from typing import Any

Message = dict[str, Any]

PING = json.dumps({"type": "ping"}, separators=(",", ":"))
PONG = json.dumps({"type": "pong"}, separators=(",", ":"))

CLOSE_TIMEOUT = 4408
"""Close code of a connection that was silent too long; 4000-4999 are the application's."""

CLOSE_TOO_SLOW = 4413
"""Close code of a client that does not read what it is sent."""

MAX_ROOM_CHARACTERS = 200


def encode(message: Message) -> str:
    """The frame of a message."""
    # Escaped, because half a surrogate pair is valid in JSON and cannot be sent as text.
    return json.dumps(message, separators=(",", ":"), allow_nan=False)


def decode(frame: str | bytes) -> Message:
    """The message of a frame.

    Raises:
        ValueError: the frame is no message; the text says why.
    """
    if isinstance(frame, bytes):
        raise ValueError("binary frames are not understood; send JSON text")
    try:
        message = json.loads(frame, parse_constant=_refuse)
    except (ValueError, RecursionError):
        raise ValueError("the frame is no JSON") from None
    if not isinstance(message, dict) or not isinstance(message.get("type"), str):
        raise ValueError("a message is a JSON object with a text field 'type'")
    return message


def _refuse(constant: str) -> None:
    """NaN and Infinity are no JSON, and no browser reads them."""
    raise ValueError(constant)


def room_of(message: Message) -> str:
    """The room that a message names.

    Raises:
        ValueError: it names none, or one that is too long.
    """
    room = message.get("room")
    if not isinstance(room, str) or not 0 < len(room) <= MAX_ROOM_CHARACTERS:
        raise ValueError(f"'room' must be a text of 1 to {MAX_ROOM_CHARACTERS} characters")
    return room
