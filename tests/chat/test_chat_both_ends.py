"""Settings without findings, simulated: no healthy connection is dropped, and every dead one is noticed."""

from random import Random
from typing import Any

import numpy as np
import pytest
from both_ends import Connection, Line, gap_s
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from toolkit.chat.invariants import findings
from toolkit.chat.invariants.bounds import (
    MARGIN_S,
    ROUND_TRIP_S,
    SAME_INSTANT_S,
    client_gives_up_s,
    collision_share,
    ping_at_most_s,
    server_notices_s,
)
from toolkit.chat.settings import PRESETS, Proxy, Settings, preset

DELAY_S = ROUND_TRIP_S / 2
"""Longest one-way delay of a slow round trip; the other half of the margin is for late timers."""


@st.composite
def fitting(draw: Any) -> Settings:
    """Settings that fit together, near the edges of what the rules allow."""

    def share(low: float = 0.001) -> float:
        return float(draw(st.floats(low, 1)))

    sweep_s, ping_s = draw(st.floats(0.1, 5)), draw(st.floats(1.01 * ROUND_TRIP_S, 60))
    gap_s = ping_s + sweep_s
    wait_s = ROUND_TRIP_S + (1 - share()) * (0.999 * ping_s - ROUND_TRIP_S)
    interval_s = gap_s + share() * (2 * gap_s - gap_s - wait_s)
    away_s = interval_s + wait_s + 30 + 10
    return Settings(
        sweep_s=sweep_s,
        server_ping_s=ping_s,
        server_timeout_s=2 * gap_s + MARGIN_S + share() * 20,
        client_interval_s=interval_s,
        client_wait_s=wait_s,
        session_s=away_s,
        history_s=away_s,
        proxies=(Proxy(name="a proxy nobody configured", idle_s=2 * gap_s * 1.0001),),
        max_connections_per_address=10_000,
        handshake_burst_per_address=10_000,
    )


@given(
    settings=fitting(),
    seed=st.integers(0, 2**32),
    lost=st.none() | st.integers(0, 5),
    hidden=st.booleans(),
)
@hypothesis_settings(max_examples=300)
def test_no_healthy_connection_is_dropped_not_even_after_a_lost_heartbeat(
    settings: Settings, seed: int, lost: int | None, hidden: bool
) -> None:
    assert findings(settings) == []
    line = Line(delay_s=DELAY_S, lost=lost)
    outcome = Connection(settings, Random(seed), line, hidden=hidden).live(10 * settings.server_timeout_s)
    assert (outcome.client_s, outcome.server_s) == (None, None)
    assert outcome.silence_s < settings.proxies[0].idle_s


@given(settings=fitting(), seed=st.integers(0, 2**32), cut=st.floats(0, 1))
@hypothesis_settings(max_examples=300)
def test_every_dead_connection_is_noticed_by_both_ends_within_the_bounds(
    settings: Settings, seed: int, cut: float
) -> None:
    cut_s = cut * 5 * settings.server_timeout_s
    outcome = Connection(settings, Random(seed), Line(delay_s=DELAY_S, cut_s=cut_s)).live(cut_s + 1e6)
    assert outcome.client_s is not None and outcome.server_s is not None
    assert outcome.client_s <= cut_s + client_gives_up_s(settings) + 1e-6
    assert outcome.server_s <= cut_s + server_notices_s(settings) + 1e-6


@pytest.mark.parametrize("name", PRESETS)
def test_a_hidden_tab_lives_on_the_server_s_heartbeat_alone(name: Any) -> None:
    for seed in range(200):
        outcome = Connection(preset(name), Random(seed), Line(delay_s=1), hidden=True).live(3600)
        assert (outcome.client_s, outcome.server_s) == (None, None)


def test_without_the_server_s_heartbeat_a_hidden_tab_is_dropped() -> None:
    settings = preset("brief").model_copy(update={"server_ping_s": 10_000.0})
    outcome = Connection(settings, Random(1), Line(), hidden=True).live(3600)
    assert outcome.server_s is not None


def collisions(settings: Settings, cuts: int) -> float:
    """The share of simulated cuts that both ends notice within 2 s of each other."""
    draw, close = Random(20261127), 0
    for _ in range(cuts):
        cut_s = draw.uniform(60, 60 + 4 * ping_at_most_s(settings))
        line = Line(delay_s=0.05, cut_s=cut_s)
        outcome = Connection(settings, draw, line, speaks_s=0.5).live(cut_s + 100)
        close += gap_s(outcome) <= SAME_INSTANT_S
    return close / cuts


def test_under_brief_both_ends_give_up_together_as_often_as_the_finding_says() -> None:
    told = collision_share(preset("brief"))
    assert told == pytest.approx(0.40)
    assert collisions(preset("brief"), 1_500) == pytest.approx(told, abs=0.04)


def test_under_stable_both_ends_never_give_up_together() -> None:
    assert collision_share(preset("stable")) == 0
    assert collisions(preset("stable"), 500) == 0


def brief_as_written(cuts: int, *, server_pings: bool = True) -> float:
    """The same for both ends as the brief has them: its client beats at fixed times, its server has no sweep.

    A cut falls anywhere between two heartbeats of either end. The server counts from what it heard last.
    """
    draw = np.random.default_rng(20261127)
    since_ping_s, since_beat_s = draw.uniform(0, 25, cuts), draw.uniform(0, 45, cuts)
    heard_s = np.minimum(since_ping_s, since_beat_s) if server_pings else since_beat_s
    client_s, server_s = 45 - since_beat_s + 15, 60 - heard_s
    return float(np.mean(np.abs(client_s - server_s) <= SAME_INSTANT_S))


def test_with_the_brief_s_own_ends_32_percent_of_cuts_collide() -> None:
    assert brief_as_written(200_000) == pytest.approx(0.32, abs=0.005)
    brief = next(finding for finding in findings(preset("brief")) if "same instant" in finding.wrong)
    assert "with the brief's own ends in 32 %" in brief.wrong


def test_without_the_server_s_heartbeat_all_of_the_brief_s_cuts_collide() -> None:
    assert brief_as_written(10_000, server_pings=False) == 1
