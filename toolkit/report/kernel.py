"""A kernel of the Python that runs, whatever kernels the machine or its user has installed."""

import sys
import uuid
from pathlib import Path
from typing import Any

from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from jupyter_core.paths import jupyter_runtime_dir

LONGEST_SOCKET_PATH = 90
"""A socket's path may have about 100 characters; the kernel appends to the name of its file."""


def manager_for(cwd: Path, *, reads: Path) -> type[AsyncKernelManager]:
    """The class of a kernel manager that starts this interpreter in a working directory.

    Args:
        cwd: working directory of the kernel. Changing that of the process instead would touch its other jobs.
        reads: the file that the kernel notes in which files it reads.
    """
    file = str(Path(jupyter_runtime_dir()) / f"{uuid.uuid4().hex[:12]}.json")

    class ThisInterpreter(AsyncKernelManager):
        # Sockets in a private folder: nobody else on the machine can listen, and no port can be taken.
        transport = "ipc" if len(file) <= LONGEST_SOCKET_PATH else "tcp"
        connection_file = file

        @property
        def kernel_spec(self) -> KernelSpec:
            argv = [sys.executable, "-m", "toolkit.report.watching", str(reads), "-f", "{connection_file}"]
            # It would write to the terminal of whoever builds; what matters is the error of a cell.
            argv.append("--log-level=CRITICAL")
            return KernelSpec(argv=argv, display_name="Python 3", language="python")

        # The parent's own name is bound to a plain function that runs a coroutine.
        async def start_kernel(self, *arguments: Any, **options: Any) -> None:  # type: ignore[override]
            await super().start_kernel(*arguments, **options | {"cwd": str(cwd)})

    return ThisInterpreter
