"""The certificate of a plan's gates: how often each is wrong where the truth is just on the wrong side."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from toolkit.decide.blockbound import block_hours
from toolkit.decide.coverage.gate import Gate, gate_of, gates_of
from toolkit.decide.coverage.looks import Sides, duration_sides, share_sides
from toolkit.decide.coverage.reductions import both_sides, reduction_sides
from toolkit.decide.coverage.worlds import World, counts, ends
from toolkit.decide.plan import Criterion, Plan
from toolkit.evidence import Grade
from toolkit.metrics.intervals import wilson

SEED = 20260101
WORLDS = 100
DAYS = 90
EVENTS_A_DAY = 10_000.0
LONGER_HOURS = (6.0, 24.0)
"""Outages that the certificate tells of too, longer than most folders allow for."""

BESIDE = 0.1
"""The truth fails by so much more (or less) than the gate allows."""

BY_OUTAGES = 0.64
"""Of all that fails, how much does so by outages: of 5.5 % that leaves 2 % in calm hours."""


@dataclass(frozen=True, kw_only=True)
class Row:
    """How often one gate is wrong in one kind of world.

    Args:
        metric, comparator, threshold: of the gate.
        outage_hours: of the world; 0 where failures are independent.
        truth_worse, truth_better: the true values just on either side of the threshold that the two shares
            are of, in its unit; of a latency percentile the share of deliveries within its limit.
        wrong_go, wrong_stop: the share of worlds in which some look says that the good (bad) side is proven
            where the bad (good) one is true.
        wrong_go_low, wrong_go_high, wrong_stop_low, wrong_stop_high: their 95 % intervals (Wilson).
        allowed: the share that the gate may be wrong.
    """

    metric: str
    comparator: str
    threshold: float
    outage_hours: float
    truth_worse: float
    truth_better: float
    wrong_go: float
    wrong_go_low: float
    wrong_go_high: float
    wrong_stop: float
    wrong_stop_low: float
    wrong_stop_high: float
    allowed: float


@dataclass(frozen=True, kw_only=True)
class Certificate:
    """How often the gates of a plan are wrong.

    Args:
        rows: by gate and by length of the outages.
        outage_hours: the longest outage that the gates allow for.
        events_a_day, days, worlds, seed: of the simulation; a look at the end of each day.
    """

    rows: tuple[Row, ...]
    outage_hours: float
    events_a_day: float
    days: int
    worlds: int
    seed: int

    def to_document(self) -> dict[str, Any]:
        """The certificate as JSON."""
        return {**asdict(self), "rows": [asdict(row) for row in self.rows]}

    def worst(self, outage_hours: float) -> Row | None:
        """The gate that goes on wrongly most often at this length of outages; None without gates."""
        rows = [row for row in self.rows if row.outage_hours == outage_hours]
        return max(rows, key=lambda row: row.wrong_go, default=None)


def certificate(
    plan: Plan,
    *,
    outage_hours: float,
    environments: Mapping[str, Grade] | None = None,
    events_a_day: float = EVENTS_A_DAY,
    days: int = DAYS,
    worlds: int = WORLDS,
    seed: int = SEED,
) -> Certificate:
    """How often each gate of a plan on field evidence is wrong, from simulated worlds beside its threshold.

    Args:
        outage_hours: the longest outage that the gates allow for; 0 for none.
        environments: of the project, with their grades; criteria on one that is not field are left out. None
            leaves out none.
        events_a_day: of the metric: attempts, deliveries or ends.
        days: how many days are looked at, one look a day.
        worlds: how many are simulated of each kind.
        seed: of the simulation; the same seed gives the same certificate.
    """
    lengths = sorted({0.0, float(outage_hours), *LONGER_HOURS})
    return Certificate(
        rows=tuple(
            _row(criterion, length, outage_hours, events_a_day, days, worlds, seed)
            for criterion in gates_of(plan, environments or {})
            for length in lengths
        ),
        outage_hours=outage_hours,
        events_a_day=events_a_day,
        days=days,
        worlds=worlds,
        seed=seed,
    )


def _row(
    criterion: Criterion,
    length: float,
    outage_hours: float,
    events_a_day: float,
    days: int,
    worlds: int,
    seed: int,
) -> Row:
    gate = gate_of(criterion)

    def wrong(factor: float) -> tuple[int, int]:
        world = beside(gate, factor, outage_hours=length, events_a_day=events_a_day, days=days)
        return wrongly_decided(gate, world, outage_hours, worlds=worlds, seed=seed)

    go, stop = wrong(1 + BESIDE)[0], wrong(1 - BESIDE)[1]
    go_low, go_high = wilson(go, worlds)
    stop_low, stop_high = wilson(stop, worlds)
    return Row(
        metric=str(criterion.metric),
        comparator=criterion.comparator,
        threshold=criterion.threshold,
        outage_hours=length,
        truth_worse=_truth(criterion, gate, 1 + BESIDE),
        truth_better=_truth(criterion, gate, 1 - BESIDE),
        wrong_go=go / worlds,
        wrong_go_low=go_low,
        wrong_go_high=go_high,
        wrong_stop=stop / worlds,
        wrong_stop_low=stop_low,
        wrong_stop_high=stop_high,
        allowed=gate.alpha,
    )


def beside(
    gate: Gate,
    factor: float,
    *,
    outage_hours: float,
    events_a_day: float,
    days: int,
    by_outages: float = BY_OUTAGES,
) -> World:
    """The world that fails so many times as often as a gate allows."""
    return World(
        bad=min(gate.bad * factor, 0.999),
        outage_hours=outage_hours,
        by_outages=by_outages,
        events_a_day=events_a_day,
        days=days,
    )


def outages_untold(plan: Plan, environments: Mapping[str, Grade], outage_hours: float) -> str | None:
    """How often the plan's first gate goes on wrongly where outages last longer than is allowed for.

    None where the plan has no gate on field evidence, or allows for all of :data:`LONGER_HOURS`.
    """
    criterion = next(iter(gates_of(plan, environments)), None)
    longer = [hours for hours in LONGER_HOURS if hours > outage_hours]
    if criterion is None or not longer:
        return None
    gate, told = gate_of(criterion), []
    for hours in longer:
        world = beside(gate, 1 + BESIDE, outage_hours=hours, events_a_day=EVENTS_A_DAY, days=DAYS)
        wrong, _ = wrongly_decided(gate, world, outage_hours, worlds=WORLDS, seed=SEED)
        told.append(f"{100 * wrong / WORLDS:.0f} % of them with outages of {hours:g} h")
    asked = f"{criterion.metric} {criterion.comparator.replace('_', ' ')} {criterion.threshold:g}"
    return (
        f"Of {WORLDS} simulated worlds of {DAYS} days just on the wrong side of {asked}, a look every day "
        f"would wrongly find the right one in {' and in '.join(told)}."
    )


def _truth(criterion: Criterion, gate: Gate, factor: float) -> float:
    """The true value in the unit of the threshold; of a latency percentile the share within its limit."""
    bad = gate.bad * factor
    if gate.duration_s is not None:
        return gate.duration_s / factor
    if gate.reduction is not None:
        return 1 - (1 - gate.reduction) * factor
    return bad if criterion.metric == "reconnection_frequency" else 1 - bad


@lru_cache(maxsize=256)
def wrongly_decided(
    gate: Gate, world: World, outage_hours: float, *, worlds: int, seed: int
) -> tuple[int, int]:
    """In how many worlds some look proves the good side, and in how many some look proves the bad one."""
    sides = looked_at(gate, world, outage_hours, worlds=worlds, seed=seed)
    return int(sides.above.any(axis=1).sum()), int(sides.below.any(axis=1).sum())


def looked_at(gate: Gate, world: World, outage_hours: float, *, worlds: int, seed: int) -> Sides:
    """What the gate says of each world on each day."""
    rng = np.random.default_rng(seed)
    hours = block_hours(outage_hours)
    if gate.reduction is not None:
        option, baseline = both_sides(world, rng, worlds=worlds, flap_s=gate.flap_s)
        return reduction_sides(
            option, baseline, gate.reduction, alpha=gate.alpha, flap_s=gate.flap_s, block_hours=hours
        )
    if gate.duration_s is None:
        x, y = counts(world, rng, worlds=worlds)
        return share_sides(x, y, 1 - gate.bad, alpha=gate.alpha, block_hours=hours)
    x, y = ends(world, rng, worlds=worlds, flap_s=gate.flap_s)
    return duration_sides(x, y, gate.duration_s, alpha=gate.alpha, flap_s=gate.flap_s, block_hours=hours)
