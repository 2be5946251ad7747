"""What a what-if page lets its reader set: values of four fields of a scenario, its own among them."""

from collections.abc import Iterable
from dataclasses import dataclass

from toolkit.cost.curves import UPTIME_NEEDS
from toolkit.cost.whatif import fits, scaled, what_if
from toolkit.cost.whatifgrid import GROWTHS
from toolkit.evidence import Range, central
from toolkit.pricing.scenario import Scenario

Value = float | Range | None
"""What a field of a scenario holds; None where it is not stated."""

TIMES = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0)
"""Multiples of the scenario's messages."""

DOWNTIME_TIMES = (0.0, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0)
"""Multiples of its cost of an hour of outage."""

USD_PER_HOUR = (0.0, 10.0, 50.0, 100.0, 500.0, 1_000.0, 5_000.0, 10_000.0)
"""Costs of an hour of outage where the scenario has none to multiply."""

NEEDS = (0.9, *UPTIME_NEEDS)

DIGITS = 12
"""Of a multiple, which is as exact as a reader would write it: 0.3 and not 0.30000000000000004."""


@dataclass(frozen=True)
class Axis:
    """Values of one field of a scenario.

    Args:
        field: its name.
        values: as the scenario's file would hold them, ascending by their medians; not stated comes first.
        own: place of the value that the scenario has.
    """

    field: str
    values: tuple[Value, ...]
    own: int

    @classmethod
    def around(cls, field: str, own: Value, others: Iterable[float]) -> "Axis":
        """The scenario's own value among others; those that equal its median are left out."""
        middle = None if own is None else central(own)
        rest: list[Value] = [value for value in others if value != middle]
        values = sorted([own, *rest], key=lambda value: -1.0 if value is None else central(value))
        return cls(field, tuple(values), values.index(own))


@dataclass(frozen=True)
class Axes:
    """The four axes of a grid."""

    messages: Axis
    growth: Axis
    need: Axis
    downtime: Axis


def axes_of(scenario: Scenario) -> Axes:
    """What may be set in a scenario; what would outgrow everything that is metered is left out."""
    growth = Axis.around("growth_per_month", scenario.growth_per_month, _fitting(scenario))
    fastest = what_if(scenario, {growth.field: growth.values[-1]}).scenario
    return Axes(
        messages=_messages(fastest),
        growth=growth,
        need=Axis.around("uptime_need", scenario.uptime_need, NEEDS),
        downtime=_downtime(scenario.downtime_cost_usd_per_hour),
    )


def _fitting(scenario: Scenario) -> list[float]:
    return [growth for growth in GROWTHS if fits(scenario, "growth_per_month", growth)]


def _messages(scenario: Scenario) -> Axis:
    field, own = "messages_per_user_day", scenario.messages_per_user_day
    if not central(own):
        return Axis(field, (own,), 0)
    values = [_times(own, times) for times in TIMES]
    kept = tuple(value for value in values if value == own or fits(scenario, field, value))
    return Axis(field, kept, kept.index(own))


def _downtime(own: float | Range | None) -> Axis:
    field = "downtime_cost_usd_per_hour"
    if own is None or not central(own):
        return Axis.around(field, own, USD_PER_HOUR)
    values = tuple(0.0 if times == 0 else _times(own, times) for times in DOWNTIME_TIMES)
    return Axis(field, values, values.index(own))


def _times(own: float | Range, times: float) -> float | Range:
    """The own value itself where nothing is multiplied, else as many digits as anybody would write."""
    if times == 1.0:
        return own
    found = scaled(own, times)
    if not isinstance(found, Range):
        return float(f"{found:.{DIGITS}g}")
    return Range(**{name: float(f"{part:.{DIGITS}g}") for name, part in found.model_dump().items()})
