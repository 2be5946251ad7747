"""SLA credits of many months at once, in float64; :mod:`toolkit.pricing.sla` has the exact path."""

import numpy as np

from toolkit.pricing.sla import DAYS_A_YEAR, MINUTES_A_DAY, Sla
from toolkit.pricing.vectors import Floats

DUST = 1 - 1e-12
"""A limit that is met to the last bit is met: the exact path has no dust."""


def credit_known(sla: Sla | None) -> bool:
    """Whether it is known what a plan pays back: by a schedule, or nothing since it promises nothing."""
    if sla is None:
        return False
    return not sla.has_one or sla.credits is not None or sla.credit_days_per_hour_down is not None


def credits_usd(sla: Sla, *, charge: Floats, outage_min: Floats, days: int) -> Floats:
    """What a plan pays back for outages, US dollars of 0 or more.

    Args:
        sla: one whose schedule is known, see :func:`credit_known`.
        charge: of each month, US dollars; one that is not known, or inf, gives nothing back.
        outage_min: of each month, as the agreement counts them; a month at most.
        days: of a month.

    Raises:
        ValueError: the schedule is not known.

    >>> from decimal import Decimal
    >>> steps = [{"below": Decimal("0.999"), "share": Decimal("0.1")}]
    >>> sla = Sla(promise=Decimal("0.999"), credits=steps, text="an example", source="a page")
    >>> credits_usd(sla, charge=np.array([50.0]), outage_min=np.array([43.0, 44.0]), days=30).tolist()
    [0.0, 5.0]
    """
    if not credit_known(sla):
        raise ValueError("a credit without a known schedule is not known")
    month = float(days * MINUTES_A_DAY)
    minutes = month if sla.period == "month" else float(DAYS_A_YEAR * MINUTES_A_DAY)
    outage = np.minimum(outage_min, month)
    if not sla.has_one:
        return np.zeros(np.broadcast_shapes(charge.shape, outage.shape))
    known = np.isfinite(charge)
    usd = charge if known.all() else np.where(known, charge, 0.0)
    usd = usd * _share(sla, outage, minutes=minutes, month=month)
    broken = outage > 0 if sla.promise is None else minutes - outage < float(sla.promise) * minutes * DUST
    paid: Floats = np.where(broken & (usd > float(sla.credit_above_usd)), usd, 0.0)
    return paid


def _share(sla: Sla, outage: Floats, *, minutes: float, month: float) -> Floats:
    """Share of the month's charge that its schedule gives back, all of it at most."""
    if sla.credits is not None:
        share = np.zeros_like(outage)
        for step in sla.credits:
            share = np.where(minutes - outage < float(step.below) * minutes * DUST, float(step.share), share)
        return share
    days = np.floor(outage / 60) * float(sla.credit_days_per_hour_down or 0)
    by_days: Floats = np.minimum(days * MINUTES_A_DAY / month, 1.0)
    return by_days
