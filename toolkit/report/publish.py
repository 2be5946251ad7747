"""Publishing: a build appears whole under its id or not at all, and `latest` moves to it in one step.

Imports nothing heavy: that nothing has changed is found out in a moment.
"""

import errno
import fcntl
import hashlib
import json
import os
import shutil
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

from toolkit.project.faults import EnvironmentFault
from toolkit.report.fingerprint import Fingerprint

SCHEMA = "toolkit.build/1"
MANIFEST = "build.json"
FAILED = "failed"
ATTEMPT_SCHEMA = "toolkit.attempt/1"
ATTEMPT = "attempt.json"
MOST_ATTEMPTS = 5
"""Of failed attempts that are kept, so that a build that fails every hour does not fill the disk."""
_PARTIAL = ".building-"


class Busy(EnvironmentFault):
    """Another build runs; nothing is wrong with this one."""


Render = Callable[[Path], dict[str, Any]]
"""Writes a report's files into an empty folder and returns what the index says of it, as JSON."""


def published(out: Path, *, fingerprint: Fingerprint) -> Path | None:
    """The complete build of this state, `latest` and the index pointing right; None where there is none."""
    build = out / fingerprint.build_id
    if not _complete(build, fingerprint):
        return None
    if not _is_latest(out, build) or attempts(out) or _index_is_old(out):
        with _environment(out), _lock(out, wait_s=60.0):
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
    with _environment(out):
        out.mkdir(parents=True, exist_ok=True)
        with _lock(out, wait_s=wait_s):
            _sweep(out)
            build = out / fingerprint.build_id
            if not _complete(build, fingerprint):
                _render(build, fingerprint, render)
            _point(out, build, keep=keep)
    return build


def keep_attempt(
    out: Path, *, fingerprint: Fingerprint, reasons: Sequence[str], files: Mapping[str, str]
) -> Path:
    """The folder of an attempt that failed, with what is left of it; readers find it on the index.

    Args:
        reasons: why, one a line, in words for readers.
        files: text of each file of the evidence by its name.
    """
    kept, build_id = out / FAILED, fingerprint.build_id
    if kept.is_symlink():
        raise EnvironmentFault(f"{kept}: is a link; remove it and build again")
    with _environment(out):
        out.mkdir(parents=True, exist_ok=True)
        with _lock(out, wait_s=60.0):
            _sweep(out)
            part = out / f"{_PARTIAL}failed-{build_id}-{os.getpid()}"
            part.mkdir()
            for name, text in files.items():
                write(part, name, text)
            about: dict[str, Any] = {
                "schema": ATTEMPT_SCHEMA,
                "attempt": build_id,
                "as_of": fingerprint.as_of.isoformat(),
            }
            about |= {"reasons": list(reasons), "files": sorted(files)}
            write(part, ATTEMPT, json.dumps(about, indent=1, sort_keys=True) + "\n")
            _sync(part)
            kept.mkdir(exist_ok=True)
            if (kept / build_id).exists():
                (kept / build_id).rename(out / f"{_PARTIAL}again-{build_id}-{os.getpid()}")
            part.rename(kept / build_id)
            for old in attempts(out)[MOST_ATTEMPTS:]:
                shutil.rmtree(kept / old["_folder"])
            _sweep(out)
            _write_index(out)
    return kept / build_id


def attempts(out: Path) -> list[dict[str, Any]]:
    """Those that failed since the last good build, newest first, each with folder and time under ``_``."""
    found = []
    for path in (out / FAILED).glob(f"*/{ATTEMPT}"):
        about = _json(path)
        if about is not None and about.get("schema") == ATTEMPT_SCHEMA:
            found.append(about | {"_folder": path.parent.name, "_tried_at_s": path.stat().st_mtime})
    return sorted(found, key=lambda about: (about["_tried_at_s"], about["_folder"]), reverse=True)


def builds(out: Path) -> list[dict[str, Any]]:
    """The manifest of every complete build, the newest first, each with its folder and time under ``_``."""
    found = []
    for path in out.glob(f"*/{MANIFEST}"):
        manifest = None if path.parent.is_symlink() else _manifest(path.parent)
        if manifest is not None:
            found.append(manifest | {"_folder": path.parent.name, "_built_at_s": path.stat().st_mtime})
    return sorted(found, key=lambda manifest: (manifest["_built_at_s"], manifest["_folder"]), reverse=True)


def cache_of(out: Path) -> Path:
    """Where builds keep what they need not compute again; it may be deleted at any time."""
    return out / ".cache"


def about(build: Path) -> dict[str, Any]:
    """What a published build says of itself for the index and for messages; empty where it is none."""
    told = (_manifest(build) or {}).get("about")
    return told if isinstance(told, dict) else {}


def following(out: Path, fingerprint: Fingerprint) -> Fingerprint:
    """The fingerprint with the build that the new one is compared with, which is the latest.

    Where the latest is of this very state, it is the build that the latest was compared with: so an
    unchanged state finds its own build, and no build is compared with itself.
    """
    link = out / "latest"
    latest = _manifest(out / link.readlink()) if link.is_symlink() else None
    if latest is None:
        return fingerprint
    same = latest.get("state") == fingerprint.state
    return fingerprint.after(latest.get("since") if same else latest["build_id"])


def child(folder: Path, name: str) -> Path:
    """The file of this name directly inside the folder.

    Raises:
        ValueError: the name would lead elsewhere or hide the file.
    """
    if not name or name.startswith(".") or {"/", "\\", "\0"} & set(name):
        raise ValueError(f"{name!r} is not a plain file name")
    return folder / name


def write(folder: Path, name: str, text: str) -> None:
    """Write a text file directly inside the folder, there whole or not at all."""
    write_bytes(folder, name, text.encode())


def write_bytes(folder: Path, name: str, content: bytes) -> None:
    """Write a file directly inside the folder, there whole or not at all."""
    target = child(folder, name)
    part = folder / f".{name}.{os.getpid()}.part"
    with part.open("wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    part.replace(target)


def _render(build: Path, fingerprint: Fingerprint, render: Render) -> None:
    part = build.parent / f"{_PARTIAL}{build.name}-{os.getpid()}"
    part.mkdir()
    try:
        about = render(part)
        files = {path.name: _digest(path) for path in sorted(part.iterdir())}
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
        _sync(part)
        if build.exists():  # Incomplete: someone removed or changed a file of it.
            build.rename(build.parent / f"{_PARTIAL}broken-{build.name}-{os.getpid()}")
        part.rename(build)
        _sync(build.parent)
    finally:
        _sweep(build.parent)


def _point(out: Path, build: Path, *, keep: int | None = None) -> None:
    """Make `latest`, the kept builds and the index agree with the build that stands."""
    if not _is_latest(out, build):
        latest, link = out / "latest", out / f"{_PARTIAL}latest-{os.getpid()}"
        if latest.is_dir() and not latest.is_symlink():
            raise EnvironmentFault(f"{latest}: is a folder, not a link to a build; remove it and build again")
        link.unlink(missing_ok=True)
        link.symlink_to(build.name)
        link.replace(latest)
    for old in [entry["_folder"] for entry in builds(out)][keep:] if keep else []:
        if old != build.name:
            shutil.rmtree(out / old)
    if (out / FAILED).is_dir() and not (out / FAILED).is_symlink():
        shutil.rmtree(out / FAILED)
    _write_index(out)
    _sync(out)


def _write_index(out: Path) -> None:
    """Make the index say what there is, unless it does."""
    if not _index_is_old(out):
        return
    from toolkit.report.index import render_index

    page = render_index(builds(out), attempts(out), latest=_latest(out), state=_state(out))
    write(out, "index.html", page)


def _is_latest(out: Path, build: Path) -> bool:
    return _latest(out) == build.name


def _index_is_old(out: Path) -> bool:
    try:
        return _state(out) not in (out / "index.html").read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return True


def _state(out: Path) -> str:
    """A hash of all that the index shows, kept in it, so that it is rewritten only when it must be."""
    shown = json.dumps([_latest(out), builds(out), attempts(out)], sort_keys=True)
    return hashlib.sha256(shown.encode()).hexdigest()


def _latest(out: Path) -> str:
    """Name of the folder that `latest` leads to; empty where there is none."""
    return str((out / "latest").readlink()) if (out / "latest").is_symlink() else ""


def _complete(build: Path, fingerprint: Fingerprint) -> bool:
    manifest = _manifest(build)
    if manifest is None or manifest["fingerprint"] != fingerprint.digest:
        return False
    try:
        return all(_digest(child(build, name)) == digest for name, digest in manifest["files"].items())
    except (OSError, ValueError):
        return False


def _manifest(build: Path) -> dict[str, Any] | None:
    """What a build says of itself; None for a folder that is no build of ours."""
    manifest = _json(build / MANIFEST)
    ours = (
        manifest is not None and manifest.get("schema") == SCHEMA and manifest.get("build_id") == build.name
    )
    return manifest if ours else None


def _json(path: Path) -> dict[str, Any] | None:
    """The object in a file; None where there is none that can be read."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return cast("dict[str, Any]", content) if isinstance(content, dict) else None


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _sweep(out: Path) -> None:
    """Remove what builds that were killed have left; the caller holds the lock, so none of it is in use."""
    for left in out.glob(f"{_PARTIAL}*"):
        left.unlink() if left.is_symlink() else shutil.rmtree(left)
    for left in out.glob(".*.part"):
        left.unlink()


def _sync(folder: Path) -> None:
    """A rename must not reach the disk before what it names."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def _lock(out: Path, *, wait_s: float) -> Iterator[None]:
    """Hold the folder alone. The kernel lets go of the lock when its holder dies, however it dies."""
    with (out / ".lock").open("a") as handle:
        deadline_s = time.monotonic() + wait_s
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() >= deadline_s:
                    raise Busy(
                        f"{out}: another build is running; waited {wait_s:.0f} s for it, build again later"
                    ) from None
                time.sleep(0.05)
        yield


@contextmanager
def _environment(out: Path) -> Iterator[None]:
    """Tell a full disk or a folder that cannot be written as what it is."""
    try:
        yield
    except OSError as error:
        if error.errno not in _FAULTS:
            raise
        raise EnvironmentFault(f"{out}: {error.strerror}; {_FAULTS[error.errno]}") from error


_FAULTS = {
    errno.ENOSPC: "free some space or give another --out",
    errno.EDQUOT: "free some space or give another --out",
    errno.EFBIG: "raise the limit on the size of files or give another --out",
    errno.EROFS: "give an --out that can be written",
    errno.EACCES: "give an --out that can be written",
    errno.EPERM: "give an --out on a file system that can hold links and be written",
    errno.ENOTDIR: "give an --out that is a folder",
    errno.EEXIST: "give an --out that is a folder",
}
