"""Sums of whole numbers are exact, however large they are."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from toolkit.metrics.exact import product, total

whole = st.integers(-(2**63), 2**63 - 1)


@given(st.lists(whole, max_size=20))
def test_a_sum_is_that_of_pythons_integers(values: list[int]) -> None:
    assert total(np.array(values, "int64")) == sum(values)


@given(st.lists(st.tuples(whole, whole), max_size=20))
def test_a_sum_of_products_is_that_of_pythons_integers(pairs: list[tuple[int, int]]) -> None:
    x, y = ([pair[side] for pair in pairs] for side in (0, 1))
    assert product(x, y) == sum(a * b for a, b in pairs)


def test_sums_that_fit_are_no_less_exact() -> None:
    assert total([3, -1]) == 2
    assert product([3, -1], [10, 20]) == 10
    assert total([]) == product([], []) == 0
