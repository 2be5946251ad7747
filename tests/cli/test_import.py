"""`toolkit import csv`: a team's own log becomes facts that the metrics and the gates read."""

import json
from pathlib import Path
from typing import Any

HEADER = (
    "collector,client,session,attempt,started_at,handshake_s,outcome,ended_at,observed_until,close_code,"
    "ended_by,intended"
)


def log(rows: list[str]) -> str:
    return "\n".join([HEADER, *rows]) + "\n"


def good(client: int) -> str:
    start, end = f"2026-11-22T10:{client % 60:02d}:00Z", f"2026-11-22T11:{client % 60:02d}:00Z"
    return f"lb1,c{client},s{client},1,{start},0.05,open,{end},{end},1000,client,true"


def refused(client: int) -> str:
    at = f"2026-11-22T10:{client % 60:02d}:00Z"
    return f"lb1,c{client},s{client},1,{at},,refused,,{at},,,"


def imported(toolkit: Any, folder: Path, text: str) -> Any:
    path = folder.parent / "log.csv"
    path.write_text(text)
    wanted = ("--option", "current", "--environment", "production", "--project", folder)
    return toolkit("import", "csv", path, *wanted)


def success_rate(toolkit: Any, folder: Path) -> dict[str, Any]:
    told = json.loads(toolkit("metrics", "--project", folder, "--json").stdout)
    found: dict[str, Any] = told["options"]["current"]["production"]["connection_success_rate"]
    return found


def test_a_log_becomes_field_evidence(toolkit: Any, folder: Path) -> None:
    rows = [good(client) for client in range(95)] + [refused(client) for client in range(95, 100)]
    done = imported(toolkit, folder, log(rows))
    assert done.returncode == 0, done.stderr
    assert "100 rows imported, 0 set aside" in done.stdout
    rate = success_rate(toolkit, folder)
    assert (rate["state"], rate["n"], rate["estimate"]) == ("measured", 100, 0.95)


def test_importing_the_same_file_again_changes_nothing(toolkit: Any, folder: Path) -> None:
    text = log([good(client) for client in range(10)])
    assert imported(toolkit, folder, text).returncode == 0
    once = success_rate(toolkit, folder)
    assert imported(toolkit, folder, text).returncode == 0
    assert success_rate(toolkit, folder) == once


def test_rows_that_make_no_sense_are_set_aside_in_a_file_that_is_named(toolkit: Any, folder: Path) -> None:
    bad = (
        "lb1,c9,s9,1,2026-11-22T10:00:00Z,-3,open,2026-11-22T09:00:00Z,2026-11-22T09:00:00Z,1000,client,true"
    )
    done = imported(toolkit, folder, log([good(1), bad, "lb1,c2"]))
    assert done.returncode == 0, done.stderr
    assert "1 rows imported, 2 set aside" in done.stdout
    aside = Path(done.stderr.split("rows that were set aside, with reasons: ")[1].splitlines()[0])
    assert aside.is_file() or (folder.parent / aside).is_file()


def test_a_file_without_the_columns_is_refused_and_nothing_is_written(toolkit: Any, folder: Path) -> None:
    before = sorted((folder / "metrics").rglob("*.parquet"))
    done = imported(toolkit, folder, "a,b\n1,2\n")
    assert done.returncode == 2
    assert "log.csv:1: " in done.stderr
    assert sorted((folder / "metrics").rglob("*.parquet")) == before
