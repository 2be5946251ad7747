"""The key metrics of each option in each environment, with intervals and alerts."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from toolkit.metrics.durations import mean_duration
from toolkit.metrics.hourly import Rollups
from toolkit.metrics.intervals import wilson
from toolkit.metrics.latency import latencies_of, percentile
from toolkit.metrics.shares import SHARES, share_evidence

METRICS: tuple[str, ...] = (
    "connection_success_rate",
    "mean_connection_duration_s",
    "reconnection_frequency",
    "delivery_success_rate",
    "latency_p50_ms",
    "latency_p95_ms",
    "latency_p99_ms",
    "session_availability",
)

UNITS: dict[str, str] = {
    **dict.fromkeys(METRICS, "share"),
    "mean_connection_duration_s": "s",
    "latency_p50_ms": "ms",
    "latency_p95_ms": "ms",
    "latency_p99_ms": "ms",
}

PERCENTILES: dict[str, int] = {"latency_p50_ms": 50, "latency_p95_ms": 95, "latency_p99_ms": 99}

ALERT_BELOW: dict[str, float] = {
    "connection_success_rate": 0.95,
    "mean_connection_duration_s": 300.0,
    "delivery_success_rate": 0.99,
}
ALERT_ABOVE: dict[str, float] = {"reconnection_frequency": 0.10}


@dataclass(frozen=True)
class MetricValue:
    """One key metric.

    Args:
        estimate: None where it is absent, beyond the deadline, or infinite as far as the data tell.
        low, high: the 95 % interval for one look. None where the sample carries no bound.
        n: attempts, opened connections, unintended ends, deliveries or client-hours, as the metric has it.
        alert: whether the brief's threshold is passed. None where the interval straddles it, or there is
            none.
    """

    estimate: float | None
    low: float | None
    high: float | None
    n: int
    state: Literal["measured", "absent"]
    alert: bool | None


ABSENT = MetricValue(estimate=None, low=None, high=None, n=0, state="absent", alert=None)


def key_metrics(
    rollups: Rollups, *, option: str, environment: str, since: date | None = None
) -> dict[str, MetricValue]:
    """Every key metric of an option in an environment, absent ones too.

    Args:
        since: the UTC day on which evidence starts. None for all.
    """
    return {metric: _metric(rollups, metric, option, environment, since) for metric in METRICS}


def _metric(rollups: Rollups, metric: str, option: str, environment: str, since: date | None) -> MetricValue:
    if metric in SHARES:
        return _share(rollups, metric, option, environment, since)
    if metric in PERCENTILES:
        return _latency(rollups, metric, option, environment, since)
    found = mean_duration(rollups, option=option, environment=environment, since=since)
    return _measured(metric, found.estimate, found.low, found.high, found.ends) if found else ABSENT


def _share(rollups: Rollups, metric: str, option: str, environment: str, since: date | None) -> MetricValue:
    found = share_evidence(rollups, metric=metric, option=option, environment=environment, since=since)
    if found is None:
        return ABSENT
    n = found.client_hours if metric == "session_availability" else round(found.n)
    if found.contradictory:
        return MetricValue(estimate=found.estimate, low=None, high=None, n=n, state="measured", alert=None)
    low, high = wilson(found.successes_effective, found.n_effective)
    return _measured(metric, found.estimate, low, high, n)


def _latency(rollups: Rollups, metric: str, option: str, environment: str, since: date | None) -> MetricValue:
    percent = PERCENTILES[metric]
    found = latencies_of(rollups, option=option, environment=environment, percent=percent, since=since)
    if found is None:
        return ABSENT
    value = percentile(found, percent)
    return _measured(metric, value.estimate, value.low, value.high, found.expected)


def _measured(
    metric: str, estimate: float | None, low: float | None, high: float | None, n: int
) -> MetricValue:
    return MetricValue(estimate, low, high, n, "measured", alert(metric, low, high))


def alert(metric: str, low: float | None, high: float | None) -> bool | None:
    """Whether the whole interval is past the metric's threshold, or none of it is; None for neither.

    Args:
        low, high: None where that end is not known.

    >>> alert("connection_success_rate", 0.91, 0.94), alert("connection_success_rate", 0.94, 0.97)
    (True, None)
    """
    if (threshold := ALERT_BELOW.get(metric)) is not None:
        past, clear = high is not None and high < threshold, low is not None and low >= threshold
    elif (threshold := ALERT_ABOVE.get(metric)) is not None:
        past, clear = low is not None and low > threshold, high is not None and high <= threshold
    else:
        return None
    return True if past else False if clear else None
