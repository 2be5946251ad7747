"""What became of an imported file."""

from dataclasses import dataclass
from pathlib import Path

from toolkit.measure.events import Table


@dataclass(frozen=True, kw_only=True)
class ImportResult:
    """Counts of one import; ``rows + set_aside`` are all rows of the file.

    Args:
        table: what the rows are.
        rows: good rows; all of them are recorded now.
        duplicates: how many of those stood twice in the file, or were recorded before.
        late: deliveries that came after their deadline and are recorded as lost.
        set_aside: bad rows.
        set_aside_file: where they are kept, with line and reasons. None where there are none.
        ignored_columns: columns of the file that mean nothing here.
        files: the Parquet files written.
    """

    table: Table
    rows: int
    duplicates: int
    late: int
    set_aside: int
    set_aside_file: Path | None
    ignored_columns: tuple[str, ...]
    files: tuple[Path, ...]
