"""Measurements of unlike circumstances are shown as not comparable before anything ranks on them."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from decide_worlds import ENVIRONMENTS, FIRST, attempts, decided, phase, recorded
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chi2

from toolkit.decide.comparability import differences, incomparable, unequal
from toolkit.metrics.arms import Arm

ARM = Arm(
    option="current", environment="lab", grade="lab", clients=100, connected_h=95.0, wanted_h=100.0,
    sessions=100, opened=100, opened_retry=0, ends=5, ended_by={}, worth=1.0, message_bytes=300.0,
    messages_per_wanted_h=60.0, deadline_ms=(5000.0, 5000.0), hours=24, first_hour=FIRST,
    newest_hour=FIRST + timedelta(hours=23),
)  # fmt: skip
FIELD = replace(ARM, environment="production", grade="field")


def test_alike_recordings_are_comparable() -> None:
    assert list(differences(ARM, replace(ARM, option="socketio", hours=25, message_bytes=310.0))) == []


@pytest.mark.parametrize(
    ("change", "what", "text"),
    [
        ({"sessions": 40}, "clients", "100 against 40 sessions"),
        ({"message_bytes": 900.0}, "bytes", "300 against 900 bytes a delivery"),
        ({"deadline_ms": (2000.0, 2000.0)}, "deadline", "deadlines of 5,000 against 2,000 ms"),
        (
            {"messages_per_wanted_h": 6.0},
            "deliveries",
            "63.2 against 6.3 deliveries an hour that a client was connected",
        ),
        (
            {"first_hour": FIRST + timedelta(days=3), "newest_hour": FIRST + timedelta(days=4, hours=-1)},
            "days",
            "no hour in common: 2026-11-20 against 2026-11-23",
        ),
    ],
)
def test_each_unlike_circumstance_is_told_with_both_numbers(
    change: dict[str, object], what: str, text: str
) -> None:
    assert list(differences(ARM, replace(ARM, **change))) == [(what, text)]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("change", "what", "text"),
    [
        ({"hours": 48}, "window", "24 against 48 hours of evidence"),
        ({"clients": 40}, "clients", "100 against 40 clients an hour"),
    ],
)
def test_the_field_is_watched_for_hours_and_has_clients_in_each(
    change: dict[str, object], what: str, text: str
) -> None:
    assert list(differences(FIELD, replace(FIELD, **change))) == [(what, text)]  # type: ignore[arg-type]


def test_a_run_in_the_lab_is_as_long_as_its_clients_wanted() -> None:
    longer = replace(ARM, wanted_h=200.0, connected_h=190.0)
    assert list(differences(ARM, longer)) == [
        ("window", "100 against 200 hours that clients wanted to be connected")
    ]


def test_rounds_of_a_lab_may_fall_into_one_hour_of_the_clock_or_into_two() -> None:
    """Two rounds of 200 clients: 400 in one hour, or 200 in each of two."""
    within = replace(ARM, hours=1, clients=400)
    assert list(differences(within, replace(ARM, option="socketio", hours=2, clients=200))) == []


def test_what_is_not_known_is_no_difference() -> None:
    unknown = replace(ARM, message_bytes=None, messages_per_wanted_h=None, deadline_ms=None)
    assert list(differences(ARM, unknown)) == []


def test_counts_that_were_meant_equal_are_held_against_chance() -> None:
    """10,000 against 10,600: chi-square 17.5 at one degree, p 2.9e-5, though within a quarter."""
    assert unequal(10_000, 10_600) == pytest.approx(float(chi2.sf(600**2 / 20_600, 1)))
    (what, text), *rest = differences(replace(ARM, sessions=10_000), replace(ARM, sessions=10_600))
    assert (what, text, rest) == (
        "clients", "10,000 against 10,600 sessions: p 3e-05 if meant equal", [],
    )  # fmt: skip
    field = replace(FIELD, clients=10_000)
    assert list(differences(field, replace(field, clients=10_600))) == []


@given(st.integers(8, 10_000))
def test_equal_counts_are_never_a_mismatch(count: int) -> None:
    assert unequal(count, count) is None


def test_fewer_than_eight_clients_are_too_few_to_tell() -> None:
    assert unequal(7, 100_000) is None


def test_recordings_are_compared_within_an_environment_and_are_in_the_document(tmp_path: Path) -> None:
    rollups = recorded(
        tmp_path,
        attempts("current", "production", hours=6, an_hour=40),
        attempts("pusher", "production", hours=2, an_hour=40),
        attempts("pusher", "lab", hours=2, an_hour=400),
    )
    (found,) = incomparable(rollups, ["current", "pusher", "ably"], ENVIRONMENTS)  # type: ignore[arg-type]
    assert found.to_document() == {
        "options": ["current", "pusher"],
        "environment": "production",
        "what": "window",
        "text": "6 against 2 hours of evidence",
    }
    assert decided(phase(""), rollups=rollups).to_document()["comparability"] == [found.to_document()]
