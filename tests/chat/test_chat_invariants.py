"""Limits and recovery: each contradiction is told with what it causes and a mend that mends it."""

from pathlib import Path
from typing import Any

import pytest

from toolkit.chat.invariants import RULES, heartbeat, limits, recovery
from toolkit.chat.invariants.finding import Rule
from toolkit.chat.settings import Proxy, Settings

ALB = (Proxy(name="alb", idle_s=60),)

CASES: list[tuple[Rule, dict[str, Any], str, str, str, dict[str, Any]]] = [
    (
        recovery.backoff_has_a_range, {"reconnect_base_s": 31.0}, "error",
        "reconnect_base_s 31 is above reconnect_max_s 30", "to 30 or less", {"reconnect_base_s": 30.0},
    ),
    (
        recovery.stable_is_longer_than_the_backoff, {"stable_after_s": 29.0}, "warning",
        "drops its clients every 29 s", "set stable_after_s to 30 or more", {"stable_after_s": 30.0},
    ),
    (
        recovery.session_outlives_an_absence, {"session_s": 74.0}, "warning",
        "reconnect_max_s + open_timeout_s = 75", "set session_s to 75 or more", {"session_s": 75.0},
    ),
    (
        recovery.session_outlives_an_absence, {"session_s": 34.0}, "error",
        "the session is over before the client has noticed", "75 or more", {"session_s": 75.0},
    ),
    (
        recovery.history_reaches_back, {"history_s": 74.0}, "warning",
        "the messages since are gone when the client is late", "set history_s to 75", {"history_s": 75.0},
    ),
    (
        recovery.history_reaches_back, {"history_s": 34.0}, "error",
        "are gone before the client has noticed", "75 or more", {"history_s": 75.0},
    ),
    (
        recovery.everybody_can_come_back, {"handshakes_per_s": 500.0, "handshake_burst": 1000}, "warning",
        "10000 clients of max_connections come back within reconnect_spread_s 10, and handshake_burst 1000 + "
        "handshakes_per_s 500 x 10 s let in 6000",
        "set reconnect_spread_s to 18 or more, or handshakes_per_s to 900 or more",
        {"reconnect_spread_s": 18.0},
    ),
    (
        recovery.an_address_can_come_back,
        {"handshakes_per_address_per_s": 50.0, "handshake_burst_per_address": 100}, "warning",
        "1000 clients of max_connections_per_address come back", "handshakes_per_address_per_s to 90 or more",
        {"handshakes_per_address_per_s": 90.0},
    ),
    (
        limits.buffer_takes_a_message, {"max_buffer_bytes": 262_143}, "warning",
        "262143 is below 4 x max_message_bytes 65536", "262144 or more", {"max_buffer_bytes": 262_144},
    ),
    (
        limits.buffer_takes_a_message, {"max_buffer_bytes": 65_535}, "error",
        "one long message makes every client that receives it too slow", "262144 or more",
        {"max_buffer_bytes": 262_144},
    ),
    (
        limits.history_takes_a_message, {"history_bytes": 100_000}, "warning",
        "drives all others out of the history", "262144 or more", {"history_bytes": 262_144},
    ),
    (
        limits.gone_in_time, {"drain_s": 12.1}, "warning",
        "= 15.1 is above 15 s", "set drain_s to 12 or less", {"drain_s": 12.0},
    ),
    (
        limits.deadline_within_the_session, {"acknowledge": True, "deadline_s": 130.0}, "warning",
        "deadline_s 130 is above session_s 120", "to 120 or less", {"deadline_s": 120.0},
    ),
    (
        limits.both_tls_files, {"tls_key": Path("key.pem")}, "error",
        "tls_key is there and tls_certificate is not", "add tls_certificate",
        {"tls_certificate": Path("cert.pem")},
    ),
    (
        limits.addresses_behind_a_proxy, {"proxies": ALB}, "warning",
        "all clients come from the address of alb", "name its addresses in trusted_proxies",
        {"trusted_proxies": ("10.0.0.0/8",)},
    ),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "values", "severity", "wrong", "right", "mend"), CASES)
def test_each_contradiction_is_told_and_its_mend_mends_it(
    rule: Rule, values: dict[str, Any], severity: str, wrong: str, right: str, mend: dict[str, Any]
) -> None:
    (finding,) = rule(Settings(**values))
    assert finding.severity == severity
    assert wrong in finding.wrong
    assert right in finding.right
    assert list(rule(Settings(**(values | mend)))) == []


def test_every_rule_is_tried_here_or_among_the_timers() -> None:
    tried = {rule for rule, *_ in CASES}
    assert tried == {rule for rule in RULES if rule.__module__ != heartbeat.__name__}


def test_a_deadline_matters_only_where_deliveries_are_acknowledged() -> None:
    assert list(limits.deadline_within_the_session(Settings(deadline_s=130.0))) == []


def test_a_proxy_that_keeps_addresses_needs_no_trust_where_the_limit_is_that_of_all() -> None:
    settings = Settings(proxies=ALB, max_connections_per_address=10_000)
    assert list(limits.addresses_behind_a_proxy(settings)) == []


def test_every_finding_names_settings_that_there_are() -> None:
    for rule, values, *_ in CASES:
        for finding in rule(Settings(**values)):
            assert {str(field[0]) for field in finding.fields} <= set(Settings.model_fields)
