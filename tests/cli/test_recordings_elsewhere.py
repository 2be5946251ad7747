"""Recordings that lie elsewhere: every command reads and writes there, on a real FTP server."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from ftp_server import serving

FIXTURES = Path(__file__).parents[1] / "measure" / "fixtures"


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """The folder that the server shows, and its URL."""
    shown = tmp_path / "server" / "metrics"
    shown.mkdir(parents=True)
    with serving(tmp_path / "server") as server:
        yield shown, server.url


@pytest.fixture
def project(folder: Path, elsewhere: tuple[Path, str], edit: Callable[[Path, str, str], None]) -> Path:
    edit(folder / "project.yaml", "currency: USD", f"currency: USD\nrecordings: {elsewhere[1]}")
    return folder


def imported(toolkit: Any, project: Path) -> Any:
    source = FIXTURES / "haproxy" / "httplog.log"
    return toolkit(
        "import", "haproxy", source, "--option", "ably", "--environment", "production", "--project", project
    )


def success(toolkit: Any, project: Path) -> Any:
    done = toolkit("metrics", "--project", project, "--json", "--as-of", "2026-12-31")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)["options"]["ably"]["production"]["connection_success_rate"]


def test_an_import_is_read_from_where_it_was_written(
    toolkit: Any, project: Path, elsewhere: tuple[Path, str]
) -> None:
    assert success(toolkit, project)["state"] == "absent"
    assert imported(toolkit, project).returncode == 0
    assert list(elsewhere[0].rglob("option=ably/date=*/import-*.parquet"))
    assert not list((project / "metrics").rglob("option=ably"))
    found = success(toolkit, project)
    assert found["state"] == "measured"
    assert imported(toolkit, project).returncode == 0
    assert success(toolkit, project) == found


def test_what_is_recorded_in_the_folder_is_not_read_then(toolkit: Any, project: Path) -> None:
    done = toolkit("metrics", "--project", project, "--json")
    states = {
        value["state"]
        for environments in json.loads(done.stdout)["options"].values()
        for metrics in environments.values()
        for value in metrics.values()
    }
    assert states == {"absent"}


def test_compaction_works_there(toolkit: Any, project: Path, elsewhere: tuple[Path, str]) -> None:
    imported(toolkit, project)
    before = success(toolkit, project)
    for part in elsewhere[0].rglob("import-*.parquet"):
        part.with_name("copy.parquet").write_bytes(part.read_bytes())
    done = toolkit("compact", "--project", project)
    assert done.returncode == 0, done.stderr
    assert "1 partitions merged, 1 files less" in done.stdout
    assert success(toolkit, project) == before


def test_a_place_that_cannot_be_reached_is_an_environment_fault(
    toolkit: Any, folder: Path, edit: Callable[[Path, str, str], None]
) -> None:
    secret = "ftp://ann:s3cret@127.0.0.1:9/metrics"
    edit(folder / "project.yaml", "currency: USD", f"currency: USD\nrecordings: {secret}")
    done = toolkit("metrics", "--project", folder)
    assert done.returncode == 3
    assert "Traceback" not in done.stderr
    assert "s3cret" not in done.stderr + done.stdout


def test_a_place_that_is_no_url_is_wrong_input(
    toolkit: Any, folder: Path, edit: Callable[[Path, str, str], None]
) -> None:
    edit(folder / "project.yaml", "currency: USD", "currency: USD\nrecordings: some/folder")
    done = toolkit("metrics", "--project", folder)
    assert done.returncode == 2
    assert "project.yaml" in done.stderr and "recordings" in done.stderr
