"""What imports, compactions and measurements came to, for a terminal."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from toolkit.project.faults import printable
from toolkit.report.termtables import Document, console, number, table_of, text_of
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
    """Print what a probe or a bake-off recorded, an option a line, and how long its faults took to notice."""
    out = console()
    for name, totals in document["options"].items():
        told = ", ".join(f"{key} {_shown(value)}" for key, value in totals.items() if key != "noticed")
        out.print(text_of(f"{name}: {told}"))
    rows = [
        [name, fault, *(_times(times[who]) for who in ("client", "server", "recovered"))]
        for name, totals in document["options"].items()
        for fault, times in (totals["noticed"] or {}).items()
    ]
    if rows:
        title = "Until noticed and until back in the room: how many of how many, median and P95 in seconds"
        columns = ["option", "fault", "client noticed", "server noticed", "client back"]
        out.print(table_of(title, columns, rows, left=2))
        out.print(text_of(_HOW_TO_READ))


_HOW_TO_READ = (
    "The others were closed on purpose, healed or were still going on before it came to that. Quantiles are "
    "Kaplan and Meier's; a dash where they lie beyond what was observed."
)


def _times(times: Document) -> str:
    quantiles = " ".join(number(times[name], 3).rjust(8) for name in ("median_s", "p95_s"))
    return f"{times['seen']} of {times['n']} {quantiles}"


def _shown(value: Any) -> str:
    return number(value) if isinstance(value, int | float) and not isinstance(value, bool) else str(value)
