"""A file that cannot be used is wrong input: every one is named, and nothing is computed."""

import os
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest
from metrics_facts import LATER, delivered, faults_of, loose, opened, rolled, save, write

from toolkit.metrics.rollups import check_files
from toolkit.project import Faults

PART = "connections/option=current/date=2026-11-20/part-0.parquet"


def good(metrics_dir: Path) -> Path:
    return write(metrics_dir, "connections", [opened("10:00", until="10:30")])


def checked(metrics_dir: Path) -> list[str]:
    faults = Faults()
    check_files(metrics_dir, ["lab"], faults)
    return [str(fault).replace(f"{metrics_dir}/", "") for fault in faults]


def truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-20])


def empty(path: Path) -> None:
    path.write_bytes(b"")


def make_foreign(path: Path) -> None:
    path.write_text("time,client\n2026-11-20,ann\n")


@pytest.mark.parametrize("spoil", [truncate, empty, make_foreign])
def test_a_file_that_is_no_parquet_is_a_fault(tmp_path: Path, spoil: Callable[[Path], None]) -> None:
    spoil(good(tmp_path))
    (fault,) = faults_of(tmp_path)
    assert fault.startswith(f"{PART}:1: file: cannot be read as Parquet (")
    assert fault.endswith("; restore it, or delete it")
    assert checked(tmp_path) == [fault]


def test_damaged_content_behind_a_sound_footer_is_a_fault(tmp_path: Path) -> None:
    rows = [opened("10:00", until="10:30", session=f"session-{n}") for n in range(2000)]
    path = write(tmp_path, "connections", rows)
    content = bytearray(path.read_bytes())
    content[100:2000] = os.urandom(1900)
    path.write_bytes(content)
    (fault,) = faults_of(tmp_path)
    assert fault.startswith(f"{PART}:1: file: cannot be read as Parquet (")
    assert checked(tmp_path)[0].startswith(f"{PART}:1: file: cannot be read as Parquet (")


@pytest.mark.parametrize("column", ["environment", "client", "session", "started_at", "outcome"])
def test_a_missing_required_column_is_a_fault(tmp_path: Path, column: str) -> None:
    rows = loose("connections", [opened("10:00", until="10:30")])
    save(tmp_path, "connections", rows.drop_columns([column]))
    assert faults_of(tmp_path) == [f"{PART}:1: {column}: connections have no such column; add it"]


def test_all_missing_columns_are_named_at_once(tmp_path: Path) -> None:
    save(tmp_path, "deliveries", pa.table({"environment": ["lab"], "latency_s": [0.1]}))
    part = PART.replace("connections", "deliveries")
    assert faults_of(tmp_path) == [
        f"{part}:1: {column}: deliveries have no such column; add it"
        for column in ("message", "recipient", "scheduled_at")
    ]


@pytest.mark.parametrize(
    ("column", "kind", "says"),
    [
        ("started_at", pa.string(), "holds string; write UTC timestamps in microseconds"),
        ("attempt", pa.string(), "holds string; write whole numbers"),
        ("handshake_s", pa.string(), "holds string; write seconds as float64"),
        ("intended", pa.string(), "holds string; write booleans"),
        ("client", pa.list_(pa.string()), "holds list<element: string>; write text or whole numbers"),
    ],
)
def test_a_column_of_the_wrong_type_is_a_fault(
    tmp_path: Path, column: str, kind: pa.DataType, says: str
) -> None:
    rows = loose("connections", [opened("10:00", until="10:30")])
    save(tmp_path, "connections", rows.set_column(rows.column_names.index(column), column, pa.nulls(1, kind)))
    assert faults_of(tmp_path) == [f"{PART}:1: {column}: {says}"]


def test_an_unlisted_environment_is_a_fault_with_the_near_one(tmp_path: Path) -> None:
    write(tmp_path, "connections", [opened("10:00", until="10:30", environment="prodution")])
    assert faults_of(tmp_path, environments=("lab", "production")) == [
        f"{PART}:1: environment: 'prodution' is not listed in project.yaml; did you mean production?"
    ]


def test_an_environment_struck_off_the_list_is_a_fault_although_it_was_rolled_up(tmp_path: Path) -> None:
    good(tmp_path)
    rolled(tmp_path, environments=("lab",))
    assert faults_of(tmp_path, environments=("production",)) == [
        f"{PART}:1: environment: 'lab' is not listed in project.yaml; use one of production"
    ]


def test_a_column_that_names_another_option_than_the_folder_is_a_fault(tmp_path: Path) -> None:
    rows = loose("connections", [opened("10:00", until="10:30")]).append_column("option", [["ably"]])
    save(tmp_path, "connections", rows)
    assert faults_of(tmp_path) == [
        f"{PART}:1: option: 'ably' lies below option=current; move it below option=ably"
    ]


@pytest.mark.parametrize(
    ("place", "says"),
    [
        ("connections/a.parquet", "does not lie in option=…/date=YYYY-MM-DD; move it to connections/"),
        ("connections/date=2026-11-20/a.parquet", "does not lie in option=…/date=YYYY-MM-DD"),
        ("connections/option=x/date=2026-13-40/a.parquet", "does not lie in option=…/date=YYYY-MM-DD"),
        ("connections/option=x/date=2026-11-20/hour=1/a.parquet", "does not lie in option=…/date=YYYY-MM-DD"),
        ("a.parquet", "lies below none of connections/, deliveries/, aggregates/, faults/"),
        ("connection/option=x/date=2026-11-20/a.parquet", "lies below none of connections/"),
    ],
)
def test_a_file_outside_of_the_layout_is_a_fault(tmp_path: Path, place: str, says: str) -> None:
    path = good(tmp_path / "elsewhere")
    target = tmp_path / "metrics" / place
    target.parent.mkdir(parents=True)
    path.rename(target)
    (fault,) = faults_of(tmp_path / "metrics")
    assert fault.startswith(f"{place}:1: file: {says}")


def test_every_fault_of_every_file_is_told_at_once(tmp_path: Path) -> None:
    empty(good(tmp_path))
    write(tmp_path, "connections", [opened("10:00", until="10:30", environment="x")], name="part-1.parquet")
    rows = loose("deliveries", [delivered()]).drop_columns(["latency_s"])
    save(tmp_path, "deliveries", rows, name="part-2.parquet")
    found = faults_of(tmp_path)
    assert ["part-0" in found[0], "part-1" in found[1], "part-2" in found[2]] == [True] * 3
    assert len(found) == 3
    assert checked(tmp_path) == found


def test_check_looks_at_days_after_as_of_too(tmp_path: Path) -> None:
    day = LATER.replace(year=2027)
    row = opened("10:00", until="10:30", environment="x", day=day)
    write(tmp_path, "connections", [row])
    assert len(checked(tmp_path)) == 1
    assert rolled(tmp_path).left_out_rows == 1


def test_files_under_way_and_files_of_other_kinds_are_left_alone(tmp_path: Path) -> None:
    folder = good(tmp_path).parent
    (folder / ".part-9.parquet.abc.tmp").write_bytes(b"half")
    (folder / ".part-9.parquet").write_bytes(b"half")
    (folder / "README.md").write_text("# Recording")
    assert checked(tmp_path) == []
    assert rolled(tmp_path).counts["attempts"].sum() == 1


@pytest.mark.parametrize(
    "make", [lambda path: None, lambda path: path.mkdir()], ids=["no folder", "empty folder"]
)
def test_without_facts_the_rollups_are_empty_and_nothing_is_wrong(
    tmp_path: Path, make: Callable[[Path], None]
) -> None:
    make(tmp_path / "metrics")
    rollups = rolled(tmp_path / "metrics")
    assert rollups.counts.empty
    assert list(rollups.counts.columns[:3]) == ["option", "environment", "hour"]
    assert rollups.left_out_rows == 0
    assert checked(tmp_path / "metrics") == []


def test_a_folder_that_is_a_link_is_read(tmp_path: Path) -> None:
    good(tmp_path / "elsewhere")
    (tmp_path / "metrics").mkdir()
    (tmp_path / "metrics" / "connections").symlink_to(tmp_path / "elsewhere" / "connections")
    assert rolled(tmp_path / "metrics").counts["attempts"].sum() == 1


def test_a_file_in_the_place_of_the_folder_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "metrics").write_text("no folder")
    (fault,) = faults_of(tmp_path / "metrics")
    assert fault.endswith("metrics:1: folder: cannot be listed (Not a directory); let it be read")


def test_a_file_without_rows_is_no_evidence_and_no_fault(tmp_path: Path) -> None:
    save(tmp_path, "connections", loose("connections", []))
    assert rolled(tmp_path).counts.empty
