"""The bake-off: all options under one schedule and one fault script, recorded, and nothing left running."""

from pathlib import Path
from typing import Any

import pytest

from toolkit.measure.adapters import LOCAL
from toolkit.measure.bakeoff import run_bakeoff
from toolkit.measure.endpoint import probe_option
from toolkit.measure.faults.script import NetworkFaults, Step
from toolkit.measure.servers.processes import running
from toolkit.measure.workload import Span
from toolkit.project.faults import EnvironmentFault, InputError
from toolkit.report.fieldwork_terminal import show_bakeoff


def test_all_options_meet_the_same_and_are_recorded(small: Any, tmp_path: Path, facts: Any) -> None:
    script = [Step(at_s=2.0, fault="half_open", share=0.3)]
    faults = NetworkFaults(idle_s=60, reset_per_connection_hour=300, refuse_share=0.1, script=script)
    # The server shares the machine with the probe, so the deadline is well above what that costs.
    slower = {
        "burst_interval_s": Span(low=0.2, high=0.4),
        "pause_s": Span(low=0.5, high=1),
        "deadline_s": 3.0,
    }
    workload = small(duration_s=6.0, session_s=Span(low=2, high=4), faults=faults, **slower)
    result = run_bakeoff(workload=workload, metrics_dir=tmp_path)
    assert tuple(result.options) == LOCAL
    assert len({option.probe.expected for option in result.options.values()}) == 1
    for name, option in result.options.items():
        assert option.probe.received > 0.2 * option.probe.expected
        assert option.faults is not None
        # An attempt under way at the end is accepted and not decided.
        assert 0 <= option.faults["accepted"] - option.probe.attempts <= 3
        # A reset during the handshake is refused too.
        assert abs(option.faults["refused"] - option.probe.outcomes["refused"]) <= 2
        rows = [row for row in facts(tmp_path, "connections") if row["option"] == name]
        assert len(rows) == option.probe.attempts
        assert {row["environment"] for row in rows} == {"lab"}
        assert {row["collector"] for row in rows} == {f"{result.collector}-1"}
        delivered = [row for row in facts(tmp_path, "deliveries") if row["option"] == name]
        assert len(delivered) == option.probe.expected
        struck = [row for row in facts(tmp_path, "faults") if row["option"] == name]
        assert {row["fault"] for row in struck} == {"reset", "half_open"}
        assert len(struck) == option.faults["resets"] + option.faults["half_opens"]
        assert option.noticed is not None
        assert sum(times.client.n for times in option.noticed.values()) == len(struck)
    due = [
        {(row["message"], row["recipient"]) for row in facts(tmp_path, "deliveries") if row["option"] == name}
        for name in result.options
    ]
    assert due[0] == due[1] == due[2]


def test_the_document_says_what_was_measured(small: Any, tmp_path: Path) -> None:
    result = run_bakeoff(["current"], workload=small(), metrics_dir=tmp_path, preset="brief")
    document = result.to_document()
    assert document["schema"] == "toolkit.bakeoff/1"
    assert document["environment"] == "lab"
    assert set(document["options"]["current"]) >= {
        "attempts",
        "opened",
        "expected",
        "received",
        "invalid",
        "faults",
        "noticed",
    }
    assert document["preset"] == "brief"


def test_times_to_notice_are_told_by_option_and_fault(
    small: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    script = [Step(at_s=1.0, fault="close", connections=[0, 1, 2])]
    workload = small(duration_s=3.0, faults=NetworkFaults(script=script))
    show_bakeoff(run_bakeoff(["current-unfixed"], workload=workload, metrics_dir=tmp_path).to_document())
    shown = capsys.readouterr().out
    rows = [line.split() for line in shown.splitlines()]
    (row,) = [cells for cells in rows if cells[:2] == ["current-unfixed", "close"]]
    # How many noticed of how many, median and P95, of client, server, and clients that are back.
    assert row[2:5] == row[7:10] == ["3", "of", "3"]
    assert all(0 <= float(seconds) < 2 for seconds in (*row[5:7], *row[10:12]))
    assert row[12:15] == ["3", "of", "3"]
    assert 1.0 <= float(row[15]) < 2.5
    assert "Kaplan" in shown


def test_an_option_that_is_not_available_is_told_before_anything_starts(small: Any, tmp_path: Path) -> None:
    with pytest.raises(EnvironmentFault, match="no adapter for pigeons"):
        run_bakeoff(["current", "pigeons"], workload=small(), metrics_dir=tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("options", [[], ["current", "current"]])
def test_options_are_named_once_each(options: list[str], small: Any, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="name one or more, each once"):
        run_bakeoff(options, workload=small(), metrics_dir=tmp_path)


def test_one_endpoint_is_probed_without_faults(run: Any, small: Any, tmp_path: Path, facts: Any) -> None:
    import asyncio

    async def scenario() -> None:
        async with running("socketio") as server:
            result = await asyncio.to_thread(
                probe_option,
                "socketio",
                environment="staging",
                metrics_dir=tmp_path,
                workload=small(),
                url=f"http://127.0.0.1:{server.port}",
            )
        totals = result.options["socketio"]
        assert totals.faults is None
        assert totals.probe.received > 0.5 * totals.probe.expected > 0

    run(scenario())
    assert {row["environment"] for row in facts(tmp_path, "deliveries")} == {"staging"}
    assert {row["option"] for row in facts(tmp_path, "connections")} == {"socketio"}


def test_a_mistyped_endpoint_is_not_recorded_as_an_outage(small: Any, tmp_path: Path) -> None:
    with pytest.raises(EnvironmentFault, match=r"ws://127\.0\.0\.1:1/ws: current does not answer .*refused"):
        probe_option(
            "current", environment="lab", metrics_dir=tmp_path, workload=small(), url="ws://127.0.0.1:1/ws"
        )
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "url", ["localhost:8765", "ftp://localhost/ws", "ws://", "ws://h:99999/", "http://[::1"]
)
def test_what_is_no_address_is_wrong_input(url: str, small: Any, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is no address; write ws://HOST:PORT"):
        probe_option("current", environment="lab", metrics_dir=tmp_path, workload=small(), url=url)


def test_faults_cannot_be_asked_of_a_foreign_endpoint(small: Any, tmp_path: Path) -> None:
    workload = small(faults=NetworkFaults(idle_s=60))
    with pytest.raises(InputError, match="faults: are for local servers"):
        probe_option(
            "current", environment="lab", metrics_dir=tmp_path, workload=workload, url="ws://127.0.0.1:1/ws"
        )
