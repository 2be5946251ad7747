"""Numbers that a source had already summed up or averaged, as rows of the aggregates."""

import math
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa

from toolkit.measure.events import AGGREGATE_KINDS, AGGREGATES

COLLECTOR = "import"
HOUR = timedelta(hours=1)
INSTANT = timedelta(microseconds=1)

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
LATEST = datetime(2100, 1, 1, tzinfo=UTC)

COUNT_UNIT = "1"


@dataclass(frozen=True, kw_only=True)
class Span:
    """The time that a number speaks of.

    Args:
        since: None where the source does not tell when it began.
        until: in whose UTC day and hour the number is filed.
    """

    since: datetime | None
    until: datetime


@dataclass(kw_only=True)
class Aggregates:
    """Collects the rows of one import.

    Args:
        environment: where it was measured.
        source: the kind of the import.
    """

    environment: str
    source: str
    rows: list[dict[str, Any]] = field(default_factory=list)

    def add(
        self,
        name: str,
        kind: str,
        value: float,
        span: Span,
        *,
        unit: str,
        quantile: float | None = None,
        collector: str = COLLECTOR,
    ) -> None:
        """Note one number.

        Args:
            name: of a count of the rollups where it is exactly that, else the source's own.
            kind: one of :data:`toolkit.measure.events.AGGREGATE_KINDS`.
            unit: ``1`` for a count.
            quantile: 0.95 for the 95th percentile. None for every other kind.
            collector: who saw it. Of two numbers of one collector for the same time the larger one counts.
        """
        assert kind in AGGREGATE_KINDS and math.isfinite(value)
        assert (kind == "quantile") == (quantile is not None)
        self.rows.append(
            {
                "environment": self.environment,
                "collector": collector,
                "source": self.source,
                "from_at": span.since,
                "until_at": span.until,
                "name": name,
                "kind": kind,
                "quantile": quantile,
                "value": float(value),
                "unit": unit,
            }
        )

    def count(self, name: str, value: float, span: Span, *, collector: str = COLLECTOR) -> None:
        """Note how often something happened; counts of other times and collectors may be added to it."""
        self.add(name, "count", value, span, unit=COUNT_UNIT, collector=collector)

    def table(self) -> pa.Table:
        """The rows, in the order in which they were noted."""
        return pa.Table.from_pylist(self.rows, schema=AGGREGATES)


def hour_span(hour: int, first: datetime, last: datetime) -> Span:
    """The part of a UTC hour from ``first`` to ``last``; its end lies within the hour, not on its edges.

    Args:
        hour: whole hours since 1970.

    >>> span = hour_span(0, EPOCH + HOUR / 2, EPOCH + 2 * HOUR)
    >>> span.since.isoformat(), span.until.isoformat()
    ('1970-01-01T00:30:00+00:00', '1970-01-01T00:59:59.999999+00:00')
    """
    start = EPOCH + hour * HOUR
    end = min(start + HOUR - INSTANT, max(start + INSTANT, last))
    return Span(since=min(max(start, first), end), until=end)


def from_ns(ns: int) -> datetime:
    """The UTC time of nanoseconds since 1970, cut to microseconds."""
    return EPOCH + timedelta(microseconds=ns // 1000)
