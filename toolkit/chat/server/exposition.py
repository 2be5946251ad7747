"""What the server counts, in the Prometheus text format."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from prometheus_client import CollectorRegistry, Histogram, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from toolkit.chat.protocol import (
    CLOSE_GOING_AWAY,
    CLOSE_RESTART,
    CLOSE_TAKEN_OVER,
    CLOSE_TIMEOUT,
    CLOSE_TOO_SLOW,
)
from toolkit.chat.server.admission import REASONS

DURATION_BUCKETS_S = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120, 300)
"""Those of ``signalr.server.connection.duration``, the one stable convention for such a metric: OpenTelemetry
semantic conventions 1.36, SignalR server metrics."""

_STATUS = {
    1000: "normal_closure", 1001: "normal_closure", 1006: "connection_lost", 1007: "protocol_error",
    1002: "protocol_error", 1009: "protocol_error", CLOSE_TIMEOUT: "timeout", CLOSE_RESTART: "app_shutdown",
    CLOSE_TAKEN_OVER: "taken_over", CLOSE_TOO_SLOW: "too_slow",
}  # fmt: skip

_COUNTERS = {
    "opened": "Connections opened.",
    "refused": "Handshakes refused because a limit was reached or access denied.",
    "published": "Messages published to rooms.",
    "direct": "Messages sent to one user.",
    "delivered": "Messages handed to a recipient's connection.",
    "duplicates": "Retried messages that had been delivered already.",
    "dropped": "Messages left out for a connection that did not read.",
    "resumed": "Sessions that went on over a new connection.",
    "taken_over": "Sessions that went on while their old connection still lived.",
    "expired": "Sessions that ended because nobody came back.",
    "pings": "Heartbeats sent.",
    "timed_out": "Connections closed because they were silent too long.",
    "too_slow": "Connections closed because they did not read.",
    "misunderstood": "Frames that were no valid message.",
    "delayed": "Messages that were read later because there were too many.",
    "stalls": "Times that the event loop was blocked for longer than a sweep.",
    "errors": "Connections that failed unexpectedly.",
    "unrecorded": "Facts that the recorder did not take.",
}

_KNOWN_CODES = frozenset([*range(1000, 1016), CLOSE_TIMEOUT, CLOSE_TAKEN_OVER, CLOSE_TOO_SLOW])


@dataclass(frozen=True)
class Snapshot:
    """What the server holds, as of now."""

    connections: int
    rooms: int
    sessions: int
    history_bytes: int
    loop_lag_s: float
    draining: bool


class Exposition(Collector):
    """Shows the counts of one server; counting itself is adding to a dictionary.

    Args:
        counts: of what happened, by name; those of ``closed_CODE`` and ``refused_REASON`` have labels.
    """

    def __init__(self, counts: Counter[str]) -> None:
        self._counts = counts
        self._now = Snapshot(0, 0, 0, 0, 0.0, False)
        self._registry = CollectorRegistry()
        self._registry.register(self)
        ProcessCollector(registry=self._registry)
        self._durations = Histogram(
            "chat_server_connection_duration_seconds",
            "How long connections lasted.",
            ["status", "transport"],
            buckets=DURATION_BUCKETS_S,
            registry=self._registry,
        )

    def closed(self, code: int, duration_s: float, *, by_server: bool) -> None:
        """Count the end of a connection."""
        self._counts[f"closed_{code if code in _KNOWN_CODES else 'other'}"] += 1
        status = _STATUS.get(code, "other")
        if by_server and code == CLOSE_GOING_AWAY:
            status = "app_shutdown"
        self._durations.labels(status, "web_sockets").observe(duration_s)

    def text(self, now: Snapshot) -> bytes:
        """All metrics."""
        self._now = now
        return generate_latest(self._registry)

    def collect(self) -> Iterator[Metric]:
        """What the library asks for."""
        now = self._now
        yield GaugeMetricFamily("chat_connections", "Open connections.", now.connections)
        yield GaugeMetricFamily("chat_rooms", "Rooms with at least one member.", now.rooms)
        yield GaugeMetricFamily("chat_sessions", "Sessions, with or without a connection.", now.sessions)
        yield GaugeMetricFamily("chat_history_bytes", "Kept messages.", now.history_bytes)
        yield GaugeMetricFamily("chat_event_loop_lag_seconds", "How late the last sweep was.", now.loop_lag_s)
        yield GaugeMetricFamily("chat_draining", "Whether the server is going away.", int(now.draining))
        for name, text in _COUNTERS.items():
            yield CounterMetricFamily(f"chat_{name}", text, self._counts[name])
        yield self._labelled("chat_closed", "Connections closed, by close code.", "code", "closed_")
        yield self._refused()

    def _labelled(self, name: str, text: str, label: str, prefix: str) -> Metric:
        family = CounterMetricFamily(name, text, labels=[label])
        for key, count in sorted(self._counts.items()):
            if key.startswith(prefix):
                family.add_metric([key.removeprefix(prefix)], count)
        return family

    def _refused(self) -> Metric:
        # Every reason is there from the start, so that a rate over it sees the first one.
        text = "Handshakes refused, by reason."
        family = CounterMetricFamily("chat_handshakes_refused", text, labels=["reason"])
        for reason in REASONS:
            family.add_metric([reason], self._counts[f"refused_{reason}"])
        return family
