"""What stands in the folder of all reports: complete builds, the latest of them, attempts that failed."""

import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any, cast

from toolkit.report.fingerprint import Fingerprint
from toolkit.report.writing import child, file_digest

SCHEMA = "toolkit.build/1"
MANIFEST = "build.json"
FAILED = "failed"
ATTEMPT_SCHEMA = "toolkit.attempt/1"
ATTEMPT = "attempt.json"
INDEX_MARK = '<meta name="state" content="'
"""Stands in every index that a build writes."""


def builds(out: Path) -> list[dict[str, Any]]:
    """The manifest of every complete build, the newest first, each with its folder and time under ``_``."""
    found = []
    for path in out.glob(f"*/{MANIFEST}"):
        manifest = None if path.parent.is_symlink() else manifest_of(path.parent)
        if manifest is not None:
            found.append(manifest | {"_folder": path.parent.name, "_built_at_s": path.stat().st_mtime})
    return sorted(found, key=lambda manifest: (manifest["_built_at_s"], manifest["_folder"]), reverse=True)


def attempts(out: Path) -> list[dict[str, Any]]:
    """Those that failed since the last good build, newest first, each with folder and time under ``_``."""
    found = []
    for path in (out / FAILED).glob(f"*/{ATTEMPT}"):
        about = _json(path)
        if about is not None and about.get("schema") == ATTEMPT_SCHEMA and _is_day(about.get("as_of")):
            found.append(about | {"_folder": path.parent.name, "_tried_at_s": path.stat().st_mtime})
    return sorted(found, key=lambda about: (about["_tried_at_s"], about["_folder"]), reverse=True)


def about(build: Path) -> dict[str, Any]:
    """What a published build says of itself for the index and for messages; empty where it is none."""
    told = (manifest_of(build) or {}).get("about")
    return told if isinstance(told, dict) else {}


def following(out: Path, fingerprint: Fingerprint) -> Fingerprint:
    """The fingerprint with the build that the new one is compared with, which is the latest.

    Where the latest is of this very state, it is the build that the latest was compared with: so an
    unchanged state finds its own build, and no build is compared with itself.
    """
    link = out / "latest"
    latest = manifest_of(out / link.readlink()) if link.is_symlink() else None
    if latest is None:
        return fingerprint
    same = latest.get("state") == fingerprint.state
    return fingerprint.after(latest.get("since") if same else latest["build_id"])


def complete(build: Path, fingerprint: Fingerprint) -> bool:
    """Whether a build of this very state is there with every file as it was written."""
    manifest = manifest_of(build)
    if manifest is None or manifest["fingerprint"] != fingerprint.digest:
        return False
    try:
        return all(file_digest(child(build, name)) == digest for name, digest in manifest["files"].items())
    except (OSError, ValueError):
        return False


def latest_of(out: Path) -> str:
    """Name of the folder that `latest` leads to; empty where there is none."""
    return str((out / "latest").readlink()) if (out / "latest").is_symlink() else ""


def manifest_of(build: Path) -> dict[str, Any] | None:
    """What a build says of itself; None for a folder that is no build of ours."""
    manifest = _json(build / MANIFEST)
    return manifest if manifest is not None and _is_manifest(manifest, build.name) else None


def _is_manifest(content: Mapping[str, Any], build_id: str) -> bool:
    """Whether it is a build's own and has all that is read of it, and not what somebody else wrote there."""
    files = content.get("files")
    return (
        content.get("schema") == SCHEMA
        and content.get("build_id") == build_id
        and isinstance(content.get("fingerprint"), str)
        and isinstance(content.get("since"), str | None)
        and _is_day(content.get("as_of"))
        and isinstance(files, dict)
        and all(isinstance(digest, str) for digest in files.values())
    )


def _is_day(value: object) -> bool:
    try:
        date.fromisoformat(str(value))
    except ValueError:
        return False
    return True


def _json(path: Path) -> dict[str, Any] | None:
    """The object in a file; None where there is none that can be read."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return cast("dict[str, Any]", content) if isinstance(content, dict) else None


def in_the_way(out: Path) -> Path | None:
    """What stands where a build would put its own and is not a build's; None where there is no such thing."""
    index, latest, failed = out / "index.html", out / "latest", out / FAILED
    if (index.exists() or index.is_symlink()) and not _is_index(index):
        return index
    if latest.is_symlink() and latest.readlink().name != str(latest.readlink()):
        return latest
    tried = {attempt["_folder"] for attempt in attempts(out)}
    there = failed.iterdir() if failed.is_dir() and not failed.is_symlink() else ()
    return min((path for path in there if path.name not in tried), default=None)


def _is_index(path: Path) -> bool:
    try:
        return INDEX_MARK in path.read_text(encoding="utf-8")
    except (OSError, ValueError):
        return False
