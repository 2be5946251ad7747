"""Facts that nobody has judged yet: they lie where no reader looks until the run is known to be valid."""

import shutil
from pathlib import Path

from toolkit.measure.compaction import compact
from toolkit.measure.store import Store
from toolkit.project.faults import EnvironmentFault

STAGED = "_unjudged"
"""Below the folder ``metrics``. Readers leave out names that begin with an underscore."""


def staged_folder(state_dir: Path, collector: str) -> Path:
    """Where the facts of a run lie until it is judged."""
    return state_dir / STAGED / collector


def left_behind(state_dir: Path) -> list[Path]:
    """The facts of runs that were killed, or found invalid."""
    folder = state_dir / STAGED
    return sorted(one for one in folder.iterdir() if any(one.rglob("*.parquet"))) if folder.is_dir() else []


def publish(staged: Path, store: Store) -> None:
    """Copy the facts to where they belong. The same again does no harm, since files keep their names.

    Raises:
        EnvironmentFault: they could not be written; they stay where they are.
    """
    compact(staged)
    try:
        for file in sorted(staged.rglob("*.parquet")):
            with file.open("rb") as source, store.writing(file.relative_to(staged).as_posix()) as target:
                shutil.copyfileobj(source, target)
    except OSError as error:
        why = store.told(error)
        message = f"{store}: recording failed: {why}; the facts stay in {staged}, copy its content there"
        raise EnvironmentFault(message) from error
