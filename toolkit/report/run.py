"""Executing notebooks: several at a time, each in its own kernel of the running Python, bounded in time."""

import json
import multiprocessing
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import BrokenExecutor, ProcessPoolExecutor
from pathlib import Path
from typing import Any, cast

import nbformat

from toolkit.project.faults import EnvironmentFault, Faults, InputError, near
from toolkit.report.executed import Ground, find, keep
from toolkit.report.job import Job, Outcome, Parameters
from toolkit.report.worker import execute, read_notebook, settle


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
            initializer=settle,
            initargs=(home, sys.path),
        )
        try:
            return list(pool.map(execute, jobs))
        except BrokenExecutor as error:
            raise EnvironmentFault(
                "a process that ran notebooks was killed; is the machine short of memory?"
            ) from error
        finally:
            pool.shutdown(cancel_futures=True)


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
