"""How often the gates are wrong, in worlds whose truth is known: the certificate, and the code it tests."""

from typing import Any

import decide_counts as counted
import numpy as np
import pytest
from decide_worlds import decided, phase, plan, project

from toolkit.decide.coverage.certificate import beside, certificate, looked_at
from toolkit.decide.coverage.gate import Gate
from toolkit.decide.coverage.looks import duration_sides, share_sides
from toolkit.decide.coverage.worlds import World, counts, ends, outages
from toolkit.metrics.rollups import Rollups

SUCCESS = "option: current, metric: connection_success_rate, at_least: 0.95"
LASTING = "option: current, metric: mean_connection_duration_s, at_least: 300"
ALLOWED = 0.05


def world(**fields: Any) -> World:
    base = {"bad": 0.05, "outage_hours": 1.0, "by_outages": 0.6, "events_a_day": 2400.0, "days": 20}
    return World(**{**base, **fields})


def states(rollups: Rollups, criterion: str, *, days: int, **world: Any) -> list[str]:
    """What the gate itself says at the end of each day."""
    asked = phase(f"needed_if: [{{{criterion}}}]")
    last = [counted.FIRST.date() + np.timedelta64(day, "D").astype(object) for day in range(days)]
    return [decided(asked, rollups=rollups.until(day), **world).phases[0].criteria[0].state for day in last]


class TestTwin:
    """The simulation says on each day what the gate says of the same counts."""

    @pytest.mark.parametrize("outage_hours", [0, 1, 6, 24])
    @pytest.mark.parametrize("bad", [0.005, 0.25])
    def test_of_a_share(self, outage_hours: int, bad: float) -> None:
        days = {0: 4, 1: 12, 6: 40, 24: 40}[outage_hours]
        x, y = counts(
            world(bad=bad, days=days, by_outages=0.1), np.random.default_rng(outage_hours), worlds=1
        )
        twin = share_sides(x, y, 0.95, alpha=0.05, block_hours=outage_hours or None)
        n, k = y[0].astype(int), x[0].astype(int)
        alike = counted.independent("connection_success_rate", k, n)
        rollups = counted.hourly(days * 24, attempts=n, opened=k, **alike)
        said = states(rollups, SUCCESS, days=days, in_project=project(outage_hours=outage_hours))
        assert said == _states(twin.above[0], twin.below[0])
        if bad > 0.05 or outage_hours < 24:
            assert set(said) - {"unknown"}

    @pytest.mark.parametrize("outage_hours", [0, 1, 6])
    @pytest.mark.parametrize("bad", [0.05, 0.4])
    def test_of_a_duration(self, outage_hours: int, bad: float) -> None:
        days = {0: 4, 1: 12, 6: 24}[outage_hours]
        kind = world(bad=bad, days=days, events_a_day=240, by_outages=0.1)
        found, time_s = ends(kind, np.random.default_rng(outage_hours), worlds=1, flap_s=60.0)
        time_us = (time_s[0] * 1e6).astype("int64")
        twin = duration_sides(
            found, time_us[None, :] / 1e6, 300.0, alpha=0.05, flap_s=60.0, block_hours=outage_hours or None
        )
        lived = {"connected_us": time_us, "wanted_us": time_us, "unintended_ends": found[0].astype(int)}
        rollups = counted.hourly(days * 24, **lived)
        said = states(rollups, LASTING, days=days, in_project=project(outage_hours=outage_hours))
        assert said == _states(twin.above[0], twin.below[0])
        assert set(said) - {"unknown"}


def _states(above: np.ndarray, below: np.ndarray) -> list[str]:
    sides = zip(above.tolist(), below.tolist(), strict=True)
    return ["met" if up else "not met" if down else "unknown" for up, down in sides]


class TestWorlds:
    @pytest.mark.parametrize("outage_hours", [0.0, 1.0, 6.0, 24.0])
    def test_the_long_run_comes_to_the_truth(self, outage_hours: float) -> None:
        kind = world(outage_hours=outage_hours, days=200)
        x, y = counts(kind, np.random.default_rng(1), worlds=60)
        assert 1 - x.sum() / y.sum() == pytest.approx(0.05, rel=0.1)

    def test_an_outage_lasts_as_long_as_it_should(self) -> None:
        out = outages(world(outage_hours=6.0, bad=0.01, days=400), np.random.default_rng(2), worlds=1)[0]
        starts = np.flatnonzero((out > 0) & (np.append(0, out[:-1]) == 0))
        lengths = [out[start : start + 14].sum() for start in starts]
        assert np.median(lengths) == 6


LISTS = f"needed_if: [], ready_if: [{{{SUCCESS}}}, {{{LASTING}}}]"
PLAN = f"phases: [{{id: one, title: One, option: current, {LISTS}}}]"


class TestCertificate:
    def test_it_holds_at_the_outages_allowed_for_and_says_what_longer_ones_do(self) -> None:
        made = certificate(plan(PLAN), outage_hours=1, worlds=100)
        by_length = {(row.metric, row.outage_hours): row for row in made.rows}
        for metric in ("connection_success_rate", "mean_connection_duration_s"):
            for length in (0.0, 1.0):
                row = by_length[metric, length]
                assert row.wrong_go <= ALLOWED and row.wrong_stop <= ALLOWED
            assert by_length[metric, 24.0].wrong_go > by_length[metric, 6.0].wrong_go > 0.2
            row = by_length[metric, 6.0]
            assert row.wrong_go_low < row.wrong_go < row.wrong_go_high

    def test_a_folder_that_allows_for_longer_outages_is_safe_from_them(self) -> None:
        made = certificate(plan(PLAN), outage_hours=6, worlds=100)
        assert all(row.wrong_go <= ALLOWED for row in made.rows if row.outage_hours <= 6)

    def test_the_same_seed_gives_the_same_certificate(self) -> None:
        documents = [certificate(plan(PLAN), outage_hours=1, worlds=20).to_document() for _ in range(2)]
        assert documents[0] == documents[1]
        assert documents[0]["rows"][0]["metric"] == "connection_success_rate"

    def test_the_truth_lies_just_beside_the_threshold(self) -> None:
        rows = certificate(plan(PLAN), outage_hours=1, worlds=5, days=2).rows
        share, lasting = rows[0], rows[-1]
        assert (share.truth_worse, share.truth_better) == pytest.approx((0.945, 0.955))
        assert (lasting.truth_worse, lasting.truth_better) == pytest.approx((300 / 1.1, 300 / 0.9))

    def test_gates_of_the_lab_are_left_out(self) -> None:
        asked = PLAN.replace("0.95}", "0.95, environment: lab}")
        made = certificate(plan(asked), outage_hours=1, environments={"lab": "lab"}, worlds=5, days=2)
        assert {row.metric for row in made.rows} == {"mean_connection_duration_s"}
        assert made.worst(6.0) is not None and made.worst(99.0) is None


@pytest.mark.soak
@pytest.mark.parametrize("events_a_day", [100.0, 1_000.0, 10_000.0, 1_000_000.0])
@pytest.mark.parametrize("gate", [Gate(bad=0.05, alpha=0.05), Gate(bad=0.01, alpha=0.05)])
@pytest.mark.parametrize("allowed_for", [1.0, 6.0, 24.0])
def test_at_most_5_percent_are_wrong_whatever_the_traffic_and_the_outages_allowed_for(
    events_a_day: float, gate: Gate, allowed_for: float
) -> None:
    for outage_hours in {0.0, 1.0, allowed_for}:
        for by_outages in (0.3, 0.64, 0.95):
            for factor in (1.02, 1.1, 0.98, 0.9):
                kind = beside(
                    gate,
                    factor,
                    outage_hours=outage_hours,
                    events_a_day=events_a_day,
                    days=90,
                    by_outages=by_outages,
                )
                sides = looked_at(gate, kind, allowed_for, worlds=500, seed=7)
                wrong = (sides.above if factor > 1 else sides.below).any(axis=1).mean()
                assert wrong <= ALLOWED, (kind, factor, wrong)
