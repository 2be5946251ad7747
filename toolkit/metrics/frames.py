"""The columns of the rollups, and how those of many partitions lie in one file."""

from collections.abc import Iterable

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from toolkit.measure.events import Table
from toolkit.metrics import ages, clusters, connections, deliveries

KEYS = ("environment", "hour")
BUCKET_KEYS = (*KEYS, "bucket")
DEADLINES = ("deadline_us", "deadline_min_us")

Frames = dict[str, pd.DataFrame]
"""Rollups by kind, each row with the number of its partition as ``part``."""


def _sums(ratios: tuple[clusters.Ratio, ...]) -> tuple[str, ...]:
    return tuple(name for ratio in ratios for name in ratio.columns)


CONNECTION_COUNTS = (*connections.SUMS, *_sums(clusters.CONNECTION_RATIOS))
DELIVERY_COUNTS = (*deliveries.SUMS, *_sums((*clusters.RECIPIENT_RATIOS, *clusters.SENDER_RATIOS)))

COLUMNS: dict[Table, dict[str, tuple[str, ...]]] = {
    "connections": {
        "counts": (*KEYS, *CONNECTION_COUNTS),
        "handshake": (*BUCKET_KEYS, "count"),
        "ages": (*BUCKET_KEYS, *ages.AGES),
        "set_aside": ("reason", "count"),
    },
    "deliveries": {
        "counts": (*KEYS, *DELIVERY_COUNTS, *DEADLINES),
        "latency": (*BUCKET_KEYS, "count"),
        "set_aside": ("reason", "count"),
    },
    "aggregates": {
        "aggregates": (*KEYS, "source", "name", "kind", "quantile", "value", "unit", "from_us", "until_us"),
        "set_aside": ("reason", "count"),
    },
}
"""The columns of each kind of rollup of a table; hours are whole ones since 1970, numbers int64."""

_WORDS = ("environment", "reason", "source", "name", "kind", "unit")
_NUMBERS = ("quantile", "value")
ORDER = ("bucket", "source", "name", "kind", "quantile", "from_us", "until_us", "value")
"""By what the rows of an hour are ordered, as far as they have it."""


def _struct(columns: tuple[str, ...]) -> pa.DataType:
    words, numbers = dict.fromkeys(_WORDS, pa.string()), dict.fromkeys(_NUMBERS, pa.float64())
    return pa.struct([(name, {**words, **numbers}.get(name, pa.int64())) for name in columns])


def schema(table: Table) -> pa.Schema:
    """Of a file of rollups: one row a partition, with its key and the rows of each kind as a list."""
    kinds = [(kind, pa.list_(_struct(columns))) for kind, columns in COLUMNS[table].items()]
    return pa.schema([("day", pa.date32()), ("key", pa.string()), *kinds])


def packed(table: Table, days: list[object], keys: list[str], parts: list[int], frames: Frames) -> pa.Table:
    """The rollups of some partitions as such a file.

    Args:
        days, keys, parts: of each partition its day, its key and its number in the frames.
    """
    columns = [pa.array(days, pa.date32()), pa.array(keys, pa.string())]
    for kind, names in COLUMNS[table].items():
        columns.append(_lists(frames[kind], names, parts))
    return pa.Table.from_arrays(columns, schema=schema(table))


def _lists(frame: pd.DataFrame, names: tuple[str, ...], parts: list[int]) -> pa.ListArray:
    order = {part: place for place, part in enumerate(parts)}
    places = frame["part"].map(order)
    own = frame[places.notna()].assign(place=places[places.notna()].astype("int64"))
    own = own.sort_values("place", kind="stable")
    lengths = np.bincount(own["place"], minlength=len(parts))
    offsets = pa.array(np.concatenate([[0], np.cumsum(lengths)]), pa.int32())
    struct = _struct(names)
    rows = pa.Table.from_pandas(own[list(names)], schema=pa.schema(list(struct)), preserve_index=False)
    return pa.ListArray.from_arrays(offsets, rows.to_struct_array().combine_chunks())


def unpacked(table: Table, files: Iterable[tuple[list[int], pa.Table]]) -> Frames:
    """The rollups of files as frames.

    Args:
        files: each with the numbers of its partitions, one a row.
    """
    return joined(
        table,
        [
            {kind: _flat(rows[kind], parts, names) for kind, names in COLUMNS[table].items()}
            for parts, rows in files
        ],
    )


def joined(table: Table, found: Iterable[Frames]) -> Frames:
    """Frames of different partitions as one."""
    every = list(found)
    return {
        kind: pd.concat([empty(names), *(frames[kind] for frames in every if len(frames[kind]))])
        for kind, names in COLUMNS[table].items()
    }


def _flat(column: pa.ChunkedArray, parts: list[int], names: tuple[str, ...]) -> pd.DataFrame:
    lists = column.combine_chunks()
    values = pc.list_flatten(lists)
    arrays = {name: pc.struct_field(values, name).to_pandas() for name in names}
    part = np.asarray(parts, dtype="int64")[pc.list_parent_indices(lists).to_numpy()]
    return pd.DataFrame({"part": part, **arrays})


def empty(names: tuple[str, ...]) -> pd.DataFrame:
    """A frame without rows."""
    kinds = {**dict.fromkeys(_WORDS, "str"), **dict.fromkeys(_NUMBERS, "float64"), "from_us": "Int64"}
    columns = {name: pd.Series(dtype=kinds.get(name, "int64")) for name in names}
    return pd.DataFrame({"part": pd.Series(dtype="int64"), **columns})
