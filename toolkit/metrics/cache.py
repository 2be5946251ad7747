"""Keeps the rollup of each partition, so that one whose files are unchanged is not rolled up again.

One file holds a month of one option, so that a build after one more day reads few files and writes one.
"""

import hashlib
import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable
from functools import cache
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from toolkit.measure import events
from toolkit.measure.events import Table
from toolkit.metrics.files import Partition
from toolkit.metrics.frames import Frames, packed, schema, unpacked

Numbered = dict[Partition, int]
"""Partitions, each with the number that it has in the frames."""


class Cache:
    """Rollups in ``metrics/rollups``. The folder may be deleted at any time, and may be read-only.

    Args:
        folder: where they lie.
        environments: those that project.yaml lists, since the rows were checked against them.
    """

    def __init__(self, folder: Path, environments: Collection[str]) -> None:
        self._folder = folder
        self._basis = "\n".join([_code(), *sorted(environments)])

    def load(self, table: Table, partitions: Numbered) -> tuple[Frames, set[Partition]]:
        """The rollups kept of just these files by just this code, and of which partitions they are."""
        found: list[tuple[list[int], pa.Table]] = []
        known: set[Partition] = set()
        for path, month in self._months(partitions).items():
            rows = _read(path, table)
            if rows is None:
                continue
            wanted = {self._key(part): part for part in month}
            rows = rows.filter(pc.is_in(rows["key"], pa.array(list(wanted), pa.string())))
            own = [wanted[key] for key in rows["key"].to_pylist()]
            found.append(([partitions[part] for part in own], rows))
            known.update(own)
        return unpacked(table, found), known

    def store(self, table: Table, partitions: Numbered, frames: Frames) -> None:
        """Keep the rollups of the partitions, beside those kept of other days of their months."""
        for path, month in self._months(partitions).items():
            new = packed(
                table,
                [part.day for part in month],
                [self._key(part) for part in month],
                [partitions[part] for part in month],
                frames,
            )
            old = _read(path, table)
            if old is not None:
                others = old.filter(pc.invert(pc.is_in(old["day"], new["day"].combine_chunks())))
                new = pa.concat_tables([others, new]).sort_by("day")
            _write(path, new)

    def _months(self, partitions: Iterable[Partition]) -> dict[Path, list[Partition]]:
        months: dict[Path, list[Partition]] = defaultdict(list)
        for part in partitions:
            folder = self._folder / part.table / f"option={part.folder}"
            months[folder / f"month={part.day:%Y-%m}.parquet"].append(part)
        return dict(months)

    def _key(self, partition: Partition) -> str:
        key = hashlib.sha256(f"{self._basis}\n{partition.name}".encode())
        for file in partition.files:
            key.update(f"\n{file.path.name} {file.version}".encode())
        return key.hexdigest()[:32]


def _read(path: Path, table: Table) -> pa.Table | None:
    """The rollups at ``path``, or None where there are none that can be trusted."""
    try:
        rows = pq.read_table(path, partitioning=None, page_checksum_verification=True)
    except (pa.ArrowException, OSError, ValueError):
        return None
    return rows if rows.schema.equals(schema(table)) else None


def _write(path: Path, rows: pa.Table) -> None:
    """Put the rollups at ``path`` in one step."""
    temporary = path.with_name(f".{path.name}.{uuid.uuid4().hex[:8]}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        pq.write_table(rows, temporary, write_page_checksum=True)
        temporary.replace(path)
    except OSError:
        # A folder that cannot be written costs time at the next build and nothing else.
        _discard(temporary)


def _discard(temporary: Path) -> None:
    try:
        temporary.unlink(missing_ok=True)
    except OSError:
        return


@cache
def _code() -> str:
    """A digest of this room's code and of the facts' own, as other code may count otherwise."""
    digest = hashlib.sha256()
    for source in [Path(events.__file__), *sorted(Path(__file__).parent.glob("*.py"))]:
        digest.update(source.read_bytes())
    return digest.hexdigest()
