"""`toolkit init` makes a folder that passes its own check and follows the calendar."""

from pathlib import Path
from typing import Any


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
