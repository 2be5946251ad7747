"""What a decision was made from lies beside its report: small, the same bytes, and without secrets."""

import io
import zipfile
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from toolkit.loading import load
from toolkit.metrics.rollups import Rollups
from toolkit.project import InputError
from toolkit.report.inputs import ReportInputs
from toolkit.report.kept import FRAMES, NAME, Kept


def kept_of(root: Path, rollups: Rollups) -> Kept:
    loaded = load(root)
    return Kept.of(loaded.folder, loaded.project, rollups, as_of=loaded.as_of, code="c" * 64)


@pytest.fixture(scope="module")
def kept(recorded: Path, report: ReportInputs) -> Kept:
    return kept_of(recorded, report.rollups)


def test_it_is_read_back_as_it_was(kept: Kept, report: ReportInputs, tmp_path: Path) -> None:
    (tmp_path / NAME).write_bytes(kept.packed())
    read = Kept.read(tmp_path)
    assert read == kept
    assert read is not None
    for name in FRAMES:
        # A frame without rows has no words to name its categories by.
        there, here = (
            getattr(rollups, name).astype(dict.fromkeys(("option", "environment"), "str"))
            for rollups in (read.rollups, report.rollups)
        )
        pd.testing.assert_frame_equal(there, here)


def test_the_same_inputs_give_the_same_bytes(kept: Kept, recorded: Path, report: ReportInputs) -> None:
    assert kept_of(recorded, report.rollups).packed() == kept.packed()
    with zipfile.ZipFile(io.BytesIO(kept.packed())) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_it_is_small(kept: Kept) -> None:
    assert len(kept.packed()) < 200_000


def test_no_address_to_send_word_to_and_no_place_of_recordings_is_kept(
    folder: Path, edit: Any, tmp_path: Path
) -> None:
    edit(
        folder / "project.yaml", "currency: USD",
        "currency: USD\nnotify: ['mailto://u:s3cr3t@x.example']\nrecordings: s3://k:s3cr3t@bucket/metrics",
    )  # fmt: skip
    (folder / "chat.yaml").write_text("preset: stable\n# s3cr3t\n")
    files = kept_of(folder, Rollups()).files
    assert b"s3cr3t" not in b"".join(files.values())
    assert "chat.yaml" not in files and "plan.yaml" in files


def test_a_report_without_it_keeps_none(tmp_path: Path) -> None:
    assert Kept.read(tmp_path) is None


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 no archive"])
def test_a_damaged_archive_is_wrong_input(tmp_path: Path, content: bytes) -> None:
    (tmp_path / NAME).write_bytes(content)
    with pytest.raises(InputError, match=r"inputs.zip:1: file: is not what a build keeps"):
        Kept.read(tmp_path)


def test_files_that_no_decision_reads_are_never_published(folder: Path) -> None:
    for name in ("compose.yaml", "mapping.yaml", ".hidden.yaml"):
        (folder / name).write_text("password: s3cr3t\nnot: [yaml\n")
    (folder / "folder.yaml").mkdir()
    files = kept_of(folder, Rollups()).files
    assert b"s3cr3t" not in b"".join(files.values())
    assert {name for name in files if "/" not in name} == {
        "claims.yaml", "measurements.yaml", "plan.yaml", "project.yaml", "use-cases.yaml",
    }  # fmt: skip


def changed(kept: Kept, name: str, content: bytes | None) -> bytes:
    """The archive with a file replaced, added, or for None removed."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(kept.packed())) as old, zipfile.ZipFile(out, "w") as new:
        parts = {part: old.read(part) for part in old.namelist()} | {name: content}
        for part, data in parts.items():
            if data is not None:
                new.writestr(part, data)
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("folder/plan.yaml", b"phases: [\n"),
        ("folder/plan.yaml", b"- no mapping\n"),
        ("counts/counts.parquet", b"PAR1 no Parquet PAR1"),
        ("counts/latency.parquet", None),
        ("made.json", b"[]"),
        ("made.json", b"{}"),
    ],
)
def test_an_archive_with_a_damaged_part_is_wrong_input(
    kept: Kept, tmp_path: Path, name: str, content: bytes | None
) -> None:
    (tmp_path / NAME).write_bytes(changed(kept, name, content))
    with pytest.raises(InputError, match=r"inputs.zip:1: file: is not what a build keeps"):
        Kept.read(tmp_path)


def test_an_archive_whose_compressed_data_are_damaged_is_wrong_input(kept: Kept, tmp_path: Path) -> None:
    content = bytearray(kept.packed())
    content[60:400] = b"\xff" * 340
    (tmp_path / NAME).write_bytes(content)
    with pytest.raises(InputError, match=r"inputs.zip:1: file: is not what a build keeps"):
        Kept.read(tmp_path)


@pytest.mark.parametrize(
    "name", ["../evil.yaml", "options/../../evil.yaml", "/evil.yaml", "options/a/b.yaml", "evil.yaml"]
)
def test_an_archive_leads_to_no_file_outside_of_a_folder(kept: Kept, tmp_path: Path, name: str) -> None:
    (tmp_path / NAME).write_bytes(changed(kept, f"folder/{name}", b"evil: true\n"))
    read = Kept.read(tmp_path)
    assert read is not None and read.files == kept.files
