"""Mean and percentiles of the draws of a cost."""

from dataclasses import dataclass

import numpy as np

from toolkit.cost.comparing import settled
from toolkit.cost.sampling import Floats

MOST_DRAWS = 0.5
"""An option counts as priced where at least this share of its draws is."""


@dataclass(frozen=True)
class Band:
    """Mean and percentiles of draws, in US dollars."""

    mean: float
    p5: float
    p50: float
    p95: float

    @classmethod
    def of(cls, draws: Floats) -> "Band":
        """The band of finite draws; numpy's ``linear`` definition of a percentile."""
        p5, p50, p95 = np.percentile(draws, [5, 50, 95])
        return cls(mean=float(np.mean(draws)), p5=float(p5), p50=float(p50), p95=float(p95))

    @classmethod
    def of_settled(cls, draws: Floats | None, *, at_least: float) -> "Band | None":
        """The band of the draws that have a price.

        Args:
            draws: nan or inf where there is no price. None where nothing is known.
            at_least: share of the draws that must have a price; with fewer the band is None.
        """
        if draws is None:
            return None
        finite = settled(draws)
        return cls.of(finite) if finite.size >= max(at_least * draws.size, 1) else None

    def to_document(self) -> dict[str, float]:
        """The band in whole cents."""
        return {name: round(getattr(self, name), 2) for name in ("mean", "p5", "p50", "p95")}
