"""Files of other writers read alike: other types of integers and times, NaN for null, fewer columns."""

from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from metrics_facts import DAY, delivered, loose, opened, rolled, save, total, write

from toolkit.measure.events import SCHEMAS, Table
from toolkit.metrics.rollups import Rollups

NAN = float("nan")
CONNECTIONS = [opened("10:00", ended="10:30", handshake_s=0.5), opened("10:00", until="10:40", session="t")]
DELIVERIES = [delivered(), delivered(message="n", latency_s=None), delivered(message="o", copies=2)]


def recast(table: Table, rows: list[dict[str, Any]], **types: pa.DataType) -> pa.Table:
    found = loose(table, rows)
    for name, kind in types.items():
        place = found.column_names.index(name)
        found = found.set_column(place, name, found[name].cast(kind))
    return found


def with_column(rows: pa.Table, name: str, values: list[Any], kind: pa.DataType) -> pa.Table:
    return rows.set_column(rows.column_names.index(name), name, pa.array(values, kind, from_pandas=False))


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Rollups:
    metrics_dir = tmp_path_factory.mktemp("plain")
    write(metrics_dir, "connections", CONNECTIONS)
    write(metrics_dir, "deliveries", DELIVERIES)
    return rolled(metrics_dir)


def counts_of(rollups: Rollups, *names: str) -> list[int]:
    return [total(rollups, name) for name in names]


TIMES = ("started_at", "ended_at", "observed_until")


@pytest.mark.parametrize(
    "kind",
    [
        pa.timestamp("ns", tz="UTC"),
        pa.timestamp("ns"),
        pa.timestamp("ms", tz="UTC"),
        pa.timestamp("s"),
        pa.timestamp("us"),
        pa.timestamp("us", tz="America/New_York"),
        pa.int64(),
    ],
    ids=str,
)
def test_times_may_have_any_unit_and_zone(tmp_path: Path, plain: Rollups, kind: pa.DataType) -> None:
    save(tmp_path, "connections", recast("connections", CONNECTIONS, **dict.fromkeys(TIMES, kind)))
    names = ("attempts", "connected_us", "wanted_us", "unintended_ends")
    assert counts_of(rolled(tmp_path), *names) == counts_of(plain, *names)


def test_integers_may_come_as_floats_with_nan(tmp_path: Path, plain: Rollups) -> None:
    rows = recast("connections", CONNECTIONS, attempt=pa.float64())
    save(tmp_path, "connections", with_column(rows, "close_code", [1006.0, NAN], pa.float64()))
    rows = recast("deliveries", DELIVERIES, copies=pa.float64())
    save(tmp_path, "deliveries", with_column(rows, "bytes", [100.0, NAN, 1.0], pa.float64()))
    names = ("attempts", "expected", "in_time", "duplicated")
    assert counts_of(rolled(tmp_path), *names) == counts_of(plain, *names)


def test_booleans_may_come_as_numbers_with_nan(tmp_path: Path, plain: Rollups) -> None:
    rows = loose("connections", CONNECTIONS)
    save(tmp_path, "connections", with_column(rows, "intended", [0.0, NAN], pa.float64()))
    names = ("unintended_ends", "intended_ends", "unclear_ends")
    assert counts_of(rolled(tmp_path), *names) == counts_of(plain, *names)


@pytest.mark.parametrize("kind", [pa.int64(), pa.float64(), pa.string(), pa.large_string()], ids=str)
def test_identifiers_may_be_numbers(tmp_path: Path, kind: pa.DataType) -> None:
    """The second file repeats the first with text: the same client, so nothing counts twice."""
    rows = [row | {"client": "7", "session": "1"} for row in CONNECTIONS[:1]]
    write(tmp_path, "connections", rows, name="text.parquet")
    numbers = recast("connections", rows, client=pa.int64(), session=pa.int64())
    place = numbers.column_names.index("client")
    numbers = numbers.set_column(place, "client", numbers["client"].cast(kind))
    save(tmp_path, "connections", numbers, name="numbers.parquet")
    assert total(rolled(tmp_path), "attempts") == 1


def test_large_whole_identifiers_are_not_rounded(tmp_path: Path) -> None:
    rows = [opened("10:00", until="10:10", client=str(2**53 + n), session=str(n)) for n in range(3)]
    save(tmp_path, "connections", recast("connections", rows, client=pa.int64()))
    assert total(rolled(tmp_path), "connection_success_rate_clusters") == 3


def test_words_may_be_dictionary_encoded(tmp_path: Path, plain: Rollups) -> None:
    words = dict.fromkeys(("environment", "outcome", "client"), pa.dictionary(pa.int32(), pa.string()))
    save(tmp_path, "connections", recast("connections", CONNECTIONS, **words))
    assert counts_of(rolled(tmp_path), "attempts") == counts_of(plain, "attempts")


@pytest.mark.parametrize("column", ["collector", "close_code", "ended_by"])
def test_a_missing_optional_column_of_connections_reads_as_null(
    tmp_path: Path, plain: Rollups, column: str
) -> None:
    save(tmp_path, "connections", loose("connections", CONNECTIONS).drop_columns([column]))
    names = ("attempts", "connected_us", "unintended_ends", "unclear_ends")
    assert counts_of(rolled(tmp_path), *names) == counts_of(plain, *names)


@pytest.mark.parametrize("column", ["collector", "sender", "in_order", "bytes", "round_trip"])
def test_a_missing_optional_column_of_deliveries_reads_as_null(
    tmp_path: Path, plain: Rollups, column: str
) -> None:
    save(tmp_path, "deliveries", loose("deliveries", DELIVERIES).drop_columns([column]))
    names = ("expected", "in_time", "late_or_lost", "duplicated")
    assert counts_of(rolled(tmp_path), *names) == counts_of(plain, *names)


def test_a_column_that_is_null_throughout_may_have_no_type(tmp_path: Path) -> None:
    rows = loose("connections", CONNECTIONS[1:])
    for name in ("handshake_s", "ended_at", "close_code", "ended_by", "intended", "collector"):
        rows = with_column(rows, name, [None], pa.null())
    save(tmp_path, "connections", rows)
    assert counts_of(rolled(tmp_path), "attempts", "unclear_handshakes") == [1, 1]


def test_the_deadline_is_five_seconds_where_none_is_given(tmp_path: Path) -> None:
    rows = [delivered(latency_s=4.9), delivered(message="n", latency_s=5.1)]
    save(tmp_path, "deliveries", loose("deliveries", rows).drop_columns(["deadline_s"]))
    rollups = rolled(tmp_path)
    assert counts_of(rollups, "in_time", "late_or_lost") == [1, 1]
    assert rollups.counts["deadline_us"].iloc[0] == 5_000_000


def test_files_of_different_columns_lie_in_one_partition(tmp_path: Path) -> None:
    write(tmp_path, "connections", CONNECTIONS, name="a.parquet")
    other = recast("connections", [opened("11:00", until="11:10", session="u")], attempt=pa.float64())
    save(tmp_path, "connections", other.drop_columns(["close_code"]), name="b.parquet")
    reordered = loose("connections", [opened("12:00", until="12:10", session="v")])
    save(tmp_path, "connections", reordered.select(reordered.column_names[::-1]), name="c.parquet")
    assert total(rolled(tmp_path), "attempts") == 4


def test_the_option_may_stand_in_a_column_too(tmp_path: Path) -> None:
    rows = loose("connections", CONNECTIONS).append_column("option", [["current", "current"]])
    save(tmp_path, "connections", rows.append_column("date", [[DAY, DAY]]))
    assert list(rolled(tmp_path).counts["option"].unique()) == ["current"]


def test_folders_above_with_an_equals_sign_are_not_taken_for_columns(tmp_path: Path) -> None:
    metrics_dir = tmp_path / "environment=prod" / "option=other" / "metrics"
    write(metrics_dir, "connections", CONNECTIONS)
    counts = rolled(metrics_dir).counts
    assert set(counts["option"]) == {"current"}
    assert set(counts["environment"]) == {"lab"}


def test_an_option_folder_may_be_percent_encoded(tmp_path: Path) -> None:
    write(tmp_path, "connections", CONNECTIONS, option="my%20option")
    assert set(rolled(tmp_path).counts["option"]) == {"my option"}


@pytest.mark.parametrize("column", ["handshake_s", "ended_at", "intended"])
def test_what_a_source_does_not_know_is_counted_as_unclear(tmp_path: Path, column: str) -> None:
    save(tmp_path, "connections", loose("connections", CONNECTIONS).drop_columns([column]))
    rollups = rolled(tmp_path)
    assert total(rollups, "attempts") == total(rollups, "opened") == 2
    assert total(rollups, "unclear_handshakes") + total(rollups, "unclear_ends") > 0


def test_every_column_of_the_recorder_is_known() -> None:
    from toolkit.metrics.columns import COLUMNS

    for table, columns in COLUMNS.items():
        assert {column.name for column in columns} <= set(SCHEMAS[table].names)
        assert {column.name for column in columns if column.required} <= {
            field.name for field in SCHEMAS[table] if not field.nullable or field.name == "latency_s"
        }
