"""The nearest joint flip: the smallest change of all inputs together that overturns a recommendation."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from toolkit.cost.flips import STEPS, Costs, cheapest_at
from toolkit.cost.sampling import Floats

RAYS = 32
"""Draws from which the search sets out."""

FURTHEST = 4.0
"""Standard deviations from the median that an input is moved at most."""


@dataclass(frozen=True)
class JointFlip:
    """The nearest world found in which another option is the cheapest.

    Args:
        distance: from the medians, in standard deviations of independent normal numbers, so that an input at
            its 84th percentile is 1 away. What was found may not be the nearest: an upper bound.
        shares: by input, the probability that it lies below where it had to be moved to; inputs that stay at
            their median are left out.
        option: the cheapest there.
    """

    distance: float
    shares: dict[str, float]
    option: str


def nearest_flip(costs: Costs, *, inputs: Sequence[str], recommended: str, start: Floats) -> JointFlip | None:
    """The smallest change of all inputs together that makes another option the cheapest.

    The distance is that of Hasofer and Lind (*J. Engineering Mechanics Division* 100, 1974): every input is
    turned into a standard normal number by its probability. The draws that flip are drawn towards the medians
    as far as they still do; the nearest is then moved input by input, in ever smaller steps, as long as that
    brings it nearer (a compass search: Kolda, Lewis and Torczon, *SIAM Review* 45, 2003). It uses no slopes,
    as tariffs have steps.

    Args:
        costs: of all options at probabilities of the inputs; without a price it is not finite.
        inputs: their names, in the order of the columns.
        recommended: the option whose rivals are looked for.
        start: probabilities of draws, shape (draws, inputs).

    Returns:
        None where no draw flips. At distance 0 another option is the cheapest at the medians already.
    """
    middle = cheapest_at(costs(np.full((1, len(inputs)), 0.5)), recommended)[0]
    if middle != recommended:
        return JointFlip(0.0, {}, middle)
    flipped = np.array([name != recommended for name in cheapest_at(costs(start), recommended)])
    if not flipped.any():
        return None
    points = np.clip(ndtri(start[flipped]), -FURTHEST, FURTHEST)
    rays = points[np.argsort(np.linalg.norm(points, axis=1), kind="stable")[:RAYS]]
    point = _sparse(costs, _improved(costs, _nearest(costs, rays, recommended), recommended), recommended)
    moved = {name: float(ndtr(value)) for name, value in zip(inputs, point, strict=True) if value}
    option = cheapest_at(costs(ndtr(point)[np.newaxis, :]), recommended)[0]
    return JointFlip(float(np.linalg.norm(point)), moved, option)


def _drawn_in(costs: Costs, rays: Floats, recommended: str) -> tuple[Floats, Floats]:
    """The first flip on the rays from the medians through some points, and its distance.

    Rays go half as far again as their points. Without a flip the distance is infinite.
    """
    low, high = np.zeros(len(rays)), np.full(len(rays), 1.5)
    reached: NDArray[np.bool_] = np.zeros(len(rays), dtype=bool)
    for _ in range(3):  # Each narrows the stretch to a sixteenth.
        step = (high - low) / STEPS
        scales = low[:, np.newaxis] + step[:, np.newaxis] * np.arange(1, STEPS + 1)
        tried = np.clip(scales[:, :, np.newaxis] * rays[:, np.newaxis, :], -FURTHEST, FURTHEST)
        names = cheapest_at(costs(ndtr(tried.reshape(-1, rays.shape[1]))), recommended)
        flipped = np.array([name != recommended for name in names]).reshape(scales.shape)
        reached = np.asarray(flipped.any(axis=1))
        high = np.where(reached, low + (flipped.argmax(axis=1) + 1) * step, high)
        low = np.where(reached, high - step, low)
    points = np.clip(high[:, np.newaxis] * rays, -FURTHEST, FURTHEST)
    return points, np.where(reached, np.linalg.norm(points, axis=1), np.inf)


def _nearest(costs: Costs, rays: Floats, recommended: str) -> Floats:
    points, distances = _drawn_in(costs, rays, recommended)
    nearest: Floats = points[int(distances.argmin())]
    return nearest


def _improved(costs: Costs, point: Floats, recommended: str) -> Floats:
    """The point after moving one input at a time, as long as the flip on the new ray is nearer."""
    step = 0.5
    while step > 0.05:
        length = float(np.linalg.norm(point))
        moves = np.eye(len(point)) * step * length
        found = _nearest(costs, np.vstack([point, point + moves, point - moves]), recommended)
        if np.linalg.norm(found) < length * (1 - 5e-3):
            point = found
        else:
            step /= 2
    return point


def _sparse(costs: Costs, point: Floats, recommended: str) -> Floats:
    """The point with as many inputs back at their median as make it no more than a hundredth more distant."""
    ascending = np.argsort(np.abs(point), kind="stable")
    fewer = np.tile(point, (len(point), 1))
    for kept, row in enumerate(fewer):
        row[ascending[:kept]] = 0.0
    points, distances = _drawn_in(costs, fewer, recommended)
    good = np.flatnonzero(distances <= 1.01 * float(np.linalg.norm(point)))
    sparse: Floats = points[good[-1]] if good.size else point
    return sparse
