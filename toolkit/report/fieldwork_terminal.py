"""What imports, compactions and measurements came to, for a terminal."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from toolkit.project.faults import printable
from toolkit.report.termtables import Document, console, number, text_of
from toolkit.report.wording import plural

if TYPE_CHECKING:
    from toolkit.measure.compaction import Compacted
    from toolkit.measure.importers.result import ImportResult


def about_import(result: "ImportResult") -> Iterator[str]:
    """What to know of an import beside its counts, line by line."""
    if result.set_aside_file is not None:
        yield f"rows that were set aside, with reasons: {result.set_aside_file}"
    if result.duplicates:
        yield f"{plural(result.duplicates, 'row')} stood twice or were recorded before"
    if result.late:
        yield f"{plural(result.late, 'message')} came after the deadline and count as lost"
    if result.ignored:
        yield printable(f"means nothing here: {', '.join(result.ignored)}")
    for note in result.notes:
        yield printable(f"note: {note}")
    yield f"gives: {', '.join(result.gives) or 'no key metric'}"
    for metric, reason in result.lacks.items():
        yield printable(f"absent: {metric}, as {reason}")


def about_compaction(result: "Compacted") -> Iterator[str]:
    """What to know of a compaction beside its counts, line by line."""
    if result.duplicates:
        yield f"{plural(result.duplicates, 'row')} removed that stood twice or were superseded"
    if result.swept:
        yield f"{plural(result.swept, 'file')} removed that killed writers had left half written"
    for reason in result.left:
        yield printable(f"left as it is: {reason}")


def show_bakeoff(document: Document) -> None:
    """Print what a probe or a bake-off recorded, an option a line."""
    out = console()
    for name, totals in document["options"].items():
        told = ", ".join(f"{key} {_shown(value)}" for key, value in totals.items())
        out.print(text_of(f"{name}: {told}"))


def _shown(value: Any) -> str:
    return number(value) if isinstance(value, int | float) and not isinstance(value, bool) else str(value)
