"""Timers: contradictions are told with what they cause and the mend."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolkit.chat.settings import Settings, preset
from toolkit.chat.timers import MARGIN_S, problems


def test_stable_holds_every_invariant_behind_nginx_and_alb() -> None:
    # nginx proxy_read_timeout and AWS ALB idle timeout are 60 s by default (their own manuals).
    assert problems(preset("stable"), proxy_idle_s=60) == []


def test_the_briefs_45_plus_15_is_60_is_told_with_cause_and_mend() -> None:
    found = problems(preset("brief"), proxy_idle_s=60)
    collision = next(problem for problem in found if "same instant" in problem)
    assert "client_interval_s + client_wait_s = 60" in collision
    assert "server_timeout_s = 60" in collision
    assert "double sessions" in collision
    assert "should give up 10 s earlier" in collision


def test_the_briefs_heartbeat_of_25_s_is_in_time_for_a_proxy_of_60_s() -> None:
    assert not any("proxy" in problem for problem in problems(preset("brief"), proxy_idle_s=60))


@pytest.mark.parametrize(
    ("values", "proxy_idle_s", "word"),
    [
        ({"client_interval_s": 60.0}, 60, "client_interval_s 60"),
        ({"server_ping_s": 55.0, "client_interval_s": 25.0}, None, "one late answer"),
        ({"server_ping_s": 30.0}, None, "hidden tabs"),
        ({}, 30, "proxy idle"),
        ({"drain_s": 30.0}, 60, "SIGTERM"),
    ],
)
def test_each_contradiction_is_told(values: dict[str, Any], proxy_idle_s: float | None, word: str) -> None:
    settings = preset("stable").model_copy(update=values)
    assert any(word in problem for problem in problems(settings, proxy_idle_s=proxy_idle_s))


def test_without_a_proxy_no_idle_time_is_too_short() -> None:
    settings = Settings(server_ping_s=100, server_timeout_s=300, client_interval_s=150, client_wait_s=30)
    assert problems(settings, proxy_idle_s=None) == []


timers = st.builds(
    Settings,
    server_ping_s=st.floats(1, 300),
    server_timeout_s=st.floats(1, 300),
    client_interval_s=st.floats(1, 300),
    client_wait_s=st.floats(1, 300),
)


@given(settings=timers, proxy_idle_s=st.floats(10, 600))
def test_timers_without_problems_really_fit(settings: Settings, proxy_idle_s: float) -> None:
    if problems(settings, proxy_idle_s=proxy_idle_s):
        return
    assert settings.client_interval_s + settings.client_wait_s + MARGIN_S < settings.server_timeout_s
    assert settings.server_ping_s + settings.sweep_s <= proxy_idle_s / 2
    assert settings.server_ping_s < settings.client_interval_s
