"""The command line, run as a user would: as installed, or forked from a process that imported it before.

A command spends most of its time importing. Where it is not the start that is tested, a child of a process
that has all imports runs the very function that the installed command runs, with a working directory, an
environment and an output of its own.
"""

import multiprocessing
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from multiprocessing.context import ForkServerContext
from pathlib import Path

TOOLKIT = str(Path(sys.executable).parent / "toolkit")
"""The command as installed."""

Run = Callable[..., "subprocess.CompletedProcess[str]"]

_IMPORTED = [
    "toolkit.cli",
    "toolkit.api",
    "toolkit.report.build",
    "toolkit.report.terminal",
    "ibis.backends.duckdb",
]
"""What the commands import, some of them much later than at their start."""


def installed_in(cwd: Path) -> Run:
    """Runs the installed command in a working directory."""

    def run(*arguments: str | Path, timeout_s: float = 120) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [TOOLKIT, *map(str, arguments)],
            cwd=cwd, capture_output=True, text=True, timeout=timeout_s, check=False,
        )  # fmt: skip

    return run


def forked_in(cwd: Path) -> Run:
    """Runs the command in a working directory, in a process that has imported it."""

    def run(*arguments: str | Path, timeout_s: float = 120) -> "subprocess.CompletedProcess[str]":
        given = [str(argument) for argument in arguments]
        with tempfile.TemporaryDirectory(prefix="toolkit-printed-") as printed:
            code = _ended(given, cwd, Path(printed), timeout_s)
            out, err = ((Path(printed) / name).read_text() for name in ("stdout", "stderr"))
        return subprocess.CompletedProcess(["toolkit", *given], code, out, err)

    return run


def _ended(arguments: list[str], cwd: Path, printed: Path, timeout_s: float) -> int:
    """The exit code of a command that was run to its end."""
    process = _context().Process(target=_command, args=(arguments, cwd, dict(os.environ), printed))
    process.start()
    process.join(timeout_s)
    if process.exitcode is None:
        process.kill()
        process.join()
        raise subprocess.TimeoutExpired(arguments, timeout_s)
    code = process.exitcode
    process.close()
    return code


def _context() -> ForkServerContext:
    context = multiprocessing.get_context("forkserver")
    # Heeded at the first start; the process that has the imports then lives as long as the tests do.
    context.set_forkserver_preload(_IMPORTED)
    return context


def _command(arguments: list[str], cwd: Path, environment: dict[str, str], printed: Path) -> None:
    """What the script of the installed command does, in the child."""
    from toolkit.cli import main

    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(environment)
    for number, name in ((1, "stdout"), (2, "stderr")):
        handle = os.open(printed / name, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        os.dup2(handle, number)
        os.close(handle)
    sys.argv = ["toolkit", *arguments]
    sys.exit(main())
