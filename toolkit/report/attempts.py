"""An attempt that failed: kept as far as it came, told on the index, and gone with the next good build."""

import json
import os
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from toolkit.project.faults import EnvironmentFault
from toolkit.report.fingerprint import Fingerprint
from toolkit.report.listing import write_index
from toolkit.report.lock import PARTIAL, locked, sweep, told_faults
from toolkit.report.standing import ATTEMPT, ATTEMPT_SCHEMA, FAILED, attempts
from toolkit.report.writing import sync, write

MOST_ATTEMPTS = 5
"""Of failed attempts that are kept, so that a build that fails every hour does not fill the disk."""


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
    with told_faults(out):
        out.mkdir(parents=True, exist_ok=True)
        with locked(out, wait_s=60.0):
            sweep(out)
            part = out / f"{PARTIAL}failed-{build_id}-{os.getpid()}"
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
            sync(part)
            kept.mkdir(exist_ok=True)
            if (kept / build_id).exists():
                (kept / build_id).rename(out / f"{PARTIAL}again-{build_id}-{os.getpid()}")
            part.rename(kept / build_id)
            for old in attempts(out)[MOST_ATTEMPTS:]:
                shutil.rmtree(kept / old["_folder"])
            sweep(out)
            write_index(out)
    return kept / build_id
