"""Figures carry their evidence, and the strongest of one quantity wins."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from toolkit.evidence import GRADES, Figure, Range, central, grade_rank, strongest

DAY = date(2026, 11, 23)


def figure(**changes: Any) -> Figure:
    fields = {
        "value": 10.0,
        "unit": "ms",
        "grade": "published",
        "source": "a page",
        "as_of": date(2026, 5, 1),
    }
    return Figure.model_validate(fields | changes)


def test_a_value_is_its_own_range() -> None:
    assert (figure().low, figure().central, figure().high) == (10, 10, 10)


def test_a_range_has_its_median_in_the_middle() -> None:
    wide = figure(value=None, p5=1.0, p50=2.0, p95=9.0)
    assert (wide.low, wide.central, wide.high) == (1, 2, 9)


@pytest.mark.parametrize(
    "changes",
    [
        {"value": None},
        {"p5": 1.0},
        {"value": None, "p5": 3.0, "p50": 2.0, "p95": 9.0},
        {"value": None, "p5": 1.0, "p50": 2.0},
        {"value": -1.0},
        {"value": float("nan")},
        {"value": float("inf")},
        {"value": 99.9, "unit": "share"},
        {"grade": "rumour"},
        {"source": ""},
        {"unit": ""},
        {"as_of": "yesterday"},
        {"value": "10"},
        {"units": "ms"},
    ],
)
def test_a_figure_that_makes_no_sense_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        figure(**changes)


def test_the_stronger_grade_wins_over_the_newer_one() -> None:
    claim = figure(grade="claim", as_of=date(2026, 11, 1))
    contract = figure(grade="contract", as_of=date(2020, 1, 1))
    assert strongest([claim, contract], as_of=DAY) is contract


def test_of_equal_grades_the_newest_wins() -> None:
    old, new = figure(as_of=date(2025, 1, 1)), figure(as_of=date(2026, 1, 1))
    assert strongest([new, old], as_of=DAY) is new


def test_a_figure_not_yet_known_does_not_count() -> None:
    assert strongest([figure(as_of=date(2026, 11, 24))], as_of=DAY) is None


@given(st.permutations(GRADES))
def test_the_order_of_figures_does_not_matter(grades: list[str]) -> None:
    best = strongest([figure(grade=grade) for grade in grades], as_of=DAY)
    assert best is not None and grade_rank(best.grade) == len(GRADES) - 1


def test_the_centre_of_a_range_is_its_median() -> None:
    assert central(Range(p5=1, p50=2, p95=30)) == 2
    assert central(7.5) == 7.5
