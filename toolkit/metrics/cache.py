"""Keeps the rollup of each partition, so that one whose files are unchanged is not rolled up again."""

import hashlib
import uuid
from collections.abc import Collection
from functools import cache
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from toolkit.measure import events
from toolkit.metrics.engine import LONG
from toolkit.metrics.files import Partition

SCHEMA = pa.schema(
    [(name, pa.string() if name in ("kind", "environment", "name") else pa.int64()) for name in LONG]
)


class Cache:
    """Rollups in ``metrics/rollups``. The folder may be deleted at any time, and may be read-only.

    Args:
        folder: where they lie.
        environments: those that project.yaml lists, since the rows were checked against them.
    """

    def __init__(self, folder: Path, environments: Collection[str]) -> None:
        self._folder = folder
        self._basis = "\n".join([_code(), *sorted(environments)])

    def path(self, partition: Partition) -> Path:
        """Where the rollup of just these files, made by just this code, lies.

        Raises:
            FileNotFoundError: a file vanished meanwhile.
        """
        key = hashlib.sha256(f"{self._basis}\n{partition.name}".encode())
        for source in partition.sources:
            with source.path.open("rb") as file:
                content = hashlib.file_digest(file, "sha256").hexdigest()
            key.update(f"\n{source.path.name} {source.path.stat().st_size} {content}".encode())
        return self._folder / partition.name / f"{key.hexdigest()[:32]}.parquet"

    def load(self, path: Path) -> pd.DataFrame | None:
        """The rollup at ``path``, or None where there is none that can be trusted."""
        try:
            table = pq.read_table(path, partitioning=None, page_checksum_verification=True)
        except (pa.ArrowException, OSError, ValueError):
            return None
        if not table.schema.equals(SCHEMA):
            return None
        frame: pd.DataFrame = table.to_pandas()
        return frame

    def store(self, path: Path, rollup: pd.DataFrame) -> None:
        """Put the rollup at ``path`` in one step, in the place of older ones of its partition."""
        temporary = path.with_name(f".{path.name}.{uuid.uuid4().hex[:8]}.tmp")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            table = pa.Table.from_pandas(rollup[LONG], schema=SCHEMA, preserve_index=False)
            pq.write_table(table.replace_schema_metadata(), temporary, write_page_checksum=True)
            temporary.replace(path)
            for older in path.parent.glob("*.parquet"):
                if older != path:
                    older.unlink(missing_ok=True)
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
