"""What soketi needs of a machine, told before anything is installed or started."""

import platform

from toolkit.measure import node
from toolkit.measure.servers.node_servers import HERE
from toolkit.project.faults import EnvironmentFault

FOLDER = HERE / "soketi"

# The npm package uwebsockets 3.0.6: its file for Node 20 wants glibc 2.27, those for newer ones 2.38.
OLD_NODE = 20
GLIBC_FOR_NEWER = (2, 38)

WARNING = (
    "its native part, the npm package uwebsockets, is a third party's repack of uWebSockets.js that nobody "
    "here compared with the original; it runs on Node.js 20 only, except with glibc 2.38 or newer; all of it "
    "takes 435 MB"
)


def need_soketi() -> None:
    """Return if soketi is installed and can run here.

    Raises:
        EnvironmentFault: it is not, or cannot.
    """
    if not (FOLDER / "node_modules").is_dir():
        raise EnvironmentFault(
            f"soketi is not installed, and is only on demand: {WARNING}. If you accept that: "
            f"make soketi, or: python -m toolkit.measure.node ci {FOLDER}"
        )
    major = node.version(node.find_node())[0]
    if not runs_on(major, platform.libc_ver()):
        name, number = platform.libc_ver()
        raise EnvironmentFault(
            f"soketi does not run on Node.js {major} with {name or 'this C library'} {number}; "
            "use Node.js 20, or glibc 2.38 or newer"
        )


def runs_on(major: int, libc: tuple[str, str]) -> bool:
    """Whether the native part loads.

    Args:
        major: of Node.js.
        libc: name and version of the C library, as :func:`platform.libc_ver` tells them; empty off Linux.
    """
    name, number = libc
    if major == OLD_NODE or not name:
        return major >= OLD_NODE
    parts = tuple(int(part) for part in number.split(".")[:2] if part.isdecimal())
    return major > OLD_NODE and name == "glibc" and parts >= GLIBC_FOR_NEWER
