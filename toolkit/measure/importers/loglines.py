"""The numbered lines of a log file, many at a time, so that files of any size are read in bounded memory."""

from collections.abc import Iterator
from dataclasses import dataclass
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

_NEWLINE, _RETURN = ord("\n"), ord("\r")
_MARK = b"\xef\xbb\xbf"
"""With which Windows starts a file of UTF-8."""


class _NoLog(Exception):
    """A line is longer than :data:`LONGEST_BYTES`."""


@dataclass(frozen=True)
class Block:
    """Whole lines of a file as they stand there.

    Args:
        first: the number of the first of them, 1 for the file's first.
        data: their bytes.
        ends: behind which byte of ``data`` each ends, with its line feed.
    """

    first: int
    data: Bytes
    ends: npt.NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.ends)

    def text(self, number: int) -> str:
        """A line as it stood, without its end; bytes that are not UTF-8 stand as surrogate escapes."""
        place = number - self.first
        start = self.ends[place - 1] if place else 0
        line = self.data[start : self.ends[place]].tobytes()
        return line.removesuffix(b"\n").removesuffix(b"\r").decode("utf-8", "surrogateescape")


def blocks(path: Path) -> Iterator[Block]:
    """The lines of a file, plain or compressed with gzip.

    Raises:
        OSError: the file cannot be read; or another of :data:`toolkit.measure.importers.source.UNREADABLE`.
    """
    first, rest = 1, np.empty(0, np.uint8)
    with opened(path) as file:
        while True:
            buffer = np.empty(len(rest) + BLOCK_BYTES, np.uint8)
            buffer[: len(rest)] = rest
            count = cast(BufferedIOBase, file).readinto(buffer[len(rest) :].data)
            data = buffer[: len(rest) + count]
            ends = _ends(data, whole=count == 0)
            if len(ends):
                yield Block(first, data[: ends[-1]], ends)
                first, rest = first + len(ends), data[ends[-1] :]
            else:
                rest = data
            if count == 0:
                return
            if len(rest) > LONGEST_BYTES:
                raise _NoLog


def _ends(data: Bytes, *, whole: bool) -> npt.NDArray[np.int64]:
    """Behind which byte each line ends; what follows the last line feed is one more if that is ``whole``."""
    ends = np.flatnonzero(data == _NEWLINE) + 1
    rest = len(data) > (ends[-1] if len(ends) else 0)
    return np.append(ends, len(data)) if whole and rest else ends


class Lines:
    """The lines of a file as a stream of Arrow batches.

    DuckDB pulls the stream and would hide what goes wrong, so that this is kept for :meth:`check`.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._error: Exception | None = None
        self.count = 0

    def stream(self) -> pa.RecordBatchReader:
        """Batches of ``number`` and ``line``, each line with its line feed and as valid UTF-8."""
        return pa.RecordBatchReader.from_batches(SCHEMA, self._batches())

    def check(self, faults: Faults) -> None:
        """Note what kept the file from being read to its end, and that it is empty."""
        if isinstance(self._error, _NoLog):
            wrong = f"is longer than {LONGEST_BYTES >> 20} MiB"
            faults.error(self._path, self.count + 1, "line", wrong, "give a log, one entry a line")
        elif self._error is not None:
            faults.error(self._path, 1, "file", why_unreadable(self._error), "give a whole log")
        elif not self.count:
            faults.error(self._path, 1, "file", "is empty", "give a log with entries")

    def _batches(self) -> Iterator[pa.RecordBatch]:
        try:
            for block in blocks(self._path):
                yield _batch(block)
                self.count += len(block)
        except (*UNREADABLE, _NoLog) as error:
            self._error = error


def _batch(block: Block) -> pa.RecordBatch:
    numbers = pa.array(np.arange(block.first, block.first + len(block), dtype=np.int64))
    data, ends = block.data, block.ends
    ascii_only = data.view(np.int8).min(initial=0) >= 0
    if not ascii_only or (data[np.maximum(ends - 2, 0)] == _RETURN).any():
        data = _cleaned(block)
        ends = _ends(data, whole=True)
    offsets = np.concatenate(([0], ends)).astype(np.int32)
    buffers = [None, pa.py_buffer(offsets), pa.py_buffer(data)]
    lines = pa.Array.from_buffers(pa.string(), len(block), buffers)
    return pa.record_batch([numbers, lines], schema=SCHEMA)


def _cleaned(block: Block) -> Bytes:
    """The lines as Unix writes them. A user agent may be any bytes; what is no text becomes U+FFFD."""
    data = block.data.tobytes()
    data = data.removeprefix(_MARK) if block.first == 1 else data
    data = data.replace(b"\r\n", b"\n").decode("utf-8", "replace").encode()
    return np.frombuffer(data, np.uint8)
