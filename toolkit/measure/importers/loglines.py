"""The numbered lines of a log file, many at a time, so that files of any size are read in bounded memory."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from io import BufferedIOBase
from pathlib import Path
from typing import cast

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from toolkit.measure.importers.source import UNREADABLE, opened, why_unreadable
from toolkit.project.faults import Faults

BLOCK_BYTES = 1 << 22
"""So much is read at a time: few enough to stay in the processor's cache until it is parsed."""

LONGEST_BYTES = 1 << 26
"""A file with a longer line is no log."""

SCHEMA = pa.schema([("number", pa.int64()), ("line", pa.string())])

Bytes = npt.NDArray[np.uint8]
Places = npt.NDArray[np.int64]

_NEWLINE, _RETURN = ord("\n"), ord("\r")
_MARK = b"\xef\xbb\xbf"
"""With which Windows starts a file of UTF-8."""


class LineTooLong(Exception):
    """A line is longer than :data:`LONGEST_BYTES`."""


@dataclass(frozen=True)
class Block:
    """Whole lines of a file as they stand there.

    Args:
        first: the number of the first of them, 1 for the file's first.
        data: their bytes.
        ends: behind which byte of ``data`` each ends, with its line feed.
        last_mark: bytes up to this one are marks, line feeds among them.
        places, marks: where in ``data`` the marks stand, and which they are.
    """

    first: int
    data: Bytes
    ends: Places
    last_mark: int
    places: Places
    marks: Bytes

    def __len__(self) -> int:
        return len(self.ends)

    def text(self, number: int) -> str:
        """A line as it stood, without its end; bytes that are not UTF-8 stand as surrogate escapes."""
        place = number - self.first
        start = self.ends[place - 1] if place else 0
        line = self.data[start : self.ends[place]].tobytes()
        return line.removesuffix(b"\n").removesuffix(b"\r").decode("utf-8", "surrogateescape")


def blocks(path: Path, *, last_mark: int = _NEWLINE) -> Iterator[Block]:
    """The lines of a file, plain or compressed with gzip.

    Raises:
        OSError: the file cannot be read; or another of :data:`toolkit.measure.importers.source.UNREADABLE`.
        LineTooLong: a line is longer than :data:`LONGEST_BYTES`.
    """
    first, rest = 1, np.empty(0, np.uint8)
    with opened(path) as file:
        while True:
            buffer = np.empty(len(rest) + BLOCK_BYTES, np.uint8)
            buffer[: len(rest)] = rest
            count = cast(BufferedIOBase, file).readinto(buffer[len(rest) :].data)
            data = buffer[: len(rest) + count]
            block = _block(first, data, last_mark, whole=count == 0)
            if len(block):
                yield block
            first, rest = first + len(block), data[len(block.data) :]
            if count == 0:
                return
            if len(rest) > LONGEST_BYTES:
                raise LineTooLong


def _block(first: int, data: Bytes, last_mark: int, *, whole: bool) -> Block:
    """The whole lines of the data; what follows the last line feed is one more if that is ``whole``."""
    places = np.flatnonzero(data <= last_mark)
    marks = data[places]
    feeds = np.flatnonzero(marks == _NEWLINE)
    ends = places[feeds] + 1
    if not whole:
        of_lines = feeds[-1] + 1 if len(feeds) else 0
        data, places, marks = data[: ends[-1] if len(ends) else 0], places[:of_lines], marks[:of_lines]
    elif len(data) > (ends[-1] if len(ends) else 0):
        ends = np.append(ends, len(data))
    return Block(first, data, ends, last_mark, places, marks)


def cleaned(block: Block) -> Block:
    """The lines as Unix writes them and as valid UTF-8, each with the number that it had."""
    data, ends = block.data, block.ends
    ascii_only = data.view(np.int8).min(initial=0) >= 0
    if ascii_only and not (data[np.maximum(ends - 2, 0)] == _RETURN).any():
        return block
    unix = _block(block.first, _as_unix(block), block.last_mark, whole=True)
    # Of a file that is nothing but the mark of Windows, one empty line is left.
    return unix if len(unix) else replace(unix, ends=np.zeros(1, np.int64))


def texts(block: Block) -> pa.StringArray:
    """The lines of a block that :func:`cleaned` gave, each with its line feed; nothing is copied."""
    offsets = np.concatenate(([0], block.ends)).astype(np.int32)
    buffers = [None, pa.py_buffer(offsets), pa.py_buffer(block.data)]
    return pa.Array.from_buffers(pa.string(), len(block), buffers)


def numbered(block: Block) -> Iterator[pa.RecordBatch]:
    """The lines as :data:`SCHEMA`, each with its line feed and as valid UTF-8."""
    numbers = pa.array(np.arange(block.first, block.first + len(block), dtype=np.int64))
    yield pa.record_batch([numbers, texts(cleaned(block))], schema=SCHEMA)


def _as_unix(block: Block) -> Bytes:
    """A user agent may be any bytes; what is no text becomes U+FFFD."""
    data = block.data.tobytes()
    data = data.removeprefix(_MARK) if block.first == 1 else data
    data = data.replace(b"\r\n", b"\n").decode("utf-8", "replace").encode()
    return np.frombuffer(data, np.uint8)


class Lines:
    """The lines of a file as a stream of Arrow batches.

    DuckDB pulls the stream and would hide what goes wrong, so that this is kept for :meth:`check`.

    Args:
        path: the file.
        taken: from a block to batches.
        schema: what the batches hold.
        last_mark: see :class:`Block`.
    """

    def __init__(
        self,
        path: Path,
        *,
        taken: Callable[[Block], Iterator[pa.RecordBatch]] = numbered,
        schema: pa.Schema = SCHEMA,
        last_mark: int = _NEWLINE,
    ) -> None:
        self._path = path
        self._taken = taken
        self._schema = schema
        self._last_mark = last_mark
        self._error: Exception | None = None
        self.count = 0

    def stream(self) -> pa.RecordBatchReader:
        """The batches, in the order of the file."""
        return pa.RecordBatchReader.from_batches(self._schema, self._batches())

    def check(self, faults: Faults) -> None:
        """Note what kept the file from being read to its end, and that it is empty."""
        if isinstance(self._error, LineTooLong):
            wrong = f"is longer than {LONGEST_BYTES >> 20} MiB"
            faults.error(self._path, self.count + 1, "line", wrong, "give a log, one entry a line")
        elif self._error is not None:
            faults.error(self._path, 1, "file", why_unreadable(self._error), "give a whole log")
        elif not self.count:
            faults.error(self._path, 1, "file", "is empty", "give a log with entries")

    def _batches(self) -> Iterator[pa.RecordBatch]:
        try:
            for block in blocks(self._path, last_mark=self._last_mark):
                yield from self._taken(block)
                self.count += len(block)
        except (*UNREADABLE, LineTooLong) as error:
            self._error = error
