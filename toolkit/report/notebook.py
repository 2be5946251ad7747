"""What a notebook needs before it plots: the folder that its parameter means, and what was recorded most."""

from pathlib import Path

from toolkit.metrics.rollups import Rollups
from toolkit.project.faults import InputError


def locate(project: str) -> Path:
    """The decision folder that a notebook's parameter names.

    Args:
        project: the folder, from the working directory or the one above it, as notebooks/ is for JupyterLab.

    Raises:
        InputError: there is no such folder.
    """
    found = next((base / project for base in (Path(), Path("..")) if (base / project).is_dir()), None)
    if found is None:
        raise InputError(f"{project}:1: project: is not a folder; name a decision folder")
    return found


def most_recorded(rollups: Rollups) -> tuple[str, str]:
    """The option and the environment in which clients wanted to be connected for longest.

    Where nothing was recorded it is "any option" in "any environment"; plots say that nothing was measured.
    """
    wanted_us = rollups.counts.groupby(["option", "environment"], sort=True)["wanted_us"].sum()
    if wanted_us.empty:
        return "any option", "any environment"
    option, environment = wanted_us.index[int(wanted_us.to_numpy().argmax())]
    return str(option), str(environment)
