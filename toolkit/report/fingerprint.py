"""What a build depends on, as one hash: folder, notebooks, code, versions, day and scenarios."""

import hashlib
import json
import os
import platform
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from importlib import metadata
from pathlib import Path
from typing import Any

from toolkit.project.faults import EnvironmentFault

PACKAGES = (
    "duckdb", "ibis-framework", "jinja2", "matplotlib", "nbconvert", "numpy",
    "pandas", "papermill", "pyarrow", "pydantic", "scipy", "toolkit",
)  # fmt: skip
"""Packages whose version may change a number or a page."""

_DERIVED = {"__pycache__", "node_modules"}
_TOOLKIT = Path(__file__).parent.parent


@dataclass(frozen=True)
class Fingerprint:
    """The state of everything that a build depends on.

    Args:
        as_of: the day (UTC) that the build speaks of.
        digest: SHA-256 over all of it, in hexadecimal.
        inputs: SHA-256 of every file of the decision folder and every notebook, by its name in the report.
        versions: version of Python and of each package that may change the result.
        state: the digest without ``since``. None: the same.
        since: id of the build that this one is compared with. None where there is none.
        code: SHA-256 of the toolkit's own files and of the versions.
    """

    as_of: date
    digest: str
    inputs: dict[str, str]
    versions: dict[str, str]
    state: str | None = None
    since: str | None = None
    code: str = ""

    def after(self, since: str | None) -> "Fingerprint":
        """The same state, compared with an earlier build."""
        state = self.state or self.digest
        digest = state if since is None else _digest([state, since])
        return replace(self, digest=digest, state=state, since=since)

    @property
    def build_id(self) -> str:
        """Name of the build's folder.

        >>> Fingerprint(date(2026, 11, 23), "0123456789abcdef", {}, {}).build_id
        '2026-11-23-0123456789ab'
        """
        return f"{self.as_of.isoformat()}-{self.digest[:12]}"


def fingerprint(
    project: Path,
    *,
    notebooks: Path,
    as_of: date,
    scenarios: Sequence[str] = (),
    out: Path | None = None,
    recordings: str | None = None,
) -> Fingerprint:
    """The fingerprint of a build.

    Args:
        project: the decision folder; its rollups are derived and do not count.
        notebooks: the folder of the notebooks that are built.
        as_of: the day (UTC) of the build.
        scenarios: ids in the order of the page.
        out: the folder that the build writes into; does not count where it lies inside ``project``.
        recordings: URL of the place where the recorded facts lie. None: in ``project``.

    Raises:
        EnvironmentFault: that place cannot be reached.
    """
    inputs = _hashes(project, prefix="", leave_out=out)
    if recordings is not None:
        inputs |= _versions(recordings)
    if not notebooks.resolve().is_relative_to(project.resolve()):
        inputs |= _hashes(notebooks, prefix="notebooks/", leave_out=out)
    versions = versions_now()
    state: dict[str, Any] = {
        "as_of": as_of.isoformat(),
        "code": code_digest(versions),
        "inputs": inputs,
        "scenarios": list(scenarios),
        "versions": versions,
    }
    digest = _digest(state)
    return Fingerprint(
        as_of=as_of, digest=digest, inputs=inputs, versions=versions, state=digest, code=state["code"]
    )


def versions_now() -> dict[str, str]:
    """The version of Python and of each package that may change the result."""
    return {"python": platform.python_version()} | {name: _version(name) for name in PACKAGES}


def code_digest(versions: dict[str, str]) -> str:
    """SHA-256 of the toolkit's own files and of what they run on."""
    return _digest([_hashes(_TOOLKIT, prefix="", leave_out=None), versions])


def _digest(state: Any) -> str:
    return hashlib.sha256(json.dumps(state, sort_keys=True).encode()).hexdigest()


def _hashes(folder: Path, *, prefix: str, leave_out: Path | None) -> dict[str, str]:
    skipped = {folder / "metrics" / "rollups"} | ({leave_out} if leave_out else set())
    resolved = {path.resolve() for path in skipped}
    return {
        f"{prefix}{path.relative_to(folder).as_posix()}": _sha256(path) for path in _files(folder, resolved)
    }


def _versions(recordings: str) -> dict[str, str]:
    """The digest of what the place says of each file, since reading them all would take too long."""
    # It brings Arrow along, which finding an unchanged build does without where recordings lie in the folder.
    from toolkit.measure.store import Store

    store = Store.at(recordings)
    try:
        found = store.files()
    except OSError as error:
        raise EnvironmentFault(f"{store}: cannot be read: {store.told(error)}") from error
    return {
        f"recordings/{file.name}": hashlib.sha256(f"{file.size} {file.version}".encode()).hexdigest()
        for file in found
    }


def _files(folder: Path, skipped: set[Path]) -> Iterator[Path]:
    """Every file below the folder in one order everywhere; hidden and derived ones are no input."""
    for root, folders, files in os.walk(folder):
        here = Path(root)
        folders[:] = sorted(
            name
            for name in folders
            if not name.startswith(".") and name not in _DERIVED and (here / name).resolve() not in skipped
        )
        yield from (
            here / name for name in sorted(files) if not name.startswith(".") and (here / name).is_file()
        )


def _sha256(path: Path) -> str:
    """The digest; what is wrong with a file that cannot be read is told by who reads it, if anybody does."""
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        return _digest(["unreadable", error.errno])


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "not installed"
