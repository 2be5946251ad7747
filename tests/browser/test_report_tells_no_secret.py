"""A token of the environment that a report is built in never reaches the report."""

import zipfile
from pathlib import Path

from once import SECRET

from toolkit.report import kept


def test_no_file_of_the_published_report_holds_the_token(published: Path) -> None:
    files = [path for path in published.rglob("*") if path.is_file()]
    assert len(files) > 8
    assert [path.name for path in files if SECRET.encode() in path.read_bytes()] == []
    with zipfile.ZipFile(published / "latest" / kept.NAME) as archive:
        assert [name for name in archive.namelist() if SECRET.encode() in archive.read(name)] == []
