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
