"""Cost per good outcome: what a message delivered in time and an hour of good connection cost.

Failures stand in the denominator, so the lines of downtime and credits are left out above it: nothing is
counted twice. Later months count less on both sides where money is discounted (a levelised cost, as in
Short, Packey and Holt, *A Manual for the Economic Evaluation of Energy Efficiency and Renewable Energy
Technologies*, NREL/TP-462-5173, 1995, section 3).
"""

from dataclasses import dataclass

import numpy as np

from toolkit.cost import outages
from toolkit.cost.band import MOST_DRAWS
from toolkit.cost.formulas import MINUTES_PER_MONTH, usd_per
from toolkit.cost.option import Option
from toolkit.cost.sampling import Floats
from toolkit.cost.setting import Setting
from toolkit.cost.spending import gathered, summed
from toolkit.cost.spent import Spent

A_MILLION, A_THOUSAND = 1e6, 1e3
DELIVERED = "delivery_success_share"
NO_DELIVERY = "a message delivered in time, of which there is none"
NO_HOUR = "an hour of good connection, of which there is none"


@dataclass(frozen=True)
class Outcome:
    """What good outcomes cost.

    Args:
        usd: US dollars for so many of them, shape (draws,). None where unknown.
        needs: what would have to be known. Empty where it is.
    """

    usd: Floats | None
    needs: list[str]


def per_million_messages(option: Option, spent: Spent, setting: Setting) -> Outcome:
    """Dollars per million messages delivered in time: paid / (deliveries x share in time) x 10 ** 6."""
    drawn, missing = gathered(option, (DELIVERED,), setting)
    needs = [*_paid_needs(spent), *missing]
    if needs or spent.paid_usd is None:
        return Outcome(None, needs)
    good = _wanted(setting, "messages_delivered") * drawn[DELIVERED].values
    return _priced(spent.paid_usd, good, each=A_MILLION, lacks=NO_DELIVERY)


def per_thousand_hours(option: Option, spent: Spent, setting: Setting) -> Outcome:
    """Dollars per thousand good connection-hours: paid / (wanted hours x share of time usable) x 10 ** 3.

    The share of time that is usable is 1 less the lost minutes of a month, as the downtime line counts them.
    """
    drawn, missing = outages.minutes(option, setting)
    needs = [*_paid_needs(spent), *missing]
    if needs or spent.paid_usd is None:
        return Outcome(None, needs)
    usable = 1 - outages.lost(drawn) / MINUTES_PER_MONTH
    good = _wanted(setting, "connection_minutes") / 60 * usable
    return _priced(spent.paid_usd, good, each=A_THOUSAND, lacks=NO_HOUR)


def _priced(usd: Floats, good: Floats, *, each: float, lacks: str) -> Outcome:
    """Dollars for so many good outcomes; where there are none in most of the draws, that is what it lacks."""
    if np.mean(good > 0) < MOST_DRAWS:
        return Outcome(None, [lacks])
    return Outcome(usd_per(usd, good, each=each), [])


def _paid_needs(spent: Spent) -> list[str]:
    return [*spent.infeasible, *spent.unknown_without_outcomes]


def _wanted(setting: Setting, field: str) -> Floats:
    """The sum of a usage field over the horizon, later months worth what their money is, (draws,)."""
    months = (setting.usage(span)[field] for span in setting.spans())
    wanted: Floats = setting.once(("wanted", field), lambda: summed(setting, months).total)
    return np.asarray(wanted)
