"""Values that no honest file has are refused where they stand, and a fault of one file blames no other."""

import os
from pathlib import Path
from typing import Any

import pytest

from toolkit import api
from toolkit.project import InputError


def errors(folder: Path) -> list[str]:
    return [str(fault).removeprefix(f"{folder}/") for fault in api.check(folder).errors]


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("scenarios/production.yaml", "title: "),
        ("claims.yaml", "    source: "),
        ("options/ably.yaml", "source: "),
    ],
)
def test_blanks_are_no_title_and_no_source(folder: Path, name: str, field: str) -> None:
    path = folder / name
    path.write_text(path.read_text().replace(field, f"{field}' ' # ", 1))
    (found,) = errors(folder)
    assert found.startswith(f"{name}:") and f"{field.strip()} ' ' says nothing; write some text" in found


@pytest.mark.parametrize("field", ["downtime_cost_usd_per_hour", "growth_per_month", "peak_concurrent_users"])
def test_a_number_beyond_any_chat_is_refused_at_its_line(folder: Path, field: str) -> None:
    path = folder / "scenarios" / "production.yaml"
    lines = [line for line in path.read_text().splitlines() if not line.startswith(f"{field}:")]
    path.write_text("\n".join([f"{field}: 1.0e+308", *lines]) + "\n")
    assert errors(folder) == [
        f"scenarios/production.yaml:1: {field}: 1e+308: input should be less than or equal to "
        "1000000000000000; write 1e+15 or less"
    ]


@pytest.mark.parametrize("book", ["vendor: [", "vendor: 5\n", "", "- a list\n"])
def test_an_option_is_not_blamed_for_a_price_book_that_cannot_be_read(folder: Path, book: str) -> None:
    (folder / "pricing" / "ably.yaml").write_text(book)
    found = errors(folder)
    assert found and all(line.startswith("pricing/ably.yaml:") for line in found), found


def test_an_option_without_its_price_book_is_told_where_all_can_be_read(folder: Path) -> None:
    (folder / "pricing" / "ably.yaml").unlink()
    (found,) = errors(folder)
    assert "options/ably.yaml" in found and "there is no price book 'ably'" in found


def test_an_empty_name_is_no_scenario_and_no_option(folder: Path, toolkit: Any) -> None:
    for command in ("cost", "decide", "build"):
        done = toolkit(command, "--scenario", "", "--project", folder)
        assert done.returncode == 2 and done.stdout == ""
        assert "there is no scenario ''" in done.stderr
    done = toolkit("bakeoff", "--options", "", "--project", folder)
    assert done.returncode == 2 and done.stdout == "", done.stderr


@pytest.mark.parametrize("table", ["connections", "deliveries"])
def test_a_pipe_among_the_recordings_is_refused_and_not_waited_for(folder: Path, table: str) -> None:
    pipe = folder / "metrics" / table / "option=current" / "date=2026-11-27" / "pipe.parquet"
    os.mkfifo(pipe)
    assert errors(folder) == [
        f"metrics/{table}/option=current/date=2026-11-27/pipe.parquet:1: file: is no regular file; "
        "replace it by one, or remove it"
    ]
    with pytest.raises(InputError, match=r"pipe.parquet:1: file: is no regular file"):
        api.metrics(folder)


@pytest.mark.parametrize("name", ["index.html", "failed/photo.txt"])
def test_a_build_replaces_and_removes_nothing_that_is_not_its_own(
    folder: Path, tmp_path: Path, toolkit: Any, name: str
) -> None:
    site = tmp_path / "site"
    (site / name).parent.mkdir(parents=True)
    (site / name).write_text("mine")
    done = toolkit("build", "--project", folder, "--out", site)
    assert done.returncode == 2 and done.stdout == ""
    told = f"{site}:1: out: {name} stands there and is not a build's; choose a folder of its own"
    assert done.stderr.strip() == told
    assert [path for path in site.rglob("*") if path.is_file()] == [site / name]


@pytest.mark.parametrize("out", [".", "records", "records/deep"])
def test_a_report_is_not_published_where_it_would_be_an_input(folder: Path, out: str) -> None:
    before = sorted(folder.rglob("*"))
    with pytest.raises(InputError, match=r":1: out: .*; choose a folder of its own"):
        api.build(folder, out=folder / out)
    assert sorted(folder.rglob("*")) == before


@pytest.mark.parametrize(
    "line",
    [
        "notify: mailto://me:hunter2@example.org",
        "notify: slack://T1JJ3T3L2/A1BRTD4JD/hunter2kdnlazkcOXrIdevi7FQ",
        "recordings: FTP://me:hunter2@example.org/metrics",
        "review_days: https://me:hunter2@example.org",
    ],
)
def test_a_password_in_a_wrong_place_is_not_repeated(folder: Path, line: str) -> None:
    path = folder / "project.yaml"
    path.write_text(f"{path.read_text()}{line}\n")
    (found,) = errors(folder)
    assert found.startswith("project.yaml:") and "://[hidden]'" in found and "hunter2" not in found


@pytest.mark.parametrize("name", ["records", "options", "pricing", "scenarios"])
def test_a_folder_that_cannot_be_listed_does_not_pass_for_an_empty_one(
    folder: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    (folder / "records").mkdir()
    real = os.listdir

    def refused(path: Any = ".") -> list[str]:
        if Path(path) == folder / name:
            raise PermissionError(13, "Permission denied")
        return real(path)

    monkeypatch.setattr(os, "listdir", refused)
    assert f"{name}:1: folder: cannot be listed (Permission denied); let it be read" in errors(folder)
    assert not any("holds no .yaml file" in line for line in errors(folder))


UNREADABLE = Path("/proc/self/mem")
"""A file that not even root can read from its beginning."""


def test_a_build_tells_every_fault_beside_a_file_that_cannot_be_read(folder: Path, tmp_path: Path) -> None:
    (folder / "plan.yaml").unlink()
    (folder / "plan.yaml").symlink_to(UNREADABLE)
    (folder / "options" / "ably.yaml").write_text("id: [")
    with pytest.raises(InputError) as raised:
        api.build(folder, out=tmp_path / "reports")
    told = str(raised.value)
    assert "plan.yaml:1: file: cannot be read (Input/output error)" in told and "ably.yaml:2: file:" in told
    assert not (tmp_path / "reports").exists()
