"""What became of an imported file."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from toolkit.measure.events import Table


@dataclass(frozen=True, kw_only=True)
class ImportResult:
    """Counts of one import; ``rows + set_aside`` are all pieces of the file that meant something here.

    Args:
        kind: of the file, one of :data:`toolkit.measure.importers.KINDS`.
        rows: pieces of the file that were understood; all that they told is recorded now.
        tables: how many facts they told, by table.
        duplicates: how many of those stood twice in the file, or were recorded before.
        late: deliveries that came after their deadline and are recorded as lost.
        set_aside: pieces that were not understood.
        set_aside_file: where they are kept, with line and reasons. None where there are none.
        ignored: columns, metrics, series or kinds of lines that mean nothing here.
        gives: metric ids that this file can give.
        lacks: the other metric ids, each with why it stays absent.
        notes: in words, what the reader should know of these figures.
        files: the Parquet files that hold the facts and were written, or written again with the same bytes.
    """

    kind: str
    rows: int
    tables: Mapping[Table, int]
    duplicates: int
    late: int
    set_aside: int
    set_aside_file: Path | None
    ignored: tuple[str, ...]
    gives: tuple[str, ...]
    lacks: Mapping[str, str]
    notes: tuple[str, ...]
    files: tuple[Path | str, ...]
