"""The page tells what lab counts would be as field data beside a HOLD, labelled, and nowhere else."""

import pytest
from report_html import Reader

from toolkit.report.inputs import ReportInputs
from toolkit.report.metricwords import interval, name_of, show_threshold
from toolkit.report.sections import hypothetical, verdicts
from toolkit.report.spoken import Spoken
from toolkit.report.wording import NBSP

LABEL = "hypothetical: if these lab counts were field data"
METRIC = "disconnection_rate_reduction"


def text_of(html: str) -> str:
    return " ".join(Reader(html).text.replace(NBSP, " ").split())


def test_each_hold_on_lab_counts_has_its_supposition_with_every_criterion(
    report: ReportInputs, page: str
) -> None:
    _, scenario = report.default
    text = text_of(page)
    spoken = Spoken({option: entry.name for option, entry in report.options.items()})
    phases = scenario.decision.to_document()["phases"]
    told = [phase for phase in phases if phase["hypothetical"]]
    assert told, "the recordings of this folder are of a lab, and its plan asks for production"
    for phase in told:
        assert " ".join(spoken(hypothetical.supposed_sentence(phase)).split()) in text
        found = hypothetical.supposed_entries(phase)
        assert found
        for entry, _ in found:
            assert " ".join(spoken(entry["hypothetical"]["reason"]).split()) in text


def test_it_never_stands_on_the_first_screen(page: str) -> None:
    top, rest = page[: page.index('id="phases"')], page[page.index('id="phases"') :]
    assert "ypothetical" not in top
    assert "Hypothetical: if these lab counts were field data, it would be" in text_of(rest)
    assert "This decides nothing." in text_of(rest)


def test_its_table_says_so_in_the_caption_and_has_no_coloured_state(report: ReportInputs) -> None:
    _, scenario = report.default
    views = verdicts.phase_views(report.plan, scenario.decision, names={})
    view = next(view for view in views if view.hypothetical)
    last = view.tables[-1]
    assert last.caption.endswith(f": {LABEL}")
    assert all(isinstance(row[1], str) for row in last.rows)
    assert sum("hypothetical" in table.caption for table in view.tables) == 1


def test_a_phase_without_one_says_nothing_of_it(report: ReportInputs) -> None:
    _, scenario = report.default
    documents = {phase["id"]: phase for phase in scenario.decision.to_document()["phases"]}
    managed = documents["managed"]
    assert managed["hypothetical"] is None and hypothetical.supposed_sentence(managed) == ""
    views = {view.id: view for view in verdicts.phase_views(report.plan, scenario.decision, names={})}
    assert not any("hypothetical" in table.caption for table in views["managed"].tables)


def test_the_claim_stands_among_the_criteria_with_its_interval(report: ReportInputs, page: str) -> None:
    _, scenario = report.default
    lab = next(
        one
        for one in scenario.decision.to_document()["phases"][0]["criteria"]
        if one["metric"] == METRIC and one["environment"] == "lab"
    )
    text = text_of(page)
    asked = (
        "Disconnection rate reduction of Current server, with the fixes, "
        "against Current server, before the fixes, at least 90 %"
    )
    assert f"{asked} (should)" in text
    assert interval(METRIC, lab["low"], lab["high"]).replace(NBSP, " ") in text
    assert " ".join(lab["reason"].split()) in text


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [(-0.25, 0.5, "−25.0 % to 50.0 %"), (None, 1.0, "at most 100 %"), (0.936, 0.963, "93.6 % to 96.3 %")],
)
def test_an_interval_below_nought_or_without_an_end_is_told(
    low: float | None, high: float, words: str
) -> None:
    assert interval(METRIC, low, high).replace(NBSP, " ") == words
    assert name_of(METRIC) == "Disconnection rate reduction"
    assert show_threshold(METRIC, 0.9).replace(NBSP, " ") == "90 %"
