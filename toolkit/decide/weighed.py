"""The values that a team's weights weigh: draws of every criterion, or what is not known of it."""

import numpy as np

from toolkit.cost.figures import figure_of
from toolkit.cost.option import Option
from toolkit.cost.result import CostResult
from toolkit.cost.sampling import Draws, Floats
from toolkit.cost.standing import COMPARED
from toolkit.decide.smaa import shuffled
from toolkit.decide.weights import MEASURED, Weighting
from toolkit.evidence import Figure
from toolkit.metrics.key import key_metrics
from toolkit.metrics.rollups import Rollups

INTERVAL = (0.025, 0.5, 0.975)
"""The probabilities at which what was measured has the ends and the estimate of its interval."""


def values_of(
    option: Option, weighting: Weighting, cost: CostResult, rollups: Rollups
) -> dict[str, Floats | str]:
    """Draws of every weighed criterion, shape (draws,), or in words what is not known."""
    draws, priced = Draws(cost.draws, cost.seed), cost.options.get(option.id)
    moves = option.id != cost.in_service
    figures: dict[str, Figure | float | None] = {
        "service_unavailability_min_per_month": None if priced is None else priced.availability,
        "operations_hours_per_month": option.figure("operations_hours_per_month", as_of=cost.as_of)
        or option.operations_hours_per_month,
        "migration_person_days": _effort(option, cost) if moves else 0.0,
    }
    found: dict[str, Floats | str] = {}
    for name in weighting.weights:
        if name == "total_cost_usd":
            found[name] = _total(option.id, cost)
        elif name == MEASURED:
            place = str(weighting.ranges[MEASURED].environment)
            found[name] = _measured(option.id, place, cost, rollups)
        else:
            found[name] = _drawn(name, figures[name], draws)
    return found


def _effort(option: Option, cost: CostResult) -> Figure | None:
    return figure_of(option, "migration_person_days", as_of=cost.as_of)


def _total(option: str, cost: CostResult) -> Floats | str:
    priced = cost.options.get(option)
    if priced is None or priced.total is None or option not in cost.totals:
        return "its total cost is not known"
    usd = cost.totals[option]
    return usd if np.isfinite(usd).mean() >= COMPARED else "its total cost has no price in too many draws"


def _drawn(name: str, value: Figure | float | None, draws: Draws) -> Floats | str:
    if value is None:
        return f"its {name} is not known"
    return draws.figure(name, value) if isinstance(value, Figure) else np.full(draws.count, float(value))


def _measured(option: str, environment: str, cost: CostResult, rollups: Rollups) -> Floats | str:
    value = key_metrics(rollups, option=option, environment=environment)[MEASURED]
    if value.estimate is None or value.low is None or value.high is None:
        seen = "was not measured" if value.state == "absent" else "has no upper bound"
        return f"its {MEASURED} {seen} in {environment}"
    at = shuffled(1, count=cost.draws, seed=[cost.seed, *option.encode()])[:, 0]
    drawn: Floats = np.interp(at, INTERVAL, (value.low, value.estimate, value.high))
    return drawn
