"""Stochastic dominance: whether one cost is to be preferred whatever one thinks of risk, or disliking it."""

from typing import Literal

import numpy as np

from toolkit.cost.comparing import SAME_USD
from toolkit.cost.sampling import Floats

Order = Literal["every draw", "first order", "second order"]


def dominance(usd: Floats, other_usd: Floats) -> Order | None:
    """The strongest sense in which a cost is better than another one; None in none of them.

    - *every draw*: it is never dearer. The strongest, and the only one that pairing tells.
    - *first order*: P(cost <= x) is at least the other's at every x. Everybody for whom less is better
      prefers it, whatever they think of risk (Hadar and Russell, *American Economic Review* 59, 1969).
    - *second order*: E max(cost - x, 0) is at most the other's at every x. Everybody prefers it who dislikes
      risk (Rothschild and Stiglitz, *J. Economic Theory* 2, 1970): it may only cost less, or vary less.

    Each implies those after it. All are of these draws: another sample may break a dominance that hangs on
    its last few. Costs closer than half a cent are one price, and a cost never dominates its equal.

    Args:
        usd, other_usd: paired draws, shape (draws,), each with a price.

    Raises:
        ValueError: the draws are not paired, or some have no price.

    >>> one, other = np.array([1.0, 5.0]), np.array([4.0, 3.0])
    >>> dominance(one, one + 1), dominance(one, np.array([5.0, 2.0])), dominance(np.array([3.0, 3.0]), one)
    ('every draw', 'first order', 'second order')
    >>> dominance(one, other) is None
    True
    """
    if usd.shape != other_usd.shape or usd.ndim != 1 or usd.size == 0:
        raise ValueError(f"draws of shape {usd.shape} and {other_usd.shape} are not paired")
    if not (np.isfinite(usd).all() and np.isfinite(other_usd).all()):
        raise ValueError("draws without a price cannot be compared; leave them out of both")
    if _never_more(usd, other_usd):
        return "every draw"
    falling, other_falling = np.sort(usd)[::-1], np.sort(other_usd)[::-1]
    if _never_more(falling, other_falling):
        return "first order"
    if _never_more(_means_of_dearest(falling), _means_of_dearest(other_falling)):
        return "second order"
    return None


def _never_more(usd: Floats, other_usd: Floats) -> bool:
    """Whether no number is above its partner, and one is below it."""
    beyond = usd - other_usd
    return bool((beyond <= SAME_USD).all() and (beyond < -SAME_USD).any())


def _means_of_dearest(falling: Floats) -> Floats:
    """The means of the dearest draw, the two dearest, and so on.

    Of two samples of one size, E max(cost - x, 0) is at most the other's at every x exactly where all of
    these are at most the other's (Hardy, Littlewood and Pólya, *Inequalities*, 1934, 3.17).
    """
    means: Floats = np.cumsum(falling) / np.arange(1, falling.size + 1)
    return means
