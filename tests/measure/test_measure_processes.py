"""Several processes make one load: together they do what one would, and end with their parent."""

from pathlib import Path
from typing import Any

from toolkit.measure.bakeoff import run_bakeoff
from toolkit.measure.faults.script import NetworkFaults, Step
from toolkit.measure.schedule import Part, schedule


def test_the_parts_are_the_whole_once(small: Any) -> None:
    whole = schedule(small(clients=11))
    parts = [Part(index, 3).of_schedule(whole) for index in range(3)]
    assert sorted((wish.client, wish.session) for part in parts for wish in part.wishes) == sorted(
        (wish.client, wish.session) for wish in whole.wishes
    )
    owed = [(message.id, name) for part in parts for message in part.messages for name in message.recipients]
    assert len(set(owed)) == len(owed)
    assert set(owed) == {(message.id, name) for message in whole.messages for name in message.recipients}
    # Rooms are spread, so that messages cross from process to process.
    for part in parts:
        own = {wish.client for wish in part.wishes}
        assert any(message.sender not in own for message in part.messages)


def test_processes_share_a_run_behind_one_proxy(small: Any, tmp_path: Path, facts: Any) -> None:
    faults = NetworkFaults(script=[Step(at_s=2.5, fault="close", connections=[0, 1])])
    workload = small(processes=2, duration_s=6.0, faults=faults)
    result = run_bakeoff(["current-unfixed"], workload=workload, metrics_dir=tmp_path)
    assert result.failures == []
    totals = result.options["current-unfixed"].probe
    assert totals is not None
    planned = schedule(workload)
    assert totals.expected == sum(len(message.recipients) for message in planned.messages)
    assert totals.sessions == len(planned.wishes)
    assert totals.received > 0.5 * totals.expected
    rows = facts(tmp_path, "deliveries")
    assert len(rows) == totals.expected
    # One clock: what one process sent and another received did not take long.
    crossed = [
        row["latency_s"] for row in rows
        if row["latency_s"] is not None and int(row["sender"][1:]) % 2 != int(row["recipient"][1:]) % 2
    ]  # fmt: skip
    assert crossed and sorted(crossed)[len(crossed) // 2] < 0.5
    # The proxy in the parent knows whose connections it closed, and that they came back.
    struck = facts(tmp_path, "faults")
    assert len(struck) == 2
    assert all(row["client"] is not None and row["recovered_s"] is not None for row in struck)


def test_nothing_is_lost_between_processes_where_nothing_fails(
    small: Any, tmp_path: Path, facts: Any
) -> None:
    """A message may reach another process before the timer there has fired that says that it is due."""
    workload = small(clients=24, rooms_of=6, processes=2, duration_s=4.0, deadline_s=2.0)
    result = run_bakeoff(["current-unfixed"], workload=workload, metrics_dir=tmp_path)
    assert result.failures == []
    rows = facts(tmp_path, "deliveries")
    assert len(rows) > 200
    assert [row["message"] for row in rows if row["latency_s"] is None] == []
