"""A recorded decision folder and the page that tells it, made once for all tests of the report."""

import shutil
from pathlib import Path

import pytest
from report_folders import record, told

from toolkit.report.inputs import ReportInputs
from toolkit.report.page import leadership_page

DATA = Path(__file__).parent.parent.parent / "data"


@pytest.fixture(scope="session")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the folder that ships with three options recorded from a seed; not to be changed."""
    copy = tmp_path_factory.mktemp("recorded") / "data"
    shutil.copytree(DATA, copy, ignore=shutil.ignore_patterns("metrics"))
    record(copy / "metrics")
    return copy


@pytest.fixture(scope="session")
def report(recorded: Path) -> ReportInputs:
    """What a report of that folder is told from."""
    return told(recorded)


@pytest.fixture(scope="session")
def page(report: ReportInputs) -> str:
    """Its leadership page."""
    return leadership_page(report, build_id="2026-11-23-0123456789ab", notebooks=[("1-stability", "Stable?")])
