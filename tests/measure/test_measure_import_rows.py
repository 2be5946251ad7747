"""CSV import: good rows become recorded facts, bad ones are kept with their reasons."""

import csv
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from csv_imports import CONNECTIONS, DELIVERIES, take, write
from hypothesis import given, settings
from hypothesis import strategies as st


def test_connections_are_known_by_their_header(tmp_path: Path, facts: Any) -> None:
    file = write(
        tmp_path / "c.csv",
        CONNECTIONS,
        "17,s1,1,2026-11-22T23:59:00Z,0.5,open,2026-11-23T00:10:00+00:00,2026-11-23T00:10:00,1006,network,false",
        "18,s2,1.0,1795428000000000,,refused,,2026-11-23 10:00:01,,,",
    )
    result = take(file, tmp_path / "metrics")
    assert (result.tables, result.set_aside, result.set_aside_file) == ({"connections": 2}, 0, None)
    _, first, second = facts(tmp_path / "metrics", "connections", "client, observed_until")
    assert first["ended_at"] == datetime(2026, 11, 23, 0, 10, tzinfo=UTC)
    assert (first["client"], first["close_code"], first["intended"]) == ("17", 1006, False)
    assert (first["environment"], first["option"], first["collector"]) == ("production", "current", "import")
    assert str(first["date"]) == "2026-11-23"
    assert second["started_at"] == datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
    assert (second["attempt"], second["handshake_s"], second["ended_at"]) == (1, None, None)


def test_deliveries_are_known_by_their_header(tmp_path: Path, facts: Any) -> None:
    file = write(
        tmp_path / "d.csv",
        DELIVERIES,
        "m1,ann,bob,2026-11-23T10:00:00Z,0.02,1,true",
        "m1,ann,eve,2026-11-23T10:00:00Z,NaN,0,",
        "m2,ann,bob,2026-11-24T10:00:00Z,0.03,2.0,False",
    )
    result = take(file, tmp_path / "metrics")
    assert (result.tables, result.rows, len(result.files)) == ({"deliveries": 3}, 3, 2)
    rows = facts(tmp_path / "metrics", "deliveries", "message, recipient")
    assert [row["latency_s"] for row in rows] == [0.02, None, 0.03]
    assert [row["copies"] for row in rows] == [1, 0, 2]
    assert [row["in_order"] for row in rows] == [True, None, False]
    assert {row["deadline_s"] for row in rows} == {5.0}


def test_a_column_that_the_source_lacks_is_null(tmp_path: Path, facts: Any) -> None:
    file = write(
        tmp_path / "d.csv", "message,recipient,scheduled_at,latency_s", "m1,bob,2026-11-23T10:00:00,0.02"
    )
    take(file, tmp_path / "metrics")
    (row,) = facts(tmp_path / "metrics", "deliveries")
    assert (row["sender"], row["copies"], row["in_order"], row["bytes"]) == (None, None, None, None)


def test_a_late_delivery_is_recorded_as_lost_and_counted(tmp_path: Path, facts: Any) -> None:
    file = write(tmp_path / "d.csv", DELIVERIES, "m1,ann,bob,2026-11-23T10:00:00Z,5.01,1,true")
    assert take(file, tmp_path / "metrics").late == 1
    (row,) = facts(tmp_path / "metrics", "deliveries")
    assert (row["latency_s"], row["copies"], row["in_order"]) == (None, 0, None)


def test_bad_rows_are_kept_aside_with_line_and_reasons(tmp_path: Path, facts: Any) -> None:
    good = "m1,ann,bob,2026-11-23T10:00:00Z,0.02,1,true"
    bad = [
        "m2,ann,bob,yesterday,0.02,1,true",
        "m3,ann,bob,1795428000,fast,1,perhaps",
        "m4,ann,bob,2026-11-23T10:00:00Z,-1,1,true",
        "m5,ann,,2026-11-23T10:00:00Z,0.02,1,true",
        "m6,ann,bob,2026-11-23T10:00:00Z,,1,",
        "m7,ann,bob,2026-11-23T10:00:00Z,0.02,0,",
        "m8,ann,bob",
    ]
    file = write(tmp_path / "d.csv", DELIVERIES, good, *bad)
    result = take(file, tmp_path / "metrics")
    assert (result.rows, result.set_aside) == (1, 7)
    assert result.set_aside_file is not None
    with result.set_aside_file.open(newline="") as side:
        _, *kept = csv.reader(side)
    assert [row[1] for row in kept] == ["3", "4", "5", "6", "7", "8", "9"]
    reasons = [row[2] for row in kept]
    assert reasons[0] == "scheduled_at: 'yesterday' is no time; write ISO 8601 or epoch microseconds"
    assert reasons[1].count(";") >= 2 and "latency_s: 'fast'" in reasons[1] and "in_order" in reasons[1]
    assert "latency_s: '-1' is no duration" in reasons[2]
    assert reasons[3] == "recipient: is empty"
    assert reasons[4] == "latency_s: is empty although copies is above 0"
    assert reasons[5] == "copies: is 0 although there is a latency"
    assert reasons[6] == "has 3 cells instead of 7"
    assert [row[3] for row in kept] == bad
    assert len(facts(tmp_path / "metrics", "deliveries")) == 1


def test_contradictory_connections_are_set_aside(tmp_path: Path) -> None:
    start, end = "2026-11-23T10:00:00", "2026-11-23T10:05:00"
    file = write(
        tmp_path / "c.csv",
        CONNECTIONS,
        f"a,s1,1,{start},0.1,open,{end},{end},1000,client,true",
        f"b,s1,1,{start},0.1,refused,{end},{end},1006,network,false",
        f"c,s1,1,{end},0.1,open,,{start},,,",
        f"d,s1,0,{start},0.1,open,,{end},,,",
        f"e,s1,1,{start},0.1,http_99,,{end},,,",
        f"f,s1,1,{start},400,open,{end},{end},1000,client,true",
        f"g,s1,1,{start},0.1,open,{end},{end},99,nobody,maybe",
    )
    result = take(file, tmp_path / "metrics")
    assert (result.rows, result.set_aside) == (1, 6)
    assert result.set_aside_file is not None
    text = result.set_aside_file.read_text()
    for reason in (
        "ended_at: must be empty, as the attempt failed",
        "observed_until: is before started_at",
        "attempt: '0' is no whole number",
        "outcome: 'http_99' is not one of open",
        "ended_at: is before the end of the handshake",
        "ended_by: 'nobody' is not one of client",
    ):
        assert reason in text


def test_a_row_that_says_another_option_is_set_aside(tmp_path: Path) -> None:
    file = write(
        tmp_path / "d.csv",
        DELIVERIES + ",option",
        "m1,ann,bob,2026-11-23T10:00:00Z,0.02,1,true,current",
        "m2,ann,bob,2026-11-23T10:00:00Z,0.02,1,true,socketio",
    )
    result = take(file, tmp_path / "metrics")
    assert result.set_aside_file is not None
    assert "option: 'socketio' is not 'current'" in result.set_aside_file.read_text()


cells = st.text(st.characters(exclude_categories=["Cs"]), max_size=12) | st.sampled_from(
    ["2026-11-23T10:00:00Z", "0.02", "1", "true", "NaN", "1e400", "-0", "99999999999999999999"]
)


@settings(max_examples=25)
@given(rows=st.lists(st.lists(cells, min_size=6, max_size=8), max_size=8))
def test_whatever_stands_in_the_cells_every_row_is_accounted_for(
    tmp_path_factory: Any, rows: list[list[str]]
) -> None:
    folder = tmp_path_factory.mktemp("import")
    file = folder / "d.csv"
    with file.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle)
        writer.writerow(DELIVERIES.split(","))
        writer.writerow(["m1", "ann", "bob", "2026-11-23T10:00:00Z", "0.02", "1", "true"])
        writer.writerows(rows)
    result = take(file, folder / "metrics")
    assert result.rows + result.set_aside == len(rows) + 1


def test_bad_rows_are_kept_as_they_stood_with_their_quotes_and_line_breaks(tmp_path: Path) -> None:
    bad = 'm2,"ann, the ""first""\nof two",bob,never,0.02,1,true'
    file = write(tmp_path / "d.csv", DELIVERIES, "m1,ann,bob,2026-11-23T10:00:00Z,0.02,1,true", bad)
    side = take(file, tmp_path / "metrics").set_aside_file
    assert side is not None
    with side.open(newline="") as kept:
        assert [row[1::2] for row in csv.reader(kept)][1:] == [["3", bad]]
