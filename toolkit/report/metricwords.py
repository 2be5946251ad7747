"""Metrics in words: name, unit, threshold of the alert, and how a value of each is written."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from toolkit.metrics.key import ALERT_ABOVE, ALERT_BELOW
from toolkit.report.wording import DASH, NBSP, duration, exact_percent, number, percent, usd, whole

REDUCTION = "disconnection_rate_reduction"


@dataclass(frozen=True)
class MetricWord:
    """One metric for a reader.

    Args:
        name: in words.
        show: writes a value with its unit.
        alert_below, alert_above: the brief's threshold, in the metric's own unit. None where it set none.
        claim: the figure in which option files keep the brief's statement of this. None without any.
    """

    name: str
    show: Callable[[float | None], str]
    alert_below: float | None = None
    alert_above: float | None = None
    claim: str | None = None

    def set_to(self, value: float) -> str:
        """A value that somebody set, such as a threshold."""
        return exact_percent(value) if self.show in (percent, reduction) else self.show(value)

    @property
    def threshold_set(self) -> bool:
        """Whether there is a threshold at all."""
        return self.alert_below is not None or self.alert_above is not None

    @property
    def threshold(self) -> str:
        """The threshold in words; a dash where there is none."""
        if self.alert_below is not None:
            return f"below {self.set_to(self.alert_below)}"
        return f"above {self.set_to(self.alert_above)}" if self.alert_above is not None else DASH


def ms(value: float | None) -> str:
    """Milliseconds.

    >>> ms(42.25) == f"42.2{NBSP}ms"
    True
    """
    return DASH if value is None else f"{number(value)}{NBSP}ms"


def reduction(value: float | None) -> str:
    """A share that is gone; below 0 there is more than before.

    >>> reduction(0.9513) == f"95.1{NBSP}%", reduction(-0.25) == f"−25.0{NBSP}%"
    (True, True)
    """
    return percent(value) if value is None or value >= 0 else f"−{percent(-value)}"


def _word(
    metric: str, name: str, show: Callable[[float | None], str], claim: str | None = None
) -> tuple[str, MetricWord]:
    return metric, MetricWord(name, show, ALERT_BELOW.get(metric), ALERT_ABOVE.get(metric), claim)


METRICS: Mapping[str, MetricWord] = dict(
    [
        _word("connection_success_rate", "Connection success rate", percent),
        _word("mean_connection_duration_s", "Mean connection duration", duration),
        _word("reconnection_frequency", "Reconnection frequency", percent),
        _word("delivery_success_rate", "Delivery success rate", percent),
        _word("latency_p50_ms", "Latency, 50th percentile", ms, claim="latency_ms"),
        _word("latency_p95_ms", "Latency, 95th percentile", ms),
        _word("latency_p99_ms", "Latency, 99th percentile", ms),
        _word("session_availability", "Session availability", percent, claim="uptime_share"),
    ]
)

"""Those of one option alone, each of which is measured and shown wherever something was recorded."""

WORDS: Mapping[str, MetricWord] = {
    **METRICS,
    REDUCTION: MetricWord("Disconnection rate reduction", reduction),
}
"""Those too that compare two options, of which only a criterion speaks."""


def show(metric: str | None, value: float | None) -> str:
    """A value as its metric is written; a plain number where the metric is none of ours.

    >>> show("peak_concurrent_users", 1000.0), show("monthly_cost_usd", 1500.0)
    ('1,000', '$1,500')
    """
    if metric == "monthly_cost_usd" or (metric or "").endswith("_usd_per_month"):
        return usd(value)
    if metric is not None and metric in WORDS:
        return WORDS[metric].show(value)
    return whole(value) if value is not None and value >= 100 else number(value)


def show_threshold(metric: str | None, value: float) -> str:
    """A threshold of the plan, with just its own digits."""
    return WORDS[metric].set_to(value) if metric is not None and metric in WORDS else show(metric, value)


def interval(metric: str | None, low: float | None, high: float | None) -> str:
    """An interval in words, open where the sample cannot bound it.

    >>> interval("monthly_cost_usd", 180.0, None), interval(None, None, None)
    ('at least $180', '—')
    """
    if low is None and high is None:
        return DASH
    if high is None:
        return f"at least {show(metric, low)}"
    if low is None:
        return f"at most {show(metric, high)}"
    return f"{show(metric, low)} to {show(metric, high)}"


def name_of(metric: str | None, scenario_field: str | None = None) -> str:
    """The metric's or the scenario field's name in words.

    >>> name_of("monthly_cost_usd"), name_of(None, "peak_concurrent_users")
    ('Monthly cost', 'Peak concurrent users of the scenario')
    """
    if scenario_field is not None:
        return f"{scenario_field.replace('_', ' ').capitalize()} of the scenario"
    if metric is not None and metric in WORDS:
        return WORDS[metric].name
    return (metric or "").removesuffix("_usd").replace("_", " ").capitalize()
