"""Several scenarios stand on one page: the default first, each with verdicts, costs and tables of its own."""

from itertools import pairwise
from pathlib import Path

import pytest
from report_folders import told
from report_html import Reader, assert_self_contained

from toolkit.report.build import decision_documents
from toolkit.report.inputs import ReportInputs
from toolkit.report.page import leadership_page


@pytest.fixture(scope="module")
def two(recorded: Path) -> ReportInputs:
    return told(recorded, scenarios=["production", "enterprise"])


@pytest.fixture(scope="module")
def html(two: ReportInputs) -> str:
    return leadership_page(two, build_id="b")


def test_the_default_comes_first_and_the_other_has_its_section(two: ReportInputs, html: str) -> None:
    assert_self_contained(html)
    other = two.scenarios["enterprise"].scenario.title
    assert html.index("The phases and their gates") < html.index(f"Scenario: {other}")
    levels = Reader(html).headings
    assert levels.count(1) == 1
    assert all(later <= earlier + 1 for earlier, later in pairwise(levels))


def test_tables_of_different_scenarios_have_captions_of_their_own(html: str) -> None:
    captions = html.split("<caption>")[1:]
    named = [caption.split("</caption>")[0] for caption in captions]
    assert len(named) == len(set(named))


def test_each_scenario_has_its_decision_document(two: ReportInputs) -> None:
    documents = decision_documents(two)
    assert list(documents) == ["decision.json", "decision-enterprise.json"]
    assert documents["decision.json"]["scenario"] == "production"
    assert documents["decision-enterprise.json"]["scenario"] == "enterprise"


def test_a_scenario_without_a_record_says_nothing_of_those_of_others(html: str) -> None:
    # Records are filed by scenario: one of them may have some while the other has none.
    assert "in this folder" not in html
    assert html.count("No decision on this scenario is on record.") == 2
