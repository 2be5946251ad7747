"""`toolkit import artillery`: reports that it really wrote (fixtures/artillery/README.md), and old shapes."""

import json
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
from foreign_files import FIXTURES, faults_of, given, rows_of, set_aside, take, written

REPORTS = ["artillery/websocket.json", "artillery/socketio.json"]


def report(counters: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A period of version 2."""
    return {"counters": counters, "rates": {}, "summaries": {}, "period": "1795521600000", **more}


def summed(rows: list[dict[str, Any]]) -> dict[str, float]:
    sums: dict[str, float] = defaultdict(float)
    for row in rows:
        if row["kind"] == "count":
            sums[row["name"]] += row["value"]
    return dict(sums)


@pytest.mark.parametrize("name", REPORTS)
def test_the_counts_of_all_periods_are_those_of_the_run(name: str) -> None:
    counts = summed(given("artillery", name, "aggregates"))
    whole = json.loads((FIXTURES / name).read_text())["aggregate"]["counters"]
    assert counts == whole


@pytest.mark.parametrize("name", REPORTS)
def test_each_period_and_the_run_have_percentiles_of_their_own(name: str) -> None:
    document = json.loads((FIXTURES / name).read_text())
    rows = given("artillery", name, "aggregates")
    found = sorted(
        row["value"] for row in rows if (row["name"], row["quantile"]) == ("vusers.session_length", 0.95)
    )
    reports = [*document["intermediate"], document["aggregate"]]
    assert found == sorted(one["summaries"]["vusers.session_length"]["p95"] for one in reports)


def test_an_error_is_counted_as_artillery_counts_it_and_nothing_passes_for_an_attempt() -> None:
    counts = summed(given("artillery", "artillery/websocket.json", "aggregates"))
    assert counts["errors.Unexpected server response: 401"] == 2 * counts["vusers.created_by_name.deny"]
    assert counts.keys().isdisjoint({"attempts", "opened", "expected"})


def test_a_period_lasts_from_its_first_to_its_last_measurement() -> None:
    rows = given("artillery", "artillery/websocket.json", "aggregates")
    spans = sorted(
        {(row["from_at"].isoformat(), row["until_at"].isoformat()) for row in rows if row["kind"] == "count"}
    )
    assert spans[0] == ("2026-11-24T18:03:18.421000+00:00", "2026-11-24T18:03:19.925000+00:00")
    assert len(spans) == 4


def test_a_period_without_measurements_takes_its_ten_seconds(tmp_path: Path) -> None:
    document = {"aggregate": report({}), "intermediate": [report({"vusers.created": 2}, firstMetricAt=0)]}
    result = take("artillery", written(tmp_path / "r.json", document), tmp_path / "metrics")
    (row,) = rows_of("aggregates", result)
    assert row["from_at"].isoformat() == "2026-11-24T12:00:00+00:00"
    assert row["until_at"].isoformat() == "2026-11-24T12:00:09.999999+00:00"


def test_version_1_is_read_under_the_names_of_version_2(tmp_path: Path) -> None:
    latency = {"min": 1.5, "max": None, "median": 2, "p95": 3, "p99": 4}
    one = {
        "timestamp": "2020-03-16T15:22:25.502Z", "scenariosCreated": 4, "scenariosCompleted": 3,
        "requestsCompleted": 9, "latency": latency, "errors": {"ETIMEDOUT": 1}, "codes": {"200": 9},
    }  # fmt: skip
    document = {"aggregate": {**one, "scenariosCreated": 4}, "intermediate": [one]}
    rows = rows_of(
        "aggregates", take("artillery", written(tmp_path / "r.json", document), tmp_path / "metrics")
    )
    assert summed(rows) == {"vusers.created": 4, "vusers.completed": 3, "errors.ETIMEDOUT": 1}
    assert {row["quantile"]: row["value"] for row in rows if row["kind"] == "quantile"} == {
        0.5: 2,
        0.95: 3,
        0.99: 4,
    }


def test_the_reports_of_workers_add_up(tmp_path: Path) -> None:
    done = [report({"vusers.created": n, "http.requests": 5}, firstMetricAt=1795521600000 + n,
                   lastMetricAt=1795521610000 + n) for n in (20, 30)]  # fmt: skip
    messages = [{"id": n, "event": "done", "report": json.dumps(one)} for n, one in enumerate(done)]
    messages.append({"id": 1, "event": "workerStats", "report": json.dumps(done[0])})
    result = take("artillery", written(tmp_path / "r.json", messages), tmp_path / "metrics")
    (row,) = rows_of("aggregates", result)
    assert (row["name"], row["value"]) == ("vusers.created", 50)
    assert (row["from_at"].microsecond, row["until_at"].microsecond) == (20_000, 30_000)
    assert result.ignored == ("http.requests",)


@pytest.mark.parametrize(
    ("piece", "reason"),
    [
        (report({"vusers.created": -1}), "vusers.created: -1 is no number from 0"),
        (report({"vusers.created": "2"}), 'vusers.created: "2" is no number from 0'),
        (report({"vusers.created": 1}, period="soon"), "period: is no time in milliseconds since 1970"),
        (report({"vusers.created": 1}, period=1795521600), "period: is no time in milliseconds since 1970"),
        (
            report({}, summaries={"vusers.session_length": {"p95": True}}),
            "vusers.session_length.p95: true is no",
        ),
        ({"rates": {}}, "has neither counters nor scenariosCreated"),
        ({"scenariosCreated": 1, "timestamp": "today"}, "is no time"),
        (7, "is no report"),
    ],
)
def test_a_period_that_is_none_is_set_aside_with_its_place(
    piece: object, reason: str, tmp_path: Path
) -> None:
    document = {"aggregate": report({}), "intermediate": [report({"vusers.created": 1}), piece]}
    result = take("artillery", written(tmp_path / "r.json", document), tmp_path / "metrics")
    assert result.set_aside == 1
    told = set_aside(result).replace('""', '"')
    assert "intermediate[1]: " in told
    assert reason in told


def test_hostile_error_names_are_text_and_nothing_more(tmp_path: Path) -> None:
    name = "errors.'; DROP TABLE x; --\x1b[2J"
    document = {"aggregate": report({name: 1}), "intermediate": []}
    result = take("artillery", written(tmp_path / "r.json", document), tmp_path / "metrics")
    assert summed(rows_of("aggregates", result)) == {name: 1}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "is empty"),
        ('{"aggregate": {', "is no JSON"),
        ('{"aggregate": {}, "intermediate": {}}', "is not of the kind artillery; it has `aggregate` and"),
        ("[]", "is not of the kind artillery"),
        ('[{"report": "x"}]', "is not of the kind artillery"),
        ('{"metrics": {}}', "it looks like one of the kind k6-summary"),
        ('{"status": "success", "data": {}}', "it looks like one of the kind prometheus"),
    ],
)
def test_a_file_that_is_no_report_is_wrong_input(content: str, words: str, tmp_path: Path) -> None:
    (tmp_path / "r.json").write_text(content)
    (line,) = faults_of("artillery", tmp_path / "r.json", tmp_path)
    assert line.startswith("r.json:1: file: ")
    assert words in line
