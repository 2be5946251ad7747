"""What outages cost the team, and how much of the service is left of them."""

from dataclasses import replace

import numpy as np

from toolkit.cost.formulas import MINUTES_PER_MONTH, downtime_usd, full_outage_min, lost_min
from toolkit.cost.measured import MeasuredFigure
from toolkit.cost.option import Option
from toolkit.cost.sampling import Floats
from toolkit.cost.setting import Drawn, Setting
from toolkit.cost.spending import Spending, alike, gathered, unknown

LINE = "downtime"

MINUTES = (
    "service_unavailability_min_per_month",
    "degraded_share",
    "degraded_min_per_month",
    "degraded_severity",
)

GIVES = (
    "28 days of field data, a published incident history, or a range of p5, p50 and p95 in the option's file "
    "would give its unavailability; a promise does not"
)
"""What an option lacks of which nothing is known."""


def downtime(option: Option, setting: Setting) -> Spending:
    """What outages and degradations cost the team, month by month."""
    drawn, missing = minutes(option, setting)
    cost = setting.downtime_cost()
    if cost is None:
        missing.append("downtime_cost_usd_per_hour of the scenario")
    if missing or cost is None:
        line = unknown(LINE, missing, recurring=False)
        return replace(line, source=f"{line.source}; {GIVES}") if MINUTES[0] not in drawn else line
    month = downtime_usd(unavailable_min_per_month=lost(drawn), usd_per_hour=cost.values, months=1)
    told = {**drawn, "downtime_cost_usd_per_hour": cost}
    return alike(LINE, told, setting, month, recurring=False)


def minutes(option: Option, setting: Setting) -> tuple[dict[str, Drawn], list[str]]:
    """What an option's lost minutes are made of, by name, and what is missing of it.

    Measured minutes are those in which users were not connected: none of them was only degraded.
    """
    drawn, missing = gathered(option, MINUTES, setting)
    figure = option.figure(MINUTES[0], as_of=setting.as_of)
    if isinstance(figure, MeasuredFigure) and not missing:
        whole = f"who is not connected has no service: {figure.source} ({figure.grade})"
        drawn["degraded_share"] = Drawn(np.zeros(setting.draws.count), whole, figure.grade)
    return drawn, missing


def outage_hours(option: Option, setting: Setting) -> Floats | None:
    """Hours of outage of the whole horizon, which times the cost of an hour are :func:`downtime`.

    Returns:
        Later ones worth what their money is, shape (draws,). None where a quantity is unknown.
    """
    drawn, missing = minutes(option, setting)
    if missing:
        return None
    hours: Floats = np.minimum(lost(drawn), MINUTES_PER_MONTH) / 60 * setting.worth().sum()
    return hours


def lost(drawn: dict[str, Drawn]) -> Floats:
    """Minutes of outage that a month's outages and degradations are worth, shape (draws,)."""
    return lost_min(
        unavailable_min=drawn["service_unavailability_min_per_month"].values,
        degraded_share=drawn["degraded_share"].values,
        degraded_min=drawn["degraded_min_per_month"].values,
        severity=drawn["degraded_severity"].values,
    )


def full_outages(drawn: dict[str, Drawn]) -> Floats:
    """Minutes of a month in which nothing worked, which is what agreements pay for, shape (draws,)."""
    return full_outage_min(
        unavailable_min=drawn["service_unavailability_min_per_month"].values,
        degraded_share=drawn["degraded_share"].values,
    )
