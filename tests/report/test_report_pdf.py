"""A report is printed by a real Chromium, the same one each time to the same bytes, and only where asked."""

import re
import shutil
from datetime import date
from pathlib import Path

import pytest

from toolkit.project.faults import EnvironmentFault
from toolkit.report.pdf import NAME, print_page

DAY = date(2026, 11, 23)
PAGE = "<!doctype html><html lang='en'><title>R</title><h1>Summary</h1><p style='break-before: page'>Rest"


def report(folder: Path) -> Path:
    folder.mkdir()
    (folder / "index.html").write_text(PAGE)
    return folder


def test_two_prints_of_one_page_are_the_same_bytes(tmp_path: Path) -> None:
    one, other = (print_page(report(tmp_path / name), as_of=DAY).read_bytes() for name in ("a", "b"))
    assert one == other and one.startswith(b"%PDF-")
    assert len(re.findall(rb"/Type /Page\b", one)) == 2
    assert b"CreationDate (D:20261123000000" in one


def test_what_is_printed_is_not_printed_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = report(tmp_path / "a")
    (folder / NAME).write_bytes(b"%PDF-")
    monkeypatch.setenv("PATH", "")
    assert print_page(folder, as_of=DAY).read_bytes() == b"%PDF-"


def test_without_a_chromium_the_page_stands_and_that_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = report(tmp_path / "a")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(EnvironmentFault, match=r"index.html: is published; no Chromium was found"):
        print_page(folder, as_of=DAY)
    assert [path.name for path in folder.iterdir()] == ["index.html"]


def test_a_browser_that_prints_nothing_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    true = shutil.which("true")
    assert true is not None
    (tmp_path / "chromium").symlink_to(true)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(EnvironmentFault, match=r"chromium did not print it"):
        print_page(report(tmp_path / "a"), as_of=DAY)
