"""How the choice was made, on the page and on a terminal: what is not comparable comes before any rank."""

import json
from copy import deepcopy
from dataclasses import replace
from typing import Any

import pytest

from toolkit.decide.comparability import Incomparable
from toolkit.decide.usecases import Compared, UseCase
from toolkit.report.inputs import ReportInputs
from toolkit.report.page import leadership_page
from toolkit.report.sections.choosing import choosing_view
from toolkit.report.terminal import show_decision
from toolkit.report.wording import NBSP

PAIR = {
    "options": ["current", "socketio"],
    "environment": "lab",
    "what": "window",
    "text": "24 against 48 hours of evidence",
}
ALERT = {
    "metric": "delivery_success_rate", "option": "current", "environment": "lab", "objective": 0.99,
    "period_days": 30, "state": "firing", "reason": "deliveries late or lost 9 % in 6h", "until": None,
    "windows": [],
}  # fmt: skip
WEIGHTS = {
    "as_of": "2026-11-01", "author": "Ada", "reason": "a meeting", "weights": {"total_cost_usd": 1.0},
    "ranges": {"total_cost_usd": {"worst": 1.0, "best": 0.0}}, "sha256": "ab" * 32,
    "text": "Weights of 2026-11-01 by Ada",
    "changes": [{"text": "2026-11-02, Grace: weight of total_cost_usd 0.7 → 1.0"}],
    "options": {
        "ably": {
            "unknown": [], "score": {"mean": 0.71, "p5": 0.6, "p95": 0.8}, "acceptability": [0.9, 0.1],
            "acceptability_any_weights": [0.55, 0.45], "central_weights": {"total_cost_usd": 1.0},
            "beyond_the_scale": ["total_cost_usd"],
        },
        "pusher": {
            "unknown": ["its total cost is not known"], "score": None, "acceptability": [],
            "acceptability_any_weights": [], "central_weights": None, "beyond_the_scale": [],
        },
    },
    "flips": [{"criterion": "total_cost_usd", "weight": 1.0, "at": 0.25, "to": "pusher"}],
}  # fmt: skip


@pytest.fixture
def document(decision: str) -> Any:
    """The decision of the folder that ships, with weights, a firing alert and an incomparable pair."""
    told = deepcopy(json.loads(decision))
    return told | {"comparability": [PAIR], "weights": WEIGHTS, "alerts": [ALERT]}


def test_a_terminal_says_what_is_not_comparable_before_the_ranking(
    document: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    show_decision(document)
    text = capsys.readouterr().out
    pair = "NOT COMPARABLE: current and socketio in lab: 24 against 48 hours of evidence (window)"
    assert text.index("alert firing: current delivery_success_rate") < text.index(pair)
    assert text.index(pair) < text.index("Ranking, scenario production")


def test_a_terminal_tells_weights_with_every_change_and_what_flips_the_first(
    document: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    show_decision(document)
    lines = capsys.readouterr().out.splitlines()
    assert "Weights of 2026-11-01 by Ada" in lines
    assert "weights changed 2026-11-02, Grace: weight of total_cost_usd 0.7 → 1.0" in lines
    assert "pusher is not scored: its total cost is not known" in lines
    assert "ably is held at the end of a scale: total_cost_usd" in lines
    flips = "flips the first: a weight of 0.25 for total_cost_usd instead of 1 puts pusher first"
    assert flips in lines


def test_without_any_of_it_a_terminal_is_silent_about_it(
    document: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    none = {"comparability": [], "robustness": None, "weights": None, "use_cases": [], "alerts": []}
    show_decision(document | none)
    text = capsys.readouterr().out
    for word in ("NOT COMPARABLE", "Robustness", "Weights of", "use case", "alert firing"):
        assert word not in text


def test_the_page_shows_the_same(document: Any) -> None:
    view = choosing_view(document, {"ably": "Ably", "pusher": "Pusher"}, title="Production")
    assert view.warnings == ["current and socketio in lab: 24 against 48 hours of evidence."]
    told = document["robustness"]["text"]
    for engine, reader in (("all take ably", "all take Ably"), (": pusher,", ": Pusher,"), ("USD ", "$")):
        assert engine in told
        told = told.replace(engine, reader)
    assert view.sentence.replace(NBSP, " ") == told
    assert view.weights[1] == "Changed 2026-11-02, Grace: weight of total_cost_usd 0.7 → 1.0."
    assert view.weights[2].endswith("instead of 1, would put Pusher first.")
    captions = [table.caption for table in view.tables]
    assert captions == [
        "The brief's recommendations by use case, seen from Production",
        "Ways of choosing among what no must-have puts out, Production",
        "Scores under the team's weights, Production",
        "Burn-rate alerts",
    ]
    scores = str(view.tables[2].__html__())
    assert "0.71" in scores and "90.0" in scores and "55.0" in scores
    assert "its total cost is not known" in scores


def test_names_from_data_are_never_html(document: Any) -> None:
    hostile = "<script>alert(1)</script>"
    weights = deepcopy(WEIGHTS) | {"text": hostile}
    cases = deepcopy(document["use_cases"])
    cases[0]["recommends"][0]["says"] = hostile
    view = choosing_view(
        document | {"weights": weights, "use_cases": cases}, {"ably": hostile}, title=hostile
    )
    assert all("<script" not in str(table.__html__()) for table in view.tables)


def test_the_page_says_what_is_not_comparable_above_the_options(report: ReportInputs) -> None:
    """And says nothing of it where everything is."""
    name, its = report.default
    pair = Incomparable(("current", "socketio"), "lab", "window", "24 against 48 hours of evidence")
    case = UseCase.model_validate(
        {
            "id": "scale", "title": "At scale", "scenario": name, "line": 10,
            "recommends": [{"option": "ably", "says": "best", "line": 11}],
        }
    )  # fmt: skip
    beside = Compared(case=case, ranking=its.decision.ranking, claims={})
    told = replace(its.decision, comparability=[pair], use_cases=[beside])
    changed = replace(report, scenarios={name: replace(its, decision=told)})
    page, plain = (leadership_page(one, build_id="b") for one in (changed, report))
    heading = page.index('<h2 id="options">')
    assert heading < page.index("24 against 48 hours of evidence") < page.index("The options side by side,")
    assert "Ably: best (line 11)" in page
    assert "Ways of choosing among what no must-have puts out" in plain and "Not comparable" not in plain
    assert len(page.encode()) < 1_000_000
