"""Opens foreign files, compressed or not, and says why one cannot be read."""

import gzip
import stat
import zlib
from pathlib import Path
from typing import BinaryIO, cast

from toolkit.project.faults import Faults

UNREADABLE = (OSError, EOFError, zlib.error, UnicodeDecodeError)
"""What reading a foreign file may raise; :func:`why_unreadable` puts it into words."""

_GZIP = b"\x1f\x8b"


def refuse_pipe(path: Path, faults: Faults) -> None:
    """Note a file that can be read only once: an import reads it again, and would find only the rest."""
    try:
        kind = path.stat().st_mode
    except OSError:
        # Told by who reads it.
        return
    if not stat.S_ISREG(kind) and not stat.S_ISDIR(kind):
        right = "write what comes out of it into a file, and import that"
        faults.error(path, 1, "file", "is a pipe or a device, which can be read only once", right)


def is_gzip(path: Path) -> bool:
    """Whether the file is compressed, whatever its name says.

    Raises:
        OSError: the file cannot be read.
    """
    with path.open("rb") as file:
        return file.read(2) == _GZIP


def opened(path: Path) -> BinaryIO:
    """The bytes of a file, uncompressed; several gzip streams one after the other are read as one.

    Raises:
        OSError: the file cannot be read. Reading on may raise any of :data:`UNREADABLE`.
    """
    return cast(BinaryIO, gzip.open(path, "rb")) if is_gzip(path) else path.open("rb")


def why_unreadable(error: BaseException) -> str:
    """Why a file could not be read, for a fault.

    Args:
        error: one of :data:`UNREADABLE`.
    """
    if isinstance(error, FileNotFoundError):
        return "the file is missing"
    if isinstance(error, UnicodeDecodeError):
        return "is not UTF-8"
    if isinstance(error, EOFError):
        return "is cut off within its gzip data"
    if isinstance(error, gzip.BadGzipFile | zlib.error):
        return "has damaged gzip data"
    return f"cannot be read ({getattr(error, 'strerror', None) or error})"
