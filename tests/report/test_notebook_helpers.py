"""A notebook finds its folder from where JupyterLab starts it as well as from the root."""

from pathlib import Path

import pytest

from toolkit.metrics.rollups import Rollups
from toolkit.project.faults import InputError
from toolkit.report.inputs import ReportInputs
from toolkit.report.notebook import locate, most_recorded


@pytest.mark.parametrize("start", [".", "notebooks"])
def test_the_folder_is_found_from_the_root_and_from_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, start: str
) -> None:
    for name in ("data", "notebooks"):
        (tmp_path / name).mkdir()
    monkeypatch.chdir(tmp_path / start)
    assert locate("data").resolve() == tmp_path / "data"
    assert locate(str(tmp_path / "data")) == tmp_path / "data"


def test_a_folder_that_is_not_there_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match="nowhere:1: project: is not a folder; name a decision folder"):
        locate("nowhere")


def test_what_was_recorded_most_is_shown(report: ReportInputs) -> None:
    wanted = report.rollups.counts.groupby("option")["wanted_us"].sum()
    assert most_recorded(report.rollups) == (wanted.idxmax(), "lab")


def test_where_nothing_was_recorded_nothing_is_invented() -> None:
    assert most_recorded(Rollups()) == ("any option", "any environment")
