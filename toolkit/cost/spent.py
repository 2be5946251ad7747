"""All lines of one option, draw by draw."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce

import numpy as np

from toolkit.cost import credited, outages
from toolkit.cost.labour import MIGRATION, WAY_BACK, migration, operations_labour, way_back
from toolkit.cost.managed import Billed, vendor_bill
from toolkit.cost.option import Option
from toolkit.cost.overlap import LINE as PARALLEL
from toolkit.cost.overlap import parallel_running
from toolkit.cost.sampling import Floats
from toolkit.cost.selfhosted import infrastructure
from toolkit.cost.setting import ASSUMED, Setting
from toolkit.cost.spending import Spending, stays
from toolkit.pricing.book import PriceBook
from toolkit.pricing.usagearrays import usage_arrays

Bills = Callable[[Option, Mapping[str, PriceBook], Setting], Billed]
"""Gives the vendor's bill of a managed option."""

OUTCOME_LINES = (outages.LINE, credited.LINE)
"""What outages cost or bring back: no part of the price of a good outcome, which has them below the line."""


@dataclass(frozen=True)
class Spent:
    """One option's lines, draw by draw.

    Args:
        option: its id.
        lines: all of them.
        plan: the vendor's plan of the first month at the medians. None where there is none.
        infeasible: why it cannot carry the scenario. Empty where it can.
        reverting_usd: what going back costs if it comes to that, shape (draws,). None where unknown.
    """

    option: str
    lines: list[Spending]
    plan: str | None
    infeasible: list[str]
    reverting_usd: Floats | None = None

    @property
    def unknown(self) -> list[str]:
        """What would have to be known for a total, by line."""
        return needs_of(self.lines)

    @property
    def unknown_without_outcomes(self) -> list[str]:
        """What would have to be known for :attr:`paid_usd`, by line."""
        return needs_of([spending for spending in self.lines if spending.line not in OUTCOME_LINES])

    @property
    def total_usd(self) -> Floats | None:
        """Draws of the total over the horizon; None where a line is unknown or no plan carries it."""
        return self._sum([spending.usd for spending in self.lines])

    @property
    def entering_usd(self) -> Floats | None:
        """Draws of what it costs to enter: the move, and the old running beside it; None where unknown."""
        entering = [spending.usd for spending in self.lines if spending.line in (MIGRATION, PARALLEL)]
        known = [usd for usd in entering if usd is not None]
        return np.sum(known, axis=0) if known and len(known) == len(entering) else None

    @property
    def paid_usd(self) -> Floats | None:
        """Draws of the total without downtime and credits; None as for the total."""
        return self._sum([spending.usd for spending in self.lines if spending.line not in OUTCOME_LINES])

    @property
    def month_usd(self) -> Floats | None:
        """Draws of the recurring cost of the first month; None as for the total, by recurring lines only."""
        return self._sum([spending.month_usd for spending in self.lines if spending.recurring])

    def _sum(self, parts: list[Floats | None]) -> Floats | None:
        known = [part for part in parts if part is not None]
        if self.infeasible or len(known) < len(parts):
            return None
        # One by one, as at many volumes only some of the lines depend on these.
        return reduce(np.add, known, np.zeros(1))


def entry_value_usd(spent: Spent, old_usd: Floats | None) -> float | None:
    """What entering an option saves on average against what is in service, with the right to go back.

    E max(old - new, -(entering + reverting)): who sees after the move that it was a mistake goes back, and
    has lost the move and the way back. As if that showed at once, so that it is the most the right is worth.

    Args:
        spent: of the option.
        old_usd: total of what is in service, shape (draws,). None where unknown, or where nothing is.
    """
    new, enter, back = spent.total_usd, spent.entering_usd, spent.reverting_usd
    if old_usd is None or new is None or enter is None or back is None:
        return None
    priced = np.isfinite(old_usd) & np.isfinite(new)
    gain = np.maximum(old_usd[priced] - new[priced], -(enter + back)[priced])
    return float(gain.mean()) if priced.any() else None


def needs_of(lines: Sequence[Spending]) -> list[str]:
    """What some lines would have to know, by line. Empty where they know all."""
    return [f"{spending.line}: needs {', '.join(spending.needs)}" for spending in lines if spending.needs]


def spend(
    option: Option,
    books: Mapping[str, PriceBook],
    setting: Setting,
    *,
    in_service: Option | None = None,
    bills: Bills = vendor_bill,
) -> Spent:
    """What an option costs in every draw, line by line.

    Args:
        in_service: the option that runs today, the same for all. None where nothing does: then there is no
            line of parallel running.
        bills: how the vendor's bill is made.
    """
    lines, billed = _recurring(option, books, setting, bills)
    moving, reverting = _moving(option, books, setting, in_service, bills)
    lines += [*moving, outages.downtime(option, setting), *_credits(option, books, billed, setting)]
    plan, infeasible = (None, []) if billed is None else (billed.plan, billed.infeasible)
    return Spent(option.id, lines, plan, [*infeasible, *_past_limits(option, setting)], reverting)


def priced_lines(
    option: Option,
    books: Mapping[str, PriceBook],
    setting: Setting,
    *,
    in_service: Option | None = None,
    bills: Bills = vendor_bill,
) -> list[Spending]:
    """The lines of :func:`spend`, with its arguments, but for what outages cost the team."""
    lines, billed = _recurring(option, books, setting, bills)
    moving, _ = _moving(option, books, setting, in_service, bills)
    return [*lines, *moving, *_credits(option, books, billed, setting)]


def _credits(
    option: Option, books: Mapping[str, PriceBook], billed: Billed | None, setting: Setting
) -> list[Spending]:
    """What the vendor gives back for outages; no line where no vendor sends a bill."""
    if billed is None:
        return []
    return [credited.sla_credits(option, books.get(option.price_book or ""), billed, setting)]


def _recurring(
    option: Option, books: Mapping[str, PriceBook], setting: Setting, bills: Bills
) -> tuple[list[Spending], Billed | None]:
    """The lines that come back every month, and the bill where a vendor sends one."""
    if option.hosting == "managed":
        billed = bills(option, books, setting)
        return [billed.spending, _labour(option, setting)], billed
    return [*infrastructure(option, setting), _labour(option, setting)], None


def _labour(option: Option, setting: Setting) -> Spending:
    line: Spending = setting.of_option(option, "labour", lambda: operations_labour(option, setting))
    return line


def spend_month(option: Option, books: Mapping[str, PriceBook], setting: Setting) -> Floats | None:
    """Draws of the recurring cost of the first month, as :attr:`Spent.month_usd` of :func:`spend`; no line of
    a move, an outage or a credit is worked out for it."""
    lines, billed = _recurring(option, books, setting, vendor_bill)
    infeasible = [] if billed is None else billed.infeasible
    return Spent(option.id, lines, None, [*infeasible, *_past_limits(option, setting)]).month_usd


def _moving(
    option: Option, books: Mapping[str, PriceBook], setting: Setting, old: Option | None, bills: Bills
) -> tuple[list[Spending], Floats | None]:
    """The lines of the move, and what going back costs if it is done; nothing for what is in service."""
    if old is not None and option.id == old.id:
        nothing = np.zeros(setting.draws.count)
        return [stays(name, setting) for name in (MIGRATION, PARALLEL, WAY_BACK)], nothing
    back, reverting = setting.of_option(option, WAY_BACK, lambda: way_back(option, setting))
    move: Spending = setting.of_option(option, MIGRATION, lambda: migration(option, setting))
    if old is None:
        return [move, back], reverting

    def old_usd(months: int) -> Sequence[Floats] | None:
        found: Sequence[Floats] | None = setting.once(
            (ASSUMED, old.id, months),
            lambda: setting.month_by_month(months, lambda alone: _month_usd(old, books, alone, bills)),
        )
        return found

    return [move, parallel_running(option, setting, old_usd), back], reverting


def _month_usd(option: Option, books: Mapping[str, PriceBook], month: Setting, bills: Bills) -> Floats | None:
    lines, billed = _recurring(option, books, month, bills)
    return Spent(option.id, lines, None, [] if billed is None else billed.infeasible).month_usd


def _past_limits(option: Option, setting: Setting) -> list[str]:
    """Known hard limits of an option that the last month at the medians goes past."""
    last = setting.start + setting.months - 1
    usage = setting.once(("usage at the medians", last), lambda: usage_arrays(setting.central_traffic(last)))
    needed = {name: float(usage[name]) for name in option.limits if name in usage}
    return [
        f"{name} {value:,.0f} > {option.limits[name]:,.0f}, a limit of {option.id}"
        for name, value in needed.items()
        if value > option.limits[name]
    ]
