"""Keeps the rollup of each partition, so that one whose files are unchanged is not rolled up again.

One file holds a month of one option, so that a build after one more day reads few files and writes one. Its
name holds the digest of its content.
"""

import hashlib
import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from toolkit.measure import events
from toolkit.measure.events import Table
from toolkit.metrics.files import Partition
from toolkit.metrics.frames import Frames, Pack, packed, written

READERS = 4
"""So many months are read at a time, as to read and to digest them is most of what a night costs."""

Numbered = Mapping[Partition, int]
"""Partitions, each with the number that it has in the frames."""


@dataclass(frozen=True)
class Kept:
    """Rollups that were kept, as they lie in a file: what is not asked for is not unpacked."""

    pack: Pack
    parts: Mapping[str, int]

    def __getitem__(self, kind: str) -> pa.Table:
        return self.pack.frame(kind, self.parts)


class Cache:
    """Rollups in ``metrics/rollups``. The folder may be deleted at any time, and may be read-only.

    Args:
        folder: where they lie.
        environments: those that project.yaml lists, since the rows were checked against them.
    """

    def __init__(self, folder: Path, environments: Collection[str]) -> None:
        self._folder = folder
        self._basis = "\n".join([code_digest(), *sorted(environments)])

    def load(self, table: Table, partitions: Numbered) -> tuple[list[Kept], set[Partition]]:
        """The rollups kept of just these files by just this code, and of which partitions they are."""
        found, known = [], set()
        months = self._months(partitions)
        with ThreadPoolExecutor(READERS) as readers:
            packs = readers.map(lambda month: list(_packs(month, table)), months)
        for own, kept in zip(months.values(), packs, strict=True):
            wanted = {self._key(part): part for part in own}
            for pack in kept:
                parts = {
                    key: partitions[wanted[key]]
                    for key in pack.keys
                    if key in wanted and wanted[key] not in known
                }
                known |= {wanted[key] for key in parts}
                if parts:
                    found.append(Kept(pack, parts))
        return found, known

    def store(self, table: Table, partitions: Numbered, frames: Frames) -> bool:
        """Keep the rollups of the partitions, beside those kept of other days of their months.

        Returns:
            False where they could not be kept, all or some of them.
        """
        kept = []
        for month, own in self._months(partitions).items():
            days, keys = [part.day for part in own], [self._key(part) for part in own]
            rows = packed(table, days, keys, [partitions[part] for part in own], frames)
            for pack in _packs(month, table):
                old = pack.rows()
                others = old.filter(pc.invert(pc.is_in(old["day"], rows["day"].combine_chunks())))
                rows = pa.concat_tables([rows, others])
            kept.append(_write(month, rows.sort_by("day")))
        return all(kept)

    def _months(self, partitions: Iterable[Partition]) -> dict[Path, list[Partition]]:
        """The partitions by where the rollups of their months lie, but for the digests in the names."""
        months: dict[tuple[Table, str, int, int], list[Partition]] = defaultdict(list)
        for part in partitions:
            months[part.table, part.folder, part.day.year, part.day.month].append(part)
        return {
            self._folder / table / f"option={option}" / f"month={year}-{month:02}": own
            for (table, option, year, month), own in months.items()
        }

    def _key(self, partition: Partition) -> str:
        key = hashlib.sha256(f"{self._basis}\n{partition.name}".encode())
        for file in partition.files:
            key.update(f"\n{file.name} {file.version}".encode())
        return key.hexdigest()[:32]


def _packs(month: Path, table: Table) -> Iterator[Pack]:
    """The rollups of a month that can be trusted."""
    for path in sorted(month.parent.glob(f"{month.name}-*.arrow")):
        try:
            content = path.read_bytes()
            if path == _place(month, content):
                yield Pack(table, content)
        except (pa.ArrowException, OSError, ValueError):
            continue


def _place(month: Path, content: bytes) -> Path:
    return month.with_name(f"{month.name}-{hashlib.sha256(content).hexdigest()[:24]}.arrow")


def _write(month: Path, rows: pa.Table) -> bool:
    """Put the rollups of a month in the place of older ones; False where that is not possible."""
    content = written(rows)
    place = _place(month, content)
    if not put(place, content):
        return False
    for older in month.parent.glob(f"{month.name}-*.arrow"):
        if older != place:
            _discard(older)
    return True


def put(place: Path, content: bytes) -> bool:
    """Write a file in one step; False where that is not possible, which costs time and nothing else."""
    temporary = place.with_name(f".{place.name}.{uuid.uuid4().hex[:8]}.tmp")
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        temporary.write_bytes(content)
        temporary.replace(place)
    except OSError:
        _discard(temporary)
        return False
    return True


def _discard(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError:
        return


@cache
def code_digest() -> str:
    """A digest of this room's code and of the facts' own, as other code may count otherwise."""
    digest = hashlib.sha256()
    for source in [Path(events.__file__), *sorted(Path(__file__).parent.glob("*.py"))]:
        digest.update(source.read_bytes())
    return digest.hexdigest()
