"""The recorder: rows are on disk within a second, days and sessions are closed as the contract says."""

import re
import shutil
import subprocess
import sys
import time
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from ftp_server import serving

from toolkit.measure import spool
from toolkit.measure.recorder import Recorder
from toolkit.measure.store import Store
from toolkit.project.faults import EnvironmentFault, InputError

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
LAST = datetime(2026, 11, 23, 23, 59, 59, 999999, tzinfo=UTC)
NEXT = datetime(2026, 11, 24, 0, 0, tzinfo=UTC)


def recorder(folder: Path | str, *, collector: str = "one", now: datetime = NOON) -> Recorder:
    return Recorder(folder, option="current", environment="lab", collector=collector, now=lambda: now)


def test_rows_are_on_disk_within_a_second(tmp_path: Path, facts: Any, opened: Any, delivered: Any) -> None:
    with recorder(tmp_path) as one:
        one.connection(opened())
        one.delivery(delivered())
        time.sleep(1.0)
        (connection,) = facts(tmp_path, "connections")
        (delivery,) = facts(tmp_path, "deliveries")
    assert (connection["option"], connection["environment"], connection["collector"]) == (
        "current", "lab", "one",
    )  # fmt: skip
    assert delivery["latency_s"] == 0.02
    assert str(delivery["date"]) == "2026-11-23"


def test_nothing_unfinished_is_left_behind(tmp_path: Path, opened: Any) -> None:
    with recorder(tmp_path) as one:
        one.connection(opened())
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert files
    assert all(path.suffix == ".parquet" for path in files)


def test_a_session_that_is_still_open_is_observed_until_the_end(
    tmp_path: Path, facts: Any, opened: Any
) -> None:
    one = recorder(tmp_path)
    one.connection(opened())
    one.close(at=NOON + timedelta(minutes=5))
    first, last = facts(tmp_path, "connections", "observed_until")
    assert first["observed_until"] == NOON + timedelta(seconds=0.1)
    assert last["observed_until"] == NOON + timedelta(minutes=5)
    assert last["ended_at"] is None


def test_a_session_that_ended_on_purpose_is_not_prolonged(tmp_path: Path, facts: Any, opened: Any) -> None:
    end = NOON + timedelta(seconds=60)
    one = recorder(tmp_path)
    one.connection(opened())
    one.connection(
        opened(ended_at=end, observed_until=end, close_code=1000, ended_by="client", intended=True)
    )
    one.close(at=NOON + timedelta(minutes=5))
    assert max(row["observed_until"] for row in facts(tmp_path, "connections")) == end


def test_a_session_that_ends_without_a_connection_is_observed_until_then(
    tmp_path: Path, facts: Any, opened: Any
) -> None:
    lost, over = NOON + timedelta(seconds=60), NOON + timedelta(seconds=90)
    one = recorder(tmp_path)
    one.connection(
        opened(ended_at=lost, observed_until=lost, close_code=1006, ended_by="network", intended=False)
    )
    one.end_session("ann", "s1", at=over)
    one.close(at=NOON + timedelta(minutes=5))
    rows = facts(tmp_path, "connections", "observed_until")
    assert rows[-1]["observed_until"] == over
    assert rows[-1]["ended_at"] == lost


def test_at_midnight_every_live_session_gets_its_last_row_of_the_day(
    tmp_path: Path, facts: Any, opened: Any
) -> None:
    one = recorder(tmp_path, now=NEXT + timedelta(seconds=5))
    one.connection(opened())
    one.connection(opened(client="bob", outcome="refused", handshake_s=None))
    done = opened(client="eve", ended_at=NOON, observed_until=NOON, close_code=1000, ended_by="client")
    one.connection(type(done)(**{**vars(done), "intended": True}))
    time.sleep(1.2)
    rows = facts(tmp_path, "connections", "client, observed_until")
    one.close(at=NEXT + timedelta(seconds=6))
    assert [row["client"] for row in rows if row["observed_until"] == LAST] == ["ann", "bob"]
    assert {str(row["date"]) for row in rows} == {"2026-11-23"}
    after = facts(tmp_path, "connections", "client, observed_until")
    assert [row["client"] for row in after if str(row["date"]) == "2026-11-24"] == ["ann", "bob"]


def test_a_row_of_the_new_day_closes_the_old_one_first(tmp_path: Path, facts: Any, opened: Any) -> None:
    end = NEXT + timedelta(seconds=30)
    one = recorder(tmp_path)
    one.connection(opened())
    one.connection(
        opened(ended_at=end, observed_until=end, close_code=1006, ended_by="network", intended=False)
    )
    one.close(at=end)
    rows = facts(tmp_path, "connections", "observed_until")
    eve = [row for row in rows if str(row["date"]) == "2026-11-23"]
    assert eve[-1]["observed_until"] == LAST
    assert eve[-1]["ended_at"] is None
    assert rows[-1]["ended_at"] == end
    assert str(rows[-1]["date"]) == "2026-11-24"


def test_a_session_that_waited_over_midnight_waited_on_both_days(
    tmp_path: Path, facts: Any, opened: Any
) -> None:
    lost, back = NOON + timedelta(hours=11), NEXT + timedelta(minutes=10)
    one = recorder(tmp_path)
    one.connection(
        opened(ended_at=lost, observed_until=lost, close_code=1006, ended_by="network", intended=False)
    )
    one.connection(opened(attempt=2, started_at=back, observed_until=back))
    one.close(at=back)
    rows = facts(tmp_path, "connections", "observed_until, attempt")
    told = [(row["attempt"], row["observed_until"], row["ended_at"]) for row in rows]
    assert told[:3] == [(1, lost, lost), (1, LAST, lost), (1, back, lost)]
    assert {str(row["date"]) for row in rows if row["observed_until"] == back} == {"2026-11-24"}


def test_a_session_over_several_days_has_a_row_at_the_end_of_each(
    tmp_path: Path, facts: Any, opened: Any
) -> None:
    one = recorder(tmp_path)
    one.connection(opened())
    one.close(at=NOON + timedelta(days=3))
    ends = sorted({str(row["date"]): row["observed_until"] for row in facts(tmp_path, "connections")}.items())
    assert [day for day, _ in ends] == ["2026-11-23", "2026-11-24", "2026-11-25", "2026-11-26"]


def test_many_collectors_share_one_folder(tmp_path: Path, facts: Any, opened: Any) -> None:
    collectors = [recorder(tmp_path, collector=f"c{number}") for number in range(5)]
    collectors.append(recorder(tmp_path, collector="c0"))
    for number, one in enumerate(collectors):
        one.connection(opened(client=f"client-{number}"))
    for one in collectors:
        one.close(at=NOON + timedelta(seconds=1))
    assert len({row["client"] for row in facts(tmp_path, "connections")}) == 6


def test_a_session_that_ends_after_the_clock_went_back_over_midnight_is_over(
    tmp_path: Path, facts: Any, opened: Any
) -> None:
    """The wrong clock had the session open until the end of a day that was not over."""
    one = recorder(tmp_path, now=NEXT + timedelta(days=1, seconds=5))
    one.connection(opened())
    time.sleep(0.7)
    end = NOON + timedelta(hours=1)
    one.connection(
        opened(ended_at=end, observed_until=end, close_code=1000, ended_by="client", intended=True)
    )
    one.close(at=end)
    last = {}
    for row in facts(tmp_path, "connections", "observed_until, ended_at NULLS FIRST"):
        last[str(row["date"])] = row["ended_at"]
    assert last == {"2026-11-23": end, "2026-11-24": end}


def test_two_recorders_of_one_name_lose_nothing(tmp_path: Path, facts: Any, delivered: Any) -> None:
    twins = [recorder(tmp_path), recorder(tmp_path)]
    for number in range(10):
        twins[number % 2].delivery(delivered(message=f"m{number}"))
        twins[number % 2].flush()
    for one in twins:
        one.close()
    assert len(facts(tmp_path, "deliveries")) == 10


def test_a_recorder_that_is_closed_takes_nothing(tmp_path: Path, delivered: Any) -> None:
    one = recorder(tmp_path)
    one.close()
    with pytest.raises(EnvironmentFault, match="the recorder is closed"):
        one.delivery(delivered())
    one.close()


def test_a_row_that_no_file_can_hold_is_told_and_stops_no_other(
    tmp_path: Path, facts: Any, delivered: Any
) -> None:
    one = recorder(tmp_path)
    for message in ("m1", None, "m3"):
        one.delivery(delivered(message=message))
    with pytest.raises(InputError, match="1 rows were no facts; first: message is missing"):
        one.close()
    assert [row["message"] for row in facts(tmp_path, "deliveries", "message")] == ["m1", "m3"]


def test_a_place_that_cannot_be_written_is_told_before_anything_is_measured(tmp_path: Path) -> None:
    blocked = tmp_path / "metrics"
    blocked.write_text("a file where the folder should be")
    with pytest.raises(EnvironmentFault, match="metrics: recording failed: Not a directory; free the disk"):
        recorder(blocked)


def test_rows_wait_while_a_folder_cannot_be_written_and_no_caller_is_stopped(
    tmp_path: Path, facts: Any, delivered: Any, opened: Any
) -> None:
    one = recorder(tmp_path)
    (tmp_path / "deliveries").write_text("in the way")
    one.delivery(delivered(message="m1"))
    one.flush()
    assert one.failure == "Not a directory"
    one.delivery(delivered(message="m2"))
    one.connection(opened())
    one.flush()
    assert one.waiting == 2
    assert len(facts(tmp_path, "connections")) == 1
    (tmp_path / "deliveries").unlink()
    one.close(at=NOON)
    assert (one.waiting, one.failure) == (0, None)
    assert [row["message"] for row in facts(tmp_path, "deliveries", "message")] == ["m1", "m2"]


def test_an_outage_is_said_once_in_the_log(
    tmp_path: Path, delivered: Any, caplog: pytest.LogCaptureFixture
) -> None:
    one = recorder(tmp_path)
    (tmp_path / "deliveries").write_text("in the way")
    one.delivery(delivered())
    one.flush()
    one.flush()
    (tmp_path / "deliveries").unlink()
    one.close()
    assert [record.getMessage() for record in caplog.records] == [
        f"{tmp_path}: cannot be written: Not a directory; rows are kept and tried again"
    ]


def test_what_cannot_be_written_at_the_end_lies_in_a_local_folder(
    tmp_path: Path, facts: Any, delivered: Any
) -> None:
    metrics_dir = tmp_path / "metrics"
    one = recorder(metrics_dir)
    (metrics_dir / "deliveries").write_text("in the way")
    one.delivery(delivered(message="m1"))
    one.flush()
    one.delivery(delivered(message="m2"))
    with pytest.raises(EnvironmentFault, match="2 rows are not written; free the disk") as told:
        one.close(at=NOON, patience_s=0)
    found = re.search(r"They lie in (\S+): copy its content to (\S+) then", str(told.value))
    assert found is not None and found[2] == str(metrics_dir)
    (metrics_dir / "deliveries").unlink()
    shutil.copytree(found[1], metrics_dir, dirs_exist_ok=True)
    shutil.rmtree(found[1])
    assert [row["message"] for row in facts(metrics_dir, "deliveries", "message")] == ["m1", "m2"]
    one.close()


def test_rows_that_no_memory_is_left_for_are_refused_and_those_before_are_kept(
    tmp_path: Path, facts: Any, delivered: Any, opened: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spool, "MOST_BYTES", 20_000)
    one = recorder(tmp_path)
    one.connection(opened())
    one.flush()
    (tmp_path / "deliveries").write_text("in the way")
    taken = 0
    with pytest.raises(EnvironmentFault, match="Not a directory; no memory is left to keep rows"):
        while True:
            one.delivery(delivered(message=f"m{taken}"))
            taken += 1
            one.flush()
    assert taken > 10
    (tmp_path / "deliveries").unlink()
    with pytest.raises(EnvironmentFault, match="1 rows were refused while no memory was left"):
        one.close(at=NOON + timedelta(minutes=1))
    assert len(facts(tmp_path, "deliveries")) == taken
    assert facts(tmp_path, "connections", "observed_until")[-1]["observed_until"] == NOON + timedelta(
        minutes=1
    )


def test_a_forked_process_records_on_its_own(tmp_path: Path, facts: Any, delivered: Any) -> None:
    script = f"""
import os, warnings
from datetime import UTC, datetime
from pathlib import Path
from toolkit.measure.events import Delivery
from toolkit.measure.recorder import Recorder
warnings.simplefilter("ignore")
def row(name):
    return Delivery(message=name, sender="a", recipient="b", scheduled_at=datetime(2026, 11, 23, tzinfo=UTC),
                    latency_s=0.0, copies=1, in_order=True, bytes=1)
one = Recorder(Path({str(tmp_path)!r}), option="current", environment="lab", collector="one", flush_s=0.2)
one.delivery(row("before"))
child = os.fork()
one.delivery(row("child" if child == 0 else "parent"))
one.close()
if child:
    os.waitpid(child, 0)
"""
    subprocess.run([sys.executable, "-c", script], check=True, timeout=60)
    assert [row["message"] for row in facts(tmp_path, "deliveries", "message")] == [
        "before", "child", "parent",
    ]  # fmt: skip


def read(store: Store, table: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for found in store.files(table):
        with store.open(found.name) as file:
            rows += pq.read_table(file).to_pylist()
    return rows


@pytest.mark.parametrize("kind", ["memory", "ftp"])
def test_a_place_elsewhere_is_recorded_to_like_a_folder(
    tmp_path: Path, kind: str, opened: Any, delivered: Any
) -> None:
    with serving(tmp_path) as server:
        url = server.url if kind == "ftp" else f"memory://{uuid.uuid4().hex}/metrics"
        collectors = [recorder(url, collector=f"c{number}") for number in range(3)]
        for one in collectors:
            one.connection(opened())
            one.delivery(delivered())
        time.sleep(1.0)
        store = Store.at(url)
        assert len(read(store, "connections")) == len(read(store, "deliveries")) == 3
        for one in collectors:
            one.close(at=NOON + timedelta(minutes=1))
        assert len(read(store, "connections")) == 6
        assert {found.name.split("/")[1] for found in store.files()} == {"option=current"}


def test_an_outage_of_the_server_loses_nothing_and_stops_no_caller(tmp_path: Path, delivered: Any) -> None:
    with serving(tmp_path) as server:
        one = Recorder(server.url, option="current", environment="lab", collector="c", flush_s=0.05)
        for number in range(300):
            if number == 100:
                server.stop()
            if number == 200:
                assert one.waiting > 0
                assert one.failure is not None and "s3cr" not in one.failure
                server.start()
            one.delivery(delivered(message=f"m{number}"))
            time.sleep(0.004)
        one.close()
        messages = [row["message"] for row in read(Store.at(server.url), "deliveries")]
        assert sorted(messages) == sorted(f"m{number}" for number in range(300))


def test_a_server_that_is_full_keeps_rows_waiting_until_it_has_room(tmp_path: Path, delivered: Any) -> None:
    with serving(tmp_path) as server:
        one = Recorder(server.url, option="current", environment="lab", collector="c", flush_s=0.05)
        server.refused = ".parquet"
        one.delivery(delivered())
        time.sleep(0.3)
        assert one.waiting == 1
        assert one.failure is not None and one.failure.endswith("452 Insufficient storage space.")
        server.refused = None
        one.close()
        assert len(read(Store.at(server.url), "deliveries")) == 1
