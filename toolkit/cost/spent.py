"""All lines of one option, draw by draw."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from toolkit.cost.managed import vendor_bill
from toolkit.cost.option import Option
from toolkit.cost.sampling import Floats
from toolkit.cost.selfhosted import infrastructure
from toolkit.cost.setting import Setting
from toolkit.cost.spending import Spending, downtime, migration, operations_labour
from toolkit.pricing.book import PriceBook
from toolkit.pricing.traffic import usage_arrays


@dataclass(frozen=True)
class Spent:
    """One option's lines, draw by draw.

    Args:
        option: its id.
        lines: all of them.
        plan: the vendor's plan of the first month at the medians. None where there is none.
        infeasible: why it cannot carry the scenario. Empty where it can.
    """

    option: str
    lines: list[Spending]
    plan: str | None
    infeasible: list[str]

    @property
    def unknown(self) -> list[str]:
        """What would have to be known for a total, by line."""
        return [
            f"{spending.line}: needs {', '.join(spending.needs)}" for spending in self.lines if spending.needs
        ]

    @property
    def total_usd(self) -> Floats | None:
        """Draws of the total over the horizon; None where a line is unknown or no plan carries it."""
        return self._sum([spending.usd for spending in self.lines])

    @property
    def month_usd(self) -> Floats | None:
        """Draws of the recurring cost of the first month; None as for the total, by recurring lines only."""
        return self._sum([spending.month_usd for spending in self.lines if spending.recurring])

    def _sum(self, parts: list[Floats | None]) -> Floats | None:
        known = [part for part in parts if part is not None]
        if self.infeasible or len(known) < len(parts):
            return None
        total: Floats = np.sum(known, axis=0)
        return total


def spend(option: Option, books: Mapping[str, PriceBook], setting: Setting) -> Spent:
    """What an option costs in every draw, line by line."""
    plan, infeasible = None, []
    if option.hosting == "managed":
        billed = vendor_bill(option, books, setting)
        lines, plan, infeasible = [billed.spending], billed.plan, billed.infeasible
    else:
        lines = infrastructure(option, setting)
    lines += [operations_labour(option, setting), migration(option, setting), downtime(option, setting)]
    return Spent(option.id, lines, plan, [*infeasible, *_past_limits(option, setting)])


def _past_limits(option: Option, setting: Setting) -> list[str]:
    """Known hard limits of an option that the last month at the medians goes past."""
    usage = usage_arrays(setting.central_traffic(setting.months - 1))
    needed = {name: float(usage[name]) for name in option.limits if name in usage}
    return [
        f"{name} {value:,.0f} > {option.limits[name]:,.0f}, a limit of {option.id}"
        for name, value in needed.items()
        if value > option.limits[name]
    ]
