"""What a run will use at a managed service is known before, bounded, and below what its vendor asks for."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolkit.measure import metered
from toolkit.measure.adapters import MANAGED
from toolkit.measure.bakeoff import run_bakeoff
from toolkit.measure.endpoint import probe_option
from toolkit.measure.faults.script import NetworkFaults
from toolkit.measure.metered import LIMITS, MOST_CONNECTIONS, MOST_MESSAGES, Use
from toolkit.measure.schedule import schedule
from toolkit.measure.workload import Span, Workload, read_workload
from toolkit.pricing.usage import Usage
from toolkit.project.faults import InputError


def use_of(option: str, workload: Workload) -> Use:
    return metered.use_of(option, workload, schedule(workload))


def check_limits(option: str, workload: Workload) -> None:
    metered.check_limits(option, workload, schedule(workload))


def test_every_managed_option_has_limits_with_their_source() -> None:
    assert set(LIMITS) == set(MANAGED)
    assert all(limits.source[-10:-6].isdecimal() for limits in LIMITS.values())


def test_use_is_counted_by_hand(small: Any) -> None:
    # Two clients from the first moment to the last, one message each half second for the other.
    half = Span(low=0.5, high=0.5)
    workload = small(
        clients=2, rooms_of=2, duration_s=4.0, burst_messages=1, burst_interval_s=Span(low=0, high=0),
        pause_s=half, away_s=Span(low=0, high=0), deadline_s=1.0,
    )  # fmt: skip
    # Due at 0.5, 1, 1.5, 2 and 2.5 s; one more message and connection is the check of the keys.
    use = use_of("ably", workload)
    assert (use.messages_published, use.messages_delivered) == (6, 5)
    assert (use.connections_opened, use.peak_connections, use.connection_minutes) == (3, 2, 1)
    # PubNub meters the publisher's own copy as well.
    assert use_of("pubnub", workload).messages_delivered == 11


def test_use_is_told_in_the_names_of_a_usage_file(small: Any) -> None:
    fields = [part.split() for part in str(use_of("pusher", small())).split(", ")]
    usage = {name: int(count) for name, count in fields}
    assert Usage(**usage).messages_published == usage["messages_published"]


@pytest.mark.parametrize("option", MANAGED)
def test_the_workload_of_a_probe_fits_every_vendor(option: str) -> None:
    check_limits(option, read_workload("probe"))


@pytest.mark.parametrize(
    ("option", "values", "told"),
    [
        ("ably", {"clients": 101, "burst_messages": 1}, "clients: 101 connections at once"),
        (
            "ably",
            {"duration_s": 2_000.0, "session_s": Span(low=9_999, high=9_999), "clients": 60, "rooms_of": 60},
            "duration_s: .* messages published and delivered, and a run may use 100,000",
        ),
        ("pusher", {"message_bytes": 10_241}, "message_bytes: 10,241 bytes, and a run may use 10,240"),
        ("pubnub", {"message_bytes": 32_000}, "message_bytes: 32,000 bytes, and a run may use 30,720"),
        (
            "pusher",
            {"burst_messages": 40, "burst_interval_s": Span(low=0.02, high=0.02)},
            "burst_interval_s: .* messages a second to one room, and a run may use 10",
        ),
        (
            "pubnub",
            {"burst_messages": 40, "burst_interval_s": Span(low=0.02, high=0.02)},
            "messages a second to one room, and a run may use 15; .*pubnub.com",
        ),
        (
            "ably",
            {"clients": 90, "rooms_of": 90, "burst_messages": 9, "burst_interval_s": Span(low=0.1, high=0.1)},
            "clients: .* messages a second, and a run may use 500",
        ),
    ],
)
def test_a_workload_past_a_limit_is_wrong_input(
    option: str, values: dict[str, Any], told: str, small: Any
) -> None:
    with pytest.raises(InputError, match=told):
        check_limits(option, small(**values))


def test_all_that_is_too_much_is_told_at_once(small: Any) -> None:
    workload = small(
        clients=150, message_bytes=20_000, burst_messages=99, burst_interval_s=Span(low=0, high=0.01)
    )
    with pytest.raises(InputError) as caught:
        check_limits("pusher", workload)
    lines = str(caught.value).splitlines()
    assert {line.split(": ")[1] for line in lines} == {"clients", "message_bytes", "burst_interval_s"}
    assert all(line.startswith("workload:1: ") for line in lines)


@given(
    option=st.sampled_from(MANAGED),
    clients=st.integers(2, 40),
    interval_s=st.floats(0, 0.5),
    seed=st.integers(0, 99),
)
def test_what_is_let_through_never_passes_a_limit(
    option: str, clients: int, interval_s: float, seed: int
) -> None:
    workload = Workload(
        clients=clients, rooms_of=8, duration_s=8, burst_messages=20, pause_s=Span(low=0.2, high=1),
        burst_interval_s=Span(low=0, high=interval_s), session_s=Span(low=1, high=9),
        away_s=Span(low=0, high=1),
        message_bytes=100, deadline_s=1, seed=seed,
    )  # fmt: skip
    try:
        check_limits(option, workload)
    except InputError:
        return
    use, limits, planned = use_of(option, workload), LIMITS[option], schedule(workload).messages
    assert use.peak_connections <= min(clients, MOST_CONNECTIONS)
    assert use.messages_published + use.messages_delivered <= MOST_MESSAGES
    for message in planned:
        within = [m for m in planned if message.due_s - 1 < m.due_s <= message.due_s]
        assert sum(m.room == message.room for m in within) <= limits.per_channel_s
        assert sum(m.sender == message.sender for m in within) <= limits.per_sender_s


def test_nothing_is_asked_of_a_vendor_for_a_workload_that_is_refused(small: Any, tmp_path: Path) -> None:
    # There is no key in this environment either: what is wrong with the question comes first.
    for values, told in (
        ({"clients": 150}, "clients: 150"),
        ({"faults": NetworkFaults(idle_s=60)}, "faults:"),
    ):
        with pytest.raises(InputError, match=told):
            probe_option("ably", environment="lab", metrics_dir=tmp_path, workload=small(**values))
    assert list(tmp_path.iterdir()) == []


def test_a_bake_off_starts_no_managed_service(small: Any, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="pusher, ably is a managed service; measure it with toolkit probe"):
        run_bakeoff(["current", "pusher", "ably"], workload=small(), metrics_dir=tmp_path)
    assert list(tmp_path.iterdir()) == []
