"""Faults of packets, made by the kernel: what TCP itself does with silence, loss and resets.

They happen inside a network namespace of their own, on its loopback, so that nothing else on the machine
meets them. That takes root, and the Debian packages iproute2 and nftables.
"""

import ctypes
import os
import shutil
import subprocess
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

from toolkit.measure.faults.script import Way
from toolkit.project.faults import EnvironmentFault

TABLE = "toolkit"
PACKAGES = {"ip": "iproute2", "nft": "nftables"}

_BY_WAY: dict[Way, tuple[str, ...]] = {
    "both": ("dport", "sport"),
    "to_server": ("dport",),
    "to_client": ("sport",),
}
"""Which end of the loopback's packets the server's port is."""


class Namespace:
    """A network namespace with a loopback; use it with ``with``, and :meth:`entered` for what runs in it.

    Raises:
        EnvironmentFault: this machine does not let us have one; the text says why.
    """

    def __init__(self) -> None:
        self.name = f"toolkit-{uuid.uuid4().hex[:8]}"

    def __enter__(self) -> Self:
        for program, package in PACKAGES.items():
            if shutil.which(program) is None:
                raise EnvironmentFault(f"packet faults need {program}; install the Debian package {package}")
        if os.geteuid() != 0:
            raise EnvironmentFault(
                "packet faults need a network namespace, which only root may make; run as root"
            )
        _run("ip", "netns", "add", self.name)
        try:
            _run("ip", "-n", self.name, "link", "set", "lo", "up")
            self._nft(f"add table inet {TABLE}")
            self.heal()
        except BaseException:
            self._delete()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._delete()

    @contextmanager
    def entered(self) -> Iterator[None]:
        """This thread is in the namespace: what it listens on, connects to and starts is there too.

        Other threads stay where they are. Sockets stay in the namespace in which they were made.
        """
        with Path("/proc/thread-self/ns/net").open("rb") as before:
            with Path(f"/run/netns/{self.name}").open("rb") as inside:
                _enter(inside.fileno())
            try:
                yield
            finally:
                _enter(before.fileno())

    def drop(self, port: int, way: Way = "both") -> None:
        """Drop every packet to (``to_server``) or from (``to_client``) a port: a half-open connection."""
        self._rules(port, way, "drop")

    def lose(self, port: int, *, percent: int, way: Way = "both") -> None:
        """Lose so many of a hundred packets, drawn by the kernel for each."""
        self._rules(port, way, "drop", match=f"numgen random mod 100 < {percent}")

    def reset(self, port: int) -> None:
        """Answer every packet to a port with RST, as a stateful firewall does that forgot the connection."""
        self._rules(port, "to_server", "reject with tcp reset")

    def heal(self) -> None:
        """End all faults."""
        self._nft(
            f"flush table inet {TABLE}; "
            f"add chain inet {TABLE} lo {{ type filter hook output priority 0; policy accept; }}"
        )

    def _rules(self, port: int, way: Way, verdict: str, *, match: str = "") -> None:
        rules = [f"add rule inet {TABLE} lo tcp {end} {port} {match} {verdict}" for end in _BY_WAY[way]]
        self._nft("; ".join(rules))

    def _nft(self, commands: str) -> None:
        _run("ip", "netns", "exec", self.name, "nft", commands)

    def _delete(self) -> None:
        _run("ip", "netns", "delete", self.name)


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        said = " ".join(done.stderr.split()) or f"exit code {done.returncode}"
        raise EnvironmentFault(
            f"packet faults: {' '.join(command[:3])} failed: {said}; this machine does not allow namespaces, "
            "run where root may make them"
        )


def _enter(handle: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.setns(handle, 0) != 0:
        raise EnvironmentFault(
            f"packet faults: the namespace cannot be entered ({os.strerror(ctypes.get_errno())}); "
            "run as root, with CAP_SYS_ADMIN"
        )
