"""A process that executes notebooks, one after the other, each in a kernel of the running Python."""

import json
import multiprocessing
import os
import sys
import threading
import time
from functools import partial
from pathlib import Path
from typing import Any, cast

import nbformat

from toolkit.report.job import Job, Outcome
from toolkit.report.secrets import without_secrets

STARTUP_S = 120.0
"""Seconds that a kernel may take to start on a busy machine."""

_HOMES = {
    "IPYTHONDIR": "ipython",
    "JUPYTER_CONFIG_DIR": "jupyter-config",
    "JUPYTER_DATA_DIR": "jupyter-data",
    "JUPYTER_RUNTIME_DIR": "jupyter-runtime",
    "MPLCONFIGDIR": "matplotlib",
}


def read_notebook(path: Path) -> Any:
    """The notebook; one whose kernel's metadata was stripped is taken to be in Python."""
    notebook: Any = cast("Any", nbformat.read)(path, as_version=4)
    notebook.metadata.setdefault("kernelspec", {"name": "python3", "display_name": "Python 3"})
    notebook.metadata.kernelspec.setdefault("language", "python")
    return notebook


def settle(home: str, path: list[str]) -> None:
    """Keep Jupyter, IPython and matplotlib out of the user's home, which may be missing or read-only."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    sys.path[:] = path
    for name, folder in _HOMES.items():
        os.environ[name] = str(Path(home) / folder)
        Path(os.environ[name]).mkdir(parents=True, exist_ok=True)
    os.environ["PYTHONHASHSEED"] = "0"
    os.environ["TZ"] = "UTC"


def _end_with_parent() -> None:
    """A build that is killed cannot stop its workers, and they would wait for its next job for ever."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def execute(job: Job) -> Outcome:
    """What became of the notebook; no way of failing raises."""
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
    # A kernel has the environment of the build, and a notebook may print it.
    text = without_secrets(json.dumps(notebook), os.environ)
    return Outcome(path=job.path, notebook=text, reads=tuple(read))


def _failed(
    job: Job, saved: Path, error: str, *, cell: int | None = None, of_machine: bool = False
) -> Outcome:
    """The outcome of a job that failed, with the notebook as far as it came."""
    text = without_secrets(saved.read_text(encoding="utf-8"), os.environ) if saved.is_file() else None
    told = without_secrets(error, os.environ)
    return Outcome(path=job.path, cell=cell, error=told, of_machine=of_machine, partial=text)
