"""Labour and downtime against sums by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolkit.cost.formulas import (
    MINUTES_PER_MONTH,
    downtime_usd,
    migration_usd,
    operations_labour_usd,
    reaches,
)


def test_operations_labour_is_hours_times_the_rate() -> None:
    assert operations_labour_usd(hours_per_month=np.array([2.0]), labour_usd_per_hour=np.array([91.0])) == [
        182.0
    ]


def test_the_move_is_person_days_of_eight_hours() -> None:
    cost = migration_usd(
        person_days=np.array([10.0]),
        hours_per_person_day=np.array([8.0]),
        labour_usd_per_hour=np.array([91.0]),
    )
    assert cost == [7280.0]


def test_downtime_is_minutes_times_the_cost_of_an_hour_times_months() -> None:
    """Ably, 531 degraded minutes in 12 months (M. O'Riordan, 2025-10-29): 44.25 a month, 8.85 h a year."""
    cost = downtime_usd(
        unavailable_min_per_month=np.array([531 / 12]), usd_per_hour=np.array([200.0]), months=12
    )
    assert cost == pytest.approx([8.85 * 200])


def test_a_month_cannot_be_down_for_longer_than_it_lasts() -> None:
    cost = downtime_usd(unavailable_min_per_month=np.array([1e9]), usd_per_hour=np.array([60.0]), months=1)
    assert cost == [MINUTES_PER_MONTH]


def test_no_downtime_costs_nothing_and_is_a_known_number() -> None:
    assert downtime_usd(unavailable_min_per_month=np.zeros(1), usd_per_hour=np.array([500.0]), months=36) == [
        0.0
    ]


@pytest.mark.parametrize(
    ("minutes", "need", "reached"),
    [(43.83, 0.999, 1.0), (44.25, 0.999, 0.0), (438.3, 0.99, 1.0), (438.4, 0.99, 0.0), (0.0, 1.0, 1.0)],
)
def test_an_availability_reaches_a_need_up_to_its_last_minute(
    minutes: float, need: float, reached: float
) -> None:
    """99.9 % of a month of 43,830 minutes leaves 43.83 of them."""
    assert reaches(np.array([minutes]), uptime_need=need) == reached


@given(st.lists(st.floats(0, 43_830), min_size=1, max_size=30), st.floats(0, 1), st.floats(0, 1))
def test_a_higher_need_is_never_reached_more_often(minutes: list[float], one: float, other: float) -> None:
    low, high = sorted([one, other])
    drawn = np.array(minutes)
    assert reaches(drawn, uptime_need=high) <= reaches(drawn, uptime_need=low)
