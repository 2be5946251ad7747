"""The columns of the rollups, and how those of many partitions lie in one file."""

import io
from collections.abc import Mapping, Sequence
from datetime import date

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from toolkit.measure.events import Table
from toolkit.metrics import ages, clusters, connections, deliveries

KEYS = ("environment", "hour")
BUCKET_KEYS = (*KEYS, "bucket")
DEADLINES = ("deadline_us", "deadline_min_us")

Frames = Mapping[str, pa.Table]
"""Rollups by kind, each row with the number of its partition as ``part``, in the order of these numbers."""


def _sums(ratios: tuple[clusters.Ratio, ...]) -> tuple[str, ...]:
    return tuple(name for ratio in ratios for name in ratio.columns)


CONNECTION_COUNTS = (*connections.SUMS, *_sums(clusters.CONNECTION_RATIOS))
DELIVERY_COUNTS = (*deliveries.SUMS, *_sums((*clusters.RECIPIENT_RATIOS, *clusters.SENDER_RATIOS)))

_FAULT_TIMES = (
    "healed_s",
    "recovered_s",
    "wanted_s",
    "client_noticed_s",
    "client_observed_s",
    "server_noticed_s",
    "server_observed_s",
)

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
    "faults": {
        "faults": (*KEYS, "connection", "fault", "way", "struck_us", "client", *_FAULT_TIMES),
        "set_aside": ("reason", "count"),
    },
}
"""The columns of each kind of rollup of a table; hours are whole ones since 1970, numbers int64."""

_WORDS = ("environment", "reason", "source", "name", "kind", "unit", "fault", "way", "client")
_NUMBERS = ("quantile", "value", *_FAULT_TIMES)
ORDER = (
    "bucket", "source", "name", "kind", "quantile", "from_us", "until_us", "value",
    "struck_us", "connection", "fault",
)  # fmt: skip
"""By what the rows of an hour are ordered, as far as they have it."""


def _type(name: str) -> pa.DataType:
    if name in _WORDS:
        return pa.string()
    return pa.float64() if name in _NUMBERS else pa.int64()


def typed(rows: pa.Table, names: tuple[str, ...]) -> pa.Table:
    """The columns of a kind of rollup, each with its type, after the number of the partition."""
    columns = ("part", *names)
    return rows.select(columns).cast(pa.schema([(name, _type(name)) for name in columns]))


def none_of(names: tuple[str, ...]) -> pa.Table:
    """A kind of rollup without rows."""
    return pa.schema([(name, _type(name)) for name in ("part", *names)]).empty_table()


def _struct(columns: tuple[str, ...]) -> pa.DataType:
    return pa.struct([(name, _type(name)) for name in columns])


def _schema(table: Table) -> pa.Schema:
    """One row a partition, with its key and the rows of each kind as a list."""
    kinds = [(kind, pa.list_(_struct(columns))) for kind, columns in COLUMNS[table].items()]
    return pa.schema([("day", pa.date32()), ("key", pa.string()), *kinds])


def packed(
    table: Table, days: Sequence[date], keys: Sequence[str], parts: Sequence[int], frames: Frames
) -> pa.Table:
    """The rollups of some partitions as they lie in a file.

    Args:
        days, keys, parts: of each partition its day, its key and its number in the frames.
    """
    columns = [pa.array(days, pa.date32()), pa.array(keys, pa.string())]
    columns += [_lists(frames[kind], names, parts) for kind, names in COLUMNS[table].items()]
    return pa.Table.from_arrays(columns, schema=_schema(table))


def _lists(rows: pa.Table, names: tuple[str, ...], parts: Sequence[int]) -> pa.ListArray:
    """The rows of each partition as a list; rows and partitions are in rising order of their numbers."""
    numbers = rows["part"].to_numpy()
    starts, ends = np.searchsorted(numbers, parts, "left"), np.searchsorted(numbers, parts, "right")
    offsets = pa.array(np.concatenate([[0], np.cumsum(ends - starts)]), pa.int32())
    own = rows.slice(int(starts[0]), int(ends[-1] - starts[0]))
    if len(own) != offsets[-1].as_py():
        own = own.filter(pc.is_in(own["part"], pa.array(parts, pa.int64())))
    struct = _struct(names)
    columns = [own[name].combine_chunks() for name in names]
    return pa.ListArray.from_arrays(offsets, pa.StructArray.from_arrays(columns, fields=list(struct)))


class Pack:
    """The rollups in a file's content, taken apart as they are asked for.

    Raises:
        ValueError: the content is none of ours (pyarrow's errors are such errors).
    """

    def __init__(self, table: Table, content: bytes) -> None:
        self._file = pq.ParquetFile(io.BytesIO(content))
        self._table = table
        if not self._file.schema_arrow.equals(_schema(table)):
            raise ValueError("other columns")
        self.keys: list[str] = self._file.read(columns=["key"])["key"].to_pylist()

    def rows(self) -> pa.Table:
        """All of it."""
        return self._file.read()

    def frame(self, kind: str, parts: Mapping[str, int]) -> pa.Table:
        """The rollups of a kind of the partitions whose keys are given, with the number of each."""
        names = COLUMNS[self._table][kind]
        lists = self._file.read(columns=[kind])[kind].combine_chunks()
        chosen = [place for place, key in enumerate(self.keys) if key in parts]
        if len(chosen) < len(self.keys):
            lists = lists.take(pa.array(chosen, pa.int64()))
        numbers = pa.array([parts[self.keys[place]] for place in chosen], pa.int64())
        values = pc.list_flatten(lists)
        columns = [pc.struct_field(values, name) for name in names]
        part = numbers.take(pc.list_parent_indices(lists))
        return pa.Table.from_arrays([part, *columns], names=["part", *names])


def joined(frames: Sequence[pa.Table], names: tuple[str, ...]) -> pd.DataFrame:
    """Frames of one kind as one, with environments as categories: few words in many rows."""
    together = pa.concat_tables([none_of(names), *frames]).combine_chunks()
    words = ["environment"] if "environment" in names else []
    frame: pd.DataFrame = together.to_pandas(categories=words)
    for word in words:
        known = frame[word].astype("category").cat
        frame[word] = known.set_categories(sorted(known.categories))
    return frame
