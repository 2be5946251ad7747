"""The cheapest of some options at every volume, and how sure that is."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from toolkit.cost.comparing import SAME_USD, priced_alike
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


def leaders(totals_usd: Floats, members: Flags, *, option: Indices | None = None) -> Leaders:
    """The option of the least mean total among the members, at every volume; of equal ones the first.

    Means run over draws in which all that are compared have a price, see
    :func:`~toolkit.cost.comparing.priced_alike`.

    Args:
        totals_usd: shape (options, volumes, draws); inf without a price.
        members: which options to compare, shape (options,).
        option: who leads as far as that is known better, -1 for none, shape (volumes,). None looks for it.
    """
    among = np.flatnonzero(members)
    volumes = totals_usd.shape[1]
    if not among.size:
        return Leaders(np.full(volumes, NONE), np.full(volumes, np.nan), np.full(volumes, np.nan))
    means = means_alike(totals_usd[among])
    if option is None:
        known = np.isfinite(means.min(axis=0))
        place = _first_least(means)
    else:
        known, place = option != NONE, np.searchsorted(among, np.maximum(option, among[0]))
    chance = _share_of_wins(totals_usd[among], place)
    least = np.take_along_axis(means, place[np.newaxis], axis=0)[0]
    return Leaders(
        np.where(known, among[place], NONE), np.where(known, chance, np.nan), np.where(known, least, np.nan)
    )


def means_alike(totals_usd: Floats) -> Floats:
    """Mean totals over the draws in which all have a price, (options, volumes); inf for what lacks it."""
    means: Floats = totals_usd.mean(axis=2)
    for volume in np.flatnonzero(~np.isfinite(means).all(axis=0)):
        means[:, volume] = np.inf
        names, priced = priced_alike(_named(totals_usd[:, volume]), at_least=COMPARED)
        for name in names:
            means[int(name), volume] = totals_usd[int(name), volume][priced].mean()
    return means


def _named(totals_usd: Floats) -> dict[str, Floats]:
    return {str(index): usd for index, usd in enumerate(totals_usd)}


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
