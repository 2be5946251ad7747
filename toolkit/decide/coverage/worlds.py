"""Simulated worlds whose long-run rate is known: failures one by one, and outages that strike everybody."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

SLOTS_PER_HOUR = 4
"""Outages begin and end at quarters of an hour."""

STRUCK = 0.95
"""Of everybody, how many an outage strikes."""


@dataclass(frozen=True, kw_only=True)
class World:
    """A kind of world.

    Args:
        bad: the long-run share of events that fail.
        outage_hours: length of its outages. 0 where failures are independent.
        by_outages: how much of all that fails does so by outages.
        events_a_day: mean number, spread evenly over the hours.
        days: how long it is watched.
    """

    bad: float
    outage_hours: float
    by_outages: float
    events_a_day: float
    days: int

    @property
    def hours(self) -> int:
        return self.days * 24

    @property
    def base(self) -> float:
        """The share that fails outside outages, so that the long run comes to ``bad``."""
        return self.bad * (1 - self.by_outages) if self.outage_hours else self.bad

    @property
    def time_out(self) -> float:
        """The share of time in outages."""
        return (self.bad - self.base) / (STRUCK * (1 - self.base))


def failing(world: World, rng: np.random.Generator, *, worlds: int) -> Floats:
    """The share of events that fail in each hour, one row a world."""
    if not world.outage_hours:
        return np.full((worlds, world.hours), world.bad)
    out = outages(world, rng, worlds=worlds)
    return world.base + (1 - world.base) * STRUCK * out


def outages(world: World, rng: np.random.Generator, *, worlds: int) -> Floats:
    """The share of each hour that lies in an outage: they begin at any time, alike at each.

    Outages that overlap are one; how often they begin follows from the share of time that they take.
    """
    length = round(world.outage_hours * SLOTS_PER_HOUR)
    begins_a_slot = 1 - (1 - world.time_out) ** (1 / length)
    slots = world.hours * SLOTS_PER_HOUR
    begins = rng.random((worlds, slots + length), dtype=np.float32) < begins_a_slot
    begun = begins.cumsum(axis=1, dtype=np.int32)
    out = begun[:, length:] > begun[:, :-length]
    return np.asarray(out.reshape(worlds, world.hours, SLOTS_PER_HOUR).mean(axis=2), dtype=np.float64)


def counts(world: World, rng: np.random.Generator, *, worlds: int) -> tuple[Floats, Floats]:
    """Successes and events of each hour, one row a world; events come at random, as a Poisson process."""
    an_hour, bad = world.events_a_day / 24, failing(world, rng, worlds=worlds)
    succeeded, failed = rng.poisson(an_hour * (1 - bad)), rng.poisson(an_hour * bad)
    return succeeded.astype(np.float64), (succeeded + failed).astype(np.float64)


def ends(world: World, rng: np.random.Generator, *, worlds: int, flap_s: float) -> tuple[Floats, Floats]:
    """Ends and connected seconds of each hour; a second fails where it lies within ``flap_s`` before an end.

    So ``bad`` is ``flap_s`` over the mean duration, and an outage ends connections every ``flap_s`` or so.
    """
    exposure = np.full((worlds, world.hours), world.events_a_day / 24 * flap_s / world.bad)
    rate = failing(world, rng, worlds=worlds) / flap_s
    return rng.poisson(rate * exposure).astype(np.float64), exposure
