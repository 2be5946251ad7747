"""One endpoint: what is not the option is told at once, and what was measured until Ctrl-C is recorded."""

import asyncio
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from toolkit.measure.endpoint import probe_option
from toolkit.measure.servers.processes import running
from toolkit.measure.staging import left_behind
from toolkit.project.faults import EnvironmentFault, InputError

PROBE = """
import sys
from pathlib import Path
from toolkit.measure.endpoint import probe_option
from toolkit.measure.workload import Workload
workload = Workload.model_validate_json(sys.argv[3])
where = {"metrics_dir": Path(sys.argv[1]), "url": sys.argv[2]}
probe_option("current-unfixed", environment="lab", workload=workload, **where)
"""


class _Page(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def web_page() -> Iterator[str]:
    """A web server that knows no WebSocket."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Page) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"ws://127.0.0.1:{server.server_port}/ws"
        server.shutdown()
        thread.join()


def test_what_speaks_another_protocol_is_told(web_page: str, small: Any, tmp_path: Path) -> None:
    with pytest.raises(
        EnvironmentFault, match=r"current does not answer there .*check the URL and the option"
    ):
        probe_option("current", environment="lab", metrics_dir=tmp_path, workload=small(), url=web_page)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("values", [{"idle_connections": 5}, {"rounds": 2, "duration_s": 4.0}])
def test_what_only_a_local_server_can_give_is_refused(values: Any, small: Any, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"leave out the URL|leave them out, or the URL"):
        probe_option(
            "current", environment="lab", metrics_dir=tmp_path, workload=small(**values), url="ws://h/"
        )


def test_ctrl_c_records_what_was_measured_until_then(
    run: Any, small: Any, tmp_path: Path, facts: Any
) -> None:
    async def scenario() -> int:
        async with running("current-unfixed") as server:
            url = f"ws://127.0.0.1:{server.port}/ws"
            workload = small(duration_s=60.0).model_dump_json()
            command = [sys.executable, "-c", PROBE, str(tmp_path), url, workload]
            return await asyncio.to_thread(stopped, command, tmp_path)

    assert run(scenario()) != 0
    rows = facts(tmp_path, "deliveries")
    assert rows and any(row["latency_s"] is not None for row in rows)
    assert {row["ended_at"] for row in facts(tmp_path, "connections")} == {None}
    assert len({row["collector"] for row in rows}) == 1


def stopped(command: list[str], folder: Path) -> int:
    """The exit code of a probe that gets a Ctrl-C once it has something to record."""
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        while not any(list(staged.rglob("deliveries/*/*/*.parquet")) for staged in left_behind(folder)):
            assert process.poll() is None, process.communicate()[1]
            time.sleep(0.05)
        time.sleep(1.0)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=20)
        return process.returncode
