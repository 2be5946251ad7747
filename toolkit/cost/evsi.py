"""The value of a sample: what a measurement that is still to be made would save, on average.

A sample of each draw's own truth is made up, and the choice may then depend on what the sample shows. Costs
are regressed on that, as Strong, Oakley, Brennan and Breeze do (*Medical Decision Making* 35(5), 2015),
by the rule of :func:`toolkit.cost.evppi.evppi`: it pays what the chosen option really costs.
"""

from collections.abc import Mapping

import numpy as np
from scipy.special import ndtr, ndtri
from scipy.stats import binom, poisson, rankdata

from toolkit.cost.evppi import Worth, evppi, worth_of_knowing
from toolkit.cost.sampling import Floats

EDGE = 1e-9
"""The nearest that a probability comes to 0 and 1 where it is turned into a normal number."""


def evsi(totals: Mapping[str, Floats], shown: Floats, known: Floats) -> Worth:
    """Expected value of sample information, in US dollars.

    Args:
        totals: by option, paired draws of shape (draws,), each with a price.
        shown: what the sample shows in each draw, as probabilities, shape (draws,) or (draws, inputs).
        known: probabilities of the inputs themselves, likewise. A sample of them is worth no more than they.

    Raises:
        ValueError: as for :func:`~toolkit.cost.evppi.evppi`.
    """
    found = worth_of_knowing(totals, shown)
    return Worth(min(found.usd, evppi(totals, known)), found.error_usd)


def noisy(share: Floats, *, sd_after: float, chance: Floats) -> Floats:
    """What a measurement shows that leaves a part of today's spread, as probabilities.

    The input is told as a standard normal number z. The measurement shows z with a normal error, so that its
    posterior mean has the variance that is not left, 1 - sd_after squared: the moments that Heath,
    Manolopoulou and Baio match (R package ``voi``, ``evsi_mm``). For other shapes it is the same in ranks.

    Args:
        share: probabilities of the input, shape (draws,).
        sd_after: the standard deviation that is left, as a part of today's: 0 shows the truth, 1 nothing.
        chance: uniform numbers of their own, shape (draws,).

    Raises:
        ValueError: ``sd_after`` is outside 0 to 1.
    """
    if not 0 <= sd_after <= 1:
        raise ValueError(f"{sd_after:g} of the spread cannot be left")
    truth, error = (ndtri(np.clip(part, EDGE, 1 - EDGE)) for part in (share, chance))
    shows: Floats = ndtr(np.sqrt(1 - sd_after**2) * truth + sd_after * error)
    return shows


def counted_share(truth: Floats, *, events: float, chance: Floats) -> Floats:
    """What counting shows of a share: the binomial count of each draw's truth, as the place of its rank.

    The count tells all that the sample does, and so does any number that grows with it: the mean of the
    posterior of any prior, for one.

    Args:
        truth: the share in each draw, from 0 to 1, shape (draws,).
        events: independent ones, rounded to a whole number; more than 0.
        chance: uniform numbers of their own, shape (draws,).
    """
    return _places(binom.ppf(chance, max(round(events), 1), np.clip(truth, 0.0, 1.0)))


def counted_events(rate: Floats, *, exposure: float, chance: Floats) -> Floats:
    """What counting shows of a rate: the Poisson count of each draw's truth, as the place of its rank.

    Args:
        rate: events in a unit of exposure in each draw, 0 or more, shape (draws,).
        exposure: in that unit; more than 0.
        chance: uniform numbers of their own, shape (draws,).
    """
    return _places(poisson.ppf(chance, rate * exposure))


def _places(counts: Floats) -> Floats:
    """Ranks as probabilities; equal counts share a place.

    >>> _places(np.array([3.0, 0.0, 3.0, 9.0])).tolist()
    [0.5, 0.125, 0.5, 0.875]
    """
    places: Floats = (rankdata(counts, method="average") - 0.5) / counts.size
    return places
