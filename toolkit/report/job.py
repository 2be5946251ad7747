"""One notebook to run and what became of it, as they pass between a build and the process that runs it."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

Parameters = Mapping[str, str | float | bool | None]


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
