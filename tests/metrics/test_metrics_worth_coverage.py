"""Intervals of the share resolved hold the truth as often as they say, also where drops come in outages."""

import numpy as np
import pandas as pd
import pytest

from toolkit.metrics.clusters import CENTISECOND_US
from toolkit.metrics.durations import worth_of_an_end
from toolkit.metrics.ratios import Estimate, Rate, rate_ratio

CLIENTS, HOURS, RUNS = 40, 96, 150


def hours_of(ends: np.ndarray) -> pd.DataFrame:
    """Hourly counts of clients that were connected all the time, with the ends of each in each hour."""
    hour_cs = 360_000
    sums = {
        "unintended_ends": ends.sum(1),
        "connected_us": np.full(HOURS, CLIENTS * hour_cs * CENTISECOND_US),
        "hour": pd.date_range("2026-11-20", periods=HOURS, freq="h", tz="UTC"),
        "unintended_end_rate_clusters": np.full(HOURS, CLIENTS),
        "unintended_end_rate_xx": (ends**2).sum(1),
        "unintended_end_rate_xy": ends.sum(1) * hour_cs,
        "unintended_end_rate_yy": np.full(HOURS, CLIENTS * hour_cs**2),
    }
    return pd.DataFrame(sums)


def drops(random: np.random.Generator, *, rate: float, outages_per_h: float) -> np.ndarray:
    """Drops of each client in each hour: one by one at a rate, and of nearly all at once in an outage."""
    alone = random.poisson(rate, (HOURS, CLIENTS))
    struck = random.random((HOURS, 1)) < outages_per_h
    return alone + (struck & (random.random((HOURS, CLIENTS)) < 0.9))


def ratio_of(ends: np.ndarray, baseline: np.ndarray, *, clusters: bool) -> Estimate:
    rates = [
        Rate(int(side.sum()), CLIENTS * HOURS, worth_of_an_end(hours_of(side)) if clusters else 1.0)
        for side in (ends, baseline)
    ]
    return rate_ratio(*rates)


def covered(*, before: tuple[float, float], after: tuple[float, float], clusters: bool = True) -> float:
    """How often the interval holds the true ratio. Each side has a rate and outages per hour."""
    random = np.random.default_rng(20261123)
    truth = (after[0] + 0.9 * after[1]) / (before[0] + 0.9 * before[1])
    hits = 0
    for _ in range(RUNS):
        old, new = (drops(random, rate=rate, outages_per_h=often) for rate, often in (before, after))
        found = ratio_of(new, old, clusters=clusters)
        hits += (found.low or 0) <= truth <= (found.high or np.inf)
    return hits / RUNS


def test_drops_that_come_one_by_one() -> None:
    assert covered(before=(0.05, 0.0), after=(0.005, 0.0)) >= 0.93


@pytest.mark.parametrize("outages_per_h", [0.1, 0.03, 0.01])
def test_drops_that_come_in_outages(outages_per_h: float) -> None:
    assert covered(before=(0.02, 0.1), after=(0.01, outages_per_h)) >= 0.93


def test_taken_as_independent_they_would_hold_it_far_less_often() -> None:
    assert covered(before=(0.02, 0.1), after=(0.01, 0.03), clusters=False) < 0.6


def test_an_option_that_no_outage_struck_by_luck_is_not_praised_for_it() -> None:
    """One outage is due in the window, and in a third of the windows none comes."""
    random = np.random.default_rng(7)
    before = drops(random, rate=0.0, outages_per_h=0.05)
    found = ratio_of(np.zeros_like(before), before, clusters=True)
    assert before.sum() > 50
    assert found.high is not None and found.high > 0.2
