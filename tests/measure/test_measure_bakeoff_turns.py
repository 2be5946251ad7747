"""A bake-off takes turns, goes on where it was stopped, and keeps what it cannot vouch for apart."""

import signal
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from bakeoff_program import start, until_gone, until_recorded

from toolkit.measure.bakeoff import run_bakeoff
from toolkit.measure.servers import processes
from toolkit.measure.serveruse import recorded
from toolkit.measure.workload import Span
from toolkit.project.faults import EnvironmentFault

DYING = """
import socket, sys, time
with socket.create_server(("127.0.0.1", 0)) as server:
    print("listening", server.getsockname()[1], flush=True)
    time.sleep(0.3)
sys.exit("no more files")
"""
HANGING = """
import socket, time
with socket.create_server(("127.0.0.1", 0)) as server:
    print("listening", server.getsockname()[1], flush=True)
    time.sleep(60)
"""


FULL = """
import asyncio
from toolkit.chat.server import ChatServer
from toolkit.chat.settings import preset
from toolkit.measure.servers.child import announce, until_told

async def main():
    async with ChatServer(preset("stable").model_copy(update={"max_connections": 30})) as server:
        announce(server.port)
        await until_told()

asyncio.run(main())
"""


def in_turns(small: Any, **values: Any) -> Any:
    return small(duration_s=3.0, rounds=2, deadline_s=0.5, **values)


def test_options_take_turns_and_meet_the_same_in_each_round(small: Any, tmp_path: Path, facts: Any) -> None:
    told: list[str] = []
    result = run_bakeoff(
        ["current-unfixed", "current"],
        workload=in_turns(small),
        metrics_dir=tmp_path,
        progress=lambda done, total, text: told.append(f"{done}/{total} {text}"),
    )
    assert told == [
        "0/4 current-unfixed, round 1 of 2",
        "1/4 current, round 1 of 2",
        "2/4 current, round 2 of 2",
        "3/4 current-unfixed, round 2 of 2",
        "4/4 compacting",
    ]
    assert (result.failures, {one.rounds for one in result.options.values()}) == ([], {2})
    due: dict[tuple[str, str], set[tuple[str, str]]] = {}
    for row in facts(tmp_path, "deliveries"):
        due.setdefault((row["option"], row["collector"]), set()).add((row["message"], row["recipient"]))
    first, second = (f"{result.collector}-{number}" for number in (1, 2))
    assert due["current", first] == due["current-unfixed", first]
    assert due["current", second] == due["current-unfixed", second] != due["current", first]
    still_open = [row for row in facts(tmp_path, "connections") if row["ended_at"] is None]
    assert {row["collector"] for row in still_open} == {first, second}


def test_a_killed_run_goes_on_and_measures_the_broken_round_anew(
    small: Any, tmp_path: Path, facts: Any
) -> None:
    workload = in_turns(small).model_dump_json()
    with start(tmp_path, workload) as process:
        children = until_recorded(process, tmp_path)
        process.kill()
        process.communicate()
    until_gone(children)
    before = facts(tmp_path, "deliveries", "ALL")
    assert {(row["option"], row["collector"][-2:]) for row in before} == {("current-unfixed", "-1")}
    with start(tmp_path, workload) as again:
        collector, said = again.communicate(timeout=60)
    assert again.returncode == 0, said
    after = facts(tmp_path, "deliveries", "ALL")
    assert {row["collector"] for row in after} == {f"{collector.strip()}-{number}" for number in (1, 2)}
    of_unit = Counter((row["option"], row["collector"]) for row in after)
    assert len(of_unit) == 4
    # What stood there stands there still, once, and no key stands twice.
    assert [
        row for row in after if row["option"] == "current-unfixed" and row["collector"][-1] == "1"
    ] == before
    keys = [(row["option"], row["collector"], row["message"], row["recipient"]) for row in after]
    assert len(set(keys)) == len(keys)


def test_ctrl_c_keeps_what_was_recorded_and_leaves_nothing_running(small: Any, tmp_path: Path) -> None:
    workload = in_turns(small)
    with start(tmp_path, workload.model_dump_json()) as process:
        children = until_recorded(process, tmp_path)
        # Meanwhile nobody else may measure the same.
        with pytest.raises(EnvironmentFault, match="the same bake-off is running; wait for it"):
            run_bakeoff(["current-unfixed", "current"], workload=workload, metrics_dir=tmp_path)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=30)
    until_gone(children, limit_s=0)
    assert [path.name for path in (tmp_path / "deliveries").iterdir()] == ["option=current-unfixed"]
    assert not list(tmp_path.rglob("*.tmp"))


def test_a_run_that_the_generator_spoilt_is_set_aside_with_its_reason(small: Any, tmp_path: Path) -> None:
    result = run_bakeoff(["current-unfixed"], workload=small(lag_limit_ms=1e-6), metrics_dir=tmp_path)
    (failure,) = result.failures
    assert failure.startswith("current-unfixed: round 1 invalid: the probe's own event loop ran ")
    assert result.options["current-unfixed"].probe is None
    assert not (tmp_path / "deliveries").exists() and not (tmp_path / "servers").exists()
    assert list((tmp_path / "_bakeoff").rglob("*.parquet"))
    document = result.to_document()["options"]["current-unfixed"]
    assert "ms late" in document["invalid"]
    assert document["opened"] is None


@pytest.mark.parametrize(
    ("program", "why"),
    [
        (DYING, "the server of current ended on its own while measured"),
        ("import sys; sys.exit('no port')", "no port"),
    ],
)
def test_a_server_that_fails_costs_no_other_option_its_measurement(
    program: str, why: str, small: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, facts: Any
) -> None:
    real = processes.command

    def command(option: str, preset: Any = "stable") -> list[str]:
        return [sys.executable, "-c", program] if option == "current" else real(option, preset)

    monkeypatch.setattr(processes, "command", command)
    result = run_bakeoff(["current", "current-unfixed"], workload=in_turns(small), metrics_dir=tmp_path)
    for number, failure in enumerate(result.failures, 1):
        assert failure.startswith(f"current: round {number} failed: ") and why in failure
    assert len(result.failures) == 2
    assert result.options["current-unfixed"].rounds == 2
    assert {row["option"] for row in facts(tmp_path, "deliveries")} == {"current-unfixed"}


def test_a_server_that_never_answers_is_measured_as_one(
    small: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processes, "command", lambda *_: [sys.executable, "-c", HANGING])
    result = run_bakeoff(["current-unfixed"], workload=small(), metrics_dir=tmp_path)
    totals = result.options["current-unfixed"].probe
    assert totals is not None
    assert (totals.opened, totals.received) == (0, 0)
    assert totals.expected > 20


def test_what_servers_took_is_kept_beside_the_facts(small: Any, tmp_path: Path) -> None:
    # Enough of them to be seen in hundredths of a second, in which processor time is counted.
    workload = small(idle_connections=60, idle_s=0.2, burst_interval_s=Span(low=0.005, high=0.01))
    result = run_bakeoff(["current-unfixed"], workload=workload, metrics_dir=tmp_path)
    (use,) = recorded(tmp_path, "current-unfixed")
    assert use == result.options["current-unfixed"].uses[0]
    assert (use.collector, use.environment) == (f"{result.collector}-1", "lab")
    assert use.versions["websockets"] and use.machine["cores"] > 0
    assert use.idle is not None and use.idle.rss_kib > use.idle.rss_before_kib
    assert 0 < use.cpu_s < use.measured_s * use.machine["cores"]
    document = result.to_document()["options"]["current-unfixed"]["servers"][0]
    assert 1 < document["memory_kib_per_connection"] < 1_000


def test_idle_connections_that_a_server_refuses_are_told(
    small: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processes, "command", lambda *_: [sys.executable, "-c", FULL])
    workload = small(idle_connections=40, idle_s=0.1)
    result = run_bakeoff(["current"], workload=workload, metrics_dir=tmp_path)
    assert "idle connection 31 was not taken (http_503" in result.failures[0]
