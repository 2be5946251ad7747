"""Where an option stands among the others, beyond its chance of being the cheapest and its mean regret."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from toolkit.cost.comparing import largest_regret, priced_alike, settled
from toolkit.cost.dominance import Order, dominance
from toolkit.cost.errors import FEWEST_DRAWS, REPLICATES, error_of_one
from toolkit.cost.sampling import DRAWS, Draws, Floats

COMPARED = 0.95
"""Share of the draws in which all options that are compared must have a price."""

Totals = Callable[[Draws], Mapping[str, Floats]]
"""Gives the total of every option, shape (draws,), from draws."""


@dataclass(frozen=True)
class Standing:
    """Where an option with a total stands.

    Args:
        largest_regret_usd: the most that it costs beyond the cheapest one in any draw.
        dominated_by: the options that dominate it, each with the strongest sense in which they do.
        sampling_error_usd: standard error of its mean total from draws being finite. None with too few.
    """

    largest_regret_usd: float
    dominated_by: Mapping[str, Order] = field(default_factory=dict)
    sampling_error_usd: float | None = None

    def to_document(self) -> dict[str, Any]:
        """The standing, in whole cents."""
        error = self.sampling_error_usd
        return {
            "largest_regret": round(self.largest_regret_usd, 2),
            "dominated_by": dict(self.dominated_by),
            "sampling_error": None if error is None else round(error, 2),
        }


NO_STANDING: dict[str, Any] = {"largest_regret": None, "dominated_by": {}, "sampling_error": None}
"""The part of the document of an option without a total."""


def standings(totals: Mapping[str, Floats], draws: Draws, compute: Totals) -> dict[str, Standing]:
    """The standing of every option with a total.

    Args:
        totals: by option, shape (draws,); without a price not finite.
        draws: what they were computed from.
        compute: computes them from other draws.
    """
    names, priced = priced_alike(totals, at_least=COMPARED)
    worst, errors = largest_regret(totals), _errors(draws, compute)
    alike = {name: totals[name][priced] for name in names}
    return {name: Standing(worst[name], dominated_by(name, alike), errors.get(name)) for name in totals}


def dominated_by(name: str, alike: Mapping[str, Floats]) -> dict[str, Order]:
    """The options that dominate one, each with the strongest sense in which they do.

    Args:
        alike: paired draws of the options that are compared, all with a price; of no other it is empty.
    """
    if name not in alike:
        return {}
    found = {other: dominance(usd, alike[name]) for other, usd in alike.items() if other != name}
    return {other: order for other, order in found.items() if order is not None}


def _errors(draws: Draws, compute: Totals) -> dict[str, float]:
    """The error of each option's mean total; of more than 4,096 draws it is less than what 4,096 have."""
    if draws.count < FEWEST_DRAWS:
        return {}
    means: dict[str, list[float]] = {}
    for replicate in range(REPLICATES):
        seed = int(np.random.SeedSequence([draws.seed, replicate]).generate_state(1)[0])
        other = replace(draws, count=min(draws.count, DRAWS), seed=seed, read=set())
        for name, usd in compute(other).items():
            means.setdefault(name, []).append(float(settled(usd).mean()))
    return {name: error_of_one(found) for name, found in means.items() if len(found) == REPLICATES}
