"""The page says what the fixes are worth as it was measured, and what that rests on."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from report_folders import record, silence

from toolkit import api
from toolkit.metrics.ratios import UNKNOWN, Estimate
from toolkit.metrics.worth import CLAIMED, Comparison, Worth
from toolkit.project import InputError
from toolkit.report import plots
from toolkit.report.inputs import ReportInputs
from toolkit.report.page import leadership_page
from toolkit.report.sections.worth import (
    changes_table,
    claimed_share,
    findings,
    noticing_table,
    worth_view,
)
from toolkit.report.tables import Missing
from toolkit.report.wording import NBSP
from toolkit.report.worthwords import told_change


@pytest.fixture(scope="module")
def two(recorded: Path, tmp_path_factory: pytest.TempPathFactory) -> Worth:
    """Both servers in two labs, one of them with faults recorded one by one."""
    folder = tmp_path_factory.mktemp("two") / "data"
    shutil.copytree(recorded, folder)
    lives_s = {"current": 600.0, "current-unfixed": 70.0}
    record(folder / "metrics", environment="lab-brief", lives_s=lives_s)
    silence(folder / "metrics")
    return api.worth(folder)


def told(worth: Worth, claimed: float | None = CLAIMED) -> list[str]:
    return [sentence.replace(NBSP, " ") for sentence in findings(worth, claimed=claimed)]


def with_rates(comparison: Comparison, ratio: Estimate, **more: object) -> Worth:
    """A comparison whose rates of disconnections have this ratio."""
    changes = {
        name: replace(change, change=ratio) if change.is_rate else change
        for name, change in comparison.changes.items()
    }
    made = replace(comparison, changes=changes, **more)  # type: ignore[arg-type]
    return Worth(comparison.option.newest_hour.date(), [made])


def test_the_first_sentence_sets_what_was_measured_beside_the_briefs_word(two: Worth) -> None:
    ends = two.comparisons[0].resolved
    shown = [f"{round(100 * end, 1)} %" for end in (ends.value, ends.low, ends.high) if end is not None]
    assert told(two)[0] == (
        "The brief says that the fixes resolve 90 % of the disconnections. Measured in lab: "
        f"{shown[0]} ({shown[1]} to {shown[2]}) of the disconnections per connected hour are gone, which is "
        "more than the brief says."
    )


def test_the_kind_of_evidence_the_counts_and_the_day_stand_with_it(two: Worth) -> None:
    sentence = told(two)[1]
    comparison = two.comparisons[0]
    assert sentence.startswith("This is lab evidence, on loopback or a test network")
    assert "not production" in sentence
    assert f"{comparison.baseline.ends} unwanted ends in" in sentence
    assert sentence.endswith("20 clients at once, on 22 November 2026.")


def test_other_denominators_and_the_mix_of_faults_are_told(two: Worth) -> None:
    sentences = " ".join(told(two))
    assert "per session and" in sentences and "per opened connection. The connected hour leads" in sentences
    assert "The share holds for this mix of faults alone." in sentences
    assert "cut for being idle: at least 99" in sentences
    assert "reset: 1.4 % fewer (−69.3 % to 42.6 %)" in sentences


def test_the_same_option_elsewhere_is_compared_without_the_claim(two: Worth) -> None:
    last = told(two)[-1]
    assert last.startswith("current, lab against lab-brief: ")
    assert "brief says" not in last


GONE = "of the disconnections per connected hour are gone"
UNSURE = "; whether that is more or less than the brief says, these data cannot tell."


@pytest.mark.parametrize(
    ("ratio", "sentence"),
    [
        ((0.0, 0.0, 0.04), f"at least 96.0 % {GONE}, which is more than the brief says."),
        ((0.15, 0.11, 0.2), f"85.0 % (80.0 % to 89.0 %) {GONE}, which is less than the brief says."),
        ((0.1, 0.05, 0.2), f"90.0 % (80.0 % to 95.0 %) {GONE}{UNSURE}"),
        (
            (0.9, 0.5, 1.5),
            "whether there are fewer disconnections is not known: 10.0 % fewer (−50.0 % to 50.0 %), which is "
            "less than the brief says.",
        ),
        (
            (2.0, 1.5, 3.0),
            "there are more disconnections per connected hour, not fewer: 100 % more (50.0 % to 200.0 %).",
        ),
        (
            (0.0, 0.0, 40.0),
            f"whether there are fewer disconnections is not known: 100 % (of too few to bound) fewer{UNSURE}",
        ),
        ((None, None, None), "not measurable with these data; "),
    ],
)
def test_each_outcome_has_its_sentence(two: Worth, ratio: tuple[float | None, ...], sentence: str) -> None:
    assert f"Measured in lab: {sentence}" in told(with_rates(two.comparisons[0], Estimate(*ratio)))[0]


def test_what_is_not_comparable_is_told_as_that_and_drawn_nowhere(two: Worth) -> None:
    worth = with_rates(
        two.comparisons[0], Estimate(0.1, 0.05, 0.2), not_comparable=["20 against 3 clients an hour"]
    )
    assert told(worth)[0].endswith("Measured in lab: not comparable, 20 against 3 clients an hour.")
    assert plots.worth_forest(worth).alt == "Nothing was recorded that may be compared."
    assert "(not comparable)" in changes_table(worth.comparisons[0]).caption


def test_what_is_not_measurable_is_a_reason_and_never_a_zero(two: Worth) -> None:
    rows = changes_table(with_rates(two.comparisons[0], UNKNOWN).comparisons[0]).rows
    assert isinstance(rows[0][-1], Missing)
    assert "not measurable with these data" in rows[0][-1].reason


@pytest.mark.parametrize(
    ("ratio", "words"),
    [
        ((9.0, 5.0, 14.0), "9 times (5 to 14)"),
        ((None, 5.0, None), "at least 5 times"),
        ((None, 0.0, 0.5), "at most 0.500 times"),
    ],
)
def test_a_ratio_of_durations_is_one_sided_where_one_side_saw_no_end(
    two: Worth, ratio: tuple[float | None, ...], words: str
) -> None:
    lasting = two.comparisons[0].changes["mean_connection_duration_s"]
    assert told_change(replace(lasting, change=Estimate(*ratio))) == words


def test_the_picture_says_its_numbers_and_draws_the_claim_where_it_applies(two: Worth) -> None:
    picture = plots.worth_forest(two, claimed=CLAIMED)
    assert "The dashed line is the brief's 90" in picture.alt
    assert len(picture.table.rows) == 9
    unclaimed = plots.worth_forest(two)
    assert "dashed" not in unclaimed.alt and unclaimed.svg != picture.svg


def test_how_long_a_fault_goes_unnoticed_has_a_row_a_fault_and_end(two: Worth) -> None:
    rows = {(str(row[0]), str(row[1])): row for row in noticing_table(two).rows}
    silent = rows["current-unfixed, lab", "black hole"]
    assert silent[3:7] == ["40", f"0 (0{NBSP}%)", "not reached", "not reached"]
    assert str(rows["current, lab", "black hole"][5]).startswith("32.6")


def test_the_claim_counts_where_the_folder_holds_it(report: ReportInputs) -> None:
    assert claimed_share(report.claims) == 0.9
    assert claimed_share([]) is None


def test_nothing_recorded_of_both_makes_no_section(report: ReportInputs) -> None:
    nothing = Worth(report.as_of, [])
    assert worth_view(nothing) is None
    assert findings(nothing) == ["Nothing was recorded of both the option and the baseline."]


def test_the_page_leads_its_measurements_with_the_finding(page: str) -> None:
    measured = page[page.index('id="stability"') :]
    assert measured.index("What the fixes are really worth") < measured.index("Every metric")
    assert "The brief says that the fixes resolve 90" in measured
    assert "Disconnections that are gone" in measured


def test_two_labs_with_faults_fit_a_page_below_a_megabyte(two: Worth, report: ReportInputs) -> None:
    page = leadership_page(replace(report, worth=two), build_id="x")
    assert "How long a dead connection goes unnoticed" in page
    assert len(page.encode()) < 1_000_000


def test_the_api_asks_for_one_pair_of_recordings(recorded: Path) -> None:
    (found,) = api.worth(recorded, option="socketio", against="current", environment="lab").comparisons
    assert (found.baseline.place, found.option.place) == ("current in lab", "socketio in lab")


@pytest.mark.parametrize(
    ("more", "fault"),
    [
        ({"option": "curent"}, "option: there is no 'curent'; did you mean current?"),
        ({"against_environment": "lab-x"}, "against_environment: there is no 'lab-x'; did you mean lab?"),
    ],
)
def test_an_unknown_name_is_refused_with_advice(recorded: Path, more: dict[str, str], fault: str) -> None:
    with pytest.raises(InputError, match=fault):
        api.worth(recorded, **more)  # type: ignore[arg-type]
