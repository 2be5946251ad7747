"""Parallel running: what the option in service costs while it still runs beside the new one."""

from collections.abc import Callable

import numpy as np

from toolkit.cost.formulas import month_overlapped
from toolkit.cost.option import Option
from toolkit.cost.sampling import Floats
from toolkit.cost.setting import Setting
from toolkit.cost.spending import Spending, gathered, sources, unknown, weakest

LINE = "parallel running"

MonthCost = Callable[[int], Floats | None]
"""The recurring cost of a month, 0 for the first one, of shape (draws,); None where it is not known."""


def parallel_running(option: Option, setting: Setting, old_month_usd: MonthCost) -> Spending:
    """The recurring cost of the option in service for the months of overlap, from the first one on.

    Args:
        old_month_usd: what the option in service costs a month.
    """
    drawn, missing = gathered(option, ("parallel_run_months",), setting)
    if missing:
        return unknown(LINE, missing, recurring=False)
    overlap = drawn["parallel_run_months"].values
    total, means = np.zeros(setting.draws.count), np.zeros(setting.months)
    worth = setting.worth()
    for month in range(min(int(np.ceil(overlap.max())), setting.months)):
        old = old_month_usd(month)
        if old is None:
            return unknown(LINE, [f"the monthly cost of {setting.in_service}"], recurring=False)
        cost = month_overlapped(overlap, month=month) * old
        total += cost * worth[month]
        means[month] = cost.mean()
    source = f"{sources(drawn)}; the monthly cost of {setting.in_service}, which is in service"
    return Spending(LINE, source, total, None, False, months_usd=means, grade=weakest(drawn.values()))
