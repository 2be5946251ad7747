"""The columns of the rollups, and how those of many partitions lie in one file."""

from collections.abc import Mapping, Sequence
from datetime import date

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from toolkit.measure.events import Table
from toolkit.metrics import clusters
from toolkit.metrics.histograms import by_bucket, by_hour, is_histogram, list_type
from toolkit.metrics.sums import AGES, CONNECTION_SUMS, DELIVERY_SUMS

KEYS = ("environment", "hour")
BUCKET_KEYS = (*KEYS, "bucket")
DEADLINES = ("deadline_us", "deadline_min_us")

Frames = Mapping[str, pa.Table]
"""Rollups by kind, each row with the number of its partition as ``part``, in the order of these numbers.

A histogram has one row an hour, see :mod:`toolkit.metrics.histograms`.
"""


def _sums(ratios: tuple[clusters.Ratio, ...]) -> tuple[str, ...]:
    return tuple(name for ratio in ratios for name in ratio.columns)


CONNECTION_COUNTS = (*CONNECTION_SUMS, *_sums(clusters.CONNECTION_RATIOS))
DELIVERY_COUNTS = (*DELIVERY_SUMS, *_sums((*clusters.RECIPIENT_RATIOS, *clusters.SENDER_RATIOS)))

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
        "ages": (*BUCKET_KEYS, *AGES),
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
    "source", "name", "kind", "quantile", "from_us", "until_us", "value", "struck_us", "connection", "fault",
    "environment", "bucket",
)  # fmt: skip
"""By what the rows of an hour are ordered, as far as they have it."""


def _type(name: str) -> pa.DataType:
    if name in _WORDS:
        return pa.string()
    return pa.float64() if name in _NUMBERS else pa.int64()


def _fields(names: tuple[str, ...]) -> list[tuple[str, pa.DataType]]:
    """The columns of a kind of rollup as frames hold them."""
    many = [name for name in names if name not in KEYS] if is_histogram(names) else []
    return [(name, list_type(name) if name in many else _type(name)) for name in names]


def typed(rows: pa.Table, names: tuple[str, ...]) -> pa.Table:
    """The columns of a kind of rollup, each with its type, after the number of the partition.

    Args:
        rows: of a histogram one a bucket, as an engine finds them, in the order of partition and hour.
    """
    columns = ("part", *names)
    found = rows.select(columns).cast(pa.schema([(name, _type(name)) for name in columns]))
    return by_hour(found) if is_histogram(names) else found


def none_of(names: tuple[str, ...]) -> pa.Table:
    """A kind of rollup without rows."""
    return pa.schema([("part", pa.int64()), *_fields(names)]).empty_table()


def _struct(columns: tuple[str, ...]) -> pa.DataType:
    return pa.struct(_fields(columns))


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


def written(rows: pa.Table) -> bytes:
    """The content of a file with what :func:`packed` gives.

    Arrow's own format, as lists in lists take long to read from Parquet. Read and written every night, and
    small: speed counts for more than size.
    """
    sink = pa.BufferOutputStream()
    rows = rows.combine_chunks()
    with pa.ipc.new_file(sink, rows.schema, options=pa.ipc.IpcWriteOptions(compression="lz4")) as file:
        file.write_table(rows)
    content: bytes = sink.getvalue().to_pybytes()
    return content


class Pack:
    """The rollups in a file's content, taken apart as they are asked for.

    Raises:
        ValueError: the content is none of ours (pyarrow's errors are such errors).
    """

    def __init__(self, table: Table, content: bytes) -> None:
        self._content = pa.py_buffer(content)
        self._table = table
        if not pa.ipc.open_file(self._content).schema.equals(_schema(table)):
            raise ValueError("other columns")
        self.keys: list[str] = self._column("key").to_pylist()

    def rows(self) -> pa.Table:
        """All of it."""
        return pa.ipc.open_file(self._content).read_all()

    def frame(self, kind: str, parts: Mapping[str, int]) -> pa.Table:
        """The rollups of a kind of the partitions whose keys are given, with the number of each."""
        lists = self._column(kind)
        chosen = [place for place, key in enumerate(self.keys) if key in parts]
        if len(chosen) < len(self.keys):
            lists = lists.take(pa.array(chosen, pa.int64()))
        numbers = pa.array([parts[self.keys[place]] for place in chosen], pa.int64())
        values = pc.list_flatten(lists)
        names = COLUMNS[self._table][kind]
        columns = [pc.struct_field(values, name) for name in names]
        part = numbers.take(pc.list_parent_indices(lists))
        return pa.Table.from_arrays([part, *columns], names=["part", *names])

    def _column(self, name: str) -> pa.Array:
        """One column; no other is unpacked for it."""
        place = _schema(self._table).get_field_index(name)
        # Most are so small that to share the work among threads takes longer than the work.
        options = pa.ipc.IpcReadOptions(included_fields=[place], use_threads=False)
        return pa.ipc.open_file(self._content, options=options).read_all()[name].combine_chunks()


def together(frames: Sequence[pa.Table], names: tuple[str, ...]) -> pa.Table:
    """Frames of one kind as one, in the order of the partitions' numbers."""
    rows = pa.concat_tables([none_of(names), *frames]).combine_chunks()
    if np.any(np.diff(rows["part"].to_numpy()) < 0):
        rows = rows.take(pa.array(np.argsort(rows["part"].to_numpy(), kind="stable")))
    return rows


def as_pandas(rows: pa.Table) -> pd.DataFrame:
    """A frame with one row a bucket and with environments as categories: few words in many rows."""
    words = [name for name in ("environment",) if name in rows.column_names]
    for name in words:
        rows = rows.set_column(rows.column_names.index(name), name, rows[name].dictionary_encode())
    if any(pa.types.is_list(column.type) for column in rows.columns):
        rows = by_bucket(rows)
    frame: pd.DataFrame = rows.to_pandas()
    for word in words:
        known = frame[word].astype("category").cat
        frame[word] = known.set_categories(sorted(known.categories))
    return frame


def beside(frames: Sequence[pa.Table], keys: Sequence[str]) -> pd.DataFrame:
    """The whole numbers of like keys beside each other, in the order of the keys.

    What a key lacks in one of the frames is 0; what stands twice in one is added up.
    """
    rows = pd.concat([frame.select(keys).to_pandas() for frame in frames], ignore_index=True)
    places = rows.groupby(list(keys), sort=True, observed=True).ngroup().to_numpy()
    hours = rows.iloc[np.unique(places, return_index=True)[1]].reset_index(drop=True)
    sums: dict[str, np.ndarray] = {}
    ends = np.cumsum([len(frame) for frame in frames])
    for frame, own in zip(frames, np.split(places, ends[:-1]), strict=True):
        for name in [name for name in frame.column_names if name not in keys]:
            sums[name] = np.zeros(len(hours), "int64")
            # Whole numbers stay whole ones, and exact.
            np.add.at(sums[name], own, frame[name].to_numpy())
    found: pd.DataFrame = hours.join(pd.DataFrame(sums))
    return found
