"""A stronger figure of one quantity goes before a weaker one, whatever it says."""

import pytest
from cost_worlds import Costed, FixedOption, figure, plain_scenario

from toolkit.cost.option import Option

MINUTES = "service_unavailability_min_per_month"


def adding(option: Option, name: str, **parts: object) -> Option:
    return option.model_copy(
        update={"figures": {**option.figures, name: [*option.figures[name], figure(name, **parts)]}}
    )


def test_a_measured_outage_goes_before_the_briefs_word(costed: Costed, fixed: FixedOption) -> None:
    """60 minutes a month at 250 USD an hour for 12 months."""
    measured = adding(fixed("current"), MINUTES, value=60.0, grade="field", as_of="2026-06-01")
    cost = costed(measured, scenario=plain_scenario()).options["current"]
    downtime = next(line for line in cost.lines if line.line == "downtime")
    assert downtime.band is not None and downtime.band.mean == pytest.approx(3000.0)
    assert cost.availability is not None and cost.availability.value == 60.0
    assert "(field)" in downtime.source


@pytest.mark.parametrize("grade", ["claim", "published", "contract", "lab"])
def test_a_weaker_figure_changes_nothing(costed: Costed, fixed: FixedOption, grade: str) -> None:
    known = fixed("current", **{MINUTES: 60.0})
    doubted = adding(known, MINUTES, value=6000.0, grade=grade, as_of="2026-11-01")
    before, after = (
        costed(option, scenario=plain_scenario()).options["current"] for option in (known, doubted)
    )
    assert before.total == after.total


def test_what_is_learnt_later_does_not_change_an_earlier_answer(costed: Costed, fixed: FixedOption) -> None:
    known = fixed("current", **{MINUTES: 60.0})
    later = adding(known, MINUTES, value=6000.0, as_of="2026-12-01")
    before, after = (
        costed(option, scenario=plain_scenario()).options["current"] for option in (known, later)
    )
    assert before.total == after.total


def test_a_promise_never_becomes_downtime(costed: Costed, fixed: FixedOption) -> None:
    """A promise of 100 % leaves the cost of outages where experience puts it."""
    promising = adding(fixed("ably"), "promised_uptime_share", value=1.0, as_of="2026-11-01")
    before, after = (
        costed(option, scenario=plain_scenario()).options["ably"] for option in (fixed("ably"), promising)
    )
    assert before.total == after.total
    assert before.availability == after.availability
