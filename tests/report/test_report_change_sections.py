"""The page and the terminal tell what changed, how records stand, and what the backtest found."""

from typing import Any

import pytest

from toolkit.report.sections.backtest import NO_HISTORY, backtest_view
from toolkit.report.sections.changes import FIRST_BUILD, change_sentences, changes_view
from toolkit.report.sections.records import record_sentences, records_table

BAD = "<script>alert(1)</script>"


def changes(**fields: Any) -> dict[str, Any]:
    nothing = {
        "since": "b", "text": "No change of a verdict or a total since b.", "sources": [], "verdicts": [],
        "ranked_first": None, "costs": [], "inputs": [], "unexplained": None,
    }  # fmt: skip
    return nothing | fields


def cost(**by: float | None) -> dict[str, Any]:
    parts = dict.fromkeys(("data", "prices", "day", "settings", "weights", "code"), 0.0) | by
    return {"option": BAD, "from": 1.0, "to": 4.0, "difference": 3.0, "by": parts, "text": "ably: dearer"}


def test_that_nothing_changed_is_said_and_that_there_is_nothing_to_compare_with() -> None:
    assert changes_view(changes()).lead == "No change of a verdict or a total since b."
    assert changes_view(None).lead == FIRST_BUILD


def test_a_total_is_told_by_source_and_nothing_from_data_is_markup() -> None:
    moved = {"source": "prices", "name": BAD, "was": None, "now": 499.0}
    view = changes_view(changes(costs=[cost(prices=3.0, settings=None)], inputs=[moved]))
    html = "".join(table._repr_html_() for table in view.tables)
    assert "<script>" not in html and html.count("&lt;script&gt;alert(1)") >= 2
    assert "By prices" in html and "3.00" in html and "not to be told apart" in html


def test_the_page_names_phases_by_title_and_options_by_name_and_the_terminal_by_id() -> None:
    verdict = {
        "phase": "keep",
        "from": "HOLD",
        "to": "GO",
        "because": None,
        "text": "keep: HOLD became GO, because",
    }
    first = {"phase": None, "from": "ably", "to": None, "text": "ranked first: ably became none, because"}
    moved = changes(verdicts=[verdict], ranked_first=first, costs=[cost(data=3.0) | {"option": "ably"}])
    view = changes_view(moved, titles={"keep": "Keep it"}, names={"ably": "Ably"})
    assert view.sentences == ["“Keep it”: HOLD became GO, because", "ranked first: Ably became none, because"]
    assert view.tables[0].rows[0][0] == "Ably"
    assert change_sentences(moved)[1:3] == [verdict["text"], first["text"]]
    assert changes_view(moved).sentences == [verdict["text"], first["text"]]


def test_the_page_does_not_grow_without_bound() -> None:
    moved = [{"source": "data", "name": f"n{number}", "was": 1.0, "now": 2.0} for number in range(500)]
    view = changes_view(changes(inputs=moved))
    assert len(view.tables[0].rows) == 40 and "460 more are in decision.json" in view.tables[0].caption
    assert change_sentences(changes(inputs=moved))[-1] == "and 460 more figures that moved; --json has all"


def record(**fields: Any) -> dict[str, Any]:
    holds = {
        "file": "records/a.md", "status": "accepted", "as_of": "2026-11-20", "expires": "2026-12-04",
        "expires_because": "phase one is to be decided", "expired": False, "broken": [], "unknown": [],
    }  # fmt: skip
    return holds | fields


BROKEN = {"assumption": "price of plan pro of pusher at most USD 99", "was": 99.0, "now": 199.0, "why": BAD}


@pytest.mark.parametrize(
    "entry, state",
    [
        (record(), "holds until 4 December 2026"),
        (record(expires=None), "holds"),
        (record(broken=[BROKEN]), "1 of its assumptions broke"),
        (record(expired=True), "expired on 4 December 2026 (phase one is to be decided)"),
        (
            record(unknown=[BROKEN]),
            "holds until 4 December 2026; 1 of its assumptions cannot be checked today",
        ),
        (record(expired=None, status="rejected"), "does not stand any more, so it is not checked"),
    ],
)
def test_the_state_of_a_record_is_said_in_words(entry: dict[str, Any], state: str) -> None:
    assert record_sentences(entry)[0] == f"record records/a.md ({entry['status']}): {state}"


def test_what_broke_has_a_row_with_both_values() -> None:
    table = records_table([record(broken=[BROKEN])])
    html = table._repr_html_()
    assert "look again" in html and ">99<" in html and ">199<" in html and "<script>" not in html


def stretch(outcome: str) -> dict[str, Any]:
    return {"from": "2026-11-20", "to": "2026-11-21", "verdict": "GO", "because": None, "option": "current",
            "reason": BAD, "outcome": outcome, "followed": "met"}  # fmt: skip


def backtested(days: int, said: list[dict[str, Any]]) -> dict[str, Any]:
    phase = {"id": "one", "days": {"GO": days, "NO-GO": 0, "HOLD": 0}, "right_go": 0, "false_go": days,
             "missed_go": 0, "rightly_not": 0, "undecided": 0, "days_lost_to_hold": 0, "first_go": None,
             "said": said}  # fmt: skip
    return {"days": days, "first_day": "2026-11-20", "phases": [phase], "limits": ["A limit."]}


def test_the_backtest_says_how_often_it_was_wrong() -> None:
    view = backtest_view(backtested(2, [stretch("false_go")]))
    assert view.lead.startswith("2 days replayed from 20 November 2026 on")
    assert "2 false GOs and 0 missed GOs in 1 phase" in view.lead
    html = "".join(table._repr_html_() for table in view.tables)
    assert "false GO" in html and "<script>" not in html
    assert view.limits == ["A limit."]


def test_without_recordings_it_says_so() -> None:
    assert backtest_view(backtested(0, []) | {"first_day": None}).lead == NO_HISTORY
