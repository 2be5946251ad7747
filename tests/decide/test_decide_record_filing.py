"""A record is filed whole or not at all, and one that is filed already is never replaced."""

import os
from pathlib import Path

import pytest
from test_decide_record_assumptions import drawn, good, today
from test_decide_record_file import text_of

from toolkit.project import EnvironmentFault, Folder, InputError
from toolkit.records import file_record


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("record")
    now = today(good(home / "world"))
    path = home / "decision-record.md"
    path.write_text(text_of(drawn(now), now.decision))
    return path


def filed(record: Path, root: Path) -> Path:
    scenario = next(line for line in record.read_text().splitlines() if '"scenario":' in line)
    return file_record(Folder(root), record, scenarios=[scenario.split('"')[3]])


def test_it_stands_there_as_it_was_and_is_never_replaced(record: Path, tmp_path: Path) -> None:
    target = filed(record, tmp_path)
    assert target.read_bytes() == record.read_bytes()
    target.write_text("edited")
    with pytest.raises(InputError, match="is there already"):
        filed(record, tmp_path)
    assert target.read_text() == "edited"
    assert [*target.parent.iterdir()] == [target]


def test_a_full_disk_leaves_no_half_of_it(
    record: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(EnvironmentFault, match="No space left"):
            filed(record, tmp_path)
    assert [*(tmp_path / "records").iterdir()] == []
    assert filed(record, tmp_path).is_file()


def test_one_that_is_killed_leaves_nothing_that_a_reader_takes_for_a_record(
    record: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if (child := os.fork()) == 0:
        monkeypatch.setattr(os, "fsync", lambda handle: os._exit(9))
        filed(record, tmp_path)
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
    assert [*(tmp_path / "records").glob("*.md")] == []
    assert filed(record, tmp_path).read_bytes() == record.read_bytes()


def test_where_there_are_no_links_it_is_renamed(
    record: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none(*paths: Path) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", none)
    target = filed(record, tmp_path)
    target.write_text("edited")
    with pytest.raises(InputError, match="is there already"):
        filed(record, tmp_path)
    assert target.read_text() == "edited"
