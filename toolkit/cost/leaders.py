"""The cheapest of some options at every volume, and how sure that is."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from toolkit.cost.comparing import SAME_USD, priced_alike_at
from toolkit.cost.sampling import Floats
from toolkit.cost.standing import COMPARED

Indices = NDArray[np.intp]
Flags = NDArray[np.bool_]

NONE = -1
"""The index of no option at all."""


class Leaders(NamedTuple):
    """The cheapest option of every volume.

    Args:
        option: its index among the options, -1 where none has a price, shape (volumes,).
        p_cheapest: share of the draws in which it is the cheapest; nan where there is none.
        mean_usd: its mean total; nan likewise.
    """

    option: Indices
    p_cheapest: Floats
    mean_usd: Floats


def leaders(
    totals_usd: Floats, members: Flags, *, option: Indices | None = None, means: Floats | None = None
) -> Leaders:
    """The option of the least mean total among the members, at every volume; of equal ones the first.

    Means run over draws in which all that are compared have a price, see
    :func:`~toolkit.cost.comparing.priced_alike`.

    Args:
        totals_usd: shape (options, volumes, draws); inf without a price.
        members: which options to compare, shape (options,).
        option: who leads as far as that is known better, -1 for none, shape (volumes,). None looks for it.
        means: :func:`means_alike` of the members. None works them out.
    """
    among = np.flatnonzero(members)
    volumes = totals_usd.shape[1]
    if not among.size:
        return Leaders(np.full(volumes, NONE), np.full(volumes, np.nan), np.full(volumes, np.nan))
    of_members = totals_usd[among]
    means = means_alike(of_members) if means is None else means
    option = leading(means, among) if option is None else option
    known, place = option != NONE, np.searchsorted(among, np.maximum(option, among[0]))
    chance = _share_of_wins(of_members, place)
    least = np.take_along_axis(means, place[np.newaxis], axis=0)[0]
    return Leaders(option, np.where(known, chance, np.nan), np.where(known, least, np.nan))


def leading(means: Floats, among: Indices) -> Indices:
    """The option of the least mean at every volume, of equal ones the first; -1 where none has a price.

    Args:
        means: of some options, see :func:`means_alike`.
        among: these options, ascending.
    """
    if not among.size:
        return np.full(means.shape[1], NONE)
    return np.where(np.isfinite(means.min(axis=0)), among[_first_least(means)], NONE)


def means_alike(totals_usd: Floats) -> Floats:
    """Mean totals over the draws in which all have a price, (options, volumes); inf for what lacks it."""
    means: Floats = totals_usd.mean(axis=2)
    for kept, volumes, draws in alike(totals_usd, np.flatnonzero(~np.isfinite(means).all(axis=0))):
        found = mean_of(totals_usd[:, volumes], draws)
        means[:, volumes] = np.where(kept, found, np.inf)
    return means


def alike(totals_usd: Floats, volumes: Indices) -> Iterator[tuple[Flags, Indices, Flags]]:
    """The options to compare at some volumes and the draws to do it in, for all volumes of the same draws.

    Args:
        totals_usd: shape (options, volumes, draws); not finite without a price.
        volumes: those to look at.

    Yields:
        The options that are kept, shape (options, these volumes); these volumes; the draws, shape (draws,).
    """
    kept, everywhere = priced_alike_at(np.isfinite(totals_usd[:, volumes]), at_least=COMPARED)
    places: dict[bytes, list[int]] = {}
    for place, draws in enumerate(everywhere):
        places.setdefault(draws.tobytes(), []).append(place)
    for found in places.values():
        yield kept[:, found], volumes[found], everywhere[found[0]]


def mean_of(values: Floats, draws: Flags) -> Floats:
    """The mean over some of the draws, which are the last axis; inf over none."""
    if not draws.any():
        return np.full(values.shape[:-1], np.inf)
    # Laid out anew, so that each mean is added up as if it stood alone, to the last bit.
    return np.asarray(np.ascontiguousarray(values[..., draws]).mean(axis=-1))


def _first_least(means: Floats) -> Indices:
    least = means.min(axis=0)
    equal = means <= np.where(np.isfinite(least), least, 0.0) + SAME_USD
    return np.asarray(equal.argmax(axis=0))


def _share_of_wins(totals_usd: Floats, place: Indices) -> Floats:
    """How often the option at this place is the cheapest of all; options of equal cost share a draw."""
    least = totals_usd.min(axis=0)
    bound = np.where(np.isfinite(least), least + SAME_USD, -np.inf)
    own = np.take_along_axis(totals_usd, place[np.newaxis, :, np.newaxis], axis=0)[0]
    sharing = sum((usd <= bound).astype(np.float64) for usd in totals_usd)
    won: Floats = np.where(own <= bound, 1 / np.maximum(sharing, 1), 0.0)
    return np.asarray(won.mean(axis=1))
