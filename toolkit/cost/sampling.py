"""Draws of uncertain numbers by a scrambled Sobol sequence, the same for every option."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.stats import qmc

from toolkit.cost.posteriors import Posterior
from toolkit.evidence import Figure, Range

Floats = NDArray[np.float64]

DRAWS = 4096
SEED = 20261123

DIMENSIONS = 64
"""Of every sequence, whatever is read from it, as scrambling depends on it; more for a longer order."""

ORDER = (
    "team_size",
    "messages_per_user_day",
    "recipients_per_message",
    "growth_per_month",
    "service_unavailability_min_per_month",
    "downtime_cost_usd_per_hour",
    "operations_hours_per_month",
    "labour_usd_per_hour",
    "migration_person_days",
    "connected_hours_per_user_day",
    "message_bytes",
    "busiest_day_factor",
    "busiest_second_factor",
    "connections_per_node",
    "deliveries_per_s_per_node",
    "usable_capacity_share",
    "spare_nodes",
    "node_usd_per_month",
    "load_balancer_usd_per_month",
    "load_balancer_capacity_unit_usd_per_month",
    "egress_usd_per_gib",
    "hours_per_person_day",
    "degraded_severity",
    "degraded_share",
    "degraded_min_per_month",
    "parallel_run_months",
    "way_back_probability",
    "way_back_person_days",
    "way_back_effort_share",
    "cache_usd_per_month",
    "nodes_per_cache",
    "spare_caches",
    "unscheduled_credit_share",
    "delivery_success_share",
    "node_cores",
    "node_memory_gib",
    "connections_per_core",
    "deliveries_per_s_per_core",
    "memory_kib_per_connection",
)
"""The dimension of each quantity. Low dimensions fill space best, so what matters most comes first.

A new quantity goes to the end: then the draws of all others stay what they were.
"""


def quantile_function(share: Floats, *, p5: float, p50: float, p95: float) -> Floats:
    """Values of a range at given shares of its probability.

    The quantile function is piecewise linear: straight from (0.05, p5) to (0.5, p50) to (0.95, p95), and held
    at p5 and p95 beyond, where nobody said anything. A range thus returns its own three percentiles exactly
    and may lean to either side.

    Args:
        share: probabilities from 0 to 1, any shape.
        p5, p50, p95: the range, in its unit.

    >>> quantile_function(np.array([0.01, 0.05, 0.5, 0.95, 1.0]), p5=1, p50=10, p95=100).tolist()
    [1.0, 1.0, 10.0, 100.0, 100.0]
    """
    values: Floats = np.interp(share, (0.05, 0.5, 0.95), (p5, p50, p95))
    return values


@dataclass(frozen=True)
class Draws:
    """Draws of named quantities; equal names share their probability, in every option.

    A quantity is drawn once: every option reads its own range at the same probability. Options are so
    compared under the same circumstances, and a range that is ten times another one stays so in each draw.

    The probabilities of one draw are a point of a Sobol sequence, scrambled by a random linear matrix and a
    digital shift (Matoušek, *J. Complexity* 14, 1998), and a quantity is one dimension of it. Every point by
    itself is uniform, and the means of smooth costs have errors that fall almost like 1 / count, not like
    1 / sqrt(count) (Owen, *Annals of Statistics* 25, 1997).

    Args:
        count: draws of each quantity; a power of two, without which the sequence is out of balance.
        seed: of all of them. What a quantity gets depends on seed and name, not on what else is drawn.
        together: names that move with another name, as ``{name: leader}``.
        given: probabilities by leader, shape (count,), to be read instead of drawn ones; a quantity that is
            not among them stays at its median, and ``count`` may be any number. None to draw.
        order: the names that can be drawn, each at its dimension.
    """

    count: int
    seed: int
    together: Mapping[str, str] = field(default_factory=dict)
    given: Mapping[str, Floats] | None = None
    order: tuple[str, ...] = ORDER
    read: set[str] = field(default_factory=set, compare=False, repr=False)
    """Leaders whose probabilities were asked for: the inputs of whatever was computed from these draws."""
    _kept: dict[Hashable, Floats] = field(init=False, default_factory=dict, compare=False, repr=False)
    """What was drawn, by name and quantity: every setting of these draws reads the same arrays."""

    def __post_init__(self) -> None:
        if self.count < 1:
            raise ValueError(f"{self.count} draws say nothing; take 1 or more")
        if self.given is None and self.count & (self.count - 1):
            power = 1 << self.count.bit_length()
            raise ValueError(f"{self.count} draws of a Sobol sequence are out of balance; take {power}")

    @property
    def inputs(self) -> list[str]:
        """What was read, in the order of the dimensions."""
        return sorted(self.read, key=self.order.index)

    def share(self, name: str) -> Floats:
        """Probabilities of a quantity, uniform from 0 to 1, shape (count,).

        Raises:
            ValueError: the name has no dimension.
        """
        leader = self.together.get(name, name)
        if leader not in self.order:
            raise ValueError(f"{leader} has no dimension of the sequence; append it to sampling.ORDER")
        self.read.add(leader)
        if self.given is not None:
            return self.given.get(leader, np.full(self.count, 0.5))
        drawn: Floats = self._points[self.order.index(leader)]
        return drawn

    def quantity(self, name: str, quantity: float | Range) -> Floats:
        """Draws of a number or range under a name, shape (count,)."""
        if not isinstance(quantity, Range):
            return np.full(self.count, float(quantity))
        return self._once(name, (quantity.p5, quantity.p50, quantity.p95))

    def figure(self, name: str, figure: Figure) -> Floats:
        """Draws of a figure under a name, shape (count,)."""
        if figure.value is not None:
            return np.full(self.count, figure.value)
        return self._once(name, (figure.low, figure.central, figure.high))

    def posterior(self, name: str, posterior: Posterior) -> Floats:
        """Draws of what was measured, under a name, shape (count,)."""
        return posterior.quantiles(self.share(name))

    def _once(self, name: str, percentiles: tuple[float, float, float]) -> Floats:
        """Draws of a range under a name; not to be written to."""
        key = (name, percentiles)
        if key not in self._kept:
            p5, p50, p95 = percentiles
            self._kept[key] = quantile_function(self.share(name), p5=p5, p50=p50, p95=p95)
        return self._kept[key]

    @cached_property
    def _points(self) -> Floats:
        """Shape (dimensions, count)."""
        dimensions = max(DIMENSIONS, len(self.order))
        points: Floats = qmc.Sobol(dimensions, scramble=True, rng=self.seed).random(self.count)
        return np.ascontiguousarray(points.T)
