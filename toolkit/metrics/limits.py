"""What the key metrics do not tell, in words."""

from collections.abc import Iterable, Sequence

from toolkit.metrics.hourly import Rollups
from toolkit.metrics.intervals import CONFIDENCE, fewest_for_a_bound
from toolkit.metrics.key import PERCENTILES
from toolkit.metrics.latency import latencies_of, percentile
from toolkit.metrics.shares import SHARES, is_unclear, share_evidence
from toolkit.metrics.windows import hours_of

LIMITS = [
    "Intervals are 95 % and hold for one look at the data; gates look every day and use always-valid ones.",
    "Events are discounted for clustering in client-hours and, from eight hours on, in whole hours; that one "
    "client is worse than another in every hour is not.",
    "A percentile is the inverse of the distribution over the deliveries expected, read from buckets that "
    "are at most 1 % off; a delivery that missed its deadline is slower than it.",
    "An attempt that is under way at midnight and fails without another after it is not counted.",
]


def limits_of(rollups: Rollups, options: Sequence[str], environments: Iterable[str]) -> list[str]:
    """What holds of all metrics, and what was found of these."""
    found = [f"{row.partition}: {row.count} rows set aside, {row.reason}." for row in rollups.set_aside]
    for option in options:
        for environment in environments:
            where = f"{option} in {environment}"
            doubts = [
                *_unknown(rollups, option, environment),
                *_shares(rollups, option, environment),
                *_unbounded(rollups, option, environment),
            ]
            found += [f"{where}: {doubt}" for doubt in doubts]
    return [*LIMITS, *found]


def _unknown(rollups: Rollups, option: str, environment: str) -> list[str]:
    hours = hours_of(rollups, option=option, environment=environment, since=None)
    doubts = []
    if is_unclear(hours):
        doubts.append("handshakes or ends of connections are not known, so durations are absent.")
    if hours["unclear_attempts"].any():
        doubts.append(
            "which connections follow one another is not known, so how often clients reconnect and how long "
            "they were without a connection is absent."
        )
    if 0 < int(hours["round_trip"].sum()) < int(hours["expected"].sum()):
        doubts.append("latencies to the receipt and to the acknowledgement are mixed, so they are absent.")
    return doubts


def _shares(rollups: Rollups, option: str, environment: str) -> list[str]:
    doubts = []
    for metric in SHARES:
        evidence = share_evidence(rollups, metric=metric, option=option, environment=environment)
        if evidence is None:
            continue
        if evidence.contradictory:
            doubts.append(f"{metric} has contradictory counts, so its interval is absent.")
        if evidence.source is not None:
            doubts.append(
                f"{metric} comes from counts that {evidence.source} had summed up; how their events "
                "cluster is not known, so that an hour counts as one event."
            )
    return doubts


def _unbounded(rollups: Rollups, option: str, environment: str) -> list[str]:
    """The percentiles that the sample is too small to bound from above."""
    doubts = []
    for metric, percent in PERCENTILES.items():
        found = latencies_of(rollups, option=option, environment=environment, percent=percent)
        if found is None or percentile(found, percent).high is not None:
            continue
        needed = fewest_for_a_bound(percent / 100, alpha=1 - CONFIDENCE)
        if found.n_effective < needed:
            doubts.append(
                f"{metric} has no upper bound: that takes {needed} independent deliveries, and these "
                f"are worth {int(found.n_effective)}."
            )
    return doubts
