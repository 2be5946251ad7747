"""Filing: what an import writes, where, and that it is all or nothing."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from proxy_logs import ALB, FAILED, rows_of, take, write

from toolkit.measure.compaction import compact
from toolkit.measure.events import AGGREGATES, SCHEMAS, UNIQUE
from toolkit.measure.importers import IMPORTERS, KINDS, importer_of
from toolkit.measure.importers.filing import file_findings
from toolkit.measure.importers.findings import METRICS, BadLine, Findings, Importer, Said
from toolkit.project.faults import EnvironmentFault, InputError

SAID = Said(option="current", environment="production")
OVER_MIDNIGHT = ALB.replace("2026-11-23T10:05:00.500000Z", "2026-11-25T00:00:01.500000Z")


def aggregate(**values: Any) -> dict[str, Any]:
    """One aggregate, with what a test names changed."""
    known = {
        "environment": "production",
        "collector": "import",
        "source": "k6",
        "from_at": None,
        "until_at": datetime(2026, 11, 23, 10, tzinfo=UTC),
        "name": "ws_ping",
        "kind": "quantile",
        "quantile": 0.95,
        "value": 12.5,
        "unit": "ms",
    }
    return {**known, **values}


def file_aggregates(tmp_path: Path, *rows: dict[str, Any], bad: tuple[BadLine, ...] = ()) -> Any:
    """File aggregates as if an importer had found them."""
    source = write(tmp_path / "source.json", "content")
    found = Findings(
        tables={"aggregates": pa.Table.from_pylist(list(rows), schema=AGGREGATES)}, good=len(rows), bad=bad
    )
    importer = Importer(read=lambda *_: found, gives=("latency_p95_ms",), lacks={})
    return file_findings(
        found, source=source, kind="k6", said=SAID, importer=importer, metrics_dir=tmp_path / "metrics"
    )


def test_a_connection_open_at_midnight_stands_on_every_day_that_it_saw(tmp_path: Path) -> None:
    result = take("alb", write(tmp_path / "a.log", OVER_MIDNIGHT), tmp_path / "metrics")
    assert [file.parent.name for file in result.files] == [
        "date=2026-11-23",
        "date=2026-11-24",
        "date=2026-11-25",
    ]
    rows = rows_of(result)
    assert [row["observed_until"] for row in rows] == [
        datetime(2026, 11, 23, 23, 59, 59, 999999, tzinfo=UTC),
        datetime(2026, 11, 24, 23, 59, 59, 999999, tzinfo=UTC),
        datetime(2026, 11, 25, 0, 0, 1, 500000, tzinfo=UTC),
    ]
    assert [row["ended_at"] is None for row in rows] == [True, True, False]
    assert len({(row["client"], row["session"], row["started_at"], row["handshake_s"]) for row in rows}) == 1
    assert (result.rows, result.tables, result.duplicates) == (1, {"connections": 1}, 0)


def test_a_handshake_under_way_at_midnight_counts_where_it_opened_and_else_where_it_began(
    tmp_path: Path,
) -> None:
    late = ALB.replace("2026-11-23T10:00:00.25", "2026-11-22T23:59:59.9").replace("0.004", "0.400")
    failed = FAILED.replace("2026-11-23T10:00:00.25", "2026-11-22T23:59:59.9")
    rows = rows_of(take("alb", write(tmp_path / "a.log", late, failed), tmp_path / "metrics"))
    days = {row["outcome"]: row["observed_until"].date() for row in rows}
    assert days == {"open": date(2026, 11, 23), "http_502": date(2026, 11, 22)}
    assert len(rows) == 2


def test_a_connection_of_more_than_400_days_is_not_repeated_for_each(tmp_path: Path) -> None:
    result = take(
        "alb",
        write(tmp_path / "a.log", ALB.replace("2026-11-23T10:00", "2016-11-23T10:00")),
        tmp_path / "metrics",
    )
    assert len(rows_of(result)) == 1


def test_files_say_that_no_key_stands_twice_in_them_and_have_our_schema(tmp_path: Path) -> None:
    (file,) = take("alb", write(tmp_path / "a.log", ALB, ALB, FAILED), tmp_path / "metrics").files
    schema = pq.read_schema(file)
    assert schema.metadata.items() >= UNIQUE.items()
    assert schema.remove_metadata() == SCHEMAS["connections"]


def test_a_row_that_another_file_has_is_not_written_again(tmp_path: Path) -> None:
    take("alb", write(tmp_path / "a.log", ALB, OVER_MIDNIGHT.replace(":41000", ":7")), tmp_path / "metrics")
    more = write(tmp_path / "b.log", ALB, OVER_MIDNIGHT.replace(":41000", ":7"), FAILED)
    result = take("alb", more, tmp_path / "metrics")
    assert (result.rows, result.duplicates) == (3, 2)
    assert [row["outcome"] for row in rows_of(result)] == ["http_502"]


def test_a_file_imported_with_another_mapping_replaces_what_it_gave_before(tmp_path: Path) -> None:
    when, counts = "[24/Nov/2026:23:30:00.000]", "0/0/0/1/1 101 1 - - ---- 0/0/0/0/0 0/0"
    line = f'10.0.0.7:1 {when} a b/c {counts} "GET /ws HTTP/1.1"'
    file = write(tmp_path / "h.log", line)
    (before,) = take("haproxy", file, tmp_path / "metrics").files
    (after,) = take("haproxy", file, tmp_path / "metrics", "time_zone: America/New_York").files
    assert (before.parent.name, after.parent.name) == ("date=2026-11-24", "date=2026-11-25")
    assert sorted((tmp_path / "metrics").rglob("*.parquet")) == [after]


def test_what_another_mapping_gave_and_compaction_merged_is_not_added_to(tmp_path: Path) -> None:
    times = ("24/Nov/2026:23:30:00.000", "25/Nov/2026:12:00:00.000")
    counts = "0/0/0/1/1 101 1 - - ---- 0/0/0/0/0 0/0"
    lines = [f'10.0.0.7:1 [{when}] a b/c {counts} "GET /ws HTTP/1.1"' for when in times]
    file, metrics_dir = write(tmp_path / "h.log", *lines, "bad"), tmp_path / "metrics"
    berlin = "paths: [/ws]\ntime_zone: Europe/Berlin"
    take("haproxy", file, metrics_dir, berlin)
    compact(metrics_dir)
    same = take("haproxy", file, metrics_dir, "time_zone: 'Europe/Berlin'\npaths:\n- /ws\n")
    assert (same.duplicates, same.files) == (2, ())
    take("haproxy", write(tmp_path / "other.log", lines[0].replace("10.0.0.7", "10.0.0.8")), metrics_dir)
    compact(metrics_dir)
    before = sorted(metrics_dir.rglob("*.*"))
    (line,) = faults_of_merged("haproxy", file, metrics_dir, "time_zone: America/New_York")
    folder = metrics_dir / "connections" / "option=current" / "date=2026-11-24"
    wrong, _, right = line.partition("; ")
    assert wrong.endswith(f"another mapping, and toolkit compact has merged that in {folder} and 1 more")
    assert right == "use the mapping of before, or delete these folders and import anew what lay in them"
    assert sorted(metrics_dir.rglob("*.*")) == before


def faults_of_merged(kind: str, file: Path, metrics_dir: Path, mapping: str) -> list[str]:
    with pytest.raises(InputError) as caught:
        take(kind, file, metrics_dir, mapping)
    return str(caught.value).splitlines()


def test_a_side_file_goes_once_its_lines_are_understood(tmp_path: Path) -> None:
    file = write(
        tmp_path / "n.log", "/ws 10.0.0.7 101 1795543976.358 0.305", '/ws "10.0.0.8" 101 1795543976.358 0.305'
    )
    first = "log_format: $uri $remote_addr $status $msec $request_time"
    strict = first.replace("$remote_addr", '"$remote_addr"')
    assert take("nginx", file, tmp_path / "metrics", strict).set_aside_file is not None
    assert take("nginx", file, tmp_path / "metrics", first).set_aside_file is None
    assert list((tmp_path / "metrics" / "set-aside").iterdir()) == []


def test_a_folder_that_cannot_be_written_leaves_no_part_of_an_import(tmp_path: Path) -> None:
    blocked = tmp_path / "metrics" / "connections" / "option=current" / "date=2026-11-25"
    blocked.parent.mkdir(parents=True)
    blocked.write_text("a file where a folder should be")
    with pytest.raises(EnvironmentFault, match=r"metrics: cannot be written \(.+\)"):
        take("alb", write(tmp_path / "a.log", OVER_MIDNIGHT), tmp_path / "metrics")
    assert list((tmp_path / "metrics").rglob("*.parquet")) == []
    assert list((tmp_path / "metrics").rglob("*.tmp")) == []


def test_an_import_after_compaction_adds_nothing(tmp_path: Path) -> None:
    one = write(tmp_path / "a.log", ALB)
    take("alb", one, tmp_path / "metrics")
    take("alb", write(tmp_path / "b.log", ALB.replace(":41000", ":41001")), tmp_path / "metrics")
    compact(tmp_path / "metrics")
    again = take("alb", one, tmp_path / "metrics")
    assert (again.rows, again.duplicates, again.files) == (1, 1, ())


def test_aggregates_are_filed_by_the_day_on_which_they_end_each_once(tmp_path: Path) -> None:
    next_day = aggregate(until_at=datetime(2026, 11, 24, tzinfo=UTC))
    result = file_aggregates(tmp_path, aggregate(), aggregate(), aggregate(quantile=0.5), next_day)
    assert (result.tables, result.duplicates) == ({"aggregates": 4}, 1)
    assert [(file.parent.name, pq.read_metadata(file).num_rows) for file in result.files] == [
        ("date=2026-11-23", 2),
        ("date=2026-11-24", 1),
    ]
    again = file_aggregates(tmp_path, aggregate(), aggregate(), aggregate(quantile=0.5), next_day)
    assert again == result


def test_of_two_values_for_one_aggregate_the_order_of_the_file_decides_nothing(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    one, other = aggregate(value=1.0), aggregate(value=2.0)
    (first,) = file_aggregates(tmp_path / "a", one, other).files
    (second,) = file_aggregates(tmp_path / "b", other, one).files
    assert first.read_bytes() == second.read_bytes()


def test_text_of_a_bad_piece_is_kept_byte_by_byte(tmp_path: Path) -> None:
    text = 'a "quoted", \udcff\r\nsecond\x00 line'
    side = file_aggregates(tmp_path, aggregate(), bad=(BadLine(7, "no, not so", text),)).set_aside_file
    raw = b'source.json,7,"no, not so","a ""quoted"", \xff\r\nsecond\x00 line"\r\n'
    assert side.read_bytes() == b"file,line,reasons,text\r\n" + raw


@pytest.mark.parametrize("kind", IMPORTERS)
def test_every_importer_gives_a_metric_or_says_why_not(kind: str) -> None:
    importer = importer_of(kind)
    assert {*importer.gives, *importer.lacks} == set(METRICS)
    assert not set(importer.gives) & set(importer.lacks)


def test_the_kinds_are_those_of_the_contract() -> None:
    assert set(KINDS) == {"k6", "k6-summary", "artillery", "alb", "nginx", "haproxy", "prometheus", "csv"}
