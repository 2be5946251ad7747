"""Times to notice and to recover, of which some are censored."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from toolkit.measure.faults.noticing import Observation


@dataclass(frozen=True)
class Times:
    """How long something took, by Kaplan and Meier's estimate.

    Args:
        n: how often it was looked at.
        seen: how often it happened while it was looked at; the rest is censored.
        median_s, p95_s: quantiles in seconds. None where so much is censored that they lie beyond what was
            observed.
    """

    n: int
    seen: int
    median_s: float | None
    p95_s: float | None


@dataclass(frozen=True)
class FaultTimes:
    """What came of one kind of fault: until either end noticed, until the client had its room again."""

    client: Times
    server: Times
    recovered: Times


def times(seen_s: Sequence[float], censored_s: Sequence[float]) -> Times:
    """The estimate from times that ended with the event, and times that ended without it.

    Source: Kaplan and Meier, "Nonparametric Estimation from Incomplete Observations", JASA 53 (1958).

    >>> times([1.0, 2.0, 3.0], [9.0])
    Times(n=4, seen=3, median_s=2.0, p95_s=None)
    """
    both = len(seen_s) + len(censored_s)
    if not seen_s:
        return Times(both, 0, None, None)
    from scipy.stats import CensoredData, ecdf

    left = ecdf(CensoredData(uncensored=list(seen_s), right=list(censored_s))).sf
    median_s, p95_s = (first_with(left.quantiles, left.probabilities, share) for share in (0.5, 0.05))
    return Times(both, len(seen_s), median_s, p95_s)


ROUNDING = 1e-9
"""A share of what is left that floating point may be off by, as the estimate is a sum of shares."""


def first_with(ages_s: np.ndarray, left: np.ndarray, share: float) -> float | None:
    """The first age at which no more than a share is left; None where that is not reached.

    Args:
        ages_s: in rising order.
        left: at each age the share of those that have not ended.
    """
    reached = np.flatnonzero(np.asarray(left) <= share + ROUNDING)
    return float(ages_s[reached[0]]) if len(reached) else None


def noticed(observations: Iterable[Observation]) -> dict[str, FaultTimes]:
    """The times by fault, a blackhole's by its way too, in the order of the names."""
    kinds: dict[str, list[Observation]] = defaultdict(list)
    for one in observations:
        kinds[one.fault if one.way == "both" else f"{one.fault} {one.way}"].append(one)
    return {name: _fault_times(kinds[name]) for name in sorted(kinds)}


def _fault_times(own: list[Observation]) -> FaultTimes:
    client, server = (
        times(
            [watched.noticed_s for watched in ends if watched.noticed_s is not None],
            [watched.observed_s for watched in ends if watched.noticed_s is None],
        )
        for ends in ([one.ends["client"] for one in own], [one.ends["server"] for one in own])
    )
    return FaultTimes(client, server, _recovered(own))


def _recovered(own: list[Observation]) -> Times:
    """Of clients that are known: without a name nobody can tell whether it came back."""
    known = [one for one in own if one.client is not None]
    back_s = [one.recovered_s for one in known if one.recovered_s is not None]
    return times(back_s, [one.wanted_s for one in known if one.recovered_s is None])
