"""Draws of uncertain numbers, the same for every option."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from toolkit.evidence import Figure, Range

Floats = NDArray[np.float64]

DRAWS = 4096
SEED = 20261123


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

    Args:
        count: draws of each quantity.
        seed: of all of them. The stream of a quantity depends on seed and name, not on what else is drawn.
        together: names that move with another name, as ``{name: leader}``.
    """

    count: int
    seed: int
    together: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.count < 1:
            raise ValueError(f"{self.count} draws say nothing; take 1 or more")

    def share(self, name: str) -> Floats:
        """Probabilities of a quantity, uniform from 0 to 1, shape (count,)."""
        leader = self.together.get(name, name)
        stream = np.random.SeedSequence([self.seed, crc32(leader.encode())])
        return np.random.Generator(np.random.PCG64(stream)).random(self.count)

    def quantity(self, name: str, quantity: float | Range) -> Floats:
        """Draws of a number or range under a name, shape (count,)."""
        if not isinstance(quantity, Range):
            return np.full(self.count, float(quantity))
        return quantile_function(self.share(name), p5=quantity.p5, p50=quantity.p50, p95=quantity.p95)

    def figure(self, name: str, figure: Figure) -> Floats:
        """Draws of a figure under a name, shape (count,)."""
        if figure.value is not None:
            return np.full(self.count, figure.value)
        return quantile_function(self.share(name), p5=figure.low, p50=figure.central, p95=figure.high)
