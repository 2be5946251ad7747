"""A need for latency is met or failed by users' own measurements, and by nothing else."""

from pathlib import Path

import pytest
from decide_measured import measured
from decide_worlds import AS_OF, attempts, costs, options, priced, project, scenario

from toolkit.decide.dossier import Dossier
from toolkit.decide.measured import judge_measured
from toolkit.decide.needs import EVER, latency_findings
from toolkit.decide.plan import Criterion
from toolkit.decide.ranking import Finding, rank

PRICES = costs(priced("current", total=1), priced("pusher", total=2))


@pytest.fixture
def dossier(tmp_path: Path) -> Dossier:
    """current is measured in the lab, pusher in production."""
    rollups = measured(
        tmp_path,
        connections=[attempts("current", "lab", an_hour=40), attempts("pusher", "production", an_hour=40)],
        deliveries=[("current", "lab", 0.02, 300), ("pusher", "production", 0.02, 300)],
    )
    return Dossier(
        scenario=scenario(latency_p95_ms=200), cost=PRICES, rollups=rollups, project=project(), as_of=AS_OF
    )


def test_a_lab_never_says_that_it_is_met(dossier: Dossier) -> None:
    found = latency_findings(["current", "ably"], dossier)
    assert found["current"].holds is None
    assert "(grade too weak: lab evidence where field is asked for; lab says" in found["current"].text
    assert found["ably"] == Finding(holds=None, text="not known whether latency_p95_ms stays within 200 ms")


def test_field_evidence_says_what_a_gate_would_say(dossier: Dossier) -> None:
    asked = Criterion(option="pusher", metric="latency_p95_ms", at_most=200, grade="field")
    judged = judge_measured(asked, option="pusher", dossier=dossier, window=EVER)
    found = latency_findings(["pusher"], dossier)["pusher"]
    assert found.holds is {"met": True, "not met": False, "unknown": None}[judged.state]
    assert judged.environment == "production" and judged.reason in found.text


def test_without_a_need_nothing_is_looked_for(dossier: Dossier) -> None:
    from dataclasses import replace

    assert latency_findings(["current"], replace(dossier, scenario=scenario())) == {}


def test_what_was_measured_to_be_too_slow_is_out_and_what_is_fast_enough_fits() -> None:
    seen = {
        "current": Finding(holds=False, text="too slow in production: none of it"),
        "pusher": Finding(holds=True, text="fast"),
    }
    entries = rank(
        options("current", "pusher"), scenario=scenario(latency_p95_ms=200), cost=PRICES, latencies=seen
    )
    assert [(entry.option, entry.rank, entry.feasible) for entry in entries] == [
        ("pusher", 1, True),
        ("current", None, False),
    ]
    assert entries[0].reasons == ()
    assert entries[1].reasons == ("too slow in production: none of it",)
