"""Draws: the same for the same seed and connection, and with the rates asked for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolkit.measure.faults.drawing import Blow, Fate, fate, hits
from toolkit.measure.faults.script import NetworkFaults, Step, WayRates

MANY = NetworkFaults(
    reset_per_connection_hour=2,
    half_open_per_connection_hour=1,
    blackhole_per_connection_hour=WayRates(both=1, to_client=3),
    refuse_share=0.3,
)


@given(seed=st.integers(0), number=st.integers(0, 10**6))
def test_the_same_connection_always_meets_the_same_fate(seed: int, number: int) -> None:
    assert fate(MANY, seed=seed, number=number) == fate(MANY, seed=seed, number=number)


@given(seed=st.integers(0), number=st.integers(0, 10**6))
def test_one_hazard_more_leaves_the_others_as_they_are(seed: int, number: int) -> None:
    fewer = fate(NetworkFaults(reset_per_connection_hour=2, refuse_share=0.3), seed=seed, number=number)
    more = fate(MANY, seed=seed, number=number)
    assert fewer.refused == more.refused
    assert set(fewer.blows) < set(more.blows)


def test_blows_are_in_the_order_of_time_and_of_every_kind() -> None:
    found = fate(MANY, seed=1, number=1).blows
    assert list(found) == sorted(found, key=lambda blow: blow.after_s)
    assert {(blow.fault, blow.way) for blow in found} == {
        ("reset", "both"), ("half_open", "both"), ("blackhole", "both"), ("blackhole", "to_client"),
    }  # fmt: skip


def test_fates_have_the_share_and_the_hazard_asked_for() -> None:
    fates = [fate(MANY, seed=1, number=number) for number in range(10_000)]
    assert sum(one.refused for one in fates) / len(fates) == pytest.approx(0.3, abs=0.015)
    # The mean of an exponential law is one over its hazard: 1800 s at 2 an hour.
    for fault, way, mean_s in (("reset", "both", 1800), ("blackhole", "to_client", 1200)):
        after_s = [
            blow.after_s for one in fates for blow in one.blows if (blow.fault, blow.way) == (fault, way)
        ]
        assert sum(after_s) / len(after_s) == pytest.approx(mean_s, rel=0.04)


def test_a_dropped_connection_lives_as_long_as_asked_for() -> None:
    faults = NetworkFaults(drop_share=1.0, drop_after_s=0.7)
    assert fate(faults, seed=1, number=1) == Fate(False, (Blow(0.7, "drop"),))


def test_without_faults_nothing_is_in_store() -> None:
    assert {fate(NetworkFaults(), seed=0, number=number) for number in range(100)} == {Fate(False, ())}


def test_a_share_hits_the_same_ones_for_the_same_seed_and_others_at_another_step() -> None:
    step = Step(at_s=0, fault="reset", share=0.25)

    def hit(seed: int, place: int) -> set[int]:
        return {number for number in range(4000) if hits(step, seed=seed, place=place, number=number)}

    assert hit(1, 0) == hit(1, 0)
    assert len({frozenset(hit(1, 0)), frozenset(hit(2, 0)), frozenset(hit(1, 1))}) == 3
    assert len(hit(1, 0)) == pytest.approx(1000, abs=100)


def test_connections_may_be_named() -> None:
    step = Step(at_s=0, fault="reset", connections=[2, 5])
    assert [number for number in range(8) if hits(step, seed=1, place=0, number=number)] == [2, 5]
