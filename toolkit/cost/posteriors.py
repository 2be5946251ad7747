"""What was measured, as a distribution of the truth behind it; beside the ranges that people state."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaincinv, gammaincinv

Floats = NDArray[np.float64]


class Posterior(Protocol):
    """A distribution that can be drawn from by its quantile function."""

    def quantiles(self, share: Floats) -> Floats:
        """Values at given shares of the probability, from 0 to 1."""
        ...


@dataclass(frozen=True, kw_only=True)
class MeasuredShare:
    """A share that was counted: Beta(hits + 1/2, trials − hits + 1/2), from Jeffreys' prior.

    It holds for independent trials; of clustered ones give the effective numbers, which need not be whole.
    Source: Brown, Cai and DasGupta, *Statistical Science* 16(2), 2001, section 3.1.3.

    Args:
        hits: trials that came out so, from 0 to ``trials``.
        trials: more than 0: without data there is nothing but the prior.

    >>> MeasuredShare(hits=0, trials=10).quantiles(np.array([0.5, 0.975])).round(4).tolist()
    [0.0219, 0.2172]
    """

    hits: float
    trials: float

    def __post_init__(self) -> None:
        if not (0 <= self.hits <= self.trials and 0 < self.trials < np.inf):
            raise ValueError(f"{self.hits:g} of {self.trials:g} trials is no measured share")

    def quantiles(self, share: Floats) -> Floats:
        """Values at given shares of the probability, from 0 to 1."""
        values: Floats = betaincinv(self.hits + 0.5, self.trials - self.hits + 0.5, share)
        return values


@dataclass(frozen=True, kw_only=True)
class MeasuredRate:
    """Events in an exposure: Gamma(events + 1/2) over the exposure, from Jeffreys' prior.

    It holds for independent events of a constant rate; of clustered ones give effective numbers.
    Source: Box and Tiao, *Bayesian Inference in Statistical Analysis*, 1973, section 1.3.4.

    Args:
        events: 0 or more.
        exposure: in the unit of which the rate tells the events, such as months; more than 0.

    >>> MeasuredRate(events=4, exposure=2.0).quantiles(np.array([0.5])).round(3).tolist()
    [2.086]
    """

    events: float
    exposure: float

    def __post_init__(self) -> None:
        if not (0 <= self.events < np.inf and 0 < self.exposure < np.inf):
            raise ValueError(f"{self.events:g} events in {self.exposure:g} of exposure is no measured rate")

    def quantiles(self, share: Floats) -> Floats:
        """Values at given shares of the probability, from 0 to 1; infinite at 1."""
        values: Floats = gammaincinv(self.events + 0.5, share) / self.exposure
        return values


@dataclass(frozen=True, kw_only=True)
class Scaled:
    """What was measured, told in another unit.

    Args:
        measured: in its own unit.
        factor: of the other unit in it; more than 0.

    >>> half = MeasuredShare(hits=50, trials=100)
    >>> Scaled(measured=half, factor=60.0).quantiles(np.array([0.5])).round(1).tolist()
    [30.0]
    """

    measured: MeasuredShare | MeasuredRate
    factor: float

    def quantiles(self, share: Floats) -> Floats:
        """Values at given shares of the probability, from 0 to 1."""
        return self.measured.quantiles(share) * self.factor
