"""Opens a decision folder: that it is there, its own settings, and the day of the question.

Imports nothing heavy: that nothing has changed since the last build is found out in a moment.
"""

from datetime import UTC, date, datetime
from pathlib import Path

from toolkit.evidence import written_day
from toolkit.project import Faults, Folder, InputError, Project, read_yaml, validate
from toolkit.project.addresses import holds_secret

AsOf = date | str | None
"""A UTC day, also as YYYY-MM-DD. None takes the folder's own, else today."""

Folderish = Path | str
"""Where a decision folder lies, or a file."""


def open_folder(root: Path | str) -> Folder:
    """The folder, which must be there."""
    folder = Folder(Path(root))
    if not folder.root.is_dir():
        raise InputError(
            f"{root}:1: folder: is not a folder; name a decision folder, or make one: toolkit init DIR"
        )
    return folder


def read_project(folder: Folder, faults: Faults) -> Project | None:
    """``project.yaml``, or None with faults."""
    document = read_yaml(folder.project, faults)
    project = None if document is None else validate(document, Project, faults)
    if document is not None and project is not None:
        for number, address in enumerate(project.notify):
            if holds_secret(address):
                wrong = "seems to hold a password or a token"
                right = "write ${NAME} in its place and set NAME where the build runs"
                line = document.line(("notify", number))
                faults.warn(folder.project, line, f"notify[{number}]", wrong, right)
    return project


def pinned_day(project: Project | None, as_of: AsOf) -> date:
    """The as-of day: the one asked for, else the folder's, else today in UTC.

    Raises:
        InputError: the text is no day.
    """
    if isinstance(as_of, str):
        try:
            return written_day(as_of)
        except ValueError:
            raise InputError.of_argument("as-of", f"{as_of!r} is not a day", "write YYYY-MM-DD") from None
    return as_of or (project.as_of if project else None) or datetime.now(UTC).date()
