"""Results kept by the content of what they were computed from, for the builds of one folder of reports.

They are pickles, which run code when they are read. So they lie in a folder that only its owner can enter,
and one that somebody else owns or could write is not read.
"""

import hashlib
import io
import os
import pickle
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel

Result = TypeVar("Result")

VARIABLE = "TOOLKIT_REMEMBERED"
"""Of the environment: the folder of the results, so that the kernels of a build's notebooks find them too."""

MOST_BYTES = 200_000_000


@contextmanager
def remembering(home: Path) -> Iterator[None]:
    """While it lasts, results are kept in the folder and taken from it. It may be deleted at any time."""
    before = os.environ.get(VARIABLE)
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    os.environ[VARIABLE] = str(home.resolve())
    try:
        yield
    finally:
        os.environ.pop(VARIABLE)
        if before is not None:
            os.environ[VARIABLE] = before
        bound(home, most_bytes=MOST_BYTES)


def remembered(name: str, parts: Any, make: Callable[[], Result]) -> Result:
    """The result, computed now unless it is known.

    Args:
        name: of what is computed.
        parts: everything that it depends on beside the code.
        make: computes it.
    """
    home = os.environ.get(VARIABLE)
    if home is None:
        return make()
    path = Path(home) / f"{name}-{content_digest(parts)}.pickle"
    found = _read(path)
    if found is None:
        result = make()
        _write(path, pickle.dumps(result, protocol=5))
        return result
    loaded: Result = pickle.loads(found)
    return loaded


def content_digest(parts: Any) -> str:
    """SHA-256 of values: of models and dataclasses by their fields, whatever else they may carry.

    Equal values may have other digests, in which case they are computed twice; other values never have
    the same one.
    """
    out = io.BytesIO()
    pickler = _ByContent(out, protocol=5)
    # Without it the bytes would depend on which equal strings are one and the same object.
    pickler.fast = True
    pickler.dump(parts)
    return hashlib.sha256(out.getvalue()).hexdigest()


class _ByContent(pickle.Pickler):
    def reducer_override(self, obj: Any) -> Any:
        if isinstance(obj, BaseModel):
            content = {name: getattr(obj, name) for name in type(obj).model_fields}
            return _made, (type(obj),), [content, obj.__pydantic_private__, obj.model_extra]
        if is_dataclass(obj) and not isinstance(obj, type):
            content = {one.name: getattr(obj, one.name) for one in fields(obj)}
            return _made, (type(obj),), content
        return NotImplemented


def _made(kind: type[Any]) -> Any:
    """Stands for an object in what is only hashed and never read."""
    return object.__new__(kind)


def bound(home: Path, *, most_bytes: int) -> None:
    """Delete the files that were made longest ago, until the folder holds no more than this."""
    files = []
    for path in home.iterdir() if home.is_dir() else ():
        try:
            found = path.lstat()
        except FileNotFoundError:
            continue
        if stat.S_ISREG(found.st_mode):
            files.append((found.st_mtime_ns, path.name, found.st_size, path))
    total = 0
    for _, _, size, path in sorted(files, reverse=True):
        total += size
        if total > most_bytes:
            path.unlink(missing_ok=True)


def _read(path: Path) -> bytes | None:
    """The content that was written whole by this very user; None where there is none such."""
    try:
        with path.open("rb") as stream:
            if not (_private(os.fstat(stream.fileno())) and _private(path.parent.stat())):
                return None
            digest, content = stream.read(32), stream.read()
    except OSError:
        return None
    return content if hashlib.sha256(content).digest() == digest else None


def _private(found: os.stat_result) -> bool:
    return found.st_uid == os.geteuid() and not found.st_mode & (stat.S_IWGRP | stat.S_IWOTH)


def _write(path: Path, content: bytes) -> None:
    """Keep it whole or not at all; a disk that takes no more only costs the next build its time."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as stream:
            stream.write(hashlib.sha256(content).digest() + content)
        part.replace(path)
    except OSError:
        part.unlink(missing_ok=True)
