"""What a notebook needs before its first call: the folder that its parameter means."""

from pathlib import Path

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
