"""All faults of a decision folder in one run, each at its line, exit 2, nothing written, no traceback."""

import os
import re
from pathlib import Path
from typing import Any

import pytest

FAULT = re.compile(r"^.+:\d+: .+: .+; .+$")


def lines_of(done: Any) -> list[str]:
    return [line for line in done.stderr.splitlines() if "warning:" not in line]


def test_the_folder_that_ships_has_no_errors(toolkit: Any, shipped: Path) -> None:
    done = toolkit("check", "--project", shipped)
    assert done.returncode == 0, done.stderr
    assert "no errors" in done.stdout


def test_every_fault_of_many_files_is_told_in_one_run(installed: Any, folder: Path, edit: Any) -> None:
    edit(folder / "project.yaml", "outage_hours: 1", "outage_hours: .nan")
    edit(folder / "plan.yaml", "id: socketio\n    title", "id: stabilise\n    title")
    edit(folder / "plan.yaml", "candidates: [pusher, ably, pubnub]", "candidates: [pusher, ablee]")
    edit(folder / "scenarios" / "enterprise.yaml", "uptime_need: ", "uptime_need: 99")
    (folder / "scenarios" / "under-100-usd.yaml").unlink()
    text = (folder / "options" / "ably.yaml").read_text()
    (folder / "options" / "ably.yaml").write_text(text + "colour: red\nname: twice\n")
    (folder / "options" / "copy.yaml").write_text(text)
    (folder / "pricing" / "pusher.yaml").write_text("vendor: pusher\n")
    done = installed("check", "--project", folder)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    found = lines_of(done)
    assert all(FAULT.match(line) for line in found), found
    for name, part in (
        ("project.yaml", "outage_hours: nan"),
        ("options/ably.yaml", "colour: is not a known key"),
        ("options/ably.yaml", "name: the key stands twice"),
        ("options/copy.yaml", "id: 'ably'"),
        ("pricing/pusher.yaml", "plans: is missing"),
        ("scenarios/enterprise.yaml", "uptime_need: 99"),
    ):
        assert any(name in line and part in line for line in found), (name, part, found)


def test_names_that_the_plan_does_not_know_are_told_with_the_near_match(
    toolkit: Any, folder: Path, edit: Any
) -> None:
    edit(folder / "plan.yaml", "candidates: [pusher, ably, pubnub]", "candidates: [pusher, ablee]")
    edit(folder / "plan.yaml", "id: socketio\n    title", "id: stabilise\n    title")
    done = toolkit("decide", "--project", folder)
    assert done.returncode == 2
    assert done.stdout == ""
    assert "did you mean ably?" in done.stderr
    assert "stabilise is the id of another phase" in done.stderr


@pytest.mark.parametrize("command", ["check", "metrics", "cost", "decide", "build"])
def test_no_command_works_on_a_folder_that_is_not_there(installed: Any, tmp_path: Path, command: str) -> None:
    done = installed(command, "--project", tmp_path / "none")
    assert done.returncode == 2
    assert done.stdout == ""
    assert FAULT.match(done.stderr.strip())


@pytest.mark.parametrize("command", ["check", "metrics", "decide", "build"])
@pytest.mark.parametrize("content", [b"not parquet", b"", b"PAR1 truncated PAR1"])
def test_a_foreign_or_truncated_parquet_file_is_wrong_input(
    toolkit: Any, folder: Path, tmp_path: Path, command: str, content: bytes
) -> None:
    where = folder / "metrics" / "connections" / "option=current" / "date=2026-11-22"
    where.mkdir(parents=True)
    (where / "part.parquet").write_bytes(content)
    done = toolkit(command, "--project", folder)
    assert done.returncode == 2, done.stderr
    assert "part.parquet:1: " in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "reports").exists()


def test_an_environment_that_is_not_listed_is_wrong_input(toolkit: Any, folder: Path, edit: Any) -> None:
    edit(folder / "project.yaml", "  lab: lab\n", "  laboratory: lab\n")
    done = toolkit("check", "--project", folder)
    assert done.returncode == 2
    assert "lab is not an environment" in done.stderr  # the plan's
    assert ".parquet:1: environment" in done.stderr  # the recordings'


def test_an_old_price_book_is_a_warning(toolkit: Any, shipped: Path) -> None:
    done = toolkit("check", "--project", shipped, "--as-of", "2027-11-01")
    assert done.returncode == 0
    assert re.search(r"pricing/pusher\.yaml:\d+: as_of: warning: .* days before 2027-11-01", done.stderr)


def given_in(folder: Path) -> list[Path]:
    """Every file and folder but what is derived from the recordings."""
    found = (path.relative_to(folder) for path in folder.rglob("*"))
    return sorted(path for path in found if "rollups" not in path.parts)


@pytest.mark.parametrize(
    "arguments",
    [
        ["bill", "pushr", "--usage", "u.yaml"],
        ["bill", "pusher", "--usage", "none.yaml"],
        ["bill", "pusher", "--usage", "u.yaml", "--plan", "standart"],
        ["bill", "pusher", "--usage", "u.yaml", "--format", "xml"],
        ["cost", "--scenario", "none"],
        ["decide", "--as-of", "tomorrow"],
        ["metrics", "--engine", "abacus"],
        ["build", "--fail-on", "sometimes"],
        ["build", "--scenario", "none"],
        ["import", "csw", "u.yaml", "--option", "current", "--environment", "lab"],
        ["import", "csv", "u.yaml", "--option", "curent", "--environment", "lab"],
        ["import", "csv", "u.yaml", "--option", "current", "--environment", "moon"],
        ["serve", "--preset", "best"],
        ["fly"],
    ],
)
def test_wrong_arguments_exit_2_and_write_nothing(
    toolkit: Any, folder: Path, tmp_path: Path, arguments: list[str]
) -> None:
    (tmp_path / "u.yaml").write_text("messages_published: 5\n")
    before = given_in(tmp_path)
    project = [] if arguments[0] in ("serve", "fly") else ["--project", str(folder)]
    done = toolkit(*arguments, *project)
    assert done.returncode == 2, done.stderr
    assert done.stdout == ""
    assert done.stderr.strip()
    assert "Traceback" not in done.stderr
    assert given_in(tmp_path) == before


def test_what_this_version_cannot_do_exits_3_and_names_it(installed: Any, folder: Path) -> None:
    done = installed("probe", "pusher", "--environment", "lab", "--project", folder)
    assert done.returncode == 3, done.stderr
    assert "pusher" in done.stderr
    assert "Traceback" not in done.stderr


def test_names_are_checked_in_a_plan_that_has_other_faults_too(toolkit: Any, folder: Path, edit: Any) -> None:
    edit(folder / "plan.yaml", "candidates: [pusher, ably, pubnub]", "candidates: [pusher, ablee]")
    edit(folder / "plan.yaml", "decide_by: 2026-12-14", "decide_by: soon")
    done = toolkit("check", "--project", folder)
    assert done.returncode == 2
    assert "phases[2].candidates[1]: ablee is not a known option; did you mean ably?" in done.stderr
    assert "phases[0].decide_by: 'soon'" in done.stderr


@pytest.mark.parametrize("command", ["check", "cost", "decide", "build"])
def test_every_command_tells_the_faults_of_yaml_and_parquet_together(
    toolkit: Any, folder: Path, edit: Any, command: str
) -> None:
    (folder / "metrics" / "connections" / "option=current" / "date=2026-11-27" / "x.parquet").write_text(
        "junk"
    )
    edit(folder / "scenarios" / "production.yaml", "horizon_months: 24", "horizon_months: 0")
    done = toolkit(command, "--project", folder)
    assert done.returncode == 2
    assert "horizon_months: 0" in done.stderr
    assert "x.parquet:1: " in done.stderr


def test_traffic_that_outgrows_every_meter_is_told_at_its_line(toolkit: Any, folder: Path, edit: Any) -> None:
    edit(folder / "scenarios" / "production.yaml", "horizon_months: 24", "horizon_months: 600")
    done = toolkit("check", "--project", folder)
    assert done.returncode == 2
    assert re.search(r"data/scenarios/production\.yaml:1\d: growth_per_month: traffic grows to", done.stderr)


def test_recordings_of_something_that_is_no_option_are_a_warning(toolkit: Any, folder: Path) -> None:
    recorded = folder / "metrics" / "connections"
    (recorded / "option=current").rename(recorded / "option=curent")
    done = toolkit("check", "--project", folder)
    assert done.returncode == 0
    assert "warning: 'curent' is recorded and is no option; did you mean current?" in done.stderr


def test_a_merge_key_is_refused_at_its_line(toolkit: Any, folder: Path) -> None:
    path = folder / "scenarios" / "production.yaml"
    path.write_text(path.read_text() + "<<: {horizon_months: 24}\n")
    done = toolkit("check", "--project", folder)
    assert done.returncode == 2
    assert re.search(r"production\.yaml:\d+: <<: is not a known key", done.stderr)


def test_a_pipe_among_the_files_is_refused_and_not_waited_for(toolkit: Any, folder: Path) -> None:
    os.mkfifo(folder / "options" / "pipe.yaml")
    done = toolkit("check", "--project", folder)
    assert done.returncode == 2
    assert "pipe.yaml:1: file: is no regular file" in done.stderr


def test_a_report_is_not_published_among_what_it_is_made_from(toolkit: Any, folder: Path) -> None:
    before = sorted(folder.rglob("*"))
    done = toolkit("build", "--project", folder, "--out", folder / "options" / "reports")
    assert done.returncode == 2
    assert "among what the report is made from" in done.stderr
    assert sorted(folder.rglob("*")) == before


def test_a_secret_written_into_an_address_is_a_warning_that_does_not_repeat_it(
    toolkit: Any, folder: Path
) -> None:
    path = folder / "project.yaml"
    path.write_text(
        path.read_text() + "notify:\n  - json://127.0.0.1/x\n  - mailto://me:hunter2@example.org\n"
    )
    done = toolkit("check", "--project", folder)
    assert done.returncode == 0
    assert "notify[1]: warning: seems to hold a password or a token; write ${NAME}" in done.stderr
    assert "hunter2" not in done.stderr and "notify[0]" not in done.stderr
