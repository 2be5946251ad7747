"""What is made once for all tests of a session, whichever worker asks for it first."""

import fcntl
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

SECRET = "s3cret-that-no-report-may-tell"
"""A token in the environment of the build whose report the tests look at."""


def made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], None]) -> Path:
    """The folder of this name in the session's temporary folder, which no test may change.

    Args:
        factory: of the worker that asks.
        name: of the folder; what has the same name is made the same way.
        make: fills the empty folder. Workers that ask meanwhile wait; where it raises, the next one tries.
    """
    # With several workers each has a temporary folder of its own inside that of the session.
    base = factory.getbasetemp()
    session = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    folder, done = session / name, session / f"{name}.done"
    with (session / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            make(folder)
            done.touch()
    return folder
