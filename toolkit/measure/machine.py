"""What was measured on what: the machine, and the versions of the programs."""

import json
import os
import platform
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

_SERVERS = Path(__file__).with_name("servers")
_PACKAGES = ("toolkit", "websockets", "uvloop", "python-socketio", "nats-py")
"""Python packages that carry the load, or serve."""


@cache
def machine() -> dict[str, Any]:
    """This machine in a few words. Nothing in it names the machine or its owner."""
    return {
        "processor": _word("/proc/cpuinfo", "model name") or platform.machine(),
        "cores": len(os.sched_getaffinity(0)),
        "memory_mib": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20,
        "system": f"{platform.system()} {platform.release()}",
    }


def _word(file: str, key: str) -> str | None:
    try:
        lines = Path(file).read_text().splitlines()
    except OSError:
        return None
    return next((line.partition(":")[2].strip() for line in lines if line.startswith(key)), None)


def versions(option: str) -> dict[str, str]:
    """The programs that carry an option's messages here, by name."""
    found = {"python": platform.python_version()}
    for package in _PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return {**found, **_npm(_SERVERS / option)}


def _npm(folder: Path) -> dict[str, str]:
    """The npm packages that a server names itself, as its lock file has them. Empty where it has none."""
    lock = folder / "package-lock.json"
    if not lock.is_file():
        return {}
    packages = json.loads(lock.read_text())["packages"]
    named = packages[""].get("dependencies", {})
    found = {name: packages.get(f"node_modules/{name}", {}).get("version") for name in named}
    # A folder beside the server, such as an adapter of ours, has no version of its own.
    return {name: version for name, version in found.items() if version}
