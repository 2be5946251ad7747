"""The messages between server and client: one JSON object in one text frame, told apart by ``type``.

**Opening.** The client asks for ``/ws``, with the subprotocol ``chat.v1`` or none. A token travels as
``Authorization: Bearer TOKEN`` or, from browsers, as a second subprotocol ``bearer.TOKEN``; never in the
address, which every log keeps. The server speaks first:

- ``{"type": "hello", "connection": C, "session": S, "user": U, "inbox": {"epoch": E, "offset": N},
  …}``. ``connection`` and ``user`` are public names; ``session`` is a secret between this client and the
  server. Beside them stand the timers and limits of :data:`TOLD`, by name: the client takes its timers from
  here, so that a change needs no new clients.

**Positions.** Each room numbers its messages 1, 2, 3, … (``offset``) under an ``epoch``, a text that changes
when the room's numbering starts anew. A client that says its last position gets what came after, in order;
what it was sent already it knows by the offset. Each user has an *inbox*, which is numbered likewise.

Client to server (a request may carry ``"ref": any``; its answer, or the error about it, carries the same):

- ``{"type": "resume", "session": S, "inbox"?: {"epoch": E, "after": N}}`` before anything else, after a loss:
  go on as session S. Answered by ``{"type": "resumed", "session": S, "connection": C, "user": U,
  "inbox": {"epoch": E, "offset": N, "recovered": bool|null, "missed": K}}``, then the K missed direct
  messages. Where the
  old connection still lives, it is closed with 4409 and is out of every room before this answer. A session
  that is unknown, expired or another user's gets the error ``unknown_session``, and the new session stays.
- ``{"type": "join", "room": R, "epoch"?: E, "after"?: N}``, answered by ``{"type": "joined", "room": R,
  "epoch": E, "offset": N, "recovered": bool|null, "missed": K}``, then by the K messages that came after the
  position. ``offset`` is the room's newest. ``recovered`` is true where nothing is missing, false where
  something is gone for good (then K is 0), null where no position was given. A session's own publishes are
  not sent to it again.
- ``{"type": "leave", "room": R}``, answered by ``{"type": "left", "room": R}``
- ``{"type": "publish", "room": R, "data": any, "id"?: text}``: to all others in the room. With an ``id`` it
  is answered by ``{"type": "ack", "id": …, "room": R, "epoch": E, "offset": N, "duplicate": bool}`` and may
  be sent again with the same ``id`` until that comes: it is delivered once.
- ``{"type": "direct", "to": U, "data": any, "id"?: text}``: to the sessions of one user, answered likewise by
  ``{"type": "ack", "id": …, "to": U, "duplicate": bool}``; a user that nobody is gets ``unknown_recipient``.
- ``{"type": "history", "room": R, "limit": N}``, answered by ``{"type": "history", "room": R, "epoch": E,
  "messages": [message…]}``: the newest N that are kept, oldest first. Only for a room one is in.
- ``{"type": "who", "room": R}``, answered by ``{"type": "members", "room": R, "users": [U…]}``, each user
  once, sorted. Only for a room one is in. A user stays a member until the session is over or leaves.
- ``{"type": "received", "room": R, "offsets": [N…]}`` where ``acknowledge`` of hello is true, for messages as
  they arrive; nothing answers it. For the inbox ``room`` is absent.
- ``{"type": "ping"}``, answered by ``{"type": "pong"}``; ``{"type": "pong"}`` in answer to the server's ping.
- ``{"type": "bye"}`` before closing on purpose: the session is over at once and cannot be resumed.

Server to client, besides hello and the answers:

- ``{"type": "message", "room": R, "from": U, "data": any, "epoch": E, "offset": N, "id"?: text}``. The
  publisher gets no copy of its own, but its ``ack`` stands in the stream where the message would.
- ``{"type": "direct", "from": U, "data": any, "epoch": E, "offset": N, "id"?: text}``
- ``{"type": "ping"}``, to be answered at once.
- ``{"type": "closing", "code": 1012, "reconnect_after_s": s}`` before the server closes: come back then.
- ``{"type": "error", "code": CODE, "message": text, "ref"?: any}``: the frame was refused; the connection
  stays open. The codes are those of :data:`ErrorCode`.
"""

import json
from typing import Any, Literal

Message = dict[str, Any]

SUBPROTOCOL = "chat.v1"
BEARER = "bearer."
"""Before the token, where it travels as a subprotocol."""

TOLD = (
    "server_ping_s", "server_timeout_s", "client_interval_s", "client_wait_s",
    "reconnect_base_s", "reconnect_max_s", "stable_after_s", "session_s", "max_message_bytes", "acknowledge",
)  # fmt: skip
"""The settings that clients are told."""

ErrorCode = Literal[
    "bad_message",
    "unknown_type",
    "not_in_room",
    "too_many_rooms",
    "unknown_session",
    "unknown_recipient",
]

PING = json.dumps({"type": "ping"}, separators=(",", ":"))
PONG = json.dumps({"type": "pong"}, separators=(",", ":"))

CLOSE_GOING_AWAY = 1001
CLOSE_RESTART = 1012
"""Close code of a server that is told to stop; it comes back, or another one does."""

CLOSE_TIMEOUT = 4408
"""Close code of a connection that was silent too long; 4000-4999 are the application's."""

CLOSE_TAKEN_OVER = 4409
"""Close code of a connection whose session went on over another one. Its client must not reconnect."""

CLOSE_TOO_SLOW = 4413
"""Close code of a client that does not read what it is sent."""

MAX_ROOM_CHARACTERS = 200
MAX_ID_CHARACTERS = 200


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
