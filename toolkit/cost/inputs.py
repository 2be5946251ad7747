"""What an uncertain input is made of: the quantities that move with it, each at its own value."""

from collections.abc import Iterator, Sequence

import numpy as np

from toolkit.cost.figures import figure_of
from toolkit.cost.measured import MEASURED, MeasuredFigure, measured_name
from toolkit.cost.option import Option
from toolkit.cost.quantities import UNITS
from toolkit.cost.sampling import Draws
from toolkit.cost.sensitivity import InputValue
from toolkit.cost.setting import TEAM_SIZE, Setting
from toolkit.evidence import Figure, Range
from toolkit.pricing.traffic import DRIVERS

OF_SCENARIO = (*DRIVERS, "growth_per_month", "downtime_cost_usd_per_hour")
"""The fields of a scenario that may be ranges."""

SCENARIO_UNITS = {
    "peak_concurrent_users": "users",
    "monthly_active_users": "users",
    "connected_hours_per_user_day": "h",
    "messages_per_user_day": "messages",
    "recipients_per_message": "recipients",
    "message_bytes": "B",
    "channels": "channels",
    "busiest_day_factor": "ratio",
    "growth_per_month": "share",
    "downtime_cost_usd_per_hour": "USD/h",
}
"""Unit of each of them."""

GROUPS = {"scenario": frozenset(TEAM_SIZE.get(name, name) for name in OF_SCENARIO)}
"""What the team knows about itself; all other inputs are about the options."""


def values_at(name: str, share: float, options: Sequence[Option], setting: Setting) -> list[InputValue]:
    """The values that an input stands for at a probability: those of the scenario, else of every option.

    Args:
        name: of the input: a quantity, or the name that several move with.
        share: the probability that it lies below.
        options: whose figures to tell; numbers that are not uncertain are left out.
        setting: the scenario and what the model assumes.
    """
    at = Draws(1, seed=0, together=setting.draws.together, given={name: np.array([share])})
    fields = [field for field in OF_SCENARIO if setting.draws.together.get(field, field) == name]
    found = {field: getattr(setting.scenario, field) for field in fields}
    values = [
        InputValue(field, None, float(at.quantity(field, quantity)[0]))
        for field, quantity in found.items()
        if isinstance(quantity, Range)
    ]
    return (
        values
        or _measured(name, share, options, setting)
        or [
            InputValue(name, option_id, float(at.figure(name, figure)[0]))
            for option_id, figure in _figures(name, options, setting)
            if figure.value is None and not isinstance(figure, MeasuredFigure)
        ]
    )


def unit_of(quantity: str) -> str:
    """The unit of a quantity of an option or of a field of the scenario.

    >>> unit_of("egress_usd_per_gib"), unit_of("message_bytes")
    ('USD/GiB', 'B')
    """
    return UNITS.get(quantity) or SCENARIO_UNITS[quantity]


def _measured(name: str, share: float, options: Sequence[Option], setting: Setting) -> list[InputValue]:
    """The value of what was measured of one option, where the input is that."""
    return [
        InputValue(quantity, option.id, float(figure.posterior.quantiles(np.array([share]))[0]))
        for option in options
        for quantity in MEASURED
        if measured_name(quantity, option.id) == name
        and isinstance(figure := option.figure(quantity, as_of=setting.as_of), MeasuredFigure)
    ]


def _figures(name: str, options: Sequence[Option], setting: Setting) -> Iterator[tuple[str | None, Figure]]:
    """The figures that are in use, those of the options first."""
    own = {option.id: figure_of(option, name, as_of=setting.as_of) for option in options}
    yield from ((option_id, figure) for option_id, figure in own.items() if figure is not None)
    assumed: Figure | None = getattr(setting.assumptions, name, None)
    if assumed is not None and assumed.as_of <= setting.as_of and None in own.values():
        yield None, assumed
