"""What the choice hangs on, and how often the gates are wrong, as tables that say it in words."""

import dataclasses

from toolkit.decide.coverage.certificate import Certificate, Row
from toolkit.report.inputs import ReportInputs
from toolkit.report.sections.certificate import NO_GATES, certificate_sentence, certificate_table
from toolkit.report.sections.sensitivity import NO_CHOICE, sensitivity_view
from toolkit.report.tables import Mark
from toolkit.report.wording import NBSP

ROW = Row(
    metric="delivery_success_rate", comparator="at_least", threshold=0.99, outage_hours=1.0,
    truth_worse=0.989, truth_better=0.991, wrong_go=0.03, wrong_go_low=0.01, wrong_go_high=0.08,
    wrong_stop=0.0, wrong_stop_low=0.0, wrong_stop_high=0.037, allowed=0.05,
)  # fmt: skip


def certificate(*rows: Row) -> Certificate:
    return Certificate(rows=rows, outage_hours=1.0, events_a_day=10_000.0, days=90, worlds=100, seed=1)


def test_every_unknown_stands_with_its_index_beside_its_worth(report: ReportInputs) -> None:
    cost = report.default[1].cost
    assert cost.sensitivity is not None
    view = sensitivity_view(cost, {"ably": "Ably"})
    assert view.table is not None
    assert len(view.table.rows) == len(cost.sensitivity.inputs) > 3
    heads = [column.label for column in view.table.columns]
    assert heads.index("EVPPI") == heads.index("Sobol, first order") + 2
    assert view.sentences[0].startswith(f"The choice of Ably hangs on {len(view.table.rows)} unknowns.")


def test_without_a_choice_nothing_is_sensitive(report: ReportInputs) -> None:
    alone = dataclasses.replace(report.default[1].cost, sensitivity=None)
    view = sensitivity_view(alone, {})
    assert view.table is None and view.sentences == [NO_CHOICE]


def test_the_certificate_says_the_worst_gate_and_what_is_allowed() -> None:
    told = certificate_sentence(certificate(ROW)).replace(NBSP, " ")
    assert "delivery success rate at least 99 %: it goes on wrongly in 3.0 % of them" in told
    assert "where 5 % are allowed" in told


def test_outages_longer_than_allowed_for_are_marked_and_never_good() -> None:
    longer = dataclasses.replace(ROW, outage_hours=6.0, wrong_go=0.4, wrong_go_low=0.3, wrong_go_high=0.5)
    rows = certificate_table(certificate(ROW, longer)).rows
    assert [row[2] for row in rows] == [Mark("yes", "good"), Mark("no", "wait")]
    within, beyond = (row[4] for row in rows)
    assert isinstance(within, Mark) and within.tone == "good"
    assert isinstance(beyond, Mark) and beyond.tone == "plain"


def test_a_gate_that_is_wrong_too_often_for_certain_is_bad() -> None:
    wrong = dataclasses.replace(ROW, wrong_go=0.2, wrong_go_low=0.13, wrong_go_high=0.29)
    cell = certificate_table(certificate(wrong)).rows[0][4]
    assert isinstance(cell, Mark) and cell.tone == "bad"


def test_a_plan_without_gates_has_nothing_to_certify() -> None:
    assert certificate_sentence(certificate()) == NO_GATES
