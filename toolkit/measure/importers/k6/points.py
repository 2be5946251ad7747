"""The points of k6, taken batch by batch, so that no file is too large.

Lines of JSON or rows of CSV (:mod:`toolkit.measure.importers.k6.forms`) come in as one table of texts; here
they are judged, counted by hour, and kept as far as connections, messages and percentiles need them.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import duckdb
import pyarrow as pa

from toolkit.measure.importers.findings import BadLine
from toolkit.measure.importers.k6.connections import ConnectionRows
from toolkit.measure.importers.k6.forms import arrow
from toolkit.measure.importers.k6.labels import Labels, labels_of
from toolkit.measure.importers.k6.sessions import Pairing, Point

SESSION_METRICS = ("ws_sessions", "ws_connecting", "ws_session_duration")
"""Of each attempt k6 writes the first two, of one that ended also the third."""

COUNTERS = ("ws_sessions", "ws_msgs_sent", "ws_msgs_received")
TRENDS = ("ws_connecting", "ws_session_duration", "ws_ping")
"""In milliseconds."""

SIGN_OF_LIFE = "data_sent"
"""A virtual user writes it as an iteration ends, also as it is stopped, so that it was there until then."""

_HOUR_NS = 3_600_000_000_000

LARGEST = 1_000_000_000
"""A value beyond it has a unit gone wrong: in milliseconds it is eleven days, and a time of day is more."""

# A cast to a timestamp drops the offset from UTC without a word, so it is taken off by hand.
_JUDGED = """
    WITH timed AS (
        SELECT *, CASE
            WHEN stamp LIKE '____-__-__T__:__:__%Z' THEN epoch_ns(try_cast(stamp AS TIMESTAMP_NS))
            WHEN regexp_full_match(stamp, '\\d{10}') THEN try_cast(stamp AS BIGINT) * 1000000000
            WHEN regexp_full_match(stamp, '\\d{13}') THEN try_cast(stamp AS BIGINT) * 1000000
            WHEN regexp_full_match(stamp, '\\d{16}') THEN try_cast(stamp AS BIGINT) * 1000
            WHEN regexp_full_match(stamp, '\\d{19}') THEN try_cast(stamp AS BIGINT)
            WHEN regexp_matches(stamp, '^\\d{4}-.*[+-]\\d\\d:\\d\\d$') THEN
                epoch_ns(try_cast(left(stamp, -6) AS TIMESTAMP_NS))
                - CAST(left(right(stamp, 6), 1) || '1' AS BIGINT)
                * (CAST(left(right(stamp, 5), 2) AS BIGINT) * 60 + CAST(right(stamp, 2) AS BIGINT))
                * 60000000000
            END AS ns,
            try_cast(value AS DOUBLE) AS number,
            wrong IS NULL AND type IS NOT DISTINCT FROM 'Metric' AS declares
        FROM parsed
    )
    SELECT line, metric, ns, number, labels,
        CASE WHEN wrong IS NOT NULL THEN wrong
             WHEN declares THEN NULL
             WHEN type = 'Point' AND metric <> '' AND ns BETWEEN 946684800000000000 AND 4102444799999999999
                AND isfinite(number)
                AND (NOT list_contains($used, metric) OR number BETWEEN 0 AND $largest)
                AND (NOT list_contains($expected, metric) OR number = floor(number)) THEN NULL
             ELSE concat_ws('; ',
                CASE WHEN type IS DISTINCT FROM 'Point' THEN 'type: is neither Point nor Metric' END,
                CASE WHEN coalesce(metric, '') = '' THEN 'metric: is missing' END,
                CASE WHEN ns IS NULL THEN 'time: is no time'
                     WHEN ns NOT BETWEEN 946684800000000000 AND 4102444799999999999
                     THEN 'time: is not between 2000 and 2100' END,
                CASE WHEN number IS NULL OR NOT isfinite(number) THEN 'value: is no number'
                     WHEN number < 0 THEN 'value: is below 0'
                     WHEN number > $largest THEN 'value: is above ' || $largest
                     WHEN number <> floor(number) THEN 'value: is no whole number' END)
             END AS reasons,
        CASE WHEN declares THEN json_extract_string(text, '$.data.type') END AS declared,
        CASE WHEN reasons IS NOT NULL THEN text END AS text,
        CASE WHEN labels IS NULL OR contains(stamp, '.') OR length(stamp) = 19 THEN 1
             WHEN length(stamp) = 16 THEN 1000 WHEN length(stamp) = 13 THEN 1000000
             ELSE 1000000000 END AS resolution_ns
    FROM timed
"""

_COUNTED = """
    SELECT metric, ns // $hour_ns AS hour, count(*), sum(number), min(ns), max(ns)
    FROM judged WHERE reasons IS NULL AND ns IS NOT NULL GROUP BY ALL
"""

_DECLARED = "SELECT metric, declared FROM judged WHERE declared IS NOT NULL"

_POINTS = """
    CREATE TABLE points (
        line BIGINT, metric VARCHAR, ns BIGINT, resolution_ns BIGINT, value DOUBLE,
        series VARCHAR, client VARCHAR
    )
"""

_KEPT = """
    SELECT line, metric, ns, resolution_ns, greatest($last_ns, latest_ns) AS clock_ns, number AS value, labels
    FROM (
        SELECT *, max(ns) OVER (ORDER BY line) AS latest_ns FROM judged
        WHERE reasons IS NULL AND ns IS NOT NULL
    )
    WHERE list_contains($kept, metric) ORDER BY line
"""
"""clock_ns is the latest stamp so far in the file, near to when k6 wrote the line."""


@dataclass
class Points:
    """What is read of a file so far.

    Args:
        engine: holds the table ``points`` of the trends and of what they expect, which may lie on disk.
        connections: the attempts.
        latencies: trends that the mapping names.
        expected: counters of the messages that they should have.
        totals: sum of the values by metric and whole hours since 1970.
        names: of all metrics.
        declared: what k6 says of which kind a metric is, such as ``trend``; CSV does not say it.
        good: points of metrics that mean something here.
        first_ns, last_ns: of all points, in nanoseconds since 1970. 0 where there is none.
        seen_ns: when each client was last there; a virtual user, or a scenario where users are not told.
        told, untold: whether some point says with which status a server answered, and whether some says that
            it answered, but not how.
    """

    engine: duckdb.DuckDBPyConnection
    connections: ConnectionRows
    latencies: tuple[str, ...]
    expected: tuple[str, ...]
    totals: dict[tuple[str, int], float] = field(default_factory=lambda: defaultdict(float))
    names: set[str] = field(default_factory=set)
    declared: dict[str, str] = field(default_factory=dict)
    good: int = 0
    bad: list[BadLine] = field(default_factory=list)
    first_ns: int = 0
    last_ns: int = 0
    seen_ns: dict[str, int] = field(default_factory=dict)
    told: bool = False
    untold: bool = False

    def __post_init__(self) -> None:
        self._pairing = Pairing()
        self.engine.execute(_POINTS)

    @property
    def labelled(self) -> list[str]:
        """The metrics whose tags are needed."""
        return [*SESSION_METRICS, *self.latencies, *self.expected, SIGN_OF_LIFE]

    @property
    def used(self) -> list[str]:
        """The metrics that mean something here."""
        return [*COUNTERS, *TRENDS, *self.latencies, *self.expected]

    @property
    def hides_status(self) -> bool:
        """Whether nobody can tell which attempts opened, as k6 ran without the tag ``status``."""
        return self.untold or (
            not self.told and not self.names.isdisjoint({"ws_msgs_sent", "ws_msgs_received"})
        )

    def take(self, parsed: duckdb.DuckDBPyRelation) -> None:
        """Take a batch of lines.

        Args:
            parsed: ``line, text, wrong, type, metric, stamp, value, labels``, all but the first and
                the last as text. wrong says why a line is none of k6's, else it is null. labels are the JSON
                of tags and of metadata, of the metrics that need them.
        """
        engine = self.engine
        parsed.create_view("parsed", replace=True)
        values = {"used": self.used, "expected": self.expected, "largest": LARGEST}
        engine.execute(f"CREATE OR REPLACE TEMP TABLE judged AS {_JUDGED}", values)
        self.declared |= dict(self._rows(_DECLARED))
        bad = engine.execute("SELECT line, reasons, text FROM judged WHERE reasons IS NOT NULL ORDER BY line")
        self.bad += [BadLine(line, reasons, text.rstrip("\r\n")) for line, reasons, text in bad.fetchall()]
        kept = arrow(engine, _KEPT, kept=[*self.labelled, "ws_ping"], last_ns=self.last_ns)
        for metric, hour, count, total, first_ns, last_ns in self._rows(_COUNTED, hour_ns=_HOUR_NS):
            self.names.add(metric)
            self.good += count if metric in self.used else 0
            self.totals[metric, hour] += total
            self.first_ns = min(self.first_ns or first_ns, first_ns)
            self.last_ns = max(self.last_ns, last_ns)
        self._keep(kept)

    def _rows(self, query: str, **values: Any) -> Iterator[tuple[Any, ...]]:
        yield from self.engine.execute(query, values).fetchall()

    def _keep(self, kept: pa.Table) -> None:
        labels = [labels_of(*pair) if pair else None for pair in kept["labels"].to_pylist()]
        for row, label in zip(kept.drop_columns("labels").to_pylist(), labels, strict=True):
            if label is None:
                continue
            self.seen_ns[label.client] = max(self.seen_ns.get(label.client, 0), row["ns"])
            self.told |= label.status is not None
            self.untold |= label.answered and label.status is None
            if row["metric"] in SESSION_METRICS:
                point = Point(**row, series=label.series, client=label.client, status=label.status)
                if (attempt := self._pairing.see(point)) is not None:
                    self.connections.add(attempt, seen_ns=0)
        self._keep_values(kept, labels)

    def _keep_values(self, kept: pa.Table, labels: list[Labels | None]) -> None:
        columns = {
            name: pa.array([getattr(label, name, None) for label in labels], pa.string())
            for name in ("series", "client")
        }
        self.engine.register("kept", kept.drop_columns(["labels", "clock_ns"]))
        self.engine.register("told", pa.table(columns))
        self.engine.execute(
            "INSERT INTO points BY NAME SELECT * FROM kept POSITIONAL JOIN told "
            "WHERE list_contains($wanted, metric)",
            {"wanted": [*TRENDS, *self.latencies, *self.expected]},
        )

    def finish(self) -> dict[int, str]:
        """Note the attempts that no point completed; lines that belong to none, each with why."""
        for attempt in self._pairing.rest():
            self.connections.add(attempt, seen_ns=self.seen_ns[attempt.client])
        return dict.fromkeys(self._pairing.stray, "belongs to no ws_sessions of the same tags")
