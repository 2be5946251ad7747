"""A file that ends in .yml is read nowhere, and whoever wrote it is told."""

from pathlib import Path

from toolkit.project import Faults, documents_in


def test_a_file_that_is_not_read_for_its_ending_is_warned_of(tmp_path: Path) -> None:
    (tmp_path / "read.yaml").write_text("a: 1\n")
    (tmp_path / "other.yml").write_text("a: 1\n")
    faults = Faults()
    assert [found.path.name for found in documents_in(tmp_path, faults)] == ["read.yaml"]
    assert [str(fault) for fault in faults] == [
        f"{tmp_path}/other.yml:1: file: warning: is not read; name it other.yaml"
    ]


def test_other_files_are_nobodys_business(tmp_path: Path) -> None:
    (tmp_path / "read.yaml").write_text("a: 1\n")
    (tmp_path / "notes.md").write_text("# Notes\n")
    faults = Faults()
    documents_in(tmp_path, faults)
    assert not faults.found
