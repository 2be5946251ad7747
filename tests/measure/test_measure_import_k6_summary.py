"""`toolkit import k6-summary`: sums and percentiles of a run, in the three shapes in which k6 writes them."""

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from foreign_files import FIXTURES, Rows, faults_of, given, rows_of, set_aside, shown, take, written

K6 = FIXTURES / "k6"
CHANGED = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


def summary_of(path: Path, **metrics: Any) -> Path:
    """A flat summary, last changed at a known time."""
    written(path, {"metrics": metrics, "root_group": {}})
    os.utime(path, (CHANGED.timestamp(), CHANGED.timestamp()))
    return path


def taken(path: Path, tmp_path: Path, **more: Any) -> Rows:
    return rows_of("aggregates", take("k6-summary", path, tmp_path / "metrics", **more))


@pytest.mark.parametrize("name", ["summary-export-opened.json", "summary-handle-opened.json"])
def test_sessions_are_attempts_and_those_with_status_101_opened(name: str) -> None:
    counts = shown(given("k6-summary", f"k6/{name}", "aggregates"))
    assert counts["attempts", "count", None] == 16
    assert counts["opened", "count", None] == 10
    assert ("ws_sessions", "count", None) not in counts


def test_what_opened_stays_unknown_where_no_threshold_counts_it(tmp_path: Path) -> None:
    result = take("k6-summary", K6 / "summary-export.json", tmp_path / "metrics")
    assert "opened" not in {row["name"] for row in rows_of("aggregates", result)}
    assert "connection_success_rate" not in result.gives
    assert "ws_sessions{status:101}" in result.lacks["connection_success_rate"]


def test_both_shapes_of_one_run_give_the_same_numbers_and_the_flat_one_lacks_units() -> None:
    flat, rich = (
        given("k6-summary", f"k6/summary-{shape}-opened.json", "aggregates") for shape in ("export", "handle")
    )
    assert shown(flat) == shown(rich)
    units = {row["name"]: (row["unit"], other["unit"]) for row, other in zip(flat, rich, strict=True)}
    assert units["ws_connecting"] == ("ms", "ms")
    assert units["chat_latency"] == ("unknown", "ms")


def test_trends_become_mean_minimum_maximum_and_quantiles() -> None:
    rows = shown(given("k6-summary", "k6/summary-export.json", "aggregates"))
    ping = {key[1:]: value for key, value in rows.items() if key[0] == "ws_ping"}
    theirs = json.loads((K6 / "summary-export.json").read_text())["metrics"]["ws_ping"]
    assert ping == {
        ("mean", None): theirs["avg"],
        ("minimum", None): theirs["min"],
        ("maximum", None): theirs["max"],
        ("quantile", 0.5): theirs["med"],
        ("quantile", 0.9): theirs["p(90)"],
        ("quantile", 0.95): theirs["p(95)"],
    }


def test_the_run_ended_when_the_file_was_last_changed_and_that_is_said(tmp_path: Path) -> None:
    result = take(
        "k6-summary", summary_of(tmp_path / "s.json", ws_sessions={"count": 3}), tmp_path / "metrics"
    )
    (row,) = rows_of("aggregates", result)
    assert (row["from_at"], row["until_at"]) == (None, CHANGED)
    assert any("last changed, 2026-11-20 09:00 UTC" in note for note in result.notes)


def test_the_mapping_says_when_the_run_ended(tmp_path: Path) -> None:
    (tmp_path / "m.yaml").write_text("ended_at: 2026-11-01T10:00:00Z\n")
    file = summary_of(tmp_path / "s.json", ws_sessions={"count": 3})
    (row,) = taken(file, tmp_path, mapping=tmp_path / "m.yaml")
    assert row["until_at"] == datetime(2026, 11, 1, 10, tzinfo=UTC)


def test_the_length_of_the_run_tells_when_it_began() -> None:
    lasted_ms = json.loads((K6 / "summary-handle-opened.json").read_text())["state"]["testRunDurationMs"]
    rows = given("k6-summary", "k6/summary-handle-opened.json", "aggregates")
    found = {(row["until_at"] - row["from_at"]).total_seconds() for row in rows}
    assert [*found] == pytest.approx([lasted_ms / 1000], abs=1e-6)


def test_the_versioned_summary_of_k6_2_says_its_time_itself(tmp_path: Path) -> None:
    # The fields of grafana/k6@8788307 internal/lib/summary/machinereadable/types_gen.go.
    trend = {"avg": 2.5, "max": 6.0, "med": 2.0, "min": 1.0, "p(90)": 5.0, "p(95)": 5.5}
    metrics = [
        {"name": "ws_sessions", "type": "counter", "contains": "default", "values": {"count": 16}},
        {"name": "ws_connecting", "type": "trend", "contains": "time", "values": trend},
        {
            "name": "shed",
            "type": "rate",
            "contains": "default",
            "values": {"matches": 1, "rate": 0.25, "total": 4},
        },
        {"name": "vus", "type": "gauge", "contains": "default", "values": {"max": 3, "min": 1, "value": 2}},
    ]
    document = {
        "config": {"duration": 30.5, "execution": "local"},
        "metadata": {"generatedAt": "2026-11-20T10:00:00+01:00", "k6Version": "2.1.0"},
        "results": {"metrics": metrics},
        "version": "1.0.0",
    }
    result = take("k6-summary", written(tmp_path / "s.json", document), tmp_path / "metrics")
    rows = rows_of("aggregates", result)
    assert {row["until_at"] for row in rows} == {CHANGED}
    assert {row["from_at"] for row in rows} == {CHANGED - timedelta(seconds=30.5)}
    assert shown(rows)["attempts", "count", None] == 16
    assert shown(rows)["shed", "mean", None] == 0.25
    assert result.ignored == ("vus",)


@pytest.mark.parametrize("value", [None, "many", True, -3, 1e400])
def test_a_metric_with_a_value_that_is_none_is_set_aside_as_a_whole(value: Any, tmp_path: Path) -> None:
    metrics = {"ws_sessions": {"count": 3}, "ws_ping": {"avg": 2, "max": value}}
    file = tmp_path / "s.json"
    file.write_text(json.dumps({"metrics": metrics}).replace("Infinity", "1e400"))
    result = take("k6-summary", file, tmp_path / "metrics")
    assert {row["name"] for row in rows_of("aggregates", result)} == {"attempts"}
    assert "ws_ping.max: " in set_aside(result)


@pytest.mark.parametrize(
    ("content", "line"),
    [
        ("", "s.json:1: file: is empty; give the file as the tool wrote it"),
        (
            '{"metrics": {\n"ws',
            "s.json:2: file: is no JSON (Unterminated string starting at); give the file as",
        ),
        (
            '{"a": NaN}',
            "s.json:1: file: is no JSON (NaN is no number of JSON); give the file as the tool wrote it",
        ),
        ("[" * 100_000, "s.json:1: file: is no JSON (it is nested too deeply)"),
        (
            r'{"metrics": {"\ud800": {}}}',
            "s.json:1: file: is no JSON (a text has half of a pair of surrogates)",
        ),
        (
            '{"x": 1}',
            "s.json:1: file: is not of the kind k6-summary; it has `metrics` with the values of each",
        ),
        ('{"metrics": {"a": 1}}', "s.json:1: file: is not of the kind k6-summary"),
        ('{"a":1}\n{"a":2}\n', "s.json:2: file: holds more than one JSON document; give the file as"),
        (
            '{"aggregate": {}, "intermediate": []}',
            "s.json:1: file: is not of the kind k6-summary; it looks like one of the kind artillery",
        ),
        ('{"metrics": {}}', "s.json:1: file: holds nothing to record; give one of the kind k6-summary"),
    ],
)
def test_a_file_that_is_no_summary_is_wrong_input(content: str, line: str, tmp_path: Path) -> None:
    (tmp_path / "s.json").write_text(content)
    (told,) = faults_of("k6-summary", tmp_path / "s.json", tmp_path)
    assert told.startswith(line)
