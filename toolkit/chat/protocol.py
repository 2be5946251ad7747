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
  messages. Where the old connection still lives, it is closed with 4409 and is out of every room before this
  answer. The session stays a member of its rooms, and hears them again once it joins them. A session that is
  unknown, expired or another user's gets the error ``unknown_session``, and the new session stays. Only
  ``ping``, ``pong`` and ``received`` may come before; a connection may resume its own session at any time,
  which fetches the inbox again.
- ``{"type": "join", "room": R, "epoch"?: E, "after"?: N}``, answered by ``{"type": "joined", "room": R,
  "epoch": E, "offset": N, "recovered": bool|null, "missed": K}``, then by the K messages that came after the
  position. ``offset`` is the room's newest. ``recovered`` is true where nothing is missing, false where
  something is gone for good (then K is 0), null where no position was given. A session's own publishes are
  not sent to it again; to a new session of the same client they are, as to anybody else.
- ``{"type": "leave", "room": R}``, answered by ``{"type": "left", "room": R}``
- ``{"type": "publish", "room": R, "data": any, "id"?: text}``: to all others in the room. With an ``id`` it
  is answered by ``{"type": "ack", "id": …, "room": R, "epoch": E, "offset": N, "duplicate": bool}`` and may
  be sent again with the same ``id`` until that comes: it is delivered once. Without one, its number is a gap
  to its own sender.
- ``{"type": "direct", "to": U, "data": any, "id"?: text}``: to the sessions of one user, answered likewise by
  ``{"type": "ack", "id": …, "to": U, "duplicate": bool}``; a user that nobody is gets ``unknown_recipient``.
  One to oneself reaches all own sessions.
- ``{"type": "history", "room": R, "limit": N}``, answered by ``{"type": "history", "room": R, "epoch": E,
  "messages": [message…]}``: the newest N that are kept, or as many of them as fit into half of
  ``max_buffer_bytes``, oldest first. Only for a room one is in.
- ``{"type": "who", "room": R}``, answered by ``{"type": "members", "room": R, "users": [U…]}``, each user
  once, sorted. Only for a room one is in. A user stays a member until the session is over or leaves.
- ``{"type": "received", "room": R, "offsets": [N…]}`` where ``acknowledge`` of hello is true, for messages as
  they arrive; nothing answers it. For the inbox ``room`` is absent.
- ``{"type": "ping"}``, answered by ``{"type": "pong"}``; ``{"type": "pong"}`` in answer to the server's ping.
- ``{"type": "bye"}`` before closing on purpose: the session is over at once and cannot be resumed. Whatever
  needs a session gets ``unknown_session`` from then on.

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
from collections.abc import Iterable
from json.encoder import encode_basestring, encode_basestring_ascii
from json.scanner import make_scanner
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
MAX_USER_CHARACTERS = 200

MAX_NESTING = 100
"""Lists and objects within each other; what is deeper, some reader would give up on."""

MOST_OFFSET = 2**53 - 1
"""The largest number that every JSON reader keeps exactly."""


class Refused(ValueError):
    """A frame that is not obeyed; its text says why, ``code`` is for programs."""

    def __init__(self, code: ErrorCode, why: str) -> None:
        super().__init__(why)
        self.code: ErrorCode = code


def _refuse(constant: str) -> None:
    """NaN and Infinity are no JSON, and no browser reads them."""
    raise ValueError(constant)


# Made once, because json.loads and json.dumps make a new one for each call with arguments.
_decoder = json.JSONDecoder(parse_constant=_refuse)
# What it does after looking for space around the JSON, of which there is none mostly.
_scan = make_scanner(_decoder)  # type: ignore[arg-type] # any decoder will do, whatever typeshed says
_plain = json.JSONEncoder(separators=(",", ":"), allow_nan=False, ensure_ascii=False)
_escaped = json.JSONEncoder(separators=(",", ":"), allow_nan=False)


def encode(message: Message) -> str:
    """The frame of a message."""
    # Escaped, because half a surrogate pair is valid in JSON and cannot be sent as text.
    return _escaped.encode(message)


def value_text(value: Any) -> str:
    """A value as JSON that can be sent, no longer than it has to be.

    Raises:
        Refused: it holds a number that is no JSON, such as what became of 1e999, or is nested too deeply.
    """
    try:
        text = encode_basestring(value) if isinstance(value, str) else _plain.encode(value)
        if not text.isascii():
            try:
                text.encode()
            except UnicodeEncodeError:
                return _escaped.encode(value)
        return text
    except (ValueError, RecursionError):
        raise Refused("bad_message", "the data holds a number too large or is nested too deeply") from None


name_text = encode_basestring_ascii
"""A name as JSON, in ASCII."""


def names_text(names: Iterable[str]) -> str:
    """Names as a JSON list, in ASCII."""
    return _escaped.encode(list(names))


def decode(frame: str | bytes) -> Message:
    """The message of a frame.

    Raises:
        Refused: the frame is no message; the text says why.
    """
    message = decode_object(frame)
    kind_of(message)
    return message


def decode_object(frame: str | bytes) -> Message:
    """The JSON object of a frame, whether or not it is a message.

    Raises:
        Refused: it is none.
    """
    if isinstance(frame, bytes):
        raise Refused("bad_message", "binary frames are not understood; send JSON text")
    try:
        try:
            message, end = _scan(frame, 0)
        except StopIteration:
            end = -1
        if end != len(frame):
            # There is something around it, be it only space.
            message = _decoder.decode(frame)
    except (ValueError, RecursionError):
        raise Refused("bad_message", "the frame is no JSON") from None
    if not isinstance(message, dict):
        raise Refused("bad_message", _NO_MESSAGE)
    return message


def check_nesting(frame: str | bytes, message: Message) -> None:
    """Check that a message can be read everywhere.

    Raises:
        Refused: its lists and objects are nested too deeply.
    """
    # Most messages are too short for it or have fewer in all, so that nobody has to look at how they lie.
    if len(frame) <= 2 * MAX_NESTING or isinstance(frame, bytes):
        return
    if frame.count("[") + frame.count("{") <= MAX_NESTING:
        return
    level: list[Any] = [message]
    for _ in range(MAX_NESTING):
        inner = [one.values() if isinstance(one, dict) else one for one in level]
        level = [value for values in inner for value in values if isinstance(value, dict | list)]
        if not level:
            return
    raise Refused("bad_message", f"lists and objects are nested more than {MAX_NESTING} deep")


_NO_MESSAGE = "a message is a JSON object with a text field 'type'"


def kind_of(message: Message) -> str:
    """What a message is.

    Raises:
        Refused: it does not say.
    """
    kind = message.get("type")
    if not isinstance(kind, str):
        raise Refused("bad_message", _NO_MESSAGE)
    return kind


def room_of(message: Message) -> str:
    """The room that a message names.

    Raises:
        Refused: it names none, or one that is too long.
    """
    room = message.get("room")
    if isinstance(room, str) and 0 < len(room) <= MAX_ROOM_CHARACTERS:
        return room
    raise Refused("bad_message", f"'room' must be a text of 1 to {MAX_ROOM_CHARACTERS} characters")


def text_of(message: Message, field: str, most: int) -> str:
    """A short text of a message.

    Raises:
        Refused: it is none, empty or too long.
    """
    text = message.get(field)
    if not isinstance(text, str) or not 0 < len(text) <= most:
        raise Refused("bad_message", f"'{field}' must be a text of 1 to {most} characters")
    return text


def id_of(message: Message) -> str | None:
    """The id under which a message may be sent again. None: it has none.

    Raises:
        Refused: it is no short text.
    """
    return text_of(message, "id", MAX_ID_CHARACTERS) if "id" in message else None


def number_of(message: Message, field: str, least: int = 0) -> int:
    """A whole number of a message.

    Raises:
        Refused: it is none, or out of range.
    """
    return whole(message.get(field), field, least)


def whole(number: Any, field: str, least: int = 0) -> int:
    """The number, if it is a whole one in range.

    Raises:
        Refused: it is not.
    """
    if not isinstance(number, int) or isinstance(number, bool) or not least <= number <= MOST_OFFSET:
        raise Refused("bad_message", f"'{field}' must be a whole number of at least {least}")
    return number


def position_of(message: Message) -> tuple[str, int] | None:
    """The position, epoch and offset, after which a client wants what it missed. None: it says none.

    Raises:
        Refused: only one of the two is there, or one is of the wrong kind.
    """
    if "epoch" not in message and "after" not in message:
        return None
    return text_of(message, "epoch", MAX_ID_CHARACTERS), number_of(message, "after")
