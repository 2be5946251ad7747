"""The figures of the first screen are never a number that nobody stands behind."""

import dataclasses
from datetime import date, timedelta

import pytest

from toolkit.cost.band import Band
from toolkit.evidence import Figure
from toolkit.report.inputs import ReportInputs, ScenarioInputs
from toolkit.report.sections import headlines
from toolkit.report.wording import DASH, NBSP

NAMES = {"current": "Ours", "ably": "Ably"}


def with_cost(report: ReportInputs, option: str, **changes: object) -> ScenarioInputs:
    _, scenario = report.default
    costs = dict(scenario.cost.options)
    costs[option] = dataclasses.replace(costs[option], **changes)  # type: ignore[arg-type]
    return dataclasses.replace(scenario, cost=dataclasses.replace(scenario.cost, options=costs))


def figure(*, as_of: date = date(2026, 11, 1)) -> Figure:
    return Figure(value=438.3, unit="min/month", grade="field", source="alb", as_of=as_of)


def availability(report: ReportInputs, found: Figure | None) -> headlines.Headline:
    inputs = with_cost(report, "current", availability=found)
    arguments = {"plan": report.plan, "options": report.options, "as_of": report.as_of}
    return headlines.availability_headlines(inputs, **arguments)[0]  # type: ignore[arg-type]


def test_minutes_a_month_become_a_share() -> None:
    # 1 % of the 730.5 hours of an average month is 438.3 minutes.
    assert headlines.share_of(438.3) == pytest.approx(0.99)


def test_a_measured_availability_is_shown_with_its_grade(report: ReportInputs) -> None:
    shown = availability(report, figure())
    assert shown.value == f"99.0{NBSP}%"
    assert shown.note.endswith("grade field")


@pytest.mark.parametrize(("days", "fresh"), [(365, True), (366, False)])
def test_a_figure_of_more_than_a_year_is_stale(report: ReportInputs, days: int, fresh: bool) -> None:
    shown = availability(report, figure(as_of=report.as_of - timedelta(days=days)))
    assert (shown.value != DASH) is fresh
    assert ("stale; it was" in shown.note) is not fresh


def test_an_unknown_availability_is_a_dash_with_its_reason(report: ReportInputs) -> None:
    assert availability(report, None) == headlines.Headline(
        "Availability now", DASH, "nothing is known of its outages"
    )


def test_an_unknown_cost_is_a_dash_that_says_what_is_missing(report: ReportInputs) -> None:
    inputs = with_cost(report, "current", monthly_cost_usd=None, unknown=["node_usd_per_month is not known"])
    now, _, change = headlines.cost_headlines(
        inputs, plan=report.plan, options=report.options, as_of=report.as_of
    )
    assert now.value == change.value == DASH
    assert "node_usd_per_month is not known" in now.note


def test_a_change_is_told_also_when_it_is_nothing(report: ReportInputs) -> None:
    after = headlines.target(report.default[1].decision.to_document())
    assert after is not None
    inputs = with_cost(
        report, "current", monthly_cost_usd=report.default[1].cost.options[after].monthly_cost_usd
    )
    change = headlines.cost_headlines(inputs, plan=report.plan, options=report.options, as_of=report.as_of)[2]
    assert change.value == "$0 a month"
    assert "+0 %" in change.note


def test_a_cost_from_nothing_has_no_relative_change(report: ReportInputs) -> None:
    inputs = with_cost(report, "current", monthly_cost_usd=Band(0.0, 0.0, 0.0, 0.0))
    change = headlines.cost_headlines(inputs, plan=report.plan, options=report.options, as_of=report.as_of)[2]
    assert change.note.startswith("mean against mean; ")


def test_doing_nothing_keeps_what_is_in_service_else_what_was_done_last(report: ReportInputs) -> None:
    def plan_with(*status: str) -> object:
        phases = [
            phase.model_copy(update={"status": new})
            for phase, new in zip(report.plan.phases, status, strict=True)
        ]
        return report.plan.model_copy(update={"phases": phases})

    for statuses, option in (
        (("in_service", "planned", "planned"), "current"),
        (("done", "in_service", "planned"), "socketio"),
        (("done", "done", "planned"), "socketio"),
        (("planned", "planned", "planned"), None),
    ):
        assert headlines.baseline(plan_with(*statuses), report.options) == option  # type: ignore[arg-type]


def test_flip_points_read_as_sentences() -> None:
    decision = {
        "flip_points": [
            {"input": "messages_per_month", "value": 1.234e6, "from": "ably", "to": None},
            {
                "input": "service_unavailability_min_per_month", "value": 436.6, "from": "ably",
                "to": "pusher", "p_beyond": None, "unit": "min/month", "option": "ably", "now": 44.25,
            },
            {
                "input": "vendor_bill_usd_per_month", "value": 1320.0, "from": "ably", "to": "pusher",
                "p_beyond": None, "unit": "USD/month", "option": "ably", "now": 151.2,
            },
            {
                "input": "peak_concurrent_users", "value": 1604.0, "from": "pusher", "to": "ably",
                "p_beyond": 0.453, "unit": "users", "option": None, "now": None,
            },
        ]
    }  # fmt: skip
    assert headlines.flip_points(decision, NAMES) == [
        "Where the time without service of Ably is 437 min a month or more (it stands at 44.2), the cheapest "
        "is pusher; below that it is Ably.",
        "Where the first month's bill of Ably is $1,320 a month or more (it stands at $151), the cheapest is "
        "pusher; below that it is Ably.",
        "Where peak concurrent users is 1,600 or more, the cheapest is Ably; below that it is pusher. The "
        "chance of lying beyond is 45.3\N{NO-BREAK SPACE}%.",
        # Where the monthly cost changes hands the total, by which options rank, need not.
        "From 1,230,000 messages a month on the monthly cost is lowest with none of them; below that with "
        "Ably.",
    ]
