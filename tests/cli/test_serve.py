"""`toolkit serve`: the stabilised server answers over real sockets, is measured by a probe, and stops."""

import asyncio
import json
import re
import signal
import subprocess
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from commands import TOOLKIT
from websockets.asyncio.client import connect


@pytest.fixture
def served() -> Iterator[tuple[str, "subprocess.Popen[str]"]]:
    """The address of a running server, and its process."""
    process = subprocess.Popen(
        [TOOLKIT, "serve", "--port", "0", "--preset", "stable"], stderr=subprocess.PIPE, text=True
    )
    assert process.stderr is not None
    found = re.search(r"http://127\.0\.0\.1:\d+", process.stderr.readline())
    assert found
    yield found.group(), process
    process.kill()
    process.wait()
    process.stderr.close()


def get(url: str) -> tuple[str, str]:
    with urllib.request.urlopen(url, timeout=10) as answer:
        return answer.headers["content-type"], answer.read().decode()


def test_it_answers_health_metrics_and_the_demo_page(served: Any) -> None:
    url, _ = served
    kind, health = get(f"{url}/health")
    assert kind.startswith("application/json") and json.loads(health)
    assert "# TYPE" in get(f"{url}/metrics")[1]
    kind, page = get(f"{url}/")
    assert kind.startswith("text/html") and "<html" in page


def test_sigterm_closes_its_clients_and_ends_it_cleanly(served: Any) -> None:
    url, process = served

    async def scenario() -> int | None:
        async with connect(url.replace("http", "ws") + "/ws", proxy=None) as socket:
            await socket.recv()
            process.send_signal(signal.SIGTERM)
            await socket.wait_closed()
            return socket.close_code

    # 1012: the service restarts; the client is to come back.
    assert asyncio.run(scenario()) == 1012
    assert process.wait(timeout=15) == 0


def test_a_probe_measures_it_and_records_the_facts(served: Any, installed: Any, folder: Path) -> None:
    url, _ = served
    workload = {
        "clients": 4,
        "rooms_of": 2,
        "duration_s": 3,
        "burst_messages": 3,
        "burst_interval_s": {"low": 0.1, "high": 0.2},
        "pause_s": {"low": 0.2, "high": 0.4},
        "session_s": {"low": 60, "high": 60},
        "away_s": {"low": 0, "high": 0.2},
        "message_bytes": 100,
        "deadline_s": 2,
        "seed": 3,
    }
    path = folder.parent / "workload.yaml"
    path.write_text(yaml.safe_dump(workload))
    done = installed(
        "probe", "current", "--environment", "production", "--url", url.replace("http", "ws") + "/ws",
        "--workload", path, "--project", folder,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    # The folder is pinned to the day of its recordings; these are of today.
    told = json.loads(installed("metrics", "--project", folder, "--as-of", "2100-01-01", "--json").stdout)
    values = told["options"]["current"]["production"]
    assert values["connection_success_rate"]["estimate"] == 1
    assert values["delivery_success_rate"]["n"] > 0
    assert values["latency_p50_ms"]["state"] == "measured"
