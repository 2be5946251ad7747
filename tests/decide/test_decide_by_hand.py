"""Every interval can be computed again from the numbers that a criterion prints, by other means than ours."""

from math import exp, inf, log, log1p
from typing import Any

import decide_counts as counted
import numpy as np
import pytest
from decide_worlds import decided, phase, project
from scipy.integrate import quad
from scipy.optimize import brentq
from scipy.stats import beta, gamma

from toolkit.metrics.rollups import Rollups

RNG = np.random.default_rng(5)


def printed(rollups: Rollups, criterion: str, **more: Any) -> dict[str, Any]:
    made = decided(phase(f"ready_if: [{{option: current, {criterion}}}]"), rollups=rollups, **more)
    return dict(made.to_document()["phases"][0]["criteria"][0])


def share_by_hand(c: dict[str, Any]) -> tuple[float, float]:
    """Robbins' mixture of likelihood ratios over a beta prior around each candidate, by quadrature."""
    n, estimate = c["n_effective"], c["basis"]["estimate"]
    prior = 2000 / (2 * log(20) + log1p(2 * log(20))) - 1
    spread = [estimate + z * (estimate * (1 - estimate) / n + 1e-9) ** 0.5 for z in (-8, 0, 8)]

    def wealth(p: float) -> float:
        def ratio(q: float) -> float:
            bet = estimate * n * log(q / p) + (1 - estimate) * n * log((1 - q) / (1 - p))
            return exp(bet) * float(beta.pdf(q, prior * p, prior * (1 - p)))

        points = sorted(min(max(one, 1e-9), 1 - 1e-9) for one in [*spread, p])
        return float(quad(ratio, 1e-9, 1 - 1e-9, points=points, limit=400)[0]) - 1 / c["alpha"]

    wide = 12 * (estimate * (1 - estimate) / n) ** 0.5
    top = min(estimate + wide, 0.9999)
    high = brentq(wealth, estimate, top) if wealth(top) > 0 else 1.0
    below = estimate - wide
    while wealth(below) < 0:
        below -= wide
    return brentq(wealth, below, estimate), high


def blocks_by_hand(c: dict[str, Any], *, above: bool) -> float:
    """Bets of every size on the mean of blocks, each losing at most its stake, by quadrature."""
    return mean_of_blocks(
        c["blocks"], c["basis"]["block_mean"], c["basis"]["block_sd"], alpha=c["alpha"], above=above
    )


def mean_of_blocks(count: float, mean: float, sd: float, *, alpha: float, above: bool) -> float:
    """The same from the three numbers."""

    def wealth(m: float) -> float:
        most = m if above else 1 - m
        s, v = count * abs(mean - m) / most, count * (sd**2 + (mean - m) ** 2) / most**2
        bets = quad(lambda b: exp(b * s + (log1p(-b) + b) * v + b) / (exp(1) - 1), 0, 1, limit=400)
        return float(bets[0]) - 2 / alpha

    return brentq(wealth, mean * 0.6, mean) if above else brentq(wealth, mean, mean + (1 - mean) * 0.4)


def duration_by_hand(c: dict[str, Any]) -> tuple[float, float]:
    """The mean time between events from a criterion's own numbers."""
    return mean_by_hand(c["n_effective"], c["basis"]["exposure_s"], alpha=c["alpha"])


def mean_by_hand(events: float, exposure: float, *, alpha: float) -> tuple[float, float]:
    """Bets on more and on fewer events than a rate lets expect, by quadrature over their multiple."""
    rho = 50 / (2 * log(20) + log1p(2 * log(20)))

    def wealth(seconds: float, more: bool) -> float:
        expected = exposure / seconds
        ends = (1.0, 6.0) if more else (0.0, 1.0)
        prior = gamma(rho, scale=1 / rho)
        weight = prior.sf(1) if more else prior.cdf(1)
        bets = quad(lambda q: exp(events * log(q) - (q - 1) * expected) * prior.pdf(q), *ends, limit=400)
        return float(bets[0] / weight) - 2 / alpha

    middle = exposure / events
    return brentq(wealth, middle / 3, middle, args=(False,)), brentq(wealth, middle, middle * 3, args=(True,))


def failures(hours: int, mean: float) -> np.ndarray:
    return RNG.poisson(mean, hours)


def test_a_share_in_the_lab() -> None:
    rollups = counted.attempts(40, an_hour=50, failed=failures(40, 1), environment="lab")
    c = printed(rollups, "metric: connection_success_rate, at_least: 0.95")
    assert (c["low"], c["high"]) == pytest.approx(share_by_hand(c), abs=1e-6)
    assert (c["block_hours"], c["blocks"], c["least_blocks"], c["outage_hours"]) == (None, None, None, None)
    assert c["alpha"] == 0.05
    assert c["design_effect"] == pytest.approx(c["n"] / c["n_effective"])


def test_a_share_of_few_clients_in_the_lab() -> None:
    """Client-hours prove it by bets on their mean or as one event each, whichever proves more."""
    attempts = np.repeat([10, 20, 30], 50)
    opened = attempts - RNG.binomial(attempts, 0.01)
    pairs = {"xx": opened * opened, "xy": opened * attempts, "yy": attempts * attempts}
    sums = {f"connection_success_rate_{name}": int(parts.sum()) for name, parts in pairs.items()}
    rollups = counted.hourly(
        1, environment="lab", attempts=3000, opened=int(opened.sum()), connection_success_rate_clusters=150,
        **sums,
    )  # fmt: skip
    c = printed(rollups, "metric: connection_success_rate, at_least: 0.95")
    (low, high), (as_events, _) = share_by_hand(c), share_by_hand({**c, "n_effective": c["blocks"]})
    proven = max(as_events, blocks_by_hand(c, above=True))
    assert (c["block_hours"], c["least_blocks"]) == (None, 105)
    assert c["blocks"] == pytest.approx(attempts.sum() ** 2 / (attempts * attempts).sum(), abs=1e-3)
    assert (c["low"], c["high"]) == pytest.approx((min(low, proven), high), abs=1e-6)


@pytest.mark.parametrize("outage_hours", [1, 6])
def test_a_share_in_the_field(outage_hours: int) -> None:
    rollups = counted.attempts(1440, an_hour=50, failed=failures(1440, 1))
    in_project = project(outage_hours=outage_hours)
    asked = "metric: connection_success_rate, at_least: 0.95"
    c = printed(rollups, asked, in_project=in_project)
    assert (c["block_hours"], c["blocks"], c["outage_hours"]) == (
        outage_hours,
        1440 / outage_hours,
        outage_hours,
    )
    low, high = share_by_hand(c)
    assert c["low"] == pytest.approx(min(low, blocks_by_hand(c, above=True)), abs=1e-6)
    assert c["high"] == pytest.approx(high, abs=1e-6)


def test_a_share_that_an_outage_raises_is_bounded_by_blocks_from_above() -> None:
    retries = failures(400, 3)
    share = counted.independent("reconnection_frequency", retries, 100)
    rollups = counted.hourly(400, opened=100, opened_retry=retries, **share)
    c = printed(rollups, "metric: reconnection_frequency, at_most: 0.1")
    low, high = share_by_hand(c)
    assert c["low"] == pytest.approx(low, abs=1e-6)
    assert c["high"] == pytest.approx(max(high, blocks_by_hand(c, above=False)), abs=1e-6)


@pytest.mark.parametrize("environment", ["lab", "production"])
def test_a_mean_duration(environment: str) -> None:
    rollups = counted.lifetimes(300, clients=1, ends=failures(300, 2), environment=environment)
    c = printed(rollups, "metric: mean_connection_duration_s, at_least: 300")
    low, high = duration_by_hand(c)
    if environment == "production":
        low = min(low, c["basis"]["flap_s"] / (1 - blocks_by_hand(c, above=True)))
    assert (c["low"], c["high"]) == pytest.approx((low, high), rel=1e-6)
    assert c["estimate"] == pytest.approx(c["basis"]["exposure_s"] / c["n_effective"])


def test_the_share_behind_a_latency_percentile() -> None:
    rollups = counted.deliveries(300, fast=95, slow=failures(300, 1))
    c = printed(rollups, "metric: latency_p95_ms, at_most: 250")
    basis, (low, high) = c["basis"], share_by_hand(c)
    assert basis["quantity"] == "share of deliveries within 250 ms"
    assert basis["low"] == pytest.approx(min(low, blocks_by_hand(c, above=True)), abs=1e-6)
    assert basis["high"] == pytest.approx(high, abs=1e-6)
    assert basis["threshold"] == 0.95
    assert c["high"] is not None and c["low"] <= c["estimate"] <= c["high"] < inf


def side_by_hand(side: dict[str, Any]) -> tuple[float, float]:
    """One side of a comparison: by its ends, and at its good end by its blocks too."""
    low, high = mean_by_hand(side["n_effective"], side["exposure_s"], alpha=side["alpha"])
    if side["blocks"] is not None:
        good = mean_of_blocks(
            side["blocks"], side["block_mean"], side["block_sd"], alpha=side["alpha"], above=True
        )
        low = min(low, side["flap_s"] / (1 - good))
    return low, high


@pytest.mark.parametrize("environment", ["lab", "production"])
def test_a_reduction_from_the_ends_and_the_connected_time_of_both_sides(environment: str) -> None:
    new, old = RNG.poisson(1, 300), RNG.poisson(2, 300)
    rollups = counted.both(300, ends=new, before=old, clients=10, environment=environment)
    asked = "baseline: current-unfixed, metric: disconnection_rate_reduction, at_least: 0.9"
    c = printed(rollups, asked)
    option, baseline = c["basis"]["sides"]
    assert [side["option"] for side in (option, baseline)] == ["current", "current-unfixed"]
    assert [side["ends"] for side in (option, baseline)] == [new.sum(), old.sum()]
    assert all(side["connected_s"] == 300 * 10 * 3600 for side in (option, baseline))
    assert all(side["alpha"] == c["alpha"] / 2 for side in (option, baseline))
    assert all((side["blocks"] is None) == (environment == "lab") for side in (option, baseline))
    (low, high), (before_low, before_high) = side_by_hand(option), side_by_hand(baseline)
    assert (option["low_s"], option["high_s"]) == pytest.approx((low, high), rel=1e-6)
    assert (baseline["low_s"], baseline["high_s"]) == pytest.approx((before_low, before_high), rel=1e-6)
    assert (c["low"], c["high"]) == pytest.approx((1 - before_high / low, 1 - before_low / high), abs=1e-6)
    rates = [side["ends"] / side["connected_s"] for side in (option, baseline)]
    assert c["estimate"] == pytest.approx(1 - rates[0] / rates[1])
    assert c["n_effective"] == pytest.approx(option["n_effective"] + baseline["n_effective"])
    told = f"{new.sum():,} in 3,000 h against {old.sum():,} in 3,000 h"
    assert told in c["reason"], "the report's own words tell both sides"
