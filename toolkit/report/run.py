"""Executing notebooks: several at a time, each in its own kernel of the running Python, bounded in time."""

import json
import multiprocessing
import os
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import BrokenExecutor, ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, cast

import nbformat

from toolkit.project.faults import EnvironmentFault, Faults, InputError, near
from toolkit.report.executed import Ground, find, keep

Parameters = Mapping[str, str | float | bool | None]

STARTUP_S = 120.0
"""Seconds that a kernel may take to start on a busy machine."""

_HOMES = {
    "IPYTHONDIR": "ipython",
    "JUPYTER_CONFIG_DIR": "jupyter-config",
    "JUPYTER_DATA_DIR": "jupyter-data",
    "JUPYTER_RUNTIME_DIR": "jupyter-runtime",
    "MPLCONFIGDIR": "matplotlib",
}


@dataclass(frozen=True, kw_only=True)
class Job:
    """One notebook to run.

    Args:
        path: the notebook; it is read and never written.
        parameters: values for its cell tagged ``parameters``.
        cwd: the kernel's working directory.
        limit_s: seconds for all of its cells together.
    """

    path: Path
    parameters: Parameters
    cwd: Path
    limit_s: float


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What became of a job: the executed notebook as text, or what went wrong where.

    Args:
        path: the notebook's file.
        notebook: as executed to its end. None where it failed.
        cell: the one that failed, from 1. None where it is not known.
        error: what went wrong; empty where nothing did.
        of_machine: the machine is to blame, not the notebook.
        partial: a failed notebook as far as it came, with its error. None where nothing was saved.
        reads: the files that its kernel read.
    """

    path: Path
    notebook: str | None = None
    cell: int | None = None
    error: str = ""
    of_machine: bool = False
    partial: str | None = None
    reads: tuple[str, ...] = ()

    @property
    def reason(self) -> str:
        """What went wrong, in words that name no folder."""
        where = "" if self.cell is None else f"cell {self.cell}: "
        return f"notebook {self.path.stem}: {where}{self.error}"


class NotebookError(InputError):
    """A notebook is wrong; ``failed`` has the outcome of each that failed."""

    def __init__(self, faults: Faults, failed: Sequence[Outcome]) -> None:
        super().__init__(faults)
        self.failed = failed


class KernelFault(EnvironmentFault):
    """A kernel did not start, died or ran out of time; ``failed`` has the outcome of each notebook."""

    def __init__(self, message: str, failed: Sequence[Outcome]) -> None:
        super().__init__(message)
        self.failed = failed


def run_notebooks(
    paths: Sequence[Path],
    parameters: Parameters,
    *,
    cwd: Path,
    limit_s: float = 300.0,
    at_once: int = 2,
    kept: Path | None = None,
    ground: Ground | None = None,
) -> dict[str, Any]:
    """The executed notebooks by the stem of their file, in the order given.

    Args:
        paths: notebooks with a cell tagged ``parameters``.
        parameters: values for every one of them; each must know all of these names.
        cwd: working directory of the kernels.
        limit_s: seconds for each notebook; one that takes longer is stopped.
        at_once: how many run side by side.
        kept: folder of notebooks that were executed before. None runs all of them.
        ground: what all of them depend on; given where ``kept`` is.

    Raises:
        NotebookError: a notebook cannot be read, lacks a parameter, or fails: every one of them is named.
        KernelFault: a kernel did not start, died, or ran out of time.
        EnvironmentFault: the process that runs them was killed.
    """
    _check_all(paths, parameters)
    known = {} if kept is None or ground is None else {path: find(kept, ground, path) for path in paths}
    jobs = [
        Job(path=path, parameters=parameters, cwd=cwd, limit_s=limit_s)
        for path in paths
        if known.get(path) is None
    ]
    outcomes = _run(jobs, at_once=at_once) if jobs else []
    if kept is not None and ground is not None:
        for outcome in outcomes:
            if outcome.notebook is not None:
                keep(kept, ground, outcome.path, executed=outcome.notebook, reads=outcome.reads)
    _raise_failures(outcomes)
    known |= {outcome.path: outcome.notebook for outcome in outcomes}
    return {path.stem: _parsed(known[path]) for path in paths}


def _check_all(paths: Sequence[Path], parameters: Parameters) -> None:
    """Return if every notebook can be run; tell the faults of all of them at once."""
    faults, failed = Faults(), []
    for path in paths:
        own = Faults()
        own.attempt(lambda: check_parameters(path, parameters))  # noqa: B023  # called at once
        failed += [Outcome(path=path, error=f"{fault.field}: {fault.wrong}") for fault in own.errors]
        faults.found += own.found
    if faults.errors:
        raise NotebookError(faults, failed)


def read_notebook(path: Path) -> Any:
    """The notebook; one whose kernel's metadata was stripped is taken to be in Python."""
    notebook: Any = cast("Any", nbformat.read)(path, as_version=4)
    notebook.metadata.setdefault("kernelspec", {"name": "python3", "display_name": "Python 3"})
    notebook.metadata.kernelspec.setdefault("language", "python")
    return notebook


def _parsed(text: str | None) -> Any:
    # The function has no types of its own.
    return cast("Any", nbformat.from_dict)(json.loads(text or "{}"))


def check_parameters(path: Path, parameters: Parameters) -> None:
    """Return if the notebook can be read and declares every one of the parameters.

    papermill only logs a name that the notebook does not know, so a misspelt one would report the default.
    """
    import papermill

    faults = Faults()
    try:
        known = list(papermill.inspect_notebook(read_notebook(path)))
    except Exception:
        # Whatever papermill or nbformat raise on a foreign file, the mend is one and the same.
        faults.error(path, 1, "file", "is not a notebook that can be read", "save it from JupyterLab")
        known = list(parameters)
    for name in parameters:
        if name not in known:
            advice = near(name, known) if known else "tag a cell `parameters` that sets it"
            faults.error(path, 1, f"parameters.{name}", "the notebook has no such parameter", advice)
    faults.raise_errors()


def _run(jobs: Sequence[Job], *, at_once: int) -> list[Outcome]:
    # A fresh interpreter for each worker: forking one that runs threads may hang.
    context = multiprocessing.get_context("spawn")
    with tempfile.TemporaryDirectory(prefix="toolkit-notebooks-") as home:
        pool = ProcessPoolExecutor(
            max_workers=max(1, min(at_once, len(jobs))),
            mp_context=context,
            initializer=_settle,
            initargs=(home, sys.path),
        )
        try:
            return list(pool.map(_execute, jobs))
        except BrokenExecutor as error:
            raise EnvironmentFault(
                "a process that ran notebooks was killed; is the machine short of memory?"
            ) from error
        finally:
            pool.shutdown(cancel_futures=True)


def _end_with_parent() -> None:
    """A build that is killed cannot stop its workers, and they would wait for its next job for ever."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _settle(home: str, path: list[str]) -> None:
    """Keep Jupyter, IPython and matplotlib out of the user's home, which may be missing or read-only."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    sys.path[:] = path
    for name, folder in _HOMES.items():
        os.environ[name] = str(Path(home) / folder)
        Path(os.environ[name]).mkdir(parents=True, exist_ok=True)
    os.environ["PYTHONHASHSEED"] = "0"
    os.environ["TZ"] = "UTC"


def _execute(job: Job) -> Outcome:
    import papermill
    from nbclient.exceptions import CellTimeoutError, DeadKernelError
    from papermill.exceptions import PapermillExecutionError

    from toolkit.report.kernel import manager_for

    deadline_s = time.monotonic() + job.limit_s
    # papermill saves it after every cell, so that what a failed one showed until then is there to be read.
    saved = Path(os.environ["JUPYTER_RUNTIME_DIR"]) / f"{job.path.stem}.ipynb"
    reads = saved.with_suffix(".reads")
    failed = partial(_failed, job, saved)
    try:
        notebook = papermill.execute_notebook(
            read_notebook(job.path),
            saved,
            parameters=dict(job.parameters),
            kernel_name="python3",
            language="python",
            progress_bar=False,
            start_timeout=STARTUP_S,
            kernel_manager_class=manager_for(job.cwd, reads=reads),
            timeout_func=lambda _cell: max(1, round(deadline_s - time.monotonic())),
        )
    except PapermillExecutionError as error:
        return failed(f"{error.ename}: {error.evalue}", cell=error.cell_index + 1)
    except CellTimeoutError:
        return failed(f"took longer than {job.limit_s:g} s", of_machine=True)
    except (DeadKernelError, RuntimeError, OSError) as error:
        return failed(f"its kernel failed ({error})", of_machine=True)
    read = reads.read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    return Outcome(path=job.path, notebook=json.dumps(notebook), reads=tuple(read))


def _failed(
    job: Job, saved: Path, error: str, *, cell: int | None = None, of_machine: bool = False
) -> Outcome:
    """The outcome of a job that failed, with the notebook as far as it came."""
    partial_text = saved.read_text(encoding="utf-8") if saved.is_file() else None
    return Outcome(path=job.path, cell=cell, error=error, of_machine=of_machine, partial=partial_text)


def _raise_failures(outcomes: Sequence[Outcome]) -> None:
    faults, failed = Faults(), [outcome for outcome in outcomes if outcome.notebook is None]
    for outcome in failed:
        if not outcome.of_machine:
            where = f"cell {outcome.cell}"
            faults.error(outcome.path, 1, where, outcome.error, "run it in JupyterLab to see all of it")
    if faults.errors:
        raise NotebookError(faults, failed)
    if failed:
        told = "\n".join(f"{outcome.path}: {outcome.error}" for outcome in failed)
        raise KernelFault(f"{told}\nbuild again when the machine is less busy", failed)
