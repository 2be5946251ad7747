"""What a server took while it was measured, kept beside the facts, and what that says of a node's capacity.

One JSON file a round at ``metrics/servers/option=…/date=YYYY-MM-DD/COLLECTOR.json``.
"""

import json
import statistics
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from toolkit.evidence import Figure, Strict, four_digits
from toolkit.measure.store import Store
from toolkit.project.faults import InputError

FOLDER = "servers"

LEAST_CPU_S = 0.2
"""The kernel counts in hundredths of a second; of less than this no rate is read."""


class Idle(Strict):
    """Connections that were opened and left alone.

    Args:
        connections: how many.
        rss_before_kib, rss_kib: resident memory of the server before and with them.
        held_s, cpu_s: for how long, and what the server's heartbeats took of the processor meanwhile.
    """

    connections: int
    rss_before_kib: float
    rss_kib: float
    held_s: float
    cpu_s: float


class ServerUse(Strict):
    """What a server took in one round.

    Args:
        at: when the round began, UTC.
        machine, versions: see :mod:`toolkit.measure.machine`.
        idle: what idle connections took. None: that was not measured.
        measured_s, cpu_s: length of the round, and processor seconds of the server and all that it started.
        rss_peak_kib: the most resident memory.
        deliveries, opened: what it did for that.
    """

    option: str
    preset: str
    environment: str
    collector: str
    at: datetime
    machine: dict[str, Any]
    versions: dict[str, str]
    idle: Idle | None
    measured_s: float
    cpu_s: float
    rss_peak_kib: float
    deliveries: int
    opened: int

    @property
    def cpu_s_per_1000_deliveries(self) -> float | None:
        """Connections and heartbeats in it too. None without deliveries."""
        return 1000 * self.cpu_s / self.deliveries if self.deliveries else None

    def to_document(self) -> dict[str, Any]:
        """The totals of the round, as a JSON document."""
        return {
            **self.model_dump(mode="json"),
            "cpu_s_per_1000_deliveries": self.cpu_s_per_1000_deliveries,
            "memory_kib_per_connection": memory_kib_per_connection(self),
        }


def record(store: Store, use: ServerUse) -> None:
    """Write a round's use; the same again replaces it."""
    day = use.at.date().isoformat()
    name = f"{FOLDER}/option={use.option}/date={day}/{use.collector}.json"
    with store.writing(name) as file:
        file.write((json.dumps(use.model_dump(mode="json"), indent=1, sort_keys=True) + "\n").encode())


def recorded(where: Path | str | Store, option: str) -> list[ServerUse]:
    """All rounds of an option, in the order of time; empty where there are none.

    Raises:
        InputError: a file is no such record.
    """
    store = Store.at(where)
    found = []
    for file in store.files(f"{FOLDER}/option={option}"):
        with store.open(file.name) as source:
            try:
                found.append(ServerUse.model_validate_json(source.read()))
            except ValueError as error:
                wrong = f"{store}/{file.name}:1: file: is no record of a server; remove it"
                raise InputError(wrong) from error
    return sorted(found, key=lambda use: use.at)


def memory_kib_per_connection(use: ServerUse) -> float | None:
    """The rise of resident memory by one idle connection. None where that was not measured, or none rose."""
    idle = use.idle
    if idle is None or not idle.connections:
        return None
    rise = (idle.rss_kib - idle.rss_before_kib) / idle.connections
    return rise if rise > 0 else None


def deliveries_per_s_per_core(use: ServerUse) -> float | None:
    """Deliveries in one second of one core. None where the server did too little to tell."""
    return use.deliveries / use.cpu_s if use.deliveries and use.cpu_s >= LEAST_CPU_S else None


def connections_per_core(use: ServerUse) -> float | None:
    """Idle connections whose heartbeats fill a core. None where they took too little to tell."""
    idle = use.idle
    if idle is None or idle.cpu_s < LEAST_CPU_S:
        return None
    return idle.connections * idle.held_s / idle.cpu_s


_FIGURES: dict[str, tuple[Callable[[ServerUse], float | None], str, str]] = {
    "memory_kib_per_connection": (
        memory_kib_per_connection, "KiB",
        "the rise of resident memory by idle connections, the kernel's left out",
    ),
    "deliveries_per_s_per_core": (
        deliveries_per_s_per_core, "1/s",
        "at the load of the run; connections and heartbeats are in it, so that a busier core makes more",
    ),
    "connections_per_core": (
        connections_per_core, "connections", "idle ones, whose heartbeats alone take the processor",
    ),
}  # fmt: skip


def capacity_figures(uses: Sequence[ServerUse]) -> dict[str, Figure]:
    """What the rounds of one option say of a node, as its option file takes it: medians, graded lab.

    Quantities that no round could tell are left out.
    """
    found = {}
    for name, (formula, unit, note) in _FIGURES.items():
        known = [(use, value) for use in uses if (value := formula(use)) is not None]
        if known:
            last = known[-1][0]
            found[name] = Figure(
                value=four_digits(statistics.median(value for _, value in known)),
                unit=unit,
                grade="lab",
                source=_source(last, len(known)),
                as_of=last.at.date(),
                note=note,
            )
    return found


def _source(use: ServerUse, rounds: int) -> str:
    on = f"{use.machine.get('cores')} cores of {use.machine.get('processor')}"
    return f"toolkit bakeoff, collector {use.collector}, median of {rounds} rounds, on {on}"
