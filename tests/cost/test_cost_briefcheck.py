"""What a run says to the brief: no more than loopback and made faults can tell."""

from datetime import date
from typing import Any

import pytest

from toolkit.cost.briefcheck import against_brief
from toolkit.cost.option import Option
from toolkit.metrics.key import MetricValue

DAY = date(2026, 11, 27)


def option(name: str, *, latency_ms: float, uptime_share: float) -> Option:
    claim = {"grade": "claim", "source": "the brief", "as_of": "2026-11-23"}
    return Option.model_validate(
        {
            "id": name, "name": name, "hosting": "self",
            "figures": {
                "latency_ms": {"value": latency_ms, "unit": "ms", **claim},
                "uptime_share": {"value": uptime_share, "unit": "share", **claim},
            },
        }
    )  # fmt: skip


OPTIONS = {
    "current": option("current", latency_ms=50, uptime_share=0.95),
    "socketio": option("socketio", latency_ms=30, uptime_share=0.98),
}


def measured(low: float | None, high: float | None) -> MetricValue:
    middle = None if low is None or high is None else (low + high) / 2
    return MetricValue(middle, low, high, 1_000, "measured", None)


def told(current: Any, socketio: Any) -> dict[str, tuple[str, str]]:
    names = ("latency_p50_ms", "session_availability")
    values = {
        "current": dict(zip(names, current, strict=True)),
        "socketio": dict(zip(names, socketio, strict=True)),
    }
    rows = against_brief(values, OPTIONS, as_of=DAY)
    return {f"{row.option}: {row.statement}": (row.verdict, row.why) for row in rows}


FASTER = "socketio: it is 20 ms faster than current"
STEADIER = "socketio: it is up more of the time than current, 0.98 and 0.95"
FLOOR = "socketio: its latency is 30 ms"


def test_a_difference_that_the_same_path_leaves_no_room_for_is_contradicted() -> None:
    found = told([measured(1, 4), measured(0.9, 1)], [measured(2, 3), measured(0.9, 1)])
    assert found[FASTER] == ("contradicted", "on one and the same path it is 2 ms faster at most")
    assert found[FLOOR] == (
        "cannot tell",
        "a network adds to what loopback shows, at most 3 ms of it the server's",
    )
    assert found[STEADIER][0] == "cannot tell"


@pytest.mark.parametrize(
    ("current", "socketio", "verdict"),
    [
        ((60, 70), (2, 3), "not contradicted"),
        ((1, 2), (9, 12), "contradicted"),
        ((1, None), (2, 3), "cannot tell"),
    ],
)
def test_a_claim_to_be_faster_is_judged_by_the_intervals(current: Any, socketio: Any, verdict: str) -> None:
    found = told([measured(*current), measured(0.9, 1)], [measured(*socketio), measured(0.9, 1)])
    assert found[FASTER][0] == verdict


def test_a_latency_is_contradicted_only_from_above() -> None:
    found = told([measured(51, 60), measured(0.9, 1)], [measured(31, 40), measured(0.9, 1)])
    assert {verdict for name, (verdict, _) in found.items() if "its latency" in name} == {"contradicted"}


@pytest.mark.parametrize(
    ("socketio", "verdict"),
    [((0.80, 0.90), "contradicted"), ((0.97, 0.99), "not contradicted"), ((0.90, 0.93), "cannot tell")],
)
def test_uptime_is_judged_as_an_order_alone(socketio: tuple[float, float], verdict: str) -> None:
    found = told([measured(1, 2), measured(0.92, 0.95)], [measured(1, 2), measured(*socketio)])
    assert found[STEADIER][0] == verdict
    assert not any("uptime is" in name for name in found)


def test_what_nobody_claimed_or_knew_by_then_is_no_row() -> None:
    values = {"current": {"latency_p50_ms": measured(1, 2), "session_availability": measured(0.9, 1)}}
    assert against_brief(values, OPTIONS, as_of=date(2026, 11, 1)) == []
    assert against_brief({"tea": values["current"]}, OPTIONS, as_of=DAY) == []
