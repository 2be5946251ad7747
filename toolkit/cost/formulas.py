"""What labour, moves and outages cost, and what later money is worth; one formula a function."""

from functools import lru_cache

import numpy as np

from toolkit.cost.sampling import Floats

DAYS_PER_MONTH = 365.25 / 12
MINUTES_PER_MONTH = DAYS_PER_MONTH * 24 * 60
"""43,830: the average month."""

MONTHS_PER_YEAR = 12


def operations_labour_usd(*, hours_per_month: Floats, labour_usd_per_hour: Floats) -> Floats:
    """Labour to keep a service running for a month.

    >>> operations_labour_usd(hours_per_month=np.array([8.0]), labour_usd_per_hour=np.array([91.0]))
    array([728.])
    """
    return hours_per_month * labour_usd_per_hour


def migration_usd(
    *, person_days: Floats, hours_per_person_day: Floats, labour_usd_per_hour: Floats
) -> Floats:
    """Labour of the move, once.

    >>> migration_usd(person_days=np.array([10.0]), hours_per_person_day=np.array([8.0]),
    ...               labour_usd_per_hour=np.array([91.0]))
    array([7280.])
    """
    return person_days * hours_per_person_day * labour_usd_per_hour


def way_back_usd(*, probability: Floats, reverting_usd: Floats) -> Floats:
    """What going back costs, on average over all moves: how likely it is x what it costs if it comes.

    >>> way_back_usd(probability=np.array([0.1]), reverting_usd=np.array([1820.0]))
    array([182.])
    """
    return probability * reverting_usd


def month_overlapped(parallel_run_months: Floats, *, month: int) -> Floats:
    """Share of a month in which the old still runs beside the new.

    min(max(months - month, 0), 1)

    Args:
        parallel_run_months: from the cut-over on, which is the start of month 0.
        month: 0 for the first one.

    >>> [month_overlapped(np.array([1.5]), month=month).item() for month in range(3)]
    [1.0, 0.5, 0.0]
    """
    share: Floats = np.clip(parallel_run_months - month, 0.0, 1.0)
    return share


def full_outage_min(*, unavailable_min: Floats, degraded_share: Floats) -> Floats:
    """Minutes of a month in which nothing worked: those told as unavailable, less the degraded ones.

    min(unavailable, minutes of a month) x (1 - degraded share)

    >>> full_outage_min(unavailable_min=np.array([60.0]), degraded_share=np.array([0.25]))
    array([45.])
    """
    full: Floats = np.minimum(unavailable_min, MINUTES_PER_MONTH) * (1 - degraded_share)
    return full


def lost_min(
    *, unavailable_min: Floats, degraded_share: Floats, degraded_min: Floats, severity: Floats
) -> Floats:
    """Minutes of outage that a month's outages and degradations are worth.

    full outage + severity x (unavailable x degraded share + degraded beside them); a month cannot be down or
    degraded for longer than it lasts.

    Args:
        unavailable_min: told as unavailable, a month.
        degraded_share: of these, in which the service was only degraded.
        degraded_min: degraded minutes beside them.
        severity: what a degraded minute costs, as a share of a minute of outage.

    >>> one = np.ones(1)
    >>> lost_min(unavailable_min=60 * one, degraded_share=0.25 * one, degraded_min=30 * one,
    ...          severity=0.2 * one)
    array([54.])
    """
    within = np.minimum(unavailable_min, MINUTES_PER_MONTH)
    beside = np.minimum(degraded_min, MINUTES_PER_MONTH - within)
    full = full_outage_min(unavailable_min=unavailable_min, degraded_share=degraded_share)
    lost: Floats = full + severity * (within * degraded_share + beside)
    return lost


def downtime_usd(*, unavailable_min_per_month: Floats, usd_per_hour: Floats, months: int) -> Floats:
    """What outages cost the team over some months; a month cannot be down for longer than it lasts.

    >>> downtime_usd(unavailable_min_per_month=np.array([90.0]), usd_per_hour=np.array([200.0]), months=12)
    array([3600.])
    """
    hours = np.minimum(unavailable_min_per_month, MINUTES_PER_MONTH) / 60
    cost: Floats = hours * usd_per_hour * months
    return cost


@lru_cache(maxsize=64)
def discount_factors(rate_per_year: float, *, months: int) -> Floats:
    """What a dollar of each month is worth at the start of the first one, shape (months,), not to be written.

    (1 + rate) ** (-month / 12), the first month being 0: what is paid in it is not discounted.

    Args:
        rate_per_year: 0.1 where money of next year is worth a tenth less than with interest.
        months: of the horizon.

    >>> discount_factors(0.21, months=13)[[0, 6, 12]].round(6).tolist()
    [1.0, 0.909091, 0.826446]
    """
    factors: Floats = (1.0 + rate_per_year) ** (-np.arange(months) / MONTHS_PER_YEAR)
    factors.setflags(write=False)
    return factors


def usd_per(usd: Floats, good: Floats, *, each: float) -> Floats:
    """Dollars per so many good outcomes; without any good outcome it is infinite.

    >>> usd_per(np.array([500.0, 1.0]), np.array([2e6, 0.0]), each=1e6)
    array([250.,  inf])
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        cost: Floats = np.where(good > 0, usd / good * each, np.inf)
    return cost


def reaches(unavailable_min_per_month: Floats, *, uptime_need: float) -> float:
    """Share of the draws in which an availability reaches a need.

    >>> reaches(np.array([0.0, 4.0, 400.0, 4000.0]), uptime_need=0.99)
    0.75
    """
    allowed_min = (1 - uptime_need) * MINUTES_PER_MONTH
    return float(np.mean(unavailable_min_per_month <= allowed_min))
