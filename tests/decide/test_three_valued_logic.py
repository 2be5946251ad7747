"""Kleene's tables, and comparisons of an interval with a threshold."""

from itertools import product

import pytest

from toolkit.decide.kleene import State, all_of, any_of, compared
from toolkit.decide.plan import Comparator

ORDER: list[State] = ["not met", "unknown", "met"]


@pytest.mark.parametrize("states", list(product(ORDER, repeat=3)))
def test_all_is_the_weakest_and_any_the_strongest(states: tuple[State, ...]) -> None:
    assert all_of(states) == min(states, key=ORDER.index)
    assert any_of(states) == max(states, key=ORDER.index)


def test_an_empty_list_holds_and_an_empty_choice_does_not() -> None:
    assert all_of([]) == "met"
    assert any_of([]) == "not met"


@pytest.mark.parametrize("known", ["met", "not met"])
@pytest.mark.parametrize("others", list(product(ORDER, repeat=2)))
def test_learning_what_was_unknown_never_turns_a_known_answer(
    known: State, others: tuple[State, ...]
) -> None:
    for join in (all_of, any_of):
        before = join(["unknown", *others])
        if before != "unknown":
            assert join([known, *others]) == before


@pytest.mark.parametrize(
    ("comparator", "below", "on", "above", "across"),
    [
        ("at_least", "not met", "met", "met", "unknown"),
        ("above", "not met", "not met", "met", "unknown"),
        ("at_most", "met", "met", "not met", "unknown"),
        ("below", "met", "not met", "not met", "unknown"),
    ],
)
def test_the_whole_interval_decides(
    comparator: Comparator, below: State, on: State, above: State, across: State
) -> None:
    intervals = {(0.90, 0.94): below, (0.95, 0.95): on, (0.96, 0.99): above, (0.94, 0.96): across}
    for (low, high), state in intervals.items():
        assert compared(low, high, comparator=comparator, threshold=0.95) == state
