"""How long connections last, where those still open or closed on purpose count for what they showed."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from fractions import Fraction

import pandas as pd

from toolkit.metrics.blocks import Blocks, blocks_of, share_blocks
from toolkit.metrics.clienthours import client_hours
from toolkit.metrics.clusters import CENTISECOND_US
from toolkit.metrics.effective import cluster_variance
from toolkit.metrics.exact import total
from toolkit.metrics.hourly import Rollups
from toolkit.metrics.intervals import mean_between_events
from toolkit.metrics.shares import US_PER_S, cluster_sums, is_unclear, spread_in_time
from toolkit.metrics.windows import hours_of


@dataclass(frozen=True)
class MeanDuration:
    """Connected time per unintended end, in seconds.

    Args:
        estimate: None without any unintended end.
        high: None where the mean may be infinite.
        ends: how many unintended ends there were.
    """

    estimate: float | None
    low: float
    high: float | None
    ends: int


@dataclass(frozen=True)
class EndEvidence:
    """What is known of how often connections end unintended.

    Args:
        ends: unintended ones.
        connected_s: the time in which they came, that of connections still open or closed on purpose too.
        worth: what share of an independent end one is worth, since ends come in clusters.
        hours: how many hours hold connected time.
        first_hour, newest_hour: the first and last of them, UTC.
        contradictory: in some hour there was more connected than wanted time, or an end without any
            connected time before it, so that the counts are wrong.
        flap_s: in no block an end is counted more often than once in so many connected seconds.
        blocks: the share of connected time in blocks of time that does not lie within ``flap_s`` before an
            end. None where the counts are contradictory.
        clients: the same share by client-hours. None likewise, and where nothing is known of these.
    """

    ends: int
    connected_s: float
    worth: float
    hours: int
    first_hour: datetime
    newest_hour: datetime
    contradictory: bool
    flap_s: float
    blocks: Blocks | None
    clients: Blocks | None = None


def end_evidence(
    rollups: Rollups,
    *,
    option: str,
    environment: str,
    since: date | None = None,
    block_hours: int = 1,
    flap_s: float = 60.0,
) -> EndEvidence | None:
    """The evidence on the rate of unintended ends; None where it is absent, as :func:`mean_duration` is.

    Args:
        since: the UTC day on which evidence starts. None for all.
        block_hours: length of the blocks of time.
        flap_s: above 0.
    """
    hours = hours_of(rollups, option=option, environment=environment, since=since)
    connected_us = total(hours["connected_us"])
    if connected_us <= 0 or is_unclear(hours):
        return None
    ends, time_us = (hours[name].to_numpy("int64") for name in ("unintended_ends", "connected_us"))
    found = hours["hour"][time_us > 0]
    contradictory = bool(
        (time_us > hours["wanted_us"].to_numpy("int64")).any()
        or (ends.cumsum() > 0)[time_us.cumsum() <= 0].any()
    )
    in_blocks = share_blocks(hours["hour"], ends, time_us, block_hours=block_hours)
    return EndEvidence(
        ends=total(ends),
        connected_s=connected_us / US_PER_S,
        worth=worth_of_an_end(hours, block_hours=block_hours),
        hours=len(found),
        first_hour=found.iloc[0].to_pydatetime().astimezone(UTC),
        newest_hour=found.iloc[-1].to_pydatetime().astimezone(UTC),
        contradictory=contradictory,
        flap_s=flap_s,
        blocks=None
        if contradictory
        else blocks_of(*in_blocks, block_hours, lambda x, y: 1 - x / y * US_PER_S * flap_s),
        clients=None if contradictory else _clients(hours, total(ends), connected_us, flap_s),
    )


def _clients(hours: pd.DataFrame, ends: int, connected_us: int, flap_s: float) -> Blocks | None:
    """The share of connected time that does not lie within ``flap_s`` before an end, by client-hours."""
    connected_cs = connected_us // CENTISECOND_US
    if not connected_cs:
        return None
    flap_cs = flap_s * US_PER_S / CENTISECOND_US
    rate = Fraction(ends, connected_cs)
    found = client_hours(rate, connected_cs, cluster_sums(hours, "unintended_end_rate"), times=flap_cs)
    return found and replace(found, mean=max(0.0, 1 - flap_cs * float(rate)))


def mean_duration(
    rollups: Rollups, *, option: str, environment: str, since: date | None = None
) -> MeanDuration | None:
    """The mean time that a connection lasts until it ends unintended; None where it is absent.

    It is absent too where some ends have an unknown intention: neither counting them nor leaving them out is
    right.

    Args:
        since: the UTC day on which evidence starts. None for all.
    """
    hours = hours_of(rollups, option=option, environment=environment, since=since)
    connected_us = total(hours["connected_us"])
    if connected_us <= 0 or is_unclear(hours):
        return None
    ends = total(hours["unintended_ends"])
    worth = worth_of_an_end(hours)
    connected_s = connected_us / US_PER_S
    low, high = mean_between_events(connected_s * worth, ends * worth)
    return MeanDuration(connected_s / ends if ends else None, low, high, ends)


def worth_of_an_end(hours: pd.DataFrame, *, block_hours: int = 1) -> float:
    """What share of an independent end one is worth, by hourly counts: 1 unless ends come in clusters.

    Args:
        block_hours: length of blocks of time that may hang together too.
    """
    ends = total(hours["unintended_ends"])
    connected_cs = total(hours["connected_us"]) // CENTISECOND_US
    if not ends or not connected_cs:
        return 1.0
    rate = Fraction(ends, connected_cs)
    timed = hours[hours["connected_us"] >= CENTISECOND_US]
    x, y = (
        timed["unintended_ends"].to_numpy("int64"),
        timed["connected_us"].to_numpy("int64") // CENTISECOND_US,
    )
    in_blocks = share_blocks(timed["hour"], x, y, block_hours=block_hours)
    variances = [
        cluster_variance(rate, connected_cs, cluster_sums(hours, "unintended_end_rate")),
        *spread_in_time((x, y), in_blocks, block_hours),
    ]
    known = [variance for variance in variances if variance]
    return min(1.0, float(rate / connected_cs) / max(known)) if known else 1.0
