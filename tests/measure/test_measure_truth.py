"""The probe beside a scripted truth, and beside a client that waits for each answer before it sends again."""

import asyncio
import importlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from websockets.asyncio.server import serve

from toolkit.measure.adapters import adapter
from toolkit.measure.clock import RunClock
from toolkit.measure.probe import Probe
from toolkit.measure.recorder import Recorder
from toolkit.measure.schedule import schedule
from toolkit.measure.workload import Span

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
STALL_S = (1.5, 4.5)
EVERY_S = 0.02


@pytest.fixture
def truth(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The server with stalls, and the closed loop, of the benchmark."""
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    return importlib.import_module("probe_truth")


def test_the_probe_tells_the_truth_where_a_closed_loop_is_off_by_an_order_of_magnitude(
    run: Any, small: Any, tmp_path: Path, facts: Any, truth: Any
) -> None:
    workload = small(
        clients=2, rooms_of=2, duration_s=11.0, deadline_s=4.0, burst_messages=1,
        burst_interval_s=Span(low=0, high=0), pause_s=Span(low=EVERY_S, high=EVERY_S),
        away_s=Span(low=0, high=0),
    )  # fmt: skip
    p99_s = truth.p99_s
    sent_s, closed_s = run(measured(truth, workload, tmp_path))
    # What comes while a client still connects is sent when it can be.
    truth_s = p99_s([sent_s[message.id] - message.due_s for message in schedule(workload).messages])
    assert truth_s > 0.9 * (STALL_S[1] - STALL_S[0])
    open_s = p99_s([row["latency_s"] or np.inf for row in facts(tmp_path, "deliveries")])
    assert open_s == pytest.approx(truth_s, rel=0.05)
    assert p99_s(closed_s) < truth_s / 10
    # It saw the stall, as one slow message among hundreds.
    assert max(closed_s) > 0.9 * (STALL_S[1] - STALL_S[0])
    assert len(closed_s) > 100


async def measured(truth: Any, workload: Any, folder: Path) -> tuple[dict[str, float], list[float]]:
    """Let the probe measure, and a closed loop at a server of its own; the truth, and what that one saw."""
    servers = [truth.Stalling([STALL_S]) for _ in range(2)]
    async with (
        serve(servers[0].handle, "127.0.0.1", 0, ping_interval=None) as probed,
        serve(servers[1].handle, "127.0.0.1", 0, ping_interval=None) as looped,
    ):
        urls = [f"ws://127.0.0.1:{one.sockets[0].getsockname()[1]}/" for one in (probed, looped)]
        recorder = Recorder(folder, option="current", environment="lab", collector="one")
        speaks = adapter("current-unfixed")
        probe = Probe(urls[0], option="current", adapter=speaks, recorder=recorder, workload=workload)
        for server in servers:
            server.clock = RunClock()
        probe.start_with(servers[0].clock)
        _, closed_s = await asyncio.gather(
            probe.run(),
            truth.closed_loop(urls[1], every_s=EVERY_S, duration_s=workload.duration_s),
        )
        return servers[0].sent_s, list(closed_s)
