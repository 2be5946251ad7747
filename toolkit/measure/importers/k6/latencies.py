"""Deliveries from a script's own metrics: a Trend of latencies, and the Counter of messages expected.

A trend holds only the messages that arrived. Taken alone it would read as if none had been lost, and its
percentiles would leave out the lost ones, so that it is never taken alone.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import pyarrow as pa
from pydantic import Field, field_validator

from toolkit.evidence import Strict, Text
from toolkit.measure.events import DEADLINE_S, DELIVERIES
from toolkit.measure.importers.aggregates import COLLECTOR
from toolkit.measure.importers.k6.forms import arrow
from toolkit.measure.importers.k6.lost import find_lost
from toolkit.measure.importers.k6.points import Points
from toolkit.project.faults import near


class Latency(Strict):
    """A custom trend of which each point is the latency of one message.

    Args:
        trend: its name.
        expected: the Counter to which the script adds, as it sends a message, for how many it is.
        round_trip: whether it runs to the acknowledgement or echo at the sender, not to another receiver.
        deadline_s: a message that took longer counts as lost.
        unit: of its values.
    """

    trend: Text
    expected: str = Field(default="", validate_default=True)
    round_trip: bool
    deadline_s: float = Field(default=DEADLINE_S, gt=0, allow_inf_nan=False)
    unit: Literal["ms", "s"] = "ms"

    @field_validator("expected")
    @classmethod
    def _is_named(cls, expected: str) -> str:
        if not expected:
            raise ValueError(
                "is missing|name the Counter of messages expected, as a trend has only those that arrived"
            )
        return expected

    @property
    def unit_ns(self) -> int:
        return 1_000_000_000 if self.unit == "s" else 1_000_000


@dataclass(frozen=True)
class Misnamed:
    """A field of an entry that names no metric of its kind: which, what is wrong, and what would be right."""

    field: str
    wrong: str
    right: str


def misnamed(
    latency: Latency, before: Sequence[Latency], names: Collection[str], declared: Mapping[str, str]
) -> Iterator[Misnamed]:
    """What an entry names wrongly.

    Args:
        before: the entries above it.
        names: of all metrics in the file.
        declared: of which kind they are, as far as the file says it.
    """
    for field, name, kind in (("trend", latency.trend, "trend"), ("expected", latency.expected, "counter")):
        if name not in names:
            fitting = sorted(known for known in names if declared.get(known, kind) == kind)
            yield Misnamed(field, f"the file has no metric {name!r}", near(name, fitting))
        elif declared.get(name, kind) != kind:
            yield Misnamed(field, f"{name} is a {declared[name]}", f"name a {kind}")
    if latency.expected == latency.trend:
        yield Misnamed("expected", "names the trend itself", "name the Counter of messages expected")
    if any(latency.trend == other.trend for other in before):
        yield Misnamed("trend", f"{latency.trend} is named twice", "name each trend once")


_DELIVERIES = """
    WITH ranked AS (
        SELECT *, row_number() OVER (PARTITION BY series, ns, value ORDER BY line) AS rank,
            value * $unit_ns / 1e9 AS latency_s
        FROM points WHERE metric = $trend
    ),
    fates AS (
        SELECT concat($trend, '-', ns, '-', series, '-', value, CASE WHEN rank > 1 THEN '-' || rank END)
                AS message,
            client, ns // 1000 - CAST(latency_s * 1e6 AS BIGINT) AS scheduled_us,
            CASE WHEN latency_s <= $deadline_s THEN latency_s END AS latency_s, NULL AS copies
        FROM ranked
        UNION ALL
        SELECT concat($trend, '-lost-', ns, '-', series, '-', line, '-', unnest(range(1, lost + 1))),
            client, ns // 1000, NULL, 0
        FROM lost
    )
    SELECT $environment AS environment, $collector AS collector, message,
        CASE WHEN $round_trip THEN client END AS sender, client AS recipient,
        timezone('UTC', make_timestamp(scheduled_us)) AS scheduled_at,
        latency_s, $deadline_s AS deadline_s, copies,
        NULL AS in_order, NULL AS bytes, $round_trip AS round_trip
    FROM fates ORDER BY scheduled_us, message
"""

_ON_THEIR_WAY = "SELECT coalesce(sum(lost) FILTER (ns > $since_ns), 0) FROM lost"


@dataclass(frozen=True, kw_only=True)
class Deliveries:
    """What became of the messages of one trend.

    Args:
        rows: under the schema of deliveries.
        late: how many came after their deadline.
        note: in words, how many did not come. None where all did.
    """

    rows: pa.Table
    late: int
    note: str | None


def deliveries_of(points: Points, latency: Latency, environment: str) -> Deliveries:
    """The messages that arrived, stamped with their receipt less the latency, and those that did not.

    A lost one stands under the virtual user who counted it, as nobody tells who should have received it.

    Raises:
        MiscountedError: the counter cannot be that of the messages expected.
    """
    trend, unit_ns = latency.trend, latency.unit_ns
    expected = find_lost(points.engine, trend=trend, expected=latency.expected, unit_ns=unit_ns)
    found = arrow(
        points.engine,
        _DELIVERIES,
        trend=trend,
        unit_ns=unit_ns,
        round_trip=latency.round_trip,
        deadline_s=latency.deadline_s,
        environment=environment,
        collector=COLLECTOR,
    ).cast(DELIVERIES)
    copies = found["copies"]
    lost = len(copies) - copies.null_count
    note = _note(points, latency, lost, expected) if lost else None
    return Deliveries(rows=found, late=found["latency_s"].null_count - lost, note=note)


def _note(points: Points, latency: Latency, lost: int, expected: int) -> str:
    since_ns = points.last_ns - round(latency.deadline_s * 1e9)
    ((recent,),) = points.engine.execute(_ON_THEIR_WAY, {"since_ns": since_ns}).fetchall()
    note = f"{lost} of the {expected} messages that {latency.expected} counts never arrived and stand as lost"
    if recent:
        note += f"; {recent} of them had not reached their deadline as the file ends"
    return f"{note}."
