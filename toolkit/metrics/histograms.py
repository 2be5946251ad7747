"""Histograms as they are kept: one row an hour, with its buckets and what they hold as lists.

A year has two hundred times as many buckets as hours. Told once an hour, option and environment cost nothing,
and the lists of all hours are one array each, which numpy sums up in one go.
"""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

HOUR_KEYS = ("part", "environment", "hour")

BUCKET = pa.int16()
"""The longest duration that counts as one (32 years) falls into bucket 1,745."""


def is_histogram(names: Sequence[str]) -> bool:
    """Whether a kind of rollup with these columns has buckets."""
    return "bucket" in names


def list_type(name: str) -> pa.DataType:
    """The type of a column of a histogram, one list an hour."""
    return pa.list_(BUCKET if name == "bucket" else pa.int64())


def by_hour(rows: pa.Table, keys: Sequence[str] = HOUR_KEYS) -> pa.Table:
    """A histogram of one row a bucket, as one of one row for each stretch of rows with the same keys."""
    rows = rows.combine_chunks()
    starts = np.flatnonzero(_differs(rows, keys))
    offsets = pa.array(np.append(starts, len(rows)), pa.int32())
    first = rows.select(keys).take(pa.array(starts))
    lists = {
        name: pa.ListArray.from_arrays(offsets, _whole(rows[name].cast(list_type(name).value_type)))
        for name in rows.column_names
        if name not in keys
    }
    return pa.table({**{name: first[name] for name in keys}, **lists})


def by_bucket(hours: pa.Table) -> pa.Table:
    """The opposite of :func:`by_hour`: a histogram of one row a bucket, all numbers as int64."""
    lists = [name for name in hours.column_names if pa.types.is_list(hours[name].type)]
    row = pc.list_parent_indices(_whole(hours[lists[0]]))
    return pa.table(
        {
            name: pc.list_flatten(hours[name]).cast(pa.int64()) if name in lists else hours[name].take(row)
            for name in hours.column_names
        }
    )


def _differs(rows: pa.Table, keys: Sequence[str]) -> np.ndarray:
    """Of each row whether some key is another one than in the row before; it is so of the first."""
    other = np.zeros(len(rows), dtype=bool)
    other[:1] = True
    for name in keys:
        column = _whole(rows[name])
        is_number = pa.types.is_integer(column.type)
        numbers = column if is_number else column.dictionary_encode().indices
        other[1:] |= np.diff(numbers.to_numpy()) != 0
    return other


def _whole(column: pa.ChunkedArray | pa.Array) -> pa.Array:
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
