"""weights.yaml: every fault at once, dated, hashed, and every change told."""

import json
from datetime import date
from hashlib import sha256
from pathlib import Path

from toolkit.decide.weights import Weighting, changes_of, known_on, read_weights
from toolkit.project import Faults

TWO = """\
weights:
  - as_of: 2026-10-01
    author: Ada
    reason: first meeting
    weights: {total_cost_usd: 0.7, service_unavailability_min_per_month: 0.3}
    ranges:
      total_cost_usd: {worst: 200000, best: 0}
      service_unavailability_min_per_month: {worst: 500, best: 0}
  - as_of: 2026-11-01
    author: Grace
    reason: after the outage
    weights: {total_cost_usd: 0.4, service_unavailability_min_per_month: 0.6}
    ranges:
      total_cost_usd: {worst: 100000, best: 0}
      service_unavailability_min_per_month: {worst: 500, best: 0}
"""


def read(folder: Path, text: str) -> tuple[list[Weighting], str]:
    (folder / "weights.yaml").write_text(text)
    faults = Faults()
    found = read_weights(folder / "weights.yaml", faults, environments=["lab", "production"])
    return found, str(faults).replace(f"{folder}/", "")


def test_without_the_file_there_are_no_weights(tmp_path: Path) -> None:
    faults = Faults()
    assert read_weights(tmp_path / "weights.yaml", faults, environments=[]) == []
    assert not faults.found


def test_every_change_tells_old_new_day_author_and_why(tmp_path: Path) -> None:
    found, faults = read(tmp_path, TWO)
    assert faults == ""
    (change,) = changes_of(found)
    assert [tuple(part) for part in change.changed] == [
        ("total_cost_usd", "weight", 0.7, 0.4),
        ("service_unavailability_min_per_month", "weight", 0.3, 0.6),
        ("total_cost_usd", "worst", 200000, 100000),
    ]
    assert change.text == (
        "2026-11-01, Grace: weight of total_cost_usd 0.7 → 0.4, weight of "
        "service_unavailability_min_per_month 0.3 → 0.6, worst of total_cost_usd 200000.0 → 100000.0 (after "
        f"the outage); {found[0].sha256[:12]} → {found[1].sha256[:12]}"
    )


def test_the_hash_is_that_of_canonical_json_and_can_be_had_by_hand(tmp_path: Path) -> None:
    found, _ = read(tmp_path, TWO)
    by_hand = (
        '{"as_of":"2026-10-01","author":"Ada","ranges":{"service_unavailability_min_per_month":{"best":0.0,'
        '"environment":null,"worst":500.0},"total_cost_usd":{"best":0.0,"environment":null,'
        '"worst":200000.0}},"reason":"first meeting","weights":{"service_unavailability_min_per_month":0.3,'
        '"total_cost_usd":0.7}}'
    )
    assert json.loads(by_hand) == found[0].model_dump(mode="json")
    assert found[0].sha256 == sha256(by_hand.encode()).hexdigest()
    again, _ = read(tmp_path, TWO.replace("{worst: 500, best: 0}", "{best: 0, worst: 500.0}"))
    assert [entry.sha256 for entry in again] == [entry.sha256 for entry in found]


def test_weights_set_after_the_day_do_not_count(tmp_path: Path) -> None:
    found, _ = read(tmp_path, TWO)
    assert [entry.author for entry in known_on(found, date(2026, 10, 31))] == ["Ada"]
    assert [entry.author for entry in known_on(found, date(2026, 11, 1))] == ["Ada", "Grace"]
    assert known_on(found, date(2026, 9, 30)) == []


def test_every_fault_comes_at_once_at_its_line(tmp_path: Path) -> None:
    _, faults = read(
        tmp_path,
        """\
weights:
  - as_of: 2026-11-01
    author: Ada
    reason: a meeting
    weights: {total_cost_usd: 0.7, latency_p95_ms: 0.2, operations_hours_per_month: 0.2}
    ranges:
      total_cost_usd: {worst: 0, best: 100, environment: lab}
      latency_p95_ms: {worst: 500, best: 0}
      migration_person_days: {worst: 50, best: 0}
  - as_of: 2026-10-01
    author: Ada
    reason: another
    weights: {latency_p95_ms: 1}
    ranges:
      latency_p95_ms: {worst: 500, best: 0, environment: staging}
""",
    )
    assert faults.splitlines() == [
        "weights.yaml:5: weights[0].weights: the shares add up to 1.1; make them add up to 1",
        "weights.yaml:5: weights[0].weights.operations_hours_per_month: has no scale; add ranges: "
        "{operations_hours_per_month: {worst: …, best: …}}",
        "weights.yaml:7: weights[0].ranges.total_cost_usd.worst: worst 0 is not more than best 100; of every "
        "criterion less is better",
        "weights.yaml:7: weights[0].ranges.total_cost_usd.environment: has no meaning here: it is not "
        "measured; leave it out",
        "weights.yaml:8: weights[0].ranges.latency_p95_ms: does not say where it is measured; add "
        "environment: NAME",
        "weights.yaml:9: weights[0].ranges.migration_person_days: has no weight; give it one, 0 if it does "
        "not count, or leave it out",
        "weights.yaml:10: weights[1].as_of: 2026-10-01 is before 2026-11-01, the day of the entry above it; "
        "add entries at the end, each with its own day",
        "weights.yaml:15: weights[1].ranges.latency_p95_ms.environment: staging is not an environment of "
        "project.yaml; use one of lab, production",
    ]


def test_a_criterion_that_the_model_has_no_value_of_is_refused(tmp_path: Path) -> None:
    _, faults = read(tmp_path, TWO.replace("{total_cost_usd: 0.7, serv", "{gut_feeling: 0.7, serv"))
    assert faults.startswith("weights.yaml:5: weights[0].weights")
    assert "total_cost_usd" in faults
