"""The Shapley value adds up exactly, and gives what its axioms say."""

from fractions import Fraction
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolkit.decide.why.shapley import in_whole_parts, shapley

PLAYERS = ["data", "prices", "day", "settings"]
SETS = [frozenset(chosen) for size in range(5) for chosen in combinations(PLAYERS, size)]

games = st.lists(st.integers(-(10**9), 10**9), min_size=len(SETS), max_size=len(SETS)).map(
    lambda worths: dict(zip(SETS, worths, strict=True))
)


def test_the_glove_game() -> None:
    """One left glove, two right ones (Shapley's own kind of example): 2/3, 1/6 and 1/6."""

    def worth(present: frozenset[str]) -> int:
        return int("left" in present and bool(present & {"right", "other right"}))

    found = shapley(["left", "right", "other right"], worth)
    assert found == {"left": Fraction(2, 3), "right": Fraction(1, 6), "other right": Fraction(1, 6)}


@given(games, st.sampled_from([None, "day"]))
def test_the_parts_add_up_to_the_whole(game: dict[frozenset[str], int], first: str | None) -> None:
    parts = shapley(PLAYERS, game.__getitem__, first=first)
    assert sum(parts.values()) == game[frozenset(PLAYERS)] - game[frozenset()]
    whole = in_whole_parts(parts)
    assert sum(whole.values()) == sum(parts.values())
    assert all(abs(whole[name] - part) < 1 for name, part in parts.items())


@given(games)
def test_whoever_changes_nothing_has_no_part(game: dict[frozenset[str], int]) -> None:
    parts = shapley(PLAYERS, lambda present: game[present - {"prices"}])
    assert parts["prices"] == 0


@given(games)
def test_the_first_has_all_that_it_brings_alone(game: dict[frozenset[str], int]) -> None:
    parts = shapley(PLAYERS, game.__getitem__, first="day")
    assert parts["day"] == game[frozenset({"day"})] - game[frozenset()]


def test_parts_that_are_no_whole_number_are_refused() -> None:
    with pytest.raises(ValueError, match="1/3 is not whole"):
        in_whole_parts({"data": Fraction(1, 3)})
