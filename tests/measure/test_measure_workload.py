"""Workloads: the whole schedule follows from the seed, and is what the file says."""

from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from toolkit.measure.faults.drawing import fate
from toolkit.measure.schedule import schedule
from toolkit.measure.workload import Shipped, Span, Workload, read_workload
from toolkit.project.faults import InputError


def spans(low: float, high: float) -> st.SearchStrategy[Span]:
    ends = st.tuples(st.floats(low, high), st.floats(low, high))
    return ends.map(lambda pair: Span(low=min(pair), high=max(pair)))


workloads = st.builds(
    Workload,
    clients=st.integers(2, 12),
    rooms_of=st.integers(2, 5),
    duration_s=st.floats(10, 300),
    burst_messages=st.integers(1, 5),
    burst_interval_s=spans(0.1, 2),
    pause_s=spans(1, 70),
    session_s=spans(1, 100),
    away_s=spans(0, 20),
    message_bytes=st.just(100),
    deadline_s=st.floats(0.5, 5),
    seed=st.integers(0, 2**40),
)


@given(workloads)
@settings(max_examples=60)
def test_the_intended_recipients_are_all_others_who_want_connection_then(workload: Workload) -> None:
    planned = schedule(workload)
    for message in planned.messages:
        present = {
            wish.client
            for wish in planned.wishes
            if wish.room == message.room
            and wish.start_s <= message.due_s
            and (wish.end_s is None or message.due_s < wish.end_s)
        }
        assert message.sender in present
        assert set(message.recipients) == present - {message.sender}


@given(workloads)
@settings(max_examples=60)
def test_sessions_of_a_client_follow_each_other_with_breaks(workload: Workload) -> None:
    planned = schedule(workload)
    for client in {wish.client for wish in planned.wishes}:
        own = [wish for wish in planned.wishes if wish.client == client]
        assert len({wish.session for wish in own}) == len(own)
        for one, after in pairwise(own):
            assert one.end_s is not None
            assert one.start_s <= one.end_s <= after.start_s
            assert after.start_s - one.end_s <= workload.away_s.high + 1e-3
        assert own[-1].start_s < workload.duration_s


@given(workloads)
@settings(max_examples=60)
def test_every_message_has_its_whole_deadline_before_the_end(workload: Workload) -> None:
    planned = schedule(workload)
    assert all(0 <= message.due_s < workload.duration_s - workload.deadline_s for message in planned.messages)
    assert len({message.id for message in planned.messages}) == len(planned.messages)
    assert [m.due_s for m in planned.messages] == sorted(m.due_s for m in planned.messages)


def test_the_same_seed_gives_the_same_schedule_and_another_does_not(small: Any) -> None:
    assert schedule(small()) == schedule(small())
    assert schedule(small()) != schedule(small(seed=4))
    assert schedule(small(seed=0)) != schedule(small(seed=1))


def test_one_client_more_does_not_move_the_others(small: Any) -> None:
    few, more = schedule(small(clients=6)), schedule(small(clients=7))
    assert set(few.wishes) <= set(more.wishes)


def test_the_recording_pauses_long_enough_for_idle_cuts_to_bite() -> None:
    workload = read_workload("recording")
    assert workload.faults.idle_s == 60
    assert workload.pause_s.low > 60
    due_s: dict[str, list[float]] = {}
    for message in schedule(workload.of_round(0)).messages:
        due_s.setdefault(message.room, []).append(message.due_s)
    pauses_s = [after - one for times in due_s.values() for one, after in pairwise(times)]
    assert sum(pause_s > 60 for pause_s in pauses_s) >= len(due_s)


@pytest.mark.parametrize("name", ["recording", "quick", "probe", "capacity"])
def test_workloads_that_ship_have_messages_to_measure(name: Shipped) -> None:
    planned = schedule(read_workload(name))
    assert sum(len(message.recipients) for message in planned.messages) >= 50


def test_the_recordings_have_every_kind_of_silence() -> None:
    faults = read_workload("recording").faults
    assert min(faults.blackhole_per_connection_hour.model_dump().values()) > 0
    assert faults.half_open_per_connection_hour > 0
    assert "blackhole" in {step.fault for step in faults.script}
    assert all(step.at_s + (step.for_s or 0) < read_workload("recording").round_s for step in faults.script)


@pytest.mark.parametrize("name", ["recording", "quick"])
def test_a_run_that_is_scaled_is_the_same_run_in_less_time(name: Shipped) -> None:
    whole, scaled = read_workload(name), read_workload(name).scaled(8.0)
    for one, other in zip(schedule(whole).messages, schedule(scaled).messages, strict=True):
        assert (one.id, one.sender, one.recipients) == (other.id, other.sender, other.recipients)
        assert one.due_s == pytest.approx(8 * other.due_s)
    assert scaled.faults.idle_s == (None if whole.faults.idle_s is None else whole.faults.idle_s / 8)
    # Whatever hits a connection hits it at the same point of its life.
    for number in range(50):
        blows = [fate(run.faults, seed=1, number=number).blows for run in (whole, scaled)]
        assert [blow.after_s for blow in blows[0]] == pytest.approx([8 * blow.after_s for blow in blows[1]])


def test_the_quick_one_takes_less_than_two_minutes() -> None:
    assert read_workload("quick").duration_s < 120


def test_all_faults_of_a_file_are_told_at_once(tmp_path: Path) -> None:
    file = tmp_path / "workload.yaml"
    file.write_text(
        "clients: 1\nrooms_of: 5\nduration_s: 60\nburst_messages: 2\nburst_interval_s: {low: 2, high: 1}\n"
        "pause_s: {low: 1, high: 2}\nsession_s: {low: 1, high: 2}\naway_s: {low: 1, high: 2}\n"
        "message_byte: 100\nseed: 1\nfaults: {refuse_share: 30}\n"
    )
    with pytest.raises(InputError) as caught:
        read_workload(file)
    text = str(caught.value)
    assert f"{file}:1: clients: " in text
    assert f"{file}:5: burst_interval_s: low 2 is above high 1; write low <= high" in text
    assert f"{file}:9: message_byte: is not a known key; did you mean message_bytes?" in text
    assert "message_bytes: is missing; add it" in text
    assert f"{file}:11: faults.refuse_share: 30 is not a share; write 0 to 1, 0.3 for 30 %" in text


def test_a_workload_without_end_is_refused(small: Any) -> None:
    nothing = Span(low=0, high=0)
    with pytest.raises(ValueError, match="never end"):
        small(burst_interval_s=nothing, pause_s=nothing)
    with pytest.raises(ValueError, match="session_s"):
        small(session_s=nothing)
    with pytest.raises(ValueError, match="no message time"):
        small(duration_s=1.0)


def test_rooms_and_payloads_are_drawn_by_their_weights(small: Any) -> None:
    rooms = [{"value": 3, "weight": 3}, {"value": 9, "weight": 1}]
    sizes = [{"value": 50, "weight": 1}, {"value": 5_000, "weight": 1}]
    planned = schedule(small(clients=200, rooms_of=rooms, message_bytes=sizes, away_s=Span(low=0, high=0)))
    members = [len({wish.client for wish in wishes}) for wishes in planned.rooms().values()]
    # The last room takes who is left.
    assert set(members[:-1]) == {3, 9}
    assert members.count(3) > members.count(9)
    bytes_of = [message.bytes for message in planned.messages]
    assert set(bytes_of) == {50, 5_000}
    assert 0.4 < bytes_of.count(50) / len(bytes_of) < 0.6
    assert (
        planned.messages
        == schedule(
            small(clients=200, rooms_of=rooms, message_bytes=sizes, away_s=Span(low=0, high=0))
        ).messages
    )


def test_only_a_share_of_a_room_publishes(small: Any) -> None:
    planned = schedule(small(clients=20, rooms_of=10, publishers_share=0.15))
    senders = {message.room: set() for message in planned.messages}
    for message in planned.messages:
        senders[message.room].add(message.sender)
    assert senders == {"r0000": {"c0000", "c0001"}, "r0001": {"c0010", "c0011"}}


def test_a_round_has_its_part_of_the_time_and_a_seed_of_its_own(small: Any) -> None:
    workload = small(duration_s=9.0, rounds=3)
    first, second = workload.of_round(0), workload.of_round(1)
    assert (first.duration_s, first.rounds, first.seed) == (3.0, 1, 3)
    assert schedule(first) == schedule(small()) != schedule(second)


def test_what_does_not_fit_into_a_round_is_refused(small: Any) -> None:
    script = {"script": [{"at_s": 5, "fault": "reset"}]}
    with pytest.raises(ValueError, match=r"a fault at 5 s, and a round ends at 4 s\|count from the start"):
        small(duration_s=8.0, rounds=2, faults=script)
    with pytest.raises(ValueError, match="no message time for its deadline in each of 4 rounds"):
        small(duration_s=4.0, rounds=4)
    with pytest.raises(ValueError, match="9 processes for 6 clients"):
        small(processes=9)
