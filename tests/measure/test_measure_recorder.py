"""The recorder: rows are on disk within a second, days and sessions are closed as the contract says."""

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from toolkit.measure.recorder import Recorder
from toolkit.project.faults import EnvironmentFault

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
LAST = datetime(2026, 11, 23, 23, 59, 59, 999999, tzinfo=UTC)
NEXT = datetime(2026, 11, 24, 0, 0, tzinfo=UTC)


def recorder(folder: Path, *, collector: str = "one", now: datetime = NOON) -> Recorder:
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


def test_a_folder_that_cannot_be_written_is_told_and_nothing_is_lost_silently(
    tmp_path: Path, opened: Any
) -> None:
    blocked = tmp_path / "metrics"
    blocked.write_text("a file where the folder should be")
    one = recorder(blocked)
    one.connection(opened())
    with pytest.raises(EnvironmentFault, match="recording failed"):
        one.close(at=NOON)
