"""The plan as a sequence: what each phase costs to enter and leave, and which comes next."""

from dataclasses import replace
from typing import Any

from decide_worlds import band, costs, decided, priced, worth

from toolkit.cost.result import CostResult, OptionCost
from toolkit.cost.valued import MeasurementWorth

RATE = "{option: pusher, metric: connection_success_rate, at_least: 0.95, grade: field}"
CHEAP = "{option: pusher, metric: monthly_cost_usd, at_most: 100}"


def plan(ready: str = CHEAP, *, status: str = "planned") -> str:
    now = "{id: now, title: Now, option: current, status: in_service, needed_if: [], ready_if: []}"
    buy = f"{{id: buy, title: Buy, option: pusher, status: {status}, needed_if: [], ready_if: [{ready}]}}"
    return f"phases: [{now}, {buy}]"


def option(name: str, *, total: float, value: float | None, enter: float | None = 70.0) -> OptionCost:
    return replace(
        priced(name, total=total),
        entering_usd=None if enter is None else band(enter),
        entry_value_usd=value,
        reverting_usd=band(20.0),
    )


def world(*worths: MeasurementWorth, value: float | None = 300.0, enter: float | None = 70.0) -> CostResult:
    options = (
        option("current", total=1000.0, value=0.0, enter=0.0),
        option("pusher", total=720.0, value=value, enter=enter),
    )
    return replace(costs(*options), in_service="current", measurements=worths)


def sequence(of: str, cost: CostResult) -> dict[str, Any]:
    found: dict[str, Any] = decided(of, cost=cost).to_document()["sequence"]
    return found


def test_each_phase_has_its_price_to_enter_and_to_leave() -> None:
    now, buy = sequence(plan(), world())["phases"]
    assert (buy["enter_usd"]["mean"], buy["go_back_usd"]["mean"], buy["cumulative_usd"]) == (70.0, 20.0, 70.0)
    assert (buy["saves_usd"], buy["option_value_usd"], buy["regret_usd"]) == (280.0, 300.0, 12.35)
    assert now["cumulative_usd"] == 0.0, "what is in service is entered"


def test_an_unknown_price_makes_all_that_follows_unknown() -> None:
    buy = sequence(plan(), world(enter=None))["phases"][1]
    assert buy["enter_usd"] is None and buy["cumulative_usd"] is None


def test_a_phase_that_goes_and_is_worth_most_is_entered() -> None:
    found = sequence(plan(), world())
    assert (found["action"], found["next"]) == ("enter", "buy")
    assert found["sentence"] == (
        "Enter: “Buy” is worth most, USD 300 with the right to go back, and its gate says GO."
    )


def test_a_hold_is_to_be_settled_first() -> None:
    found = sequence(plan(RATE), world())
    assert (found["action"], found["next"]) == ("settle its gate", "buy")
    assert found["phases"][1]["shows"] == ["buy/connection_success_rate"]


def test_a_measurement_that_is_worth_waiting_for_comes_before() -> None:
    found = sequence(plan(), world(worth("trial", saves=500.0, costs_usd=100.0)))
    assert (found["action"], found["next"]) == ("measure first", "buy")
    # 28 days of 280 USD saved in 12 months are lost meanwhile.
    assert found["phases"][1]["waiting_usd"] == round(400 - 28 * 280 / 365.25, 2)


def test_waiting_costs_what_the_phase_would_save_meanwhile() -> None:
    found = sequence(plan(), world(worth("trial", saves=110.0, costs_usd=100.0)))
    assert found["phases"][1]["waiting_usd"] < 0 and found["action"] == "enter"


def test_nothing_is_entered_that_is_not_worth_it_or_is_a_no_go() -> None:
    assert sequence(plan(), world(value=-5.0))["action"] == "stay"
    dear = "{option: pusher, metric: monthly_cost_usd, at_most: 1}"
    stays = sequence(plan(dear), world())
    assert (stays["action"], stays["sentence"]) == ("stay", "Stay: every planned phase is a NO-GO.")
    assert sequence(plan(status="done"), world())["sentence"] == "Stay: no phase is planned."


def test_where_the_model_cannot_say_it_says_so() -> None:
    found = sequence(plan(), world(value=None))
    assert (found["action"], found["next"]) == (None, None)
    assert "cannot say" in found["sentence"]
