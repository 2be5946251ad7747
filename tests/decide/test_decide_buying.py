"""What could be measured next: what each settles, whether it is worth its price, and when to stop."""

from dataclasses import replace
from typing import Any

import pytest
from decide_worlds import costs, decided, phase, priced, worth

from toolkit.cost.result import CostResult
from toolkit.cost.valued import MeasurementWorth

RATE = "{option: current, metric: connection_success_rate, at_least: 0.95, environment: production}"
GATE = phase(f"ready_if: [{RATE}]")


WATCHING = {"option": "current", "metrics": ["connection_success_rate"], "environment": "production"}


def world(*worths: MeasurementWorth) -> CostResult:
    return replace(costs(priced("current"), priced("pusher")), measurements=worths)


def told(*worths: MeasurementWorth, of: str = GATE) -> dict[str, Any]:
    return decided(of, cost=world(*worths)).to_document()


def entry(document: dict[str, Any], name: str) -> dict[str, Any]:
    return next(one for one in document["next_measurements"] if one["id"] == name)


@pytest.mark.parametrize(
    ("saves", "price", "gates", "verdict"),
    [
        (500.0, 100.0, False, "worth its price"),
        (500.0, 100.0, True, "worth its price"),
        (50.0, 100.0, False, "not worth it"),
        (50.0, 100.0, True, "settles a gate, at a price"),
        (0.0, 0.0, True, "free, but settles a gate"),
        (0.0, 0.0, False, "not worth it"),
        (None, 100.0, False, "its worth is unknown"),
        (None, 0.0, True, "free, but settles a gate"),
        (500.0, None, False, "its worth is unknown"),
    ],
)
def test_money_decides_first_and_gates_after_it(
    saves: float | None, price: float | None, gates: bool, verdict: str
) -> None:
    found = entry(told(worth("one", saves=saves, costs_usd=price, **(WATCHING if gates else {}))), "one")
    assert found["verdict"] == verdict
    assert found["settles"] == (["one/connection_success_rate"] if gates else [])
    assert found["reason"].startswith(f"{verdict}: ")


def test_numbers_are_told_in_cents_and_the_unknown_stays_so() -> None:
    found = entry(told(worth("one", saves=500.126, costs_usd=100.0)), "one")
    keys = ("evsi_usd", "evsi_se_usd", "cost_usd", "enbs_usd", "value_usd")
    assert [found[key] for key in keys] == [500.13, 1.0, 100.0, 400.13, 500.13]
    blind = entry(told(worth("one", saves=None)), "one")
    assert [blind[key] for key in keys] == [None, None, 100.0, None, None]
    assert "nothing it tells about is uncertain" in blind["reason"]


def test_an_open_question_has_the_worth_of_the_best_that_settles_it() -> None:
    document = told(worth("long", saves=30.0, **WATCHING), worth("other", saves=900.0))
    assert document["next_measurements"][0]["value_usd"] == 30.0
    assert told(worth("other", saves=900.0))["next_measurements"][0]["value_usd"] is None


def test_it_settles_only_where_and_whom_it_measures() -> None:
    for wrong in ({"option": "pusher"}, {"metrics": ["delivery_success_rate"]}, {"environment": "lab"}):
        assert entry(told(worth("one", **{**WATCHING, **wrong})), "one")["settles"] == []


def test_the_best_buy_comes_first_and_what_is_unknown_last() -> None:
    document = told(worth("a", saves=None), worth("b", saves=10.0), worth("c", saves=900.0))
    assert [one["id"] for one in document["next_measurements"] if one["id"]] == ["c", "b", "a"]
    assert document["measure_next"] == (
        "Measure next: do c (worth its price: it saves USD 900 on average; it costs USD 100)."
    )


def test_measuring_stops_when_nothing_left_is_worth_its_price() -> None:
    assert told(worth("a"), of=phase(""))["measure_next"] == "Nothing left is worth its price."
    blind = told(worth("a"), worth("b", saves=None), of=phase(""))["measure_next"]
    assert blind == "Nothing left is worth its price (of b the worth is unknown)."
    waiting = told(worth("a"))["measure_next"]
    assert waiting.endswith("what the gates still wait for is settled by none of them.")


def test_a_hold_ends_by_the_cheapest_that_settles_it() -> None:
    document = told(worth("dear", costs_usd=900.0, **WATCHING), worth("cheap", costs_usd=50.0, **WATCHING))
    assert "Do cheap: nothing left would save more than it costs" in document["measure_next"]


def test_a_folder_that_names_nothing_says_nothing() -> None:
    assert told()["measure_next"] is None


def test_a_net_worth_within_its_error_says_so() -> None:
    assert "within the error" in entry(told(worth("one", saves=101.0, error=5.0)), "one")["reason"]
    assert "within the error" not in entry(told(worth("one", saves=201.0, error=5.0)), "one")["reason"]
