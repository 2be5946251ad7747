"""A running server's rows become facts: sessions end when they were lost, and live ones are stamped."""

import tempfile
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from toolkit.measure.events import Connection, Delivery
from toolkit.measure.recorder import Recorder
from toolkit.measure.served import ServedFacts
from toolkit.project.faults import EnvironmentFault

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
STOP = NOON + timedelta(minutes=30)


class Hanging(Recorder):
    """A recorder whose place never answers."""

    def close(self, *, at: datetime | None = None, patience_s: float = 0) -> None:
        threading.Event().wait()


@pytest.fixture
def served(tmp_path: Path) -> ServedFacts:
    recorder = Recorder(tmp_path, option="current", environment="lab", collector="one", now=lambda: STOP)
    return ServedFacts(recorder, session_s=120, patience_s=0.1)


def tell(served: ServedFacts, row: Connection, **values: Any) -> None:
    served.connection(**{**vars(row), **values})


def lost(at_s: float, **values: Any) -> dict[str, Any]:
    at = NOON + timedelta(seconds=at_s)
    ended = {"ended_at": at, "observed_until": at, "close_code": 1006, "ended_by": "network"}
    return {**ended, "intended": False, **values}


def newest(rows: list[dict[str, Any]]) -> dict[tuple[str, str, int], dict[str, Any]]:
    """Of each key the row that counts."""
    return {
        (row["client"], row["session"], row["attempt"]): row
        for row in sorted(rows, key=lambda row: row["observed_until"])
    }


def test_a_live_connection_is_stamped_when_the_server_stops(
    served: ServedFacts, tmp_path: Path, facts: Any, opened: Any
) -> None:
    tell(served, opened())
    served.close()
    (row,) = newest(facts(tmp_path, "connections")).values()
    assert (row["observed_until"], row["ended_at"]) == (STOP, None)


def test_a_session_that_nobody_resumed_ended_when_it_was_lost(
    served: ServedFacts, tmp_path: Path, facts: Any, opened: Any
) -> None:
    tell(served, opened(), **lost(60))
    served.close()
    (row,) = newest(facts(tmp_path, "connections")).values()
    assert row["observed_until"] == row["ended_at"] == NOON + timedelta(seconds=60)


def test_a_session_that_is_over_is_forgotten_while_the_server_runs(
    served: ServedFacts, tmp_path: Path, facts: Any, opened: Any
) -> None:
    tell(served, opened(), **lost(60))
    late = NOON + timedelta(seconds=300)
    tell(served, opened(client="bob", session="s2", started_at=late, observed_until=late))
    assert list(served._lost) == []
    served.close()
    assert newest(facts(tmp_path, "connections"))["ann", "s1", 1]["observed_until"] == NOON + timedelta(
        seconds=60
    )


def test_a_session_that_was_resumed_goes_on(
    served: ServedFacts, tmp_path: Path, facts: Any, opened: Any
) -> None:
    tell(served, opened(), **lost(60))
    back = NOON + timedelta(seconds=90)
    tell(served, opened(attempt=2, started_at=back, observed_until=back))
    served.close()
    rows = newest(facts(tmp_path, "connections"))
    assert rows["ann", "s1", 1]["ended_at"] == NOON + timedelta(seconds=60)
    assert (rows["ann", "s1", 2]["observed_until"], rows["ann", "s1", 2]["ended_at"]) == (STOP, None)


def test_a_connection_whose_predecessor_ends_after_it_opened_is_stamped_all_the_same(
    served: ServedFacts, tmp_path: Path, facts: Any, opened: Any
) -> None:
    tell(served, opened())
    back = NOON + timedelta(seconds=59)
    tell(served, opened(attempt=2, started_at=back, observed_until=back))
    tell(served, opened(), **lost(60, close_code=4409, ended_by="server"))
    served.close()
    rows = newest(facts(tmp_path, "connections"))
    assert rows["ann", "s1", 1]["close_code"] == 4409
    assert (rows["ann", "s1", 2]["observed_until"], rows["ann", "s1", 2]["ended_at"]) == (STOP, None)


def test_an_intended_end_ends_the_session(
    served: ServedFacts, tmp_path: Path, facts: Any, opened: Any
) -> None:
    tell(served, opened())
    tell(served, opened(), **lost(60, close_code=1000, ended_by="client", intended=True))
    served.close()
    (row,) = newest(facts(tmp_path, "connections")).values()
    assert row["observed_until"] == NOON + timedelta(seconds=60)


def test_a_failed_attempt_leaves_no_session_open(
    served: ServedFacts, tmp_path: Path, facts: Any, opened: Any
) -> None:
    tell(served, opened(outcome="http_503", handshake_s=None))
    served.close()
    (row,) = newest(facts(tmp_path, "connections")).values()
    assert row["observed_until"] == NOON + timedelta(seconds=0.1)


def test_deliveries_are_recorded_as_they_are(
    served: ServedFacts, tmp_path: Path, facts: Any, delivered: Any
) -> None:
    fact: Delivery = delivered(round_trip=True)
    served.delivery(**vars(fact))
    served.close()
    (row,) = facts(tmp_path, "deliveries")
    assert {name: row[name] for name in vars(fact)} == vars(fact)


def test_a_place_that_does_not_answer_is_not_waited_for_long(tmp_path: Path, opened: Any) -> None:
    recorder = Hanging(tmp_path, option="current", environment="lab", collector="one", flush_s=1e6)
    served = ServedFacts(recorder, session_s=120, patience_s=0.1, limit_s=0.2)
    tell(served, opened())
    begin_s = time.monotonic()
    with pytest.raises(EnvironmentFault, match="the place does not answer, and 1 rows are lost"):
        served.close()
    assert time.monotonic() - begin_s < 10


def test_what_could_not_be_written_is_told(
    tmp_path: Path, opened: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    place = tmp_path / "metrics"
    recorder = Recorder(place, option="current", environment="lab", collector="one", flush_s=1e6)
    served = ServedFacts(recorder, session_s=120, patience_s=0.1)
    tell(served, opened())
    place.rmdir()
    place.write_text("no folder")
    with pytest.raises(EnvironmentFault, match="rows are not written; free the disk"):
        served.close()
