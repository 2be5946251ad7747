"""The columns of the rollups, and how those of many partitions lie in one file."""

import io
from collections.abc import Mapping, Sequence
from datetime import date

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from pandas.api.types import union_categoricals

from toolkit.measure.events import Table
from toolkit.metrics import ages, clusters, connections, deliveries

KEYS = ("environment", "hour")
BUCKET_KEYS = (*KEYS, "bucket")
DEADLINES = ("deadline_us", "deadline_min_us")

Frames = Mapping[str, pd.DataFrame]
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


def typed(frame: pd.DataFrame, names: tuple[str, ...]) -> pd.DataFrame:
    """The columns of a kind of rollup, each with its type."""
    kinds = {**dict.fromkeys(_WORDS, "str"), **dict.fromkeys(_NUMBERS, "float64"), "from_us": "Int64"}
    return frame[["part", *names]].astype({name: kinds.get(name, "int64") for name in ("part", *names)})


def empty(names: tuple[str, ...]) -> pd.DataFrame:
    """A frame without rows."""
    return typed(pd.DataFrame({name: [] for name in ("part", *names)}), names)


def _struct(columns: tuple[str, ...]) -> pa.DataType:
    words, numbers = dict.fromkeys(_WORDS, pa.string()), dict.fromkeys(_NUMBERS, pa.float64())
    return pa.struct([(name, {**words, **numbers}.get(name, pa.int64())) for name in columns])


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


def _lists(frame: pd.DataFrame, names: tuple[str, ...], parts: Sequence[int]) -> pa.ListArray:
    places = frame["part"].map({part: place for place, part in enumerate(parts)})
    own = frame[places.notna()].assign(place=places[places.notna()].astype("int64"))
    own = own.sort_values("place", kind="stable")
    lengths = np.bincount(own["place"], minlength=len(parts))
    offsets = pa.array(np.concatenate([[0], np.cumsum(lengths)]), pa.int32())
    struct = _struct(names)
    rows = pa.Table.from_pandas(own[list(names)], schema=pa.schema(list(struct)), preserve_index=False)
    return pa.ListArray.from_arrays(offsets, rows.to_struct_array().combine_chunks())


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

    def frame(self, kind: str, parts: Mapping[str, int]) -> pd.DataFrame:
        """The rollups of a kind of the partitions whose keys are given, with the number of each."""
        names = COLUMNS[self._table][kind]
        lists = self._file.read(columns=[kind])[kind].combine_chunks()
        chosen = [place for place, key in enumerate(self.keys) if key in parts]
        if len(chosen) < len(self.keys):
            lists = lists.take(pa.array(chosen, pa.int64()))
        numbers = np.asarray([parts[self.keys[place]] for place in chosen], dtype="int64")
        values = pc.list_flatten(lists)
        arrays = {name: _array(name, pc.struct_field(values, name)) for name in names}
        return pd.DataFrame({"part": numbers[pc.list_parent_indices(lists).to_numpy()], **arrays})


def _array(name: str, values: pa.Array) -> object:
    """Few words in many rows are quicker to compare as categories."""
    return (pc.dictionary_encode(values) if name == "environment" else values).to_pandas()


def joined(frames: Sequence[pd.DataFrame], names: tuple[str, ...]) -> pd.DataFrame:
    """Frames of one kind as one, with environments as categories."""
    found = [frame for frame in frames if len(frame)]
    if not found:
        none = empty(names)
        return none.astype({"environment": "category"}) if "environment" in names else none
    if "environment" not in names:
        return pd.concat(found, ignore_index=True)
    environments = union_categoricals(
        [frame["environment"].astype("category") for frame in found], sort_categories=True
    )
    together = pd.concat([frame.drop(columns="environment") for frame in found], ignore_index=True)
    together.insert(1, "environment", pd.Series(environments))
    return together
