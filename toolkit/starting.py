"""A new decision folder: what the brief's team had, to be edited, with a schedule for its reports."""

import errno
import os
import shlex
import shutil
import sys
from pathlib import Path

from toolkit.chat.settingsfile import STARTING
from toolkit.project import InputError, shipped

_SCHEDULE = Path(__file__).parent / "schedule"


def init(folder: Path | str) -> Path:
    """A new decision folder to edit, with the brief's options, plan, prices and scenarios and no recordings.

    Beside them lie settings for a chat server of one's own, and in `schedule/` what builds a report every
    night, to start from.

    A new folder appears whole or not at all.

    Raises:
        InputError: where the folder is there already and not empty.
    """
    target = Path(folder)
    _refuse_taken(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    # An empty folder may be somebody's working directory or a mount, and is filled instead of replaced.
    inside = target.is_dir()
    home = target if inside else target.parent
    part = home / f".toolkit-init.{os.getpid()}.part"
    try:
        part.mkdir()
        _fill(part, stands_at=target)
        if inside:
            for path in sorted(part.iterdir()):
                path.rename(target / path.name)
        else:
            _appear(part, target)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return target


def _refuse_taken(target: Path) -> None:
    if target.is_symlink() or target.exists():
        if target.is_dir() and not any(target.iterdir()):
            return
        raise InputError(f"{target}:1: folder: is there already and not empty; name a new one")


def _appear(part: Path, target: Path) -> None:
    """Give the folder its name, unless somebody else has taken it meanwhile."""
    try:
        part.rename(target)
    except OSError as error:
        if error.errno not in (errno.EEXIST, errno.ENOTEMPTY, errno.ENOTDIR):
            raise
        _refuse_taken(target)
        raise


def _fill(part: Path, *, stands_at: Path) -> None:
    source = shipped("data")
    for name in ("options", "pricing", "scenarios"):
        shutil.copytree(source / name, part / name)
    for name in ("plan.yaml", "claims.yaml", "use-cases.yaml", "measurements.yaml"):
        shutil.copyfile(source / name, part / name)
    shutil.copyfile(STARTING, part / "chat.yaml")
    text = (source / "project.yaml").read_text(encoding="utf-8")
    # A new folder follows the calendar; only the one that ships is pinned to its recordings' day.
    kept = [line for line in text.splitlines() if not line.startswith(("as_of:", "# Pins data"))]
    (part / "project.yaml").write_text("\n".join(kept) + "\n", encoding="utf-8")
    _schedule(part, folder=str(stands_at.resolve()))


def _schedule(target: Path, *, folder: str) -> None:
    """Write the examples of a schedule, with this folder and this very command in them."""
    command = str(Path(sys.executable).parent / "toolkit")
    values = {
        "@CRON_FOLDER@": _for_cron(folder),
        "@CRON_TOOLKIT@": _for_cron(command),
        "@UNIT_FOLDER@": folder.replace("%", "%%"),
        "@UNIT_TOOLKIT@": _for_unit(command),
    }
    (target / "schedule").mkdir()
    for example in sorted(_SCHEDULE.iterdir()):
        text = example.read_text(encoding="utf-8")
        for name, value in values.items():
            text = text.replace(name, value)
        (target / "schedule" / example.name).write_text(text, encoding="utf-8")


def _for_cron(path: str) -> str:
    r"""The path as a word of a crontab's command, where a percent sign would end the line.

    >>> _for_cron("/srv/our chat/100%")
    "'/srv/our chat/100\\%'"
    """
    return shlex.quote(path).replace("%", r"\%")


def _for_unit(path: str) -> str:
    r"""The path inside the quotes of a unit file.

    >>> _for_unit('/srv/100%/a"b')
    '/srv/100%%/a\\"b'
    """
    escaped = path.replace("\\", "\\\\").replace('"', '\\"')
    return escaped.replace("%", "%%").replace("$", "$$")
