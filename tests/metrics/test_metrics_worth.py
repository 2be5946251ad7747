"""What an option is worth against a baseline follows from what was recorded of both, and nothing else."""

import json
from pathlib import Path
from typing import Any

import pytest
from metrics_facts import DAY, at, rolled
from metrics_worth import record
from scipy import stats

from toolkit.evidence import Grade
from toolkit.metrics.changes import MEASURES, Change, resolved
from toolkit.metrics.rollups import Rollups
from toolkit.metrics.worth import CLAIMED, Comparison, Worth, measure_worth

CASES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "ten-to-one": ({"drops": 10, "late": 6}, {"drops": 1}),
    "ten-to-five": ({"drops": 10}, {"drops": 5}),
    "ten-to-none": ({"drops": 10}, {"drops": 0}),
    "one-to-ten": ({"drops": 1}, {"drops": 10}),
    "no-drops": ({"drops": 0}, {"drops": 0}),
    "no-messages": ({"drops": 10, "messages": 0}, {"drops": 1, "messages": 0}),
    "no-intentions": ({"drops": 10}, {"drops": 1, "intended": None}),
    "no-numbers": ({"drops": 10}, {"drops": 1, "attempt": None}),
    "no-sizes": ({"drops": 10}, {"drops": 1, "bytes": None}),
    "no-enders": ({"drops": 10}, {"drops": 1, "ended_by": None}),
    "other-enders": ({"drops": 10}, {"drops": 1, "ended_by": "server"}),
    "fewer-clients": ({"drops": 10}, {"drops": 1, "clients": 3}),
    "larger": ({"drops": 10}, {"drops": 1, "bytes": 1000}),
    "fewer-messages": ({"drops": 10}, {"drops": 1, "messages": 6}),
    "other-deadline": ({"drops": 10}, {"drops": 1, "deadline_s": 2.0}),
    "other-hour": ({"drops": 10, "start": at("08:00")}, {"drops": 1}),
}
"""By environment, what is recorded of the server without the fixes and with them: ten clients for an hour."""


@pytest.fixture(scope="module")
def rollups(tmp_path_factory: pytest.TempPathFactory) -> Rollups:
    metrics_dir = tmp_path_factory.mktemp("worth")
    for environment, (before, after) in CASES.items():
        record(metrics_dir, "current-unfixed", environment=environment, **before)
        record(metrics_dir, "current", environment=environment, **after)
    return rolled(metrics_dir, environments=tuple(CASES))


def worth(rollups: Rollups, *environments: str) -> Worth:
    grades: dict[str, Grade] = dict.fromkeys(CASES, "lab")
    pairs = [(environment, environment) for environment in environments]
    return measure_worth(rollups, pairs=pairs, environments=grades, as_of=DAY)


Compared = dict[str, Comparison]


@pytest.fixture(scope="module")
def compared(rollups: Rollups) -> Compared:
    return dict(zip(CASES, worth(rollups, *CASES).comparisons, strict=True))


def change(compared: Compared, environment: str, measure: str) -> Change:
    return compared[environment].changes[measure]


def test_the_share_resolved_is_one_less_the_ratio_of_the_rates(compared: Compared) -> None:
    found = compared["ten-to-one"]
    rates = found.changes["unintended_ends_per_connected_h"]
    assert (rates.baseline.value, rates.option.value) == pytest.approx((10.0, 1.0), rel=1e-6)
    share = stats.binomtest(10, 110).proportion_ci(method="exact")
    assert found.resolved.value == pytest.approx(0.9, rel=1e-6)
    assert found.resolved.high == pytest.approx(1 - share.low / (1 - share.low), rel=1e-6)
    assert found.resolved.low == pytest.approx(1 - share.high / (1 - share.high), rel=1e-6)


def test_the_same_drops_count_otherwise_by_session_and_by_connection(compared: Compared) -> None:
    found = compared["ten-to-one"].changes
    per_session, per_connection = (found[f"unintended_ends_per_{noun}"] for noun in ("session", "connection"))
    assert (per_session.baseline.value, per_session.option.value) == (10.0, 1.0)
    assert per_connection.baseline.value == pytest.approx(100 / 110)
    assert per_connection.option.value == pytest.approx(10 / 20)
    assert resolved(per_connection).value == pytest.approx(0.45)


@pytest.mark.parametrize("environment", CASES)
def test_what_has_no_interval_says_why(compared: Compared, environment: str) -> None:
    for found in compared[environment].changes.values():
        bounded = found.change.low is not None or found.change.high is not None
        assert bounded or found.why is not None, found


def test_the_mean_duration_grows_as_the_rate_falls(compared: Compared) -> None:
    found = change(compared, "ten-to-one", "mean_connection_duration_s")
    assert found.baseline.value == pytest.approx(360, rel=1e-6)
    assert found.option.value == pytest.approx(3600, rel=1e-6)
    assert found.change.value == pytest.approx(10, rel=1e-6)
    assert found.baseline.low is not None and found.baseline.high is not None
    assert found.baseline.low < 360 < found.baseline.high


def test_the_restricted_means_of_both_go_to_the_same_age(compared: Compared) -> None:
    found = change(compared, "ten-to-one", "restricted_mean_duration_s")
    # Of the baseline nothing is seen beyond the 327 seconds that its connections last.
    assert found.until_s == pytest.approx(3600 / 11, rel=0.02)
    assert found.option.value == pytest.approx(found.until_s)


def test_failures_of_delivery_are_a_difference_of_shares(compared: Compared) -> None:
    found = change(compared, "ten-to-one", "late_or_lost_share")
    assert (found.baseline.value, found.option.value) == pytest.approx((0.1, 0.0))
    assert found.change.value == pytest.approx(-0.1)
    assert found.change.low is not None and found.change.high is not None
    assert found.change.low < -0.1 < found.change.high


def test_a_zero_is_at_least_a_share_and_never_exactly_all(compared: Compared) -> None:
    found = compared["ten-to-none"]
    most = 1 - 0.025 ** (1 / 100)
    assert (found.resolved.value, found.resolved.high) == (1.0, 1.0)
    assert found.resolved.low == pytest.approx(1 - most / (1 - most), rel=1e-5)
    assert found.judged(CLAIMED) == "more"
    lasting = found.changes["mean_connection_duration_s"]
    assert lasting.option.value is None and lasting.option.low is not None
    assert lasting.change.value is None and lasting.change.high is None
    assert lasting.change.low is not None and lasting.change.low > 10


def test_where_neither_ever_drops_nothing_can_be_said(compared: Compared) -> None:
    found = compared["no-drops"]
    assert not found.resolved.known
    assert found.judged(CLAIMED) == "not measurable"


def test_more_drops_than_before_are_a_share_below_zero(compared: Compared) -> None:
    found = compared["one-to-ten"]
    assert found.resolved.high is not None and found.resolved.high < 0
    assert found.judged(CLAIMED) == "less"


def test_a_claim_is_judged_by_the_whole_interval(compared: Compared) -> None:
    """Nine in ten were seen to be gone, at least eight in ten are for sure."""
    found = compared["ten-to-one"]
    assert [found.judged(share) for share in (0.79, 0.9, 0.97)] == ["more", "undecided", "less"]
    assert compared["ten-to-five"].judged(CLAIMED) == "less"


def test_without_deliveries_their_measures_are_not_measurable_and_no_zero(compared: Compared) -> None:
    for measure in ("late_or_lost_share", "latency_p95_ms"):
        found = change(compared, "no-messages", measure)
        assert not (found.baseline.known or found.option.known or found.change.known)
        assert found.why == "it was not recorded of both"


def test_where_intentions_are_unknown_the_ends_are_unknown(compared: Compared) -> None:
    found = compared["no-intentions"]
    assert found.option.ends is None
    assert found.judged(CLAIMED) == "not measurable"
    assert not found.changes["unintended_ends_per_connected_h"].option.known


def test_where_nobody_knows_which_attempts_are_first_there_is_no_rate_per_session(compared: Compared) -> None:
    found = compared["no-numbers"].changes
    assert found["unintended_ends_per_session"].why == "not everything that it takes was recorded of both"
    assert not found["reconnection_frequency"].change.known
    assert found["unintended_ends_per_connected_h"].change.known


@pytest.mark.parametrize(
    ("environment", "reason"),
    [
        ("fewer-clients", "10 against 3 sessions"),
        ("larger", "100 against 1,000 bytes a message"),
        ("fewer-messages", "60 against 6 messages an hour and client"),
    ],
)
def test_other_circumstances_are_not_comparable(
    compared: Compared, rollups: Rollups, environment: str, reason: str
) -> None:
    found = compared[environment]
    assert found.not_comparable == [reason]
    assert found.judged(CLAIMED) == "not comparable"
    assert not worth(rollups, environment).frame()["comparable"].any()


def test_a_size_that_nobody_recorded_is_no_other_size(compared: Compared) -> None:
    found = compared["no-sizes"]
    assert (found.baseline.message_bytes, found.option.message_bytes) == (100.0, None)
    assert found.not_comparable == []


def test_other_deadlines_leave_deliveries_out_and_nothing_else(compared: Compared) -> None:
    found = compared["other-deadline"]
    assert found.not_comparable == []
    assert found.changes["latency_p95_ms"].why == "they were recorded with other deadlines"
    assert not found.changes["late_or_lost_share"].change.known
    assert found.changes["unintended_ends_per_connected_h"].why is None


def test_recordings_of_other_hours_are_doubted(compared: Compared) -> None:
    doubts = {name: " ".join(compared[name].doubts) for name in ("other-hour", "ten-to-one")}
    assert "not recorded at the same time" in doubts["other-hour"]
    assert "not recorded at the same time" not in doubts["ten-to-one"]
    assert all("whoever notices sooner shows more disconnections" in told for told in doubts.values())


def test_ends_are_told_by_who_ended_them(compared: Compared) -> None:
    found = compared["other-enders"].ended_by
    assert {who: (each.baseline.value, each.option.value) for who, each in found.items()} == {
        "server": (0.0, pytest.approx(1.0, rel=1e-6)),
        "network": (pytest.approx(10.0, rel=1e-6), 0.0),
    }


def test_ends_of_which_nobody_knows_who_made_them_are_not_told_apart(compared: Compared) -> None:
    assert compared["no-enders"].ended_by == {}


def test_the_frame_has_a_row_a_measure(rollups: Rollups) -> None:
    frame = worth(rollups, "ten-to-one").frame()
    assert list(frame["measure"]) == [*MEASURES, "ended_by_network"]
    assert frame["resolved"].iloc[0] == pytest.approx(0.9, rel=1e-6)
    assert frame["resolved"].iloc[0] == pytest.approx(1 - frame["change"].iloc[0])
    assert frame.loc[frame["kind"] == "difference", "resolved"].isna().all()


def test_the_document_is_plain(rollups: Rollups) -> None:
    document = json.loads(json.dumps(worth(rollups, *CASES).to_document()))
    assert document["schema"] == "toolkit.worth/1"
    first, *others = document["comparisons"]
    assert len(others) == len(CASES) - 1
    assert first["comparable"] is True
    assert first["judged"] == {"claimed": 0.9, "judgement": "undecided"}
    assert set(MEASURES) <= set(first["measures"])


def places(metrics_dir: Path) -> list[tuple[str, str]]:
    grades: dict[str, Grade] = {"lab": "lab", "lab-brief": "lab", "production": "field"}
    rollups = rolled(metrics_dir, environments=tuple(grades))
    found = measure_worth(rollups, environments=grades, as_of=DAY).comparisons
    return [(each.baseline.place, each.option.place) for each in found]


def test_the_same_environment_comes_first_then_others_of_the_same_grade(tmp_path: Path) -> None:
    record(tmp_path, "current-unfixed", drops=10)
    for environment in ("lab", "lab-brief", "production"):
        record(tmp_path, "current", drops=1, environment=environment)
    assert places(tmp_path) == [
        ("current-unfixed in lab", "current in lab"),
        ("current-unfixed in lab", "current in lab-brief"),
        ("current in lab-brief", "current in lab"),
    ]


def test_field_evidence_leads(tmp_path: Path) -> None:
    for environment in ("lab", "production"):
        record(tmp_path, "current-unfixed", drops=10, environment=environment)
        record(tmp_path, "current", drops=1, environment=environment)
    assert [option for _, option in places(tmp_path)] == ["current in production", "current in lab"]


def test_asked_for_lab_against_field_it_is_not_comparable(rollups: Rollups) -> None:
    grades: dict[str, Grade] = {**dict.fromkeys(CASES, "lab"), "ten-to-none": "field"}
    asked = measure_worth(rollups, pairs=[("ten-to-one", "ten-to-none")], environments=grades, as_of=DAY)
    (found,) = asked.comparisons
    assert found.not_comparable == ["one is lab evidence and the other field evidence"]


def test_nothing_recorded_gives_no_comparison() -> None:
    found = measure_worth(Rollups(), environments={"lab": "lab"}, as_of=DAY)
    assert (list(found.comparisons), list(found.noticing), list(found.limits)) == ([], [], [])
    assert found.frame().empty and "resolved_low" in found.frame().columns
