"""Traffic that grows past what anybody meters is wrong input, and named before anything is computed."""

from collections.abc import Sequence

import numpy as np

from toolkit.evidence import Range, central
from toolkit.pricing.scenario import Scenario
from toolkit.pricing.traffic import Traffic, grown, traffic_of
from toolkit.pricing.usage import MAX_COUNT
from toolkit.pricing.usagearrays import usage_arrays

COUNTABLE = MAX_COUNT / 100
"""The most of a usage field in a month: curves go on to a hundred times the scenario's messages."""

CLOSE = 1e-6
"""A share up to which the fastest growth is narrowed down."""


def growth_fault(scenario: Scenario) -> str | None:
    """Why a scenario outgrows what vendors meter in a month, at the upper ends of its ranges; None if not."""
    last = scenario.horizon_months - 1

    def upper(quantity: float | Range) -> float:
        return quantity.p95 if isinstance(quantity, Range) else float(quantity)

    with np.errstate(over="ignore", invalid="ignore"):
        growth = np.float64(upper(scenario.growth_per_month))
        month = grown(traffic_of(scenario, upper), growth_per_month=growth, month=last)
        return overflow([month], months=last + 1)


def fastest_growth(scenario: Scenario, *, most: float) -> float:
    """The fastest growth a month, up to ``most``, at which a scenario does not outgrow what vendors meter.

    Of one that does at its own growth already, that.
    """

    def fits(growth: float) -> bool:
        return growth_fault(scenario.model_copy(update={"growth_per_month": growth})) is None

    if fits(most):
        return most
    low, high = central(scenario.growth_per_month), most
    while high - low > CLOSE:
        middle = (low + high) / 2
        low, high = (middle, high) if fits(middle) else (low, middle)
    return low


def overflow(last_months: Sequence[Traffic], *, months: int) -> str | None:
    """Why the last month, in any of its versions, goes past what can be counted; None where it does not."""
    most = max(float(np.max(found)) for month in last_months for found in usage_arrays(month).values())
    return None if most <= COUNTABLE else f"traffic grows to {most:.3g} of one usage field in month {months}"
