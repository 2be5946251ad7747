"""A store in a local folder: files appear complete or not at all, and stay when the machine goes down."""

import errno
import fcntl
import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path
from typing import BinaryIO

from toolkit.measure.names import Found, Wanted, is_open, temporary_name
from toolkit.project.faults import Faults


class Folder:
    """A store in a local folder, which need not be there yet."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def __str__(self) -> str:
        return str(self.root)

    def names(self, below: str, wanted: Wanted, faults: Faults) -> list[str]:
        """The files below a folder whose own name is wanted; hidden folders are left out, links followed."""

        def unlisted(error: OSError) -> None:
            if not isinstance(error, FileNotFoundError):
                wrong = f"cannot be listed ({error.strerror})"
                faults.error(error.filename, 1, "folder", wrong, "let it be read")

        found = []
        # A year has many folders, and paths as objects cost more than looking at the files.
        top = len(str(self.root))
        for folder, folders, names in os.walk(self.root / below, onerror=unlisted, followlinks=True):
            folders[:] = [name for name in folders if is_open(name)]
            here = folder[top:].strip(os.sep).replace(os.sep, "/")
            prefix = f"{here}/" if here else ""
            found += [prefix + name for name in names if wanted(name)]
        return sorted(found)

    def files(self, below: str, faults: Faults) -> list[Found]:
        """The files below a folder that are to be read.

        Raises:
            FileNotFoundError: one vanished meanwhile.
        """
        found = []
        root = str(self.root)
        for name in self.names(below, is_open, faults):
            try:
                state = os.stat(os.path.join(root, name))  # noqa: PTH116, PTH118
            except OSError as error:
                path = self.root / name
                if isinstance(error, FileNotFoundError) and not path.is_symlink():
                    raise
                wrong = f"cannot be found ({error.strerror})"
                faults.error(path, 1, "file", wrong, "restore what it leads to, or delete it")
                continue
            if not stat.S_ISREG(state.st_mode):
                # A pipe would be waited for, for ever.
                wrong, right = "is no regular file", "replace it by one, or remove it"
                faults.error(self.root / name, 1, "file", wrong, right)
                continue
            found.append(Found(name, state.st_size, _version(state)))
        return found

    def open(self, name: str) -> BinaryIO:
        return (self.root / name).open("rb")

    def fetch(self, name: str, target: Path) -> None:
        shutil.copyfile(self.root / name, target)

    def remove(self, name: str, version: str | None = None) -> None:
        """Remove a file; given a version, only if that is what it still is."""
        path = self.root / name
        with suppress(FileNotFoundError), _locked(path.parent):
            if version is None or _version(path.stat()) == version:
                path.unlink()

    def told(self, error: BaseException) -> str:
        return str(getattr(error, "strerror", None) or error or type(error).__name__)

    @contextmanager
    def writing(self, name: str) -> Iterator[BinaryIO]:
        """A file to write to; after the block it stands under ``name``, complete and durable.

        The content is on the disk before the name is, so not even a crash of the machine leaves a file
        without its content. After an error in the block nothing is left.
        """
        target = self.root / name
        _make(target.parent)
        temporary = target.parent / temporary_name(target.name)
        try:
            with temporary.open("wb") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            # Nobody may remove, as what was there before, what is put in its place.
            with _locked(target.parent) if target.exists() else nullcontext():
                temporary.replace(target)
            _sync(target.parent)
        finally:
            temporary.unlink(missing_ok=True)


def _version(state: os.stat_result) -> str:
    return f"{state.st_mtime_ns}-{state.st_ctime_ns}-{state.st_ino}-{state.st_size}"


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Alone with a folder among those who ask for it; given back even by the killed."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        # Where there are no locks, a gap of microseconds between looking and removing remains.
        with suppress(OSError):
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _make(folder: Path) -> None:
    """Each new folder is only durable once the one above it is."""
    missing = [above for above in (folder, *folder.parents) if not above.exists()]
    for new in reversed(missing):
        new.mkdir(exist_ok=True)
        _sync(new.parent)


def _sync(folder: Path) -> None:
    """A renamed file is only durable once its folder is."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError as error:
        # Some network file systems have no such call for folders; there the server keeps the order.
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):
            raise
    finally:
        os.close(handle)
