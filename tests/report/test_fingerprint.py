"""A build depends on its inputs and on nothing else."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from toolkit.report.fingerprint import Fingerprint, fingerprint

DAY = date(2026, 11, 23)


@pytest.fixture
def small(tmp_path: Path) -> Path:
    root = tmp_path / "folder"
    (root / "metrics" / "rollups").mkdir(parents=True)
    (root / "plan.yaml").write_text("phases: []\n")
    (root / "metrics" / "a.parquet").write_bytes(b"1")
    (root / "metrics" / "rollups" / "a.parquet").write_bytes(b"derived")
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "notebooks" / "1.ipynb").write_text("{}")
    return root


def state(root: Path, **changes: object) -> Fingerprint:
    arguments: dict[str, object] = {"notebooks": root.parent / "notebooks", "as_of": DAY, "scenarios": ("a",)}
    return fingerprint(root, **(arguments | changes))  # type: ignore[arg-type]


def test_it_is_the_same_wherever_the_folder_lies(small: Path, tmp_path: Path) -> None:
    before = state(small)
    moved = small.rename(tmp_path / "elsewhere")
    assert state(moved) == before


def test_reading_or_touching_a_file_changes_nothing(small: Path) -> None:
    before = state(small)
    (small / "plan.yaml").touch()
    assert state(small).digest == before.digest


@pytest.mark.parametrize(
    "change",
    [
        lambda root: (root / "plan.yaml").write_text("phases: [1]\n"),
        lambda root: (root / "metrics" / "a.parquet").write_bytes(b"2"),
        lambda root: (root / "metrics" / "b.parquet").write_bytes(b""),
        lambda root: (root / "plan.yaml").rename(root / "plan2.yaml"),
        lambda root: (root.parent / "notebooks" / "1.ipynb").write_text("{ }"),
    ],
    ids=["a file", "a recording", "a new file", "a name", "a notebook"],
)
def test_a_change_of_content_is_another_build(small: Path, change: Callable[[Path], object]) -> None:
    before = state(small)
    change(small)
    assert state(small).build_id != before.build_id


def test_day_and_scenarios_are_part_of_it(small: Path) -> None:
    ids = {
        state(small).build_id,
        state(small, as_of=date(2026, 11, 24)).build_id,
        state(small, scenarios=("a", "b")).build_id,
        state(small, scenarios=("b", "a")).build_id,
    }
    assert len(ids) == 4
    assert state(small).build_id.startswith("2026-11-23-")


@pytest.mark.parametrize("name", ["metrics/rollups/b.parquet", ".part-1", ".cache/x", "__pycache__/x.pyc"])
def test_derived_and_hidden_files_do_not_count(small: Path, name: str) -> None:
    before = state(small)
    (small / name).parent.mkdir(exist_ok=True)
    (small / name).write_bytes(b"new")
    assert state(small) == before


def test_a_report_written_into_the_folder_does_not_change_what_it_was_made_of(small: Path) -> None:
    before = state(small, out=small / "reports")
    (small / "reports").mkdir()
    (small / "reports" / "index.html").write_text("x")
    assert state(small, out=small / "reports") == before


def test_inputs_are_named_as_in_the_folder_with_their_hash(small: Path) -> None:
    # SHA-256 of the single byte "1", as `printf 1 | sha256sum` prints it.
    assert state(small).inputs["metrics/a.parquet"] == (
        "6b86b273ff34fce19d6b804eff5a3f5747ada4eaa22f1d49c01e52ddb7875b4b"
    )
    assert set(state(small).inputs) == {"plan.yaml", "metrics/a.parquet", "notebooks/1.ipynb"}


def test_a_file_that_cannot_be_read_stops_no_build_and_is_another_state(small: Path) -> None:
    before = state(small)
    # Not even root can read it from its beginning.
    (small / "key.pem").symlink_to("/proc/self/mem")
    assert state(small).digest == state(small).digest != before.digest
