"""What an importer finds in a file of foreign telemetry, before any of it is filed."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

import duckdb
import pyarrow as pa

from toolkit.measure.events import Table
from toolkit.project.faults import Faults

Rows: TypeAlias = pa.Table | duckdb.DuckDBPyRelation
"""Rows in memory, or a query for more rows than should be there at once."""

METRICS = (
    "connection_success_rate",
    "mean_connection_duration_s",
    "reconnection_frequency",
    "session_availability",
    "delivery_success_rate",
    "latency_p50_ms",
    "latency_p95_ms",
    "latency_p99_ms",
)
"""Ids of all that can be measured; an importer either gives a metric or says why it stays absent."""

OF_DELIVERIES = METRICS[4:]


@dataclass(frozen=True, kw_only=True)
class Said:
    """What the command says of a file.

    Args:
        option, environment: what it measured, and where.
        mapping: YAML with their names for ours. None: the file uses the names that its format has.
    """

    option: str
    environment: str
    mapping: Path | None = None


@dataclass(frozen=True)
class BadLine:
    """A piece of the file that is set aside.

    Args:
        line: where it stands, 1 for the first.
        reasons: all that is wrong with it.
        text: the line as it stood; bytes that are not UTF-8 stand as surrogate escapes.
    """

    line: int
    reasons: str
    text: str


@dataclass(kw_only=True)
class Findings:
    """What a file holds.

    Args:
        tables: rows under the schemas of :data:`toolkit.measure.events.SCHEMAS`; several days may mix and
            keys may repeat.
        good: pieces of the file that were understood.
        bad: pieces that were not, in the order of the file.
        late: deliveries that came after their deadline and stand as lost.
        ignored: names of columns, metrics or series that mean nothing here.
        notes: in words, what the reader should know of these figures.
        lacks: metric ids that others of this format can give but this file cannot, each with why.
    """

    tables: dict[Table, Rows] = field(default_factory=dict)
    good: int = 0
    bad: Collection[BadLine] = ()
    late: int = 0
    ignored: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    lacks: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Importer:
    """One foreign format.

    Args:
        read: what a file holds; a file that is not of this format at all becomes a fault.
        gives: metric ids that such a file can give.
        lacks: the other metric ids, each with why it stays absent.
    """

    read: Callable[[Path, Said, Faults], Findings]
    gives: tuple[str, ...]
    lacks: Mapping[str, str]
