"""One line of an option's cost, draw by draw; lines that are the same for every hosting."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from toolkit.cost.formulas import downtime_usd, migration_usd, operations_labour_usd
from toolkit.cost.option import Option
from toolkit.cost.sampling import Floats
from toolkit.cost.setting import Drawn, Setting


@dataclass(frozen=True)
class Spending:
    """Draws of one line.

    Args:
        line: what is paid for.
        source: where the number comes from, or what is missing.
        usd: over the horizon, shape (draws,). None where unknown; nan without a price, inf without a plan.
        month_usd: of the first month, shape (draws,). None where unknown or where it does not recur.
        recurring: whether it belongs to the monthly cost.
        needs: what would have to be known. Empty where the line is known.
    """

    line: str
    source: str
    usd: Floats | None
    month_usd: Floats | None
    recurring: bool
    needs: tuple[str, ...] = ()


def unknown(line: str, needs: Sequence[str], *, recurring: bool) -> Spending:
    """A line without a number, which says what it needs."""
    return Spending(line, f"unknown: needs {', '.join(needs)}", None, None, recurring, tuple(needs))


def gathered(option: Option, names: Sequence[str], setting: Setting) -> tuple[dict[str, Drawn], list[str]]:
    """The quantities that are known, by name, and what is missing of the others."""
    found = {name: setting.drawn(option, name) for name in names}
    missing = [f"the figure {name}" for name, drawn in found.items() if drawn is None]
    return {name: drawn for name, drawn in found.items() if drawn is not None}, missing


def sources(drawn: dict[str, Drawn]) -> str:
    """The sources of several quantities, each once."""
    return "; ".join(dict.fromkeys(f"{name}: {found.source}" for name, found in drawn.items()))


def operations_labour(option: Option, setting: Setting) -> Spending:
    """Labour to keep the service running, over the horizon."""
    line = "operations labour"
    drawn, missing = gathered(option, ("operations_hours_per_month", "labour_usd_per_hour"), setting)
    if missing:
        return unknown(line, missing, recurring=True)
    month = operations_labour_usd(
        hours_per_month=drawn["operations_hours_per_month"].values,
        labour_usd_per_hour=drawn["labour_usd_per_hour"].values,
    )
    return Spending(line, sources(drawn), month * setting.months, month, True)


def migration(option: Option, setting: Setting) -> Spending:
    """Labour of the move, once."""
    line = "migration"
    names = ("migration_person_days", "hours_per_person_day", "labour_usd_per_hour")
    drawn, missing = gathered(option, names, setting)
    if missing:
        return unknown(line, missing, recurring=False)
    once = migration_usd(
        person_days=drawn["migration_person_days"].values,
        hours_per_person_day=drawn["hours_per_person_day"].values,
        labour_usd_per_hour=drawn["labour_usd_per_hour"].values,
    )
    return Spending(line, sources(drawn), once, None, False)


def downtime(option: Option, setting: Setting) -> Spending:
    """What outages cost the team over the horizon."""
    line = "downtime"
    drawn, missing = gathered(option, ("service_unavailability_min_per_month",), setting)
    cost = setting.downtime_cost()
    if cost is None:
        missing.append("downtime_cost_usd_per_hour of the scenario")
    if missing or cost is None:
        return unknown(line, missing, recurring=False)
    lost = downtime_usd(
        unavailable_min_per_month=drawn["service_unavailability_min_per_month"].values,
        usd_per_hour=cost.values,
        months=setting.months,
    )
    return Spending(line, f"{sources(drawn)}; {cost.source}", lost, None, False)


def every_month(line: str, *, source: str, setting: Setting, cost_usd: Callable[[range], Floats]) -> Spending:
    """A recurring line, added up month by month.

    Args:
        cost_usd: gives the cost of some months, shape (months, draws) or one that broadcasts to it.
    """
    total, first = monthly_sums(setting, cost_usd)
    return Spending(line, source, total, first, True)


def monthly_sums(setting: Setting, cost_usd: Callable[[range], Floats]) -> tuple[Floats, Floats]:
    """The sum over the horizon and the first month of a monthly cost, both of shape (draws,)."""
    total, first = np.zeros(setting.draws.count), np.zeros(setting.draws.count)
    for span in setting.spans():
        months = np.broadcast_to(cost_usd(span), (len(span), setting.draws.count))
        total = total + months.sum(axis=0)
        first = months[0] if span.start == 0 else first
    return total, first
