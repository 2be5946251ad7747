"""Publishing: a build appears whole under its id or not at all, and `latest` moves to it in one step.

Imports nothing heavy: that nothing has changed is found out in a moment.
"""

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from toolkit.project.faults import EnvironmentFault
from toolkit.report.fingerprint import Fingerprint
from toolkit.report.listing import index_is_old, write_index
from toolkit.report.lock import PARTIAL, locked, sweep, told_faults
from toolkit.report.standing import FAILED, MANIFEST, SCHEMA, attempts, builds, complete, latest_of
from toolkit.report.writing import file_digest, sync, write

Render = Callable[[Path], dict[str, Any]]
"""Writes a report's files into an empty folder and returns what the index says of it, as JSON."""


def published(out: Path, *, fingerprint: Fingerprint) -> Path | None:
    """The complete build of this state, `latest` and the index pointing right; None where there is none."""
    build = out / fingerprint.build_id
    if not complete(build, fingerprint):
        return None
    if not _is_latest(out, build) or attempts(out) or index_is_old(out):
        with told_faults(out), locked(out, wait_s=60.0):
            _point(out, build)
    return build


def publish(
    out: Path, *, fingerprint: Fingerprint, render: Render, keep: int | None = None, wait_s: float = 600.0
) -> Path:
    """The folder of the finished build, rendered now unless it stands already.

    Args:
        out: the folder of all reports; made where it is missing.
        fingerprint: the state that the report is made from.
        render: writes the files. When it raises, nothing that readers see has changed.
        keep: how many builds to keep, the oldest go first. None keeps all.
        wait_s: seconds to wait while another build runs.

    Raises:
        EnvironmentFault: another build still runs, or the folder cannot be written.
    """
    with told_faults(out):
        out.mkdir(parents=True, exist_ok=True)
        with locked(out, wait_s=wait_s):
            sweep(out)
            build = out / fingerprint.build_id
            if not complete(build, fingerprint):
                _render(build, fingerprint, render)
            _point(out, build, keep=keep)
    return build


def cache_of(out: Path) -> Path:
    """Where builds keep what they need not compute again; it may be deleted at any time."""
    return out / ".cache"


def _render(build: Path, fingerprint: Fingerprint, render: Render) -> None:
    part = build.parent / f"{PARTIAL}{build.name}-{os.getpid()}"
    part.mkdir()
    try:
        about = render(part)
        files = {path.name: file_digest(path) for path in sorted(part.iterdir())}
        manifest = {
            "schema": SCHEMA,
            "build_id": build.name,
            "fingerprint": fingerprint.digest,
            "state": fingerprint.state,
            "since": fingerprint.since,
            "as_of": fingerprint.as_of.isoformat(),
            "files": files,
            "about": about,
        }
        write(part, MANIFEST, json.dumps(manifest, indent=1, sort_keys=True) + "\n")
        sync(part)
        if build.exists():  # Incomplete: someone removed or changed a file of it.
            build.rename(build.parent / f"{PARTIAL}broken-{build.name}-{os.getpid()}")
        part.rename(build)
        sync(build.parent)
    finally:
        sweep(build.parent)


def _point(out: Path, build: Path, *, keep: int | None = None) -> None:
    """Make `latest`, the kept builds and the index agree with the build that stands."""
    if not _is_latest(out, build):
        latest, link = out / "latest", out / f"{PARTIAL}latest-{os.getpid()}"
        if latest.is_dir() and not latest.is_symlink():
            raise EnvironmentFault(f"{latest}: is a folder, not a link to a build; remove it and build again")
        link.unlink(missing_ok=True)
        link.symlink_to(build.name)
        link.replace(latest)
    for old in [entry["_folder"] for entry in builds(out)][keep:] if keep else []:
        if old != build.name:
            shutil.rmtree(out / old)
    _forget_attempts(out)
    write_index(out)
    sync(out)


def _forget_attempts(out: Path) -> None:
    """Remove the attempts that failed before this build, and nothing that somebody else put beside them."""
    failed = out / FAILED
    if not failed.is_dir() or failed.is_symlink():
        return
    for attempt in attempts(out):
        shutil.rmtree(failed / attempt["_folder"])
    if not any(failed.iterdir()):
        failed.rmdir()


def _is_latest(out: Path, build: Path) -> bool:
    return latest_of(out) == build.name
