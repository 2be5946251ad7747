"""`toolkit init` makes a folder that passes its own check and follows the calendar."""

import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from toolkit.project import InputError
from toolkit.starting import init


def held_up(monkeypatch: pytest.MonkeyPatch, at: int, event: Any) -> None:
    """Let something happen while the files are copied, at the one of this number."""
    copies = iter(range(1000))
    real = shutil.copyfile

    def copyfile(*given: Any, **named: Any) -> Any:
        if next(copies) == at:
            event()
        return real(*given, **named)

    monkeypatch.setattr(shutil, "copyfile", copyfile)


def full() -> None:
    raise OSError(28, "No space left on device")


@pytest.mark.parametrize("there", [False, True])
def test_a_folder_that_cannot_be_finished_is_not_begun(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, there: bool
) -> None:
    if there:
        (tmp_path / "ours").mkdir()
    with monkeypatch.context() as patch:
        held_up(patch, 3, full)
        with pytest.raises(OSError, match="No space left"):
            init(tmp_path / "ours")
    assert [*tmp_path.rglob("*")] == ([tmp_path / "ours"] if there else [])
    assert (init(tmp_path / "ours") / "project.yaml").is_file()


def test_one_that_is_killed_leaves_the_name_free(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if (child := os.fork()) == 0:
        held_up(monkeypatch, 3, lambda: os._exit(9))
        init(tmp_path / "ours")
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
    assert not (tmp_path / "ours").exists()
    assert (init(tmp_path / "ours") / "project.yaml").is_file()


def test_of_two_at_once_one_makes_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def other() -> None:
        (tmp_path / "ours").mkdir()
        (tmp_path / "ours" / "project.yaml").write_text("theirs")

    held_up(monkeypatch, 3, other)
    with pytest.raises(InputError, match="is there already and not empty"):
        init(tmp_path / "ours")
    assert [path.name for path in (tmp_path / "ours").iterdir()] == ["project.yaml"]
    assert [path.name for path in tmp_path.iterdir()] == ["ours"]


def test_an_empty_folder_is_filled_and_stays_the_same_folder(tmp_path: Path) -> None:
    (tmp_path / "ours").mkdir()
    before = (tmp_path / "ours").stat().st_ino
    init(tmp_path / "ours")
    assert (tmp_path / "ours").stat().st_ino == before
    assert not [path for path in (tmp_path / "ours").iterdir() if path.name.startswith(".")]
    assert str(tmp_path / "ours") in (tmp_path / "ours" / "schedule" / "crontab").read_text()


def test_a_new_folder_passes_its_check(installed: Any, tmp_path: Path) -> None:
    done = installed("init", "ours")
    assert (done.returncode, done.stdout.strip()) == (0, "ours"), done.stderr
    assert installed("check", "--project", "ours").returncode == 0
    texts = ("project", "plan", "claims", "use-cases", "measurements", "chat")
    files = {f"{text}.yaml" for text in texts}
    names = {path.name for path in (tmp_path / "ours").iterdir()}
    assert names == files | {"options", "pricing", "scenarios", "schedule"}


def test_a_new_folder_has_settings_for_a_server_that_fit_together(toolkit: Any) -> None:
    toolkit("init", "ours")
    done = toolkit("check", "--project", "ours")
    assert done.returncode == 0, done.stderr
    assert "chat.yaml" not in done.stderr


def test_a_new_folder_is_not_pinned_to_a_day(toolkit: Any, tmp_path: Path) -> None:
    toolkit("init", "ours")
    assert "as_of" not in (tmp_path / "ours" / "project.yaml").read_text()


def test_a_new_folder_measures_nothing_and_so_says_go_nowhere(toolkit: Any) -> None:
    toolkit("init", "ours")
    done = toolkit("decide", "--project", "ours", "--json")
    assert done.returncode == 0, done.stderr
    assert '"verdict": "GO"' not in done.stdout


def test_a_folder_that_holds_something_is_left_alone(toolkit: Any, tmp_path: Path) -> None:
    (tmp_path / "ours").mkdir()
    (tmp_path / "ours" / "notes.txt").write_text("mine")
    done = toolkit("init", "ours")
    assert done.returncode == 2
    assert "not empty" in done.stderr
    assert [path.name for path in (tmp_path / "ours").iterdir()] == ["notes.txt"]
