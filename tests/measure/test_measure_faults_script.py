"""The faults of a workload: what a file may ask for, and what it means in a shorter time."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from toolkit.measure.faults.script import NetworkFaults, Step, WayRates
from toolkit.measure.workload import read_workload
from toolkit.project.faults import InputError

HEAD = """\
clients: 2
rooms_of: 2
duration_s: 60
burst_messages: 2
burst_interval_s: {low: 1, high: 1}
pause_s: {low: 1, high: 2}
session_s: {low: 1, high: 2}
away_s: {low: 1, high: 2}
message_bytes: 100
seed: 1
faults:
"""


def read(tmp_path: Path, faults: str) -> NetworkFaults:
    file = tmp_path / "workload.yaml"
    file.write_text(HEAD + faults)
    return read_workload(file).faults


def test_hazards_and_a_script_are_read(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        "  idle_s: 60\n"
        "  blackhole_per_connection_hour: {to_server: 2}\n"
        "  script:\n"
        "    - {at_s: 60, fault: blackhole, way: to_client, share: 0.5, for_s: 30}\n"
        "    - {at_s: 90, fault: delay, delay_s: 0.2, jitter_s: 0.05, connections: [0, 3]}\n",
    )
    assert found.blackhole_per_connection_hour == WayRates(to_server=2.0)
    hole, delay = found.script
    assert (hole.at_s, hole.fault, hole.way, hole.share, hole.for_s) == (
        60,
        "blackhole",
        "to_client",
        0.5,
        30,
    )
    assert (delay.delay_s, delay.jitter_s, delay.connections) == (0.2, 0.05, [0, 3])


@pytest.mark.parametrize(
    ("step", "says"),
    [
        ("{at_s: 1, fault: throttle}", "throttle needs bytes_per_s; add it"),
        ("{at_s: 1, fault: delay}", "delay needs delay_s or jitter_s; add it"),
        ("{at_s: 1, fault: cut, way: to_server}", "cut needs after_bytes; add it"),
        ("{at_s: 1, fault: reset, for_s: 3}", "reset is over at once; leave out for_s"),
        ("{at_s: 1, fault: reset, bytes_per_s: 3}", "reset has no bytes_per_s; leave it out"),
        (
            "{at_s: 1, fault: half_open, way: to_client}",
            "a half-open connection is so both ways; leave out way",
        ),
        ("{at_s: 1, fault: blackhol}", "'blackhol' is not one of the choices"),
        ("{at_s: -1, fault: reset}", "at_s: "),
        ("{at_s: 1, fault: reset, share: 50}", "50 is not a share"),
    ],
)
def test_what_makes_no_sense_is_told_at_its_line(tmp_path: Path, step: str, says: str) -> None:
    with pytest.raises(InputError) as caught:
        read(tmp_path, f"  script:\n    - {step}\n")
    assert f"{tmp_path}/workload.yaml:13: faults.script[0]" in str(caught.value)
    assert says in str(caught.value)


def test_scaled_faults_take_less_time_and_come_more_often() -> None:
    faults = NetworkFaults(
        idle_s=60.0, reset_per_connection_hour=1.0, blackhole_per_connection_hour=WayRates(both=2.0),
        hole_s=30.0, refuse_share=0.1, drop_after_s=2.0,
        script=[
            Step(at_s=100, fault="throttle", bytes_per_s=1000.0, for_s=20),
            Step(at_s=10, fault="cut", after_bytes=5),
        ],
    )  # fmt: skip
    assert faults.scaled(10) == NetworkFaults(
        idle_s=6.0, reset_per_connection_hour=10.0, blackhole_per_connection_hour=WayRates(both=20.0),
        hole_s=3.0, refuse_share=0.1, drop_after_s=0.2,
        script=[
            Step(at_s=10, fault="throttle", bytes_per_s=10_000.0, for_s=2),
            Step(at_s=1, fault="cut", after_bytes=5),
        ],
    )  # fmt: skip


def test_a_step_is_frozen() -> None:
    with pytest.raises(ValidationError):
        Step(at_s=0, fault="reset").at_s = 1.0
