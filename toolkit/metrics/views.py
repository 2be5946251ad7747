"""Which files an engine reads as one table: those whose columns agree in type."""

from dataclasses import dataclass
from itertools import groupby

import pyarrow as pa

from toolkit.measure.events import Table
from toolkit.metrics.columns import COLUMNS, DAY, PART
from toolkit.metrics.program import FACTS
from toolkit.metrics.sources import Opened, Source


@dataclass(frozen=True)
class View:
    """Files that are read as one table.

    Args:
        name: of the table.
        sources: the files.
        parts, midnights_us: of each file the number of its partition, and its midnight in microseconds since
            1970.
    """

    name: str
    sources: list[Source]
    parts: list[int]
    midnights_us: list[int]

    def columns(self, table: Table) -> list[pa.Field]:
        """The columns to read, as the files have them."""
        schema = self.sources[0].schema
        return [schema.field(column.name) for column in COLUMNS[table] if column.name in schema.names]

    def schema(self, table: Table) -> pa.Schema:
        """The columns of the table: times as whole microseconds, and what tells the partition."""
        read = [
            pa.field(field.name, pa.int64() if pa.types.is_timestamp(field.type) else _plain(field.type))
            for field in self.columns(table)
        ]
        return pa.schema([*read, pa.field(PART, pa.int64()), pa.field(DAY, pa.int64())])


def _plain(kind: pa.DataType) -> pa.DataType:
    """The type as SQL has it, in which no way of storing text is another one."""
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    return pa.string() if pa.types.is_large_string(kind) else kind


def views(partitions: list[Opened]) -> list[View]:
    """All files of the partitions, which are numbered as they stand in the list."""
    numbered = [(number, source) for number, part in enumerate(partitions) for source in part.sources]
    numbered.sort(key=lambda pair: pair[1].shape)
    midnights_us = [part.partition.midnight_us for part in partitions]
    found: list[View] = []
    for _, group in groupby(numbered, key=lambda pair: pair[1].shape):
        alike = list(group)
        parts = [number for number, _ in alike]
        found.append(
            View(
                name=FACTS.format(len(found)),
                sources=[source for _, source in alike],
                parts=parts,
                midnights_us=[midnights_us[part] for part in parts],
            )
        )
    return found
