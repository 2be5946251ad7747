"""`toolkit import k6`: what becomes of points that k6 really wrote; see fixtures/k6/README.md."""

import csv
import gzip
import json
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from foreign_files import FIXTURES, Rows, faults_of, given, rows_of, shown, take

K6 = FIXTURES / "k6"

BY_SCENARIO = ["ws.json", "ws.csv", "websockets.json.gz", "websockets.csv.gz"]
RUNS = [*BY_SCENARIO, "users.json", "users.csv"]


def text_of(name: str) -> str:
    content = (K6 / name).read_bytes()
    return (gzip.decompress(content) if name.endswith(".gz") else content).decode()


def durations_s(name: str) -> list[float]:
    """Of the connections that opened and ended, as the file has them."""
    if ".json" in name:
        points = [json.loads(line) for line in text_of(name).splitlines()]
        told = [
            (point["metric"], point["data"].get("tags", {}).get("status"), point["data"].get("value"))
            for point in points
        ]
    else:
        rows = csv.DictReader(text_of(name).splitlines())
        told = [(row["metric_name"], row["status"], row["metric_value"]) for row in rows]
    return sorted(
        float(v) / 1000 for metric, status, v in told if metric == "ws_session_duration" and status == "101"
    )


def lengths_s(rows: Rows) -> list[float]:
    return sorted((row["ended_at"] - row["started_at"]).total_seconds() for row in rows if row["ended_at"])


@pytest.mark.parametrize("name", BY_SCENARIO)
def test_every_dial_is_an_attempt_with_its_outcome(name: str) -> None:
    rows = given("k6", f"k6/{name}", "connections")
    assert Counter((row["client"], row["outcome"]) for row in rows) == {
        ("echo", "open"): 4,
        ("kick", "open"): 2,
        ("cut", "open"): 2,
        ("stay", "open"): 2,
        ("deny", "http_401"): 2,
        ("busy", "http_503"): 2,
        ("refused", "error"): 2,
    }


@pytest.mark.parametrize("name", ["users.json", "users.csv"])
def test_virtual_users_are_the_clients_where_k6_names_them(name: str) -> None:
    rows = given("k6", f"k6/{name}", "connections")
    assert {row["client"] for row in rows} == {f"vu {number}" for number in range(1, 10)}
    assert Counter(row["outcome"] for row in rows) == {"open": 10, "http_401": 2, "http_503": 2, "error": 2}


@pytest.mark.parametrize("name", RUNS)
def test_connections_last_as_long_as_k6_says(name: str) -> None:
    rows = given("k6", f"k6/{name}", "connections")
    assert lengths_s(rows) == pytest.approx(durations_s(name), abs=2e-6)
    assert len(lengths_s(rows)) == 8


@pytest.mark.parametrize("name", RUNS)
def test_a_connection_that_was_open_when_its_user_was_stopped_stays_open(name: str) -> None:
    rows = given("k6", f"k6/{name}", "connections")
    still_open = [row for row in rows if row["outcome"] == "open" and row["ended_at"] is None]
    seen_s = [(row["observed_until"] - row["started_at"]).total_seconds() for row in still_open]
    assert seen_s == pytest.approx([3, 3], abs=0.01)


@pytest.mark.parametrize("name", RUNS)
def test_who_ended_a_connection_and_whether_it_was_wanted_stays_unknown(name: str) -> None:
    rows = given("k6", f"k6/{name}", "connections")
    assert {row[column] for row in rows for column in ("close_code", "ended_by", "intended")} == {None}


@pytest.mark.parametrize("name", RUNS)
def test_which_attempt_of_a_session_it_is_stays_unknown(name: str) -> None:
    rows = given("k6", f"k6/{name}", "connections")
    assert {row["attempt"] for row in rows} == {None}
    assert len({row["session"] for row in rows}) == len(rows)


def test_the_handshake_is_known_of_opened_connections_only() -> None:
    rows = given("k6", "k6/ws.json", "connections")
    assert all((row["handshake_s"] is not None) == (row["outcome"] == "open") for row in rows)
    assert max(row["handshake_s"] or 0 for row in rows) == pytest.approx(0.006176476)


def test_both_forms_of_one_run_give_the_same_connections() -> None:
    in_json = given("k6", "k6/users.json", "connections")
    in_csv = given("k6", "k6/users.csv", "connections")
    assert in_json == in_csv


def test_whole_seconds_lose_no_connection_and_no_length() -> None:
    for exact, coarse in (("ws.json", "ws.csv"), ("websockets.json.gz", "websockets.csv.gz")):
        fine = given("k6", f"k6/{exact}", "connections")
        rough = given("k6", f"k6/{coarse}", "connections")
        assert Counter((r["client"], r["outcome"]) for r in fine) == Counter(
            (r["client"], r["outcome"]) for r in rough
        )
        assert lengths_s(rough) == pytest.approx(lengths_s(fine), abs=2e-6)


@pytest.mark.parametrize(
    ("name", "started_at"),
    [
        ("offset.json", datetime(2026, 11, 24, 18, 26, 47, 556070, UTC)),
        ("milliseconds.csv", datetime(2026, 11, 24, 18, 26, 48, 752000, UTC)),
        ("ws.csv", datetime(2026, 11, 24, 18, 1, 44, 0, UTC)),
    ],
)
def test_times_are_utc_however_k6_writes_them(name: str, started_at: datetime) -> None:
    rows = given("k6", f"k6/{name}", "connections")
    assert min(row["started_at"] for row in rows) == started_at


@pytest.mark.parametrize("name", ["no-status.json", "no-answer-tags.json"])
def test_points_without_the_status_tag_are_refused(name: str, tmp_path: Path) -> None:
    assert faults_of("k6", K6 / name, tmp_path) == [
        f"{name}:1: status: its points do not say with which status the server answered; "
        "run k6 with status among --system-tags"
    ]


def test_csv_without_the_status_column_is_refused(tmp_path: Path) -> None:
    (line,) = faults_of("k6", K6 / "no-status.csv", tmp_path)
    assert "it has no column status; run k6 with status among --system-tags" in line


def test_percentiles_and_counts_are_those_of_k6_itself() -> None:
    ours = shown(given("k6", "k6/ws.json", "aggregates"))
    theirs = shown(given("k6-summary", "k6/summary-export.json", "aggregates"))
    theirs[("ws_sessions", "count", None)] = theirs.pop(("attempts", "count", None))
    same = {key: value for key, value in theirs.items() if key[0].startswith("ws_")}
    assert len(same) == 3 + 3 * 6
    assert {key: ours[key] for key in same} == pytest.approx(same)


def test_counts_of_points_are_never_added_to_those_of_the_connections() -> None:
    names = {row["name"] for row in given("k6", "k6/ws.json", "aggregates")}
    assert names.isdisjoint({"attempts", "opened", "expected", "in_time"})


def test_metrics_that_mean_nothing_here_are_named(tmp_path: Path) -> None:
    result = take("k6", K6 / "ws.json", tmp_path / "metrics")
    assert result.ignored == (
        "chat_latency", "data_received", "data_sent", "iteration_duration", "iterations", "vus", "vus_max",
    )  # fmt: skip


def test_importing_the_points_again_changes_nothing(tmp_path: Path) -> None:
    first = take("k6", K6 / "websockets.json.gz", tmp_path / "metrics")
    before = [path.read_bytes() for path in first.files]
    second = take("k6", K6 / "websockets.json.gz", tmp_path / "metrics")
    assert [path.read_bytes() for path in second.files] == before
    assert len(rows_of("connections", second)) == 16


def test_machines_whose_users_dial_in_the_same_second_stay_apart(tmp_path: Path) -> None:
    """Each numbers its virtual users from 1, and CSV has whole seconds."""
    header = "metric_name,timestamp,metric_value,scenario,status,subproto,url,vu,extra_tags,metadata"
    tags = "default,101,,ws://x/ws,1,,"
    latency = tmp_path / "m.yaml"
    latency.write_text("latencies: [{trend: chat_latency, expected: chat_expected, round_trip: true}]\n")
    for machine, ms in ((1, 20.5), (2, 33.25)):
        points = (("ws_sessions", 1), ("ws_connecting", ms), ("chat_expected", 1), ("chat_latency", ms))
        lines = [f"{metric},1795428000,{value:.6f},{tags}" for metric, value in points]
        file = tmp_path / f"{machine}.csv"
        file.write_text("\n".join([header, *lines]) + "\n")
        result = take("k6", file, tmp_path / "metrics", mapping=latency)
        assert result.tables["connections"] == result.tables["deliveries"] == 1
    for table, key in (("connections", "session"), ("deliveries", "message")):
        folder = tmp_path / "metrics" / table / "option=current" / "date=2026-11-23"
        rows = [
            row for part in folder.iterdir() for row in pq.read_table(part, partitioning=None).to_pylist()
        ]
        assert len({row[key] for row in rows}) == 2
