"""Finds the WebSocket close frame among the bytes of one way, whatever they are cut into."""

LONGEST_HEAD = 16_384
CLOSE = 0x8


class CloseFrame:
    """Follows what one end sends: the HTTP head, then frame after frame (RFC 6455, 5.2)."""

    def __init__(self) -> None:
        self._rest = bytearray()
        self._skip = 0
        self._in_head = True
        self._lost = False

    def within(self, chunk: bytes) -> bool:
        """Whether a close frame begins in this chunk. Never in what is no WebSocket."""
        if self._lost:
            return False
        self._rest += chunk
        if self._in_head and not self._head():
            return False
        found = False
        while (opcode := self._next()) is not None:
            found = found or opcode == CLOSE
        return found

    def _head(self) -> bool:
        """Whether the head is over."""
        end = self._rest.find(b"\r\n\r\n")
        if end < 0:
            self._lost = len(self._rest) > LONGEST_HEAD
            return False
        self._lost = not self._rest.startswith((b"GET ", b"HTTP/1.1 101"))
        del self._rest[: end + 4]
        self._in_head = False
        return not self._lost

    def _next(self) -> int | None:
        """The opcode of the next frame. None until its header is there."""
        passed = min(self._skip, len(self._rest))
        del self._rest[:passed]
        self._skip -= passed
        if self._skip or len(self._rest) < 2:
            return None
        length, longer = self._rest[1] & 0x7F, {126: 2, 127: 8}
        header = 2 + longer.get(length, 0)
        if len(self._rest) < header:
            return None
        if length in longer:
            length = int.from_bytes(self._rest[2:header], "big")
        mask = 4 if self._rest[1] & 0x80 else 0
        opcode = self._rest[0] & 0x0F
        self._skip = header + mask + length
        return opcode
