"""The rollup of a table as SQL in one engine's words, and what becomes of its results.

:mod:`toolkit.metrics.expressions` writes it. That takes long, so that it is kept.
"""

from collections.abc import Callable
from dataclasses import dataclass

import pyarrow as pa

from toolkit.metrics.columns import PART
from toolkit.metrics.frames import COLUMNS, Frames, beside, none_of, typed
from toolkit.metrics.sources import Opened

HOUR = [PART, "environment", "hour"]
FACTS, KEPT = "facts_{}", "kept_{}"
"""The names of the tables that an engine shows, and of those that it keeps for a while."""

Fetch = Callable[[str], pa.Table]
"""Runs a query on an engine."""


@dataclass(frozen=True)
class Program:
    """Queries, in this order.

    Args:
        kept: tables that other queries read, by name.
        counts: sums by partition, environment and hour.
        others: by kind.
        rows: how many recorded rows the others count. None where they do not tell.
        set_aside: rows that are set aside, by partition and reason.
    """

    kept: dict[str, str]
    counts: list[str]
    others: dict[str, str]
    rows: str | None
    set_aside: str

    def frames(self, partitions: list[Opened], fetch: Fetch) -> Frames:
        """The rollups of partitions of one table, once the kept tables are there."""
        table, unique = partitions[0].partition.table, all(part.unique for part in partitions)
        found = {kind: fetch(query) for kind, query in self.others.items()}
        if self.counts:
            sums = beside([_whole(fetch(query)) for query in self.counts], HOUR)
            found["counts"] = pa.Table.from_pandas(sums, preserve_index=False)
        rows = sum(part.rows for part in partitions)
        # Where every row was counted there is none to look for.
        counted = fetch(self.rows)["n"][0].as_py() if unique and self.rows is not None else None
        none = none_of(COLUMNS[table]["set_aside"])
        bad = none if counted == rows else fetch(self.set_aside)
        found["set_aside"] = bad.sort_by([("part", "ascending"), ("reason", "ascending")])
        return {kind: typed(found[kind], names) for kind, names in COLUMNS[table].items()}


def _whole(rows: pa.Table) -> pa.Table:
    """The rows without decimals, which is what DuckDB's sums of whole numbers are to Arrow."""
    arrays = [
        column.cast(pa.int64()) if pa.types.is_decimal(column.type) else column for column in rows.columns
    ]
    return pa.Table.from_arrays(arrays, names=rows.column_names)
