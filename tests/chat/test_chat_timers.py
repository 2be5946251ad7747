"""Timers: each contradiction is told with what it causes and a mend that mends it; what fits has none."""

from typing import Any

import pytest

from toolkit.chat.invariants import RULES, Finding, findings, heartbeat
from toolkit.chat.invariants.bounds import (
    away_at_most_s,
    closed_at_most_s,
    gone_at_most_s,
    heartbeats_that_may_be_lost,
)
from toolkit.chat.invariants.finding import Rule
from toolkit.chat.settings import PRESETS, Proxy, Settings, preset

NGINX = (Proxy(name="nginx", idle_s=60),)


def found(rule: Rule, **values: Any) -> list[Finding]:
    return list(rule(Settings(**values)))


def test_stable_holds_every_invariant_behind_nginx_and_alb() -> None:
    # nginx proxy_read_timeout and AWS ALB idle timeout are 60 s by default (their own manuals).
    assert preset("stable").proxies[0].idle_s == 60
    assert findings(preset("stable")) == []


def test_brief_has_exactly_three_findings_and_none_forbids_to_run_it() -> None:
    broken = [rule for rule in RULES if list(rule(preset("brief")))]
    assert broken == [
        heartbeat.client_gives_up_first,
        heartbeat.not_in_the_same_instant,
        heartbeat.one_heartbeat_may_be_lost,
    ]
    assert {finding.severity for finding in findings(preset("brief"))} == {"warning"}


def test_the_briefs_45_plus_15_is_60_is_told_with_cause_and_mend() -> None:
    first, collision, _ = findings(preset("brief"))
    assert "client_interval_s 45 + client_wait_s 15 + margin 10 = 70" in first.wrong
    assert "is not below server_timeout_s 60" in first.wrong
    assert (
        first.right == "make client_interval_s + client_wait_s less than 50, or set server_timeout_s above 70"
    )
    assert "client_interval_s + client_wait_s = 60 s" in collision.wrong
    assert "server_timeout_s = 60 to 65 s" in collision.wrong
    assert "double sessions" in collision.wrong
    assert "after less than 50 s" in collision.right


CASES: list[tuple[Rule, dict[str, Any], str, str, dict[str, Any]]] = [
    (
        heartbeat.client_gives_up_first, {"client_interval_s": 40.0},
        "40 + client_wait_s 10 + margin 10 = 60 is not below server_timeout_s 60",
        "less than 50, or set server_timeout_s above 60", {"client_interval_s": 39.9},
    ),
    (
        heartbeat.client_gives_up_first, {"server_timeout_s": 5.0},
        "is not below server_timeout_s 5", "set server_timeout_s above 45", {"server_timeout_s": 45.1},
    ),
    (
        heartbeat.not_in_the_same_instant, {"client_interval_s": 49.0},
        "= 59 s and the server after server_timeout_s = 60 to 61 s",
        "server_timeout_s above 69", {"client_interval_s": 47.9},
    ),
    (
        heartbeat.not_in_the_same_instant, {"client_interval_s": 75.0, "sweep_s": 30.0},
        "server_timeout_s = 60 to 90 s", "server_timeout_s above 95", {"sweep_s": 20.0},
    ),
    (
        heartbeat.heartbeat_before_timeout, {"server_ping_s": 49.0},
        "= 60 is not below server_timeout_s 60, so one late answer", "above 60", {"server_timeout_s": 60.1},
    ),
    (
        heartbeat.one_heartbeat_may_be_lost, {"server_ping_s": 24.0},
        "2 x (server_ping_s 24 + sweep_s 1) + margin 10 = 60", "less than 25", {"server_ping_s": 23.9},
    ),
    (
        heartbeat.clients_own_timer_is_not_needed, {"client_interval_s": 21.0},
        "= 21 is not below client_interval_s 21, so the client needs its own timer",
        "set client_interval_s above 21, or server_ping_s below 20", {"server_ping_s": 19.9},
    ),
    (
        heartbeat.wait_takes_a_slow_round_trip, {"client_wait_s": 4.9},
        "client_wait_s 4.9 is below 5 s", "set client_wait_s to 5 or more", {"client_wait_s": 5.0},
    ),
    (
        heartbeat.wait_is_shorter_than_the_heartbeat, {"client_wait_s": 20.0},
        "client_wait_s 20 is not below server_ping_s 20", "set client_wait_s below 20",
        {"client_wait_s": 19.9},
    ),
    (
        heartbeat.heartbeat_outpaces_the_proxies, {"proxies": NGINX, "server_ping_s": 30.0},
        "= 31 is over half of the 60 s after which nginx cuts what is idle, so it cuts a healthy connection",
        "set its idle time to 62 s or more, or server_ping_s to 29 or less", {"server_ping_s": 29.0},
    ),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "values", "wrong", "right", "mend"), CASES)
def test_each_contradiction_is_told_and_its_mend_mends_it(
    rule: Rule, values: dict[str, Any], wrong: str, right: str, mend: dict[str, Any]
) -> None:
    (finding,) = found(rule, **values)
    assert wrong in finding.wrong
    assert right in finding.right
    assert finding.severity == "warning"
    assert found(rule, **(values | mend)) == []


def test_every_rule_on_timers_is_tried() -> None:
    tried = {rule for rule, *_ in CASES}
    assert tried == {rule for rule in RULES if rule.__module__ == heartbeat.__name__}


def test_a_server_and_a_client_that_both_beat_too_late_cannot_work() -> None:
    values = {"server_ping_s": 100.0, "client_interval_s": 60.0}
    (finding,) = found(heartbeat.heartbeat_before_timeout, **values)
    assert finding.severity == "error"
    assert "every idle connection is closed" in finding.wrong


def test_a_proxy_that_cuts_before_any_heartbeat_cannot_work() -> None:
    proxies = (*NGINX, Proxy(name="lb", idle_s=15))
    (finding,) = found(heartbeat.heartbeat_outpaces_the_proxies, proxies=proxies)
    assert finding.severity == "error"
    assert finding.fields[0] == ("proxies", 1, "idle_s")
    assert "15 s after which lb cuts what is idle, so it cuts every idle connection" in finding.wrong


def test_each_proxy_is_told_by_its_name() -> None:
    proxies = tuple(Proxy(name=name, idle_s=40) for name in ("alb", "nginx"))
    told = [finding.wrong for finding in found(heartbeat.heartbeat_outpaces_the_proxies, proxies=proxies)]
    assert ["alb" in wrong for wrong in told] == [True, False]
    assert ["nginx" in wrong for wrong in told] == [False, True]


def test_without_a_proxy_no_idle_time_is_too_short() -> None:
    assert found(heartbeat.heartbeat_outpaces_the_proxies, proxies=(), server_ping_s=100.0) == []


@pytest.mark.parametrize(("ping_s", "lost"), [(51.0, -1), (30.0, 0), (20.0, 1), (15.0, 2)])
def test_how_many_heartbeats_may_be_lost(ping_s: float, lost: int) -> None:
    settings = Settings(server_ping_s=ping_s - 1, sweep_s=1, server_timeout_s=60)
    assert heartbeats_that_may_be_lost(settings) == lost


@pytest.mark.parametrize("name", PRESETS)
def test_a_silent_client_is_gone_by_the_timeout_a_sweep_of_5_s_and_a_close_of_10_s(name: Any) -> None:
    assert closed_at_most_s(preset(name)) <= preset(name).server_timeout_s + 5 + 10


@pytest.mark.parametrize("name", PRESETS)
def test_the_process_is_gone_within_15_s_of_sigterm(name: Any) -> None:
    assert gone_at_most_s(preset(name)) <= 15


@pytest.mark.parametrize("name", PRESETS)
def test_an_absence_is_shorter_than_sessions_and_histories_are_kept(name: Any) -> None:
    assert away_at_most_s(preset(name)) <= min(preset(name).session_s, preset(name).history_s)
