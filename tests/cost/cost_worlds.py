"""Small worlds to cost: figures and options without uncertainty, a scenario to calculate by hand."""

from collections.abc import Callable, Mapping
from datetime import date

from toolkit.cost.option import Option
from toolkit.cost.quantities import UNITS
from toolkit.cost.result import CostResult
from toolkit.evidence import Figure
from toolkit.pricing.scenario import Scenario
from toolkit.project import Folder, shipped

AS_OF = date(2026, 11, 23)
PINNED = date(2026, 11, 27)
"""The day of the folder that ships."""
DATA = Folder(shipped("data"))
UNPRICED = {"nats"}
"""Options of the folder that ships of which nobody knew on that day how much a server carries."""

Costed = Callable[..., CostResult]
FixedOption = Callable[..., Option]


CERTAIN = {
    "labour_usd_per_hour": 100.0,
    "busiest_second_factor": 10.0,
    "way_back_probability": 0.1,
    "way_back_effort_share": 0.25,
    "parallel_run_months": 1.5,
    "degraded_severity": 0.4,
}
"""What the model's assumptions have as ranges, as numbers."""


def plain_scenario(**changes: object) -> Scenario:
    """A scenario without any range: 3 million messages a month out of 10,000 users, each to eight others."""
    numbers: dict[str, object] = {
        "title": "by hand",
        "peak_concurrent_users": 1500.0,
        "monthly_active_users": 10_000.0,
        "connected_hours_per_user_day": 1.0,
        "messages_per_user_day": 10.0,
        "recipients_per_message": 8.0,
        "message_bytes": 300.0,
        "channels": 300.0,
        "busiest_day_factor": 1.5,
        "growth_per_month": 0.0,
        "horizon_months": 12,
        "downtime_cost_usd_per_hour": 250.0,
    }
    return Scenario.model_validate({**numbers, **changes})


def figure(name: str, **parts: object) -> Figure:
    """A figure of a quantity in the unit that it must have; a field measurement unless told otherwise."""
    defaults = {"unit": UNITS[name], "grade": "field", "source": "test", "as_of": "2026-01-01"}
    return Figure.model_validate({**defaults, **parts})


def fixed(option: Option, **values: float) -> Option:
    """The option without any uncertainty: medians, labour at 100 USD an hour, ten times at the peak.

    One move in ten is taken back at a quarter of its effort; the old runs on for a month and a half.
    """
    known = {name: option.figure(name, as_of=AS_OF) for name in option.figures if name in UNITS}
    medians = {name: found.central for name, found in known.items() if found is not None}
    wanted = {**CERTAIN, **medians, **values}
    return with_figures(option, {name: figure(name, value=value) for name, value in wanted.items()})


def with_figures(option: Option, figures: Mapping[str, Figure]) -> Option:
    """The option with these figures only."""
    return option.model_copy(update={"figures": {name: [found] for name, found in figures.items()}})


def without(option: Option, *names: str) -> Option:
    """The option without some of its figures."""
    left = {name: figures for name, figures in option.figures.items() if name not in names}
    return option.model_copy(update={"figures": left})
