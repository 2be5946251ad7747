"""Files of a report: a plain name inside its folder, there whole or not at all."""

import hashlib
import os
from pathlib import Path


def child(folder: Path, name: str) -> Path:
    """The file of this name directly inside the folder.

    Raises:
        ValueError: the name would lead elsewhere or hide the file.
    """
    if not name or name.startswith(".") or {"/", "\\", "\0"} & set(name):
        raise ValueError(f"{name!r} is not a plain file name")
    return folder / name


def write(folder: Path, name: str, text: str) -> None:
    """Write a text file directly inside the folder, there whole or not at all."""
    write_bytes(folder, name, text.encode())


def write_bytes(folder: Path, name: str, content: bytes) -> None:
    """Write a file directly inside the folder, there whole or not at all."""
    target = child(folder, name)
    part = folder / f".{name}.{os.getpid()}.part"
    with part.open("wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    part.replace(target)


def sync(folder: Path) -> None:
    """A rename must not reach the disk before what it names."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def file_digest(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    return hashlib.sha256(path.read_bytes()).hexdigest()
