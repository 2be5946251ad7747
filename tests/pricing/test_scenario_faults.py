"""A scenario that cannot be is refused; one that does not fit together is told of."""

from pathlib import Path

import pytest

from toolkit.pricing.scenario import Scenario
from toolkit.pricing.traffic import inconsistencies, traffic_of
from toolkit.project import Faults, Folder, read_yaml, shipped, validate

TEXT = """\
title: A team
peak_concurrent_users: 300
monthly_active_users: {p5: 800, p50: 1000, p95: 2000}
connected_hours_per_user_day: 4
messages_per_user_day: 20
recipients_per_message: 9
message_bytes: 500
channels: 40
busiest_day_factor: 1.5
horizon_months: 12
"""


def read(tmp_path: Path, text: str) -> tuple[Scenario | None, list[str]]:
    path = tmp_path / "team.yaml"
    path.write_text(text)
    faults = Faults()
    document = read_yaml(path, faults)
    assert document is not None
    scenario = validate(document, Scenario, faults)
    return scenario, [str(fault).removeprefix(f"{tmp_path}/") for fault in faults]


def sound(tmp_path: Path, text: str) -> Scenario:
    scenario, faults = read(tmp_path, text)
    assert scenario is not None, faults
    return scenario


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("user_day: 4", "user_day: 25", "team.yaml:4: connected_hours_per_user_day: 25 hours are more"),
        (
            "user_day: 4",
            "user_day: {p5: 1, p50: 2, p95: 25}",
            "25 hours are more than a day has; write 0 to 24",
        ),
        (
            "factor: 1.5",
            "factor: 0.9",
            "the busiest day cannot be 0.9 times the average day; write 1 to 31",
        ),
        ("factor: 1.5", "factor: {p5: 0.5, p50: 1, p95: 2}", "cannot be 0.5 times"),
        (
            "factor: 1.5",
            "factor: 31.5",
            "team.yaml:9: busiest_day_factor: the busiest day cannot be 31.5 times the average day; write 1",
        ),
        ("factor: 1.5", "factor: {p5: 2, p50: 9, p95: 40}", "cannot be 40 times"),
        ("channels: 40", "channels: -1", "team.yaml:8: channels"),
        ("channels: 40", "channel: 40", "did you mean channels?"),
        ("horizon_months: 12", "horizon_months: 0", "team.yaml:10: horizon_months"),
        ("{p5: 800, p50: 1000, p95: 2000}", "{p5: 800, p50: 700, p95: 2000}", "out of order"),
    ],
)
def test_what_cannot_be(tmp_path: Path, old: str, new: str, told: str) -> None:
    scenario, faults = read(tmp_path, TEXT.replace(old, new))
    assert scenario is None
    assert any(told in fault for fault in faults), faults


@pytest.mark.parametrize("factor", ["1", "31", "{p5: 1, p50: 2, p95: 31}"])
def test_a_month_may_have_all_its_messages_on_one_day(tmp_path: Path, factor: str) -> None:
    sound(tmp_path, TEXT.replace("factor: 1.5", f"factor: {factor}"))


def test_ranges_are_read_at_their_medians(tmp_path: Path) -> None:
    assert traffic_of(sound(tmp_path, TEXT)).monthly_active_users == 1000


def test_a_draw_may_read_them_otherwise(tmp_path: Path) -> None:
    traffic = traffic_of(sound(tmp_path, TEXT), lambda part: part if isinstance(part, float) else part.p95)
    assert (traffic.monthly_active_users, traffic.channels) == (2000, 40)


def test_a_scenario_that_fits_together_gives_no_warning(tmp_path: Path) -> None:
    assert inconsistencies(sound(tmp_path, TEXT)) == []


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        # 1,000 users x 12 h / 24 are 500 connected on average.
        (
            "user_day: 4",
            "user_day: 12",
            "peak_concurrent_users: 500 users are connected on average, more than the 300 at the peak",
        ),
        (
            "users: 300",
            "users: 1001",
            "monthly_active_users: 1,001 users at the peak are more than the 1,000 of the month",
        ),
        (
            "message: 9",
            "message: 1000",
            "recipients_per_message: 1,000 receive each message, but there are 1,000 users",
        ),
    ],
)
def test_what_does_not_fit_together_is_named(tmp_path: Path, old: str, new: str, told: str) -> None:
    ((field, wrong, right),) = inconsistencies(sound(tmp_path, TEXT.replace(old, new)))
    assert f"{field}: {wrong}" == told
    assert right


def test_the_edge_of_fitting_together_is_allowed(tmp_path: Path) -> None:
    text = TEXT.replace("hours_per_user_day: 4", "hours_per_user_day: 7.2").replace(
        "message: 9", "message: 999"
    )
    assert inconsistencies(sound(tmp_path, text)) == []


def test_the_scenarios_that_ship_fit_together() -> None:
    faults = Faults()
    documents = Folder(shipped("data")).documents("scenarios", faults)
    scenarios = [validate(document, Scenario, faults) for document in documents]
    assert not faults.found, str(faults)
    assert len(scenarios) >= 4
    assert [inconsistencies(scenario) for scenario in scenarios if scenario is not None] == [[]] * len(
        scenarios
    )
