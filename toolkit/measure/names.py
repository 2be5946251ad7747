"""Names of files in a store, and what a listing says of each."""

import re
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass

Wanted = Callable[[str], bool]

_TEMPORARY = re.compile(r"\..+\.(?P<since_s>[0-9a-f]+)\.[0-9a-f]{8}\.tmp")


@dataclass(frozen=True, order=True)
class Found:
    """One file of a store.

    Args:
        name: relative to the store, with ``/`` between its parts.
        size: in bytes.
        version: a text that changes whenever the content does.
    """

    name: str
    size: int
    version: str


def is_open(name: str) -> bool:
    """Whether a file or folder of that name is to be read; the others are hidden or still being written."""
    return not name.startswith((".", "_"))


def temporary_name(name: str) -> str:
    """A hidden name for ``name`` while it is written. It says since when, for :func:`is_stale`."""
    return f".{name}.{int(time.time()):x}.{uuid.uuid4().hex[:8]}.tmp"


def is_stale(name: str, older_than_s: float) -> bool:
    """Whether a file of that name was begun so long ago that its writer must have been killed.

    The name says when, since clocks of file servers differ and some tell none. A writer that was only
    stopped for so long finds its file gone, which is an error to it like any other.
    """
    match = _TEMPORARY.fullmatch(name)
    return match is not None and time.time() - int(match["since_s"], 16) > older_than_s
