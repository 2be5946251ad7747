"""What labour and outages cost; one formula a function."""

import numpy as np

from toolkit.cost.sampling import Floats

MINUTES_PER_MONTH = 365.25 / 12 * 24 * 60
"""43,830: the average month."""


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


def downtime_usd(*, unavailable_min_per_month: Floats, usd_per_hour: Floats, months: int) -> Floats:
    """What outages cost the team over the horizon; a month cannot be down for longer than it lasts.

    >>> downtime_usd(unavailable_min_per_month=np.array([90.0]), usd_per_hour=np.array([200.0]), months=12)
    array([3600.])
    """
    hours = np.minimum(unavailable_min_per_month, MINUTES_PER_MONTH) / 60
    cost: Floats = hours * usd_per_hour * months
    return cost


def reaches(unavailable_min_per_month: Floats, *, uptime_need: float) -> float:
    """Share of the draws in which an availability reaches a need.

    >>> reaches(np.array([0.0, 4.0, 400.0, 4000.0]), uptime_need=0.99)
    0.75
    """
    allowed_min = (1 - uptime_need) * MINUTES_PER_MONTH
    return float(np.mean(unavailable_min_per_month <= allowed_min))
