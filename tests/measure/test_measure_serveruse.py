"""What a server took, round by round, and what follows from that for a node."""

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from toolkit.measure.meter import Meter
from toolkit.measure.serveruse import Idle, ServerUse, capacity_figures, record, recorded
from toolkit.measure.store import Store
from toolkit.project.faults import EnvironmentFault, InputError


def test_a_server_that_has_ended_is_no_zero() -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
    with pytest.raises(EnvironmentFault, match="the server of tea ended on its own"):
        Meter("tea", process.pid)


def used(**values: Any) -> ServerUse:
    known: dict[str, Any] = {
        "option": "tea", "preset": "stable", "environment": "lab", "collector": "abc-1",
        "at": datetime(2026, 11, 27, 12, tzinfo=UTC), "machine": {"cores": 2, "processor": "one"},
        "versions": {"tea": "1.0"}, "measured_s": 60.0, "cpu_s": 2.0, "rss_peak_kib": 90_000.0,
        "deliveries": 40_000, "opened": 500,
        "idle": Idle(connections=500, rss_before_kib=30_000, rss_kib=40_000, held_s=10, cpu_s=0.5),
    }  # fmt: skip
    return ServerUse(**{**known, **values})


def test_rounds_become_figures_of_an_option_file() -> None:
    found = capacity_figures([used(), used(cpu_s=4.0, collector="abc-2"), used(cpu_s=1.0)])
    assert {name: figure.value for name, figure in found.items()} == {
        "memory_kib_per_connection": 20.0,
        "deliveries_per_s_per_core": 20_000.0,
        "connections_per_core": 10_000.0,
    }
    figure = found["deliveries_per_s_per_core"]
    assert (figure.grade, figure.unit, figure.as_of.isoformat()) == ("lab", "1/s", "2026-11-27")
    assert "2 cores of one" in figure.source


def test_what_a_round_did_too_little_to_tell_is_unknown_and_not_zero() -> None:
    lazy = used(cpu_s=0.05, idle=Idle(connections=5, rss_before_kib=9, rss_kib=9, held_s=1, cpu_s=0.0))
    assert capacity_figures([lazy, used(deliveries=0, idle=None)]) == {}
    assert used(deliveries=0).cpu_s_per_1000_deliveries is None


def test_records_are_read_back_in_the_order_of_time(tmp_path: Path) -> None:
    later = used(collector="abc-2", at=datetime(2026, 11, 28, 9, tzinfo=UTC))
    for use in (later, used(), used()):
        record(Store.at(tmp_path), use)
    assert recorded(tmp_path, "tea") == [used(), later]
    assert recorded(tmp_path, "coffee") == []
    broken = tmp_path / "servers" / "option=tea" / "date=2026-11-28" / "abc-2.json"
    broken.write_text("{}")
    with pytest.raises(InputError, match=r"abc-2\.json:1: file: is no record of a server; remove it"):
        recorded(tmp_path, "tea")
