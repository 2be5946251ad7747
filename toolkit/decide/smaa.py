"""Rank acceptability under uncertain values and weights: SMAA-2.

Lahdelma and Salminen: SMAA-2, Stochastic Multicriteria Acceptability Analysis for Group Decision Making,
Operations Research 49 (2001), 444-454. It asks how much of all weights, and of what is uncertain, puts an
option on each rank, so that nobody has to be believed on exact weights.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.stats import qmc

Floats = NDArray[np.float64]

SAME = 1e-9
"""Utilities closer than this are equal, and share their ranks."""


def any_weights(criteria: int, *, count: int, seed: int) -> Floats:
    """Weights uniform over all that are 0 or more and add up to 1, shape (count, criteria).

    Spacings of uniform numbers, which come from a scrambled Sobol sequence. Two such sequences go hand in
    hand point by point, so the points stand in a random order: weights may not hang on what else is drawn.

    Args:
        count: a power of two.

    >>> any_weights(3, count=4, seed=1).sum(axis=1).round(12).tolist()
    [1.0, 1.0, 1.0, 1.0]
    """
    if criteria == 1:
        return np.ones((count, 1))
    cuts = np.sort(shuffled(criteria - 1, count=count, seed=[seed, criteria]), axis=1)
    edges = np.hstack([np.zeros((count, 1)), cuts, np.ones((count, 1))])
    weights: Floats = np.diff(edges, axis=1)
    return weights


def shuffled(dimensions: int, *, count: int, seed: list[int]) -> Floats:
    """Points of a scrambled Sobol sequence in a random order, shape (count, dimensions)."""
    rng = np.random.default_rng(seed)
    points: Floats = rng.permutation(qmc.Sobol(dimensions, scramble=True, rng=rng).random(count))
    return points


def scores(utilities: Floats, weights: Floats) -> Floats:
    """The weighted sum of each option in each draw, shape (draws, options).

    Args:
        utilities: from 0 to 1, shape (draws, options, criteria).
        weights: shape (criteria,), or (draws, criteria).
    """
    found: Floats = np.einsum(
        "doc,dc->do", utilities, np.broadcast_to(weights, (len(utilities), weights.shape[-1]))
    )
    return found


def acceptability(scored: Floats) -> Floats:
    """Share of the draws in which each option has each rank, shape (options, ranks); equals share them.

    Args:
        scored: shape (draws, options), more being better.

    >>> acceptability(np.array([[2.0, 1.0], [2.0, 2.0]])).tolist()
    [[0.75, 0.25], [0.25, 0.75]]
    """
    options = scored.shape[1]
    better = (scored[:, None, :] > scored[:, :, None] + SAME).sum(axis=2)
    equal = (np.abs(scored[:, None, :] - scored[:, :, None]) <= SAME).sum(axis=2)
    ranks = np.arange(options)
    within = (ranks >= better[..., None]) & (ranks < (better + equal)[..., None])
    found: Floats = (within / equal[..., None]).mean(axis=0)
    return found


def central_weights(scored: Floats, weights: Floats) -> list[Floats | None]:
    """By option, the mean of the weights under which it is first; None where none of them puts it there.

    Args:
        scored: shape (draws, options).
        weights: shape (draws, criteria).
    """
    first = scored >= scored.max(axis=1, keepdims=True) - SAME
    return [weights[chosen].mean(axis=0) if chosen.any() else None for chosen in first.T]


def flip_of(mean_utilities: Floats, weights: Floats, criterion: int) -> tuple[float, int] | None:
    """The weight of one criterion nearest to its own at which another option becomes the best, and which.

    The other weights keep their proportions. Every score is then a straight line of that weight.

    Args:
        mean_utilities: shape (options, criteria).
        weights: shape (criteria,), which add up to 1.

    Returns:
        None where no weight from 0 to 1 does.
    """
    own = float(weights[criterion])
    rest = np.delete(weights, criterion)
    shares = rest / rest.sum() if rest.sum() > 0 else np.full(rest.shape, 1 / max(len(rest), 1))
    at_0 = np.delete(mean_utilities, criterion, axis=1) @ shares
    at_1 = mean_utilities[:, criterion]
    line = at_0 + own * (at_1 - at_0)
    best = int(line.argmax())
    found = [
        (abs(at - own), at, option)
        for option in range(len(line))
        if (at := _crossing(at_0[option] - at_0[best], at_1[option] - at_1[best])) is not None
    ]
    return None if not found else (min(found)[1], min(found)[2])


def _crossing(ahead_at_0: float, ahead_at_1: float) -> float | None:
    """Where between 0 and 1 a line changes its sign; None where it does not."""
    if abs(ahead_at_1 - ahead_at_0) <= SAME or max(ahead_at_0, ahead_at_1) <= SAME:
        return None
    at = ahead_at_0 / (ahead_at_0 - ahead_at_1)
    return float(at) if 0 <= at <= 1 else None
