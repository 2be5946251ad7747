"""Burn-rate alerts of a plan: how fast an error budget may go before somebody is called.

The multiwindow rule of Google's SRE workbook as Sloth implements it (slok/sloth, internal/alert): both a long
and a short window must burn faster than a factor, and any pair of windows is enough.
"""

import re
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from toolkit.evidence import Strict

HOURS = {"h": 1, "d": 24, "w": 168}
LENGTH = re.compile(r"([1-9][0-9]{0,3})([mhdw])")

FAILURES_OF = {
    "connection_success_rate": "failed attempts",
    "delivery_success_rate": "deliveries late or lost",
    "session_availability": "time without a connection",
    "reconnection_frequency": "reconnections",
}
"""What the budget of each metric is spent on. Of reconnections the share itself is what fails."""

ShareMetric = Literal[
    "connection_success_rate", "delivery_success_rate", "session_availability", "reconnection_frequency"
]


def hours_in(length: str) -> int:
    """The hours of a length such as ``6h`` or ``3d``.

    Raises:
        ValueError: it is no length, or not one of whole hours.

    >>> hours_in("3d")
    72
    """
    found = LENGTH.fullmatch(length)
    if found is None:
        raise ValueError(f"{length!r} is no length of time|write 6h, 3d or 1w")
    number, unit = int(found[1]), found[2]
    if unit == "m":
        wrong = f"{length} cannot be judged: counts are kept by the hour"
        raise ValueError(f"{wrong}|write 1h or more, or use the alerts of the monitoring itself")
    return number * HOURS[unit]


def _whole_hours(length: str) -> str:
    hours_in(length)
    return length


Length = Annotated[str, AfterValidator(_whole_hours)]


class BurnWindow(Strict):
    """One pair of windows.

    Args:
        long, short: such as ``1d`` and ``2h``; the short one is usually a twelfth of the long one.
        factor: how many times faster than evenly the budget must go in both.
    """

    long: Length
    short: Length
    factor: Annotated[float, Field(gt=0, allow_inf_nan=False)]

    @property
    def long_h(self) -> int:
        return hours_in(self.long)

    @property
    def short_h(self) -> int:
        return hours_in(self.short)

    @model_validator(mode="after")
    def _short_within_long(self) -> Self:
        if self.short_h >= self.long_h:
            raise ValueError(
                f"short {self.short} is not shorter than long {self.long}|write a twelfth of it, say"
            )
        return self


class Alert(Strict):
    """An alert on how fast the error budget of a metric goes.

    Args:
        metric: one that is a share.
        objective: share of the good that is promised; what is left to 1 is the budget.
        windows: pairs of which any one rings the alert.
        option: whose. None: what is in service.
        environment: where it is measured. None: the strongest that has it.
        period_days: over which the budget is counted.
    """

    metric: ShareMetric
    objective: Annotated[float, Field(gt=0, lt=1)]
    windows: list[BurnWindow] = Field(min_length=1)
    option: str | None = None
    environment: str | None = None
    period_days: Annotated[float, Field(gt=0, allow_inf_nan=False)] = 30.0

    @property
    def budget(self) -> float:
        """The share that may fail.

        >>> Alert(metric="delivery_success_rate", objective=0.9,
        ...       windows=[BurnWindow(long="1d", short="2h", factor=3)]).budget
        0.1
        """
        return round(1 - self.objective, 12)

    def budget_share(self, window: BurnWindow) -> float:
        """Share of the period's budget that is gone after a long window at the factor."""
        return window.factor * window.long_h / (self.period_days * 24)

    def exhausted_h(self, window: BurnWindow) -> float:
        """Hours until the whole budget is gone at the factor."""
        return self.period_days * 24 / window.factor
