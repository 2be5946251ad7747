"""Five thousand clients that lose their server at once."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

STORM = Path(__file__).parents[2] / "benchmarks" / "chat_storm.py"
CLIENTS = 5_000

FAR = 0.2
"""All at once lie 0.9 from an even spread, and a busy machine makes attempts late by a tenth of a second."""

LONGEST_S, LIMIT_S = 60.0, 240.0


def lose(ends: str, **values: float) -> dict[str, Any]:
    """What became of a crowd whose server was taken away, in a process of its own."""
    command = [sys.executable, str(STORM), str(CLIENTS), ends, json.dumps(values)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=LIMIT_S)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.mark.soak
def test_clients_of_a_killed_server_come_back_spread_by_their_own_jitter() -> None:
    found = lose("SIGKILL")
    assert found["drawn_p"] > 0.001 and found["arrived_distance"] < FAR, found
    assert found["peak"] <= found["peak_bound"], found
    assert found["all_back_s"] is not None and found["all_back_s"] < LONGEST_S, found


@pytest.mark.soak
def test_clients_of_a_server_told_to_stop_come_back_when_it_said() -> None:
    found = lose("SIGTERM")
    assert found["hinted"] == CLIENTS, found
    assert found["drawn_p"] > 0.001 and found["arrived_distance"] < FAR, found
    assert found["peak"] <= found["peak_bound"], found
    assert found["all_back_s"] is not None and found["all_back_s"] < LONGEST_S, found


@pytest.mark.soak
def test_clients_beyond_the_rate_of_handshakes_are_refused_and_come_back_later() -> None:
    found = lose("SIGKILL", handshakes_per_s=300.0, handshake_burst=300)
    assert found["refused"] > 0.1, found
    assert found["all_back_s"] is not None, found
    # No faster than the server lets them in.
    assert found["all_back_s"] > (CLIENTS - 300) / 300.0 - 1.0, found
