"""Parallel running: what the option in service costs while it still runs beside the new one."""

from collections.abc import Callable, Sequence

import numpy as np

from toolkit.cost.formulas import month_overlapped
from toolkit.cost.option import Option
from toolkit.cost.sampling import Floats
from toolkit.cost.setting import ASSUMED, Setting
from toolkit.cost.spending import Spending, gathered, sources, unknown, weakest

LINE = "parallel running"

MonthCosts = Callable[[int], Sequence[Floats] | None]
"""Gives the recurring cost of each of so many months, of shape (draws,); None where one is not known."""


def parallel_running(option: Option, setting: Setting, old_usd: MonthCosts) -> Spending:
    """The recurring cost of the option in service for the months of overlap, from the first one on.

    Args:
        old_usd: what the option in service costs month by month.
    """
    drawn, missing = gathered(option, ("parallel_run_months",), setting)
    if missing:
        return unknown(LINE, missing, recurring=False)
    overlap = drawn["parallel_run_months"].values
    # The same for all options whose overlap is the same.
    found: tuple[Floats, Floats] | None = setting.once(
        (ASSUMED, LINE, overlap.tobytes()), lambda: _overlapping(overlap, setting, old_usd)
    )
    if found is None:
        return unknown(LINE, [f"the monthly cost of {setting.in_service}"], recurring=False)
    total, means = found
    source = f"{sources(drawn)}; the monthly cost of {setting.in_service}, which is in service"
    return Spending(LINE, source, total, None, False, months_usd=means, grade=weakest(drawn.values()))


def _overlapping(overlap: Floats, setting: Setting, old_usd: MonthCosts) -> tuple[Floats, Floats] | None:
    """Draws of the total and the mean of every month; None where a month's cost is not known.

    A draw in which the old one has no price while it still runs has none here either; the means run over the
    others.
    """
    months = old_usd(min(int(np.ceil(overlap.max())), setting.months))
    if months is None:
        return None
    shares = [month_overlapped(overlap, month=month) for month in range(len(months))]
    # What no longer runs needs no price: no share of an infinite one is no number.
    costs = [share * np.where(share > 0, old, 0.0) for share, old in zip(shares, months, strict=True)]
    total, worth = np.zeros(setting.draws.count), setting.worth()
    for month, cost in enumerate(costs):
        total = total + cost * worth[month]
    return total, _means(costs, total, setting)


def _means(costs: Sequence[Floats], total: Floats, setting: Setting) -> Floats:
    """The mean of every month over the draws with a total; nan where the setting tells none."""
    if not setting.tells_months:
        return np.full(setting.months, np.nan)
    settled, means = np.isfinite(total), np.zeros(setting.months)
    means[: len(costs)] = [cost[settled].mean() for cost in costs]
    return means
