"""`toolkit import prometheus`: a range that it really answered with, see fixtures/prometheus, and others."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from foreign_files import FIXTURES, Rows, faults_of, given, rows_of, set_aside, shown, take, written

from toolkit.chat.server.exposition import Exposition
from toolkit.measure.importers.prometheus import KNOWN

RANGE = "prometheus/range.json"
TEN = 1_795_514_400  # 2026-11-24T10:00:00Z, the full hour.

Samples = list[list[Any]]


def matrix(*series: tuple[str, Samples], **more: Any) -> dict[str, Any]:
    """An answer to a range query."""
    result = [
        {"metric": {"__name__": name, "job": f"j{i}"}, "values": v} for i, (name, v) in enumerate(series)
    ]
    return {"status": "success", "data": {"resultType": "matrix", "result": result}, **more}


def samples(*pairs: tuple[float, float]) -> Samples:
    """Seconds after ten o'clock and a value each."""
    return [[TEN + at, str(value)] for at, value in pairs]


def taken(document: dict[str, Any], tmp_path: Path, **more: Any) -> Rows:
    result = take("prometheus", written(tmp_path / "p.json", document), tmp_path / "metrics", **more)
    return rows_of("aggregates", result)


def by_hour(rows: Rows, name: str, kind: str = "count") -> dict[int, float]:
    return {row["until_at"].hour: row["value"] for row in rows if (row["name"], row["kind"]) == (name, kind)}


def test_the_growth_of_a_counter_spans_a_restart_of_the_server() -> None:
    document = json.loads((FIXTURES / RANGE).read_text())
    (values,) = (
        s["values"] for s in document["data"]["result"] if s["metric"]["__name__"] == "chat_opened_total"
    )
    first, before, after, last = (int(values[at][1]) for at in (0, 11, 12, -1))
    assert (before, after) == (48, 0), "the fixture has a restart here"
    assert shown(given("prometheus", RANGE, "aggregates"))["opened", "count", None] == before - first + last


def test_every_series_of_a_counter_that_is_not_ours_keeps_its_labels() -> None:
    names = {row["name"] for row in given("prometheus", RANGE, "aggregates")}
    assert 'chat_closed_total{code="1000",instance="127.0.0.1:8735",job="chat"}' in names


def test_gauges_show_their_highest_and_mean_sample() -> None:
    document = json.loads((FIXTURES / RANGE).read_text())
    (values,) = (
        s["values"] for s in document["data"]["result"] if s["metric"]["__name__"] == "chat_connections"
    )
    found = {key[1]: value for key, value in shown(given("prometheus", RANGE, "aggregates")).items()
             if key[0].startswith("chat_connections{")}  # fmt: skip
    numbers = [int(value) for _, value in values]
    assert found == {"maximum": max(numbers), "mean": pytest.approx(sum(numbers) / len(numbers))}


def test_what_is_not_known_is_named_and_not_recorded(tmp_path: Path) -> None:
    result = take("prometheus", FIXTURES / RANGE, tmp_path / "metrics")
    assert {"up", "scrape_duration_seconds"} <= set(result.ignored)
    assert "connection_success_rate" in result.lacks
    assert result.gives == ()


def test_growth_belongs_to_the_hour_of_the_later_sample_and_the_full_hour_ends_one(tmp_path: Path) -> None:
    counter = samples((3500, 10), (3600, 12), (3610, 15), (7300, 20))
    rows = taken(matrix(("chat_opened_total", counter)), tmp_path)
    assert by_hour(rows, "opened") == {10: 2, 11: 3, 12: 5}
    assert [
        (row["from_at"].strftime("%H:%M:%S"), row["until_at"].strftime("%H:%M:%S.%f")) for row in rows
    ] == [
        ("10:58:20", "10:59:59.999999"),
        ("11:00:00", "11:59:59.999999"),
        ("12:00:00", "12:01:40.000000"),
    ]


def test_a_count_of_ours_is_the_sum_of_all_servers(tmp_path: Path) -> None:
    one, other = samples((0.5, 1), (9, 4)), samples((1, 10), (8, 15))
    document = matrix(("chat_opened_total", one), ("socket_io_connect_total", other))
    assert by_hour(taken(document, tmp_path), "opened") == {10: 8}


def test_what_counted_before_the_first_sample_is_not_counted(tmp_path: Path) -> None:
    assert taken(matrix(("chat_opened_total", samples((1, 900)))), tmp_path) == []


def test_the_mapping_says_what_another_exporter_counts(tmp_path: Path) -> None:
    (tmp_path / "m.yaml").write_text(
        "dials_total: attempts\nups_total: opened\nqueue: gauge\nchat_opened_total: counter\n"
    )
    pairs = samples((1, 1), (9, 4))
    names = ("dials_total", "ups_total", "queue", "chat_opened_total")
    document = matrix(*((name, pairs) for name in names))
    result = take(
        "prometheus",
        written(tmp_path / "p.json", document),
        tmp_path / "metrics",
        mapping=tmp_path / "m.yaml",
    )
    rows = rows_of("aggregates", result)
    assert (
        by_hour(rows, "attempts")
        == by_hour(rows, "opened")
        == by_hour(rows, 'chat_opened_total{job="j3"}')
        == {10: 3}
    )
    assert by_hour(rows, 'queue{job="j2"}', "maximum") == {10: 4}
    assert result.gives == ("connection_success_rate",)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            "# ours\nchat_open_total: opened\n",
            "m.yaml:2: chat_open_total: the mapping names a metric that the file lacks; did you mean",
        ),
        (
            "chat_opened_total: open\n",
            "chat_opened_total: 'open' is not one of the choices; use 'attempts', 'opened'",
        ),
    ],
)
def test_a_mapping_that_does_not_fit_is_wrong_input(text: str, words: str, tmp_path: Path) -> None:
    (tmp_path / "m.yaml").write_text(text)
    (line,) = faults_of("prometheus", FIXTURES / RANGE, tmp_path, mapping=tmp_path / "m.yaml")
    assert words in line


@pytest.mark.parametrize(
    ("sample", "reason"),
    [
        ([TEN + 5, "NaN"], "has a sample that is no finite number"),
        ([TEN + 5, "+Inf"], "has a sample that is no finite number"),
        ([TEN + 5, "-3"], "has a sample below 0, which no count is"),
        ([TEN + 5, 3], "has a sample that is no [seconds since 1970, number]"),
        ([(TEN + 5) * 1000, "3"], "has a sample that is no [seconds since 1970, number]"),
        ([TEN + 9, "5"], "has another sample of the same time"),
        ("x", "has a sample that is no [seconds since 1970, number]"),
    ],
)
def test_a_sample_that_is_none_is_set_aside_and_the_others_count(
    sample: Any, reason: str, tmp_path: Path
) -> None:
    document = matrix(("chat_opened_total", [*samples((1, 1), (9, 4)), sample]))
    result = take("prometheus", written(tmp_path / "p.json", document), tmp_path / "metrics")
    assert by_hour(rows_of("aggregates", result), "opened") == {10: 3}
    assert (result.rows, result.set_aside) == (2, 1)
    assert reason in set_aside(result)


def test_samples_may_stand_twice_and_in_any_order(tmp_path: Path) -> None:
    document = matrix(("chat_opened_total", samples((9, 4), (1, 1), (9, 4), (5, 2))))
    assert by_hour(taken(document, tmp_path), "opened") == {10: 3}


def test_native_histograms_and_series_without_a_name_are_named_as_ignored(tmp_path: Path) -> None:
    document = matrix(("chat_opened_total", samples((1, 1), (2, 2))))
    document["data"]["result"] += [
        {"metric": {"__name__": "delay"}, "histograms": [[TEN, {"count": "1", "sum": "2"}]]},
        {"metric": {}, "values": samples((1, 1))},
    ]
    result = take("prometheus", written(tmp_path / "p.json", document), tmp_path / "metrics")
    assert result.ignored == (
        "delay",
        "delay (native histogram)",
        "{} (a series without a name, as rate() and sum() give)",
    )


def test_gaps_and_warnings_are_told(tmp_path: Path) -> None:
    document = matrix(
        ("chat_opened_total", samples((1, 1), (1000, 2))), warnings=["one store \x1b[2J is down"]
    )
    result = take("prometheus", written(tmp_path / "p.json", document), tmp_path / "metrics")
    assert r"Prometheus says: one store \x1b[2J is down" in result.notes
    assert any(note.startswith("Samples lie up to 999 s apart") for note in result.notes)


@pytest.mark.parametrize(
    ("name", "line"),
    [
        (
            "prometheus/error.json",
            "error.json:1: status: the query failed (1:10: parse error: unclosed left parenthesis); "
            "mend the query and save its answer",
        ),
        (
            "prometheus/vector.json",
            'vector.json:1: data.resultType: is "vector", not a matrix; '
            "ask /api/v1/query_range, with start, end and step",
        ),
        (
            "artillery/websocket.json",
            "websocket.json:1: file: is not of the kind prometheus; it looks like one of the kind artillery",
        ),
        (
            "k6/ws.json",
            "ws.json:2: file: holds more than one JSON document; give the file as the tool wrote it",
        ),
    ],
)
def test_another_answer_or_file_is_wrong_input(name: str, line: str, tmp_path: Path) -> None:
    assert faults_of("prometheus", FIXTURES / name, tmp_path) == [line]


def test_counts_of_servers_in_files_of_their_own_add_up_and_those_of_one_do_not(tmp_path: Path) -> None:
    day = samples((0, 1), (3600, 11), (7200, 31))
    found = set()
    for number, server in enumerate(("a", "b", "a")):
        document = matrix(("chat_opened_total", day))
        document["data"]["result"][0]["metric"]["instance"] = server
        file = written(tmp_path / f"{number}.json", {**document, "infos": [str(number)]})
        for row in rows_of("aggregates", take("prometheus", file, tmp_path / "metrics")):
            found.add((row["collector"], row["until_at"], row["value"]))
    assert sorted(value for _, _, value in found) == [10, 10, 20, 20]
    assert len({collector for collector, _, _ in found}) == 2


def test_every_metric_of_the_chat_server_is_known(tmp_path: Path) -> None:
    exposition = Exposition(Counter(closed_1000=1))
    shown_by_it = {metric.name: metric.type for metric in exposition.collect()}
    names = {f"{name}_total" if kind == "counter" else name for name, kind in shown_by_it.items()}
    assert names == {name for name in KNOWN if name.startswith("chat_")}
    document = matrix(*((name, samples((0, 1), (60, 2))) for name in sorted(names)))
    result = take("prometheus", written(tmp_path / "p.json", document), tmp_path / "metrics")
    assert result.ignored == ()
    units = {row["name"].partition("{")[0]: row["unit"] for row in rows_of("aggregates", result)}
    assert (units["chat_history_bytes"], units["chat_event_loop_lag_seconds"]) == ("By", "s")
