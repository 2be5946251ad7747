"""The folder of all reports, held by one build at a time.

Whoever holds it may remove what killed builds have left, and tells a refusal of the disk as what it is.
"""

import errno
import fcntl
import re
import shutil
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from toolkit.project.faults import EnvironmentFault

PARTIAL = ".building-"
"""Begins the name of everything that is not whole yet; the number of its process ends it."""

_LEFT = re.compile(re.escape(PARTIAL) + r".+-\d+|\.(index\.html|notified\.json)\.\d+\.part")
"""Names of what builds leave when they are killed, and of nothing else that may lie there."""

_FAULTS = {
    errno.ENOSPC: "free some space or give another --out",
    errno.EDQUOT: "free some space or give another --out",
    errno.EFBIG: "raise the limit on the size of files or give another --out",
    errno.EROFS: "give an --out that can be written",
    errno.EACCES: "give an --out that can be written",
    errno.EPERM: "give an --out on a file system that can hold links and be written",
    errno.ENOTDIR: "give an --out that is a folder",
    errno.EEXIST: "give an --out that is a folder",
}


class Busy(EnvironmentFault):
    """Another build runs; nothing is wrong with this one."""


@contextmanager
def in_turn(out: Path, *, wait_s: float = 600.0) -> Iterator[None]:
    """Compute for the folder alone, since several builds at once would each compute the same.

    Raises:
        Busy: another build still computes.
        EnvironmentFault: the folder cannot be written.
    """
    with ExitStack() as turn:
        with told_faults(out):
            out.mkdir(parents=True, exist_ok=True)
            turn.enter_context(_held(out, ".turn", wait_s=wait_s))
        yield


@contextmanager
def locked(out: Path, *, wait_s: float) -> Iterator[None]:
    """Hold the folder alone, to write in it."""
    with _held(out, ".lock", wait_s=wait_s):
        yield


@contextmanager
def _held(out: Path, name: str, *, wait_s: float) -> Iterator[None]:
    """Hold one lock. The kernel lets go of it when its holder dies, however it dies."""
    with (out / name).open("a") as handle:
        deadline_s = time.monotonic() + wait_s
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() >= deadline_s:
                    raise Busy(
                        f"{out}: another build is running; waited {wait_s:.0f} s for it, build again later"
                    ) from None
                time.sleep(0.05)
        yield


def sweep(out: Path) -> None:
    """Remove what builds that were killed have left; the caller holds the lock, so none of it is in use."""
    for left in sorted(path for path in out.iterdir() if _LEFT.fullmatch(path.name)):
        shutil.rmtree(left) if left.is_dir() and not left.is_symlink() else left.unlink()


@contextmanager
def told_faults(out: Path) -> Iterator[None]:
    """Tell a full disk or a folder that cannot be written as what it is."""
    try:
        yield
    except OSError as error:
        if error.errno not in _FAULTS:
            raise
        raise EnvironmentFault(f"{out}: {error.strerror}; {_FAULTS[error.errno]}") from error
