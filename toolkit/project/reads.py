"""Which files of a decision folder a notebook depends on: those whose content reached it.

Every command reads the whole folder to find its faults, which says nothing of what a result rests on. So
what is opened while a folder is checked does not count, and what is taken out of it afterwards does.
"""

import os
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

Value = TypeVar("Value")

_checking = threading.local()
_sink: int | None = None
_noted: set[str] = set()


def record_to(path: Path) -> None:
    """From now on append every file that this process reads to a file, one a line.

    Files that a library of another language opens are not seen, nor those of other processes.
    """
    global _sink
    _sink = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    sys.addaudithook(_heard)


def note(path: Path | str) -> None:
    """Note that the content of a file was made use of."""
    if _sink is None:
        return
    name = str(Path(path).absolute())
    if name not in _noted:
        _noted.add(name)
        os.write(_sink, name.encode("utf-8", "surrogateescape") + b"\n")


@contextmanager
def checking() -> Iterator[None]:
    """While a folder is checked: what this thread opens is not yet made use of."""
    before = getattr(_checking, "now", False)
    _checking.now = True
    try:
        yield
    finally:
        _checking.now = before


class Noted(Mapping[str, Value]):
    """A mapping from the stem of a file to what it says; whoever takes an entry makes use of the file."""

    def __init__(self, entries: Mapping[str, Value], folder: Path) -> None:
        self._entries, self._folder = dict(entries), folder.absolute()

    def __getitem__(self, stem: str) -> Value:
        value = self._entries[stem]
        note(self._folder / f"{stem}.yaml")
        return value

    def __contains__(self, stem: object) -> bool:
        return stem in self._entries

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)


def _heard(event: str, arguments: tuple[Any, ...]) -> None:
    """What Python tells of every file that it opens; an exception here would stop the open."""
    if event != "open" or getattr(_checking, "now", False):
        return
    path = arguments[0]
    if isinstance(path, bytes):
        path = os.fsdecode(path)
    if isinstance(path, str) and path.endswith((".yaml", ".ipynb")):
        note(path)
