"""Liveness: to the millisecond when a client is given up, and that a stall of ours is not its fault."""

import pytest

from toolkit.chat.server.liveness import Liveness
from toolkit.chat.settings import Settings, preset

STABLE = Liveness(preset("stable"))


@pytest.mark.parametrize(
    ("silent_s", "verdict"), [(59.999, "fine"), (60.0, "silent"), (60.001, "silent"), (0.0, "fine")]
)
def test_a_client_is_silent_from_the_timeout_on(silent_s: float, verdict: str) -> None:
    assert STABLE.judge(1000.0 + silent_s, heard_s=1000.0, pinged_s=1000.0 + silent_s) == verdict


@pytest.mark.parametrize(("since_s", "verdict"), [(19.499, "fine"), (19.5, "due"), (19.501, "due")])
def test_a_ping_is_due_half_a_sweep_before_its_interval(since_s: float, verdict: str) -> None:
    assert STABLE.judge(1000.0 + since_s, heard_s=1000.0, pinged_s=1000.0) == verdict


def test_a_client_in_the_future_is_not_silent() -> None:
    # It was heard between the clock's reading and the judgement, or is being held up by us.
    assert STABLE.judge(1000.0, heard_s=1000.5, pinged_s=1000.0) == "fine"


@pytest.mark.parametrize(("late_s", "stalled_s"), [(-0.1, 0.0), (0.999, 0.0), (1.0, 0.0), (1.001, 1.001)])
def test_lateness_beyond_a_sweep_is_a_stall(late_s: float, stalled_s: float) -> None:
    assert STABLE.stalled_s(late_s) == stalled_s


def test_in_lockstep_every_client_is_given_up_within_timeout_and_sweep() -> None:
    settings = Settings(server_timeout_s=60, sweep_s=1)
    liveness = Liveness(settings)
    for phase in range(10):
        heard_s = phase / 10
        given_up_s = next(
            float(sweep)
            for sweep in range(200)
            if liveness.judge(float(sweep), heard_s=heard_s, pinged_s=float(sweep)) == "silent"
        )
        assert 60.0 <= given_up_s - heard_s <= 61.0
