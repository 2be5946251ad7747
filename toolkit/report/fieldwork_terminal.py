"""What imports, compactions and measurements came to, for a terminal."""

import statistics
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import yaml
from rich.table import Table

from toolkit.project.faults import printable
from toolkit.report.termtables import Document, console, number, table_of, text_of
from toolkit.report.wording import plural

if TYPE_CHECKING:
    from toolkit.evidence import Figure
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
    """Print what a probe or a bake-off measured, beside the brief, and what the servers took for it."""
    out = console()
    if stands_for := document["workload"]["stands_for"]:
        out.print(text_of(f"Workload: {stands_for}"))
    if not any(totals["rounds"] or totals["attempts"] for totals in document["options"].values()):
        return
    out.print(_measured(document["options"]))
    out.print(_counted(document["options"]))
    if times := _noticing(document["options"]):
        title = "Until noticed and until back in the room: how many of how many, median and P95 in seconds"
        columns = ["option", "fault", "client noticed", "server noticed", "client back"]
        out.print(table_of(title, columns, times, left=2))
        out.print(text_of(_HOW_TO_READ))
    if servers := [row for name, totals in document["options"].items() for row in _server(name, totals)]:
        title = "What the servers took, as the median of the rounds"
        columns = ["option", "CPU s a 1,000 deliveries", "KiB an idle connection", "MiB at most"]
        out.print(table_of(title, columns, servers))
    if brief := document.get("brief"):
        rows = [[row[name] for name in ("option", "statement", "verdict", "why")] for row in brief]
        columns = ["option", "the brief says", "here", "because"]
        out.print(table_of("What this run says to the brief", columns, rows, left=4))


_METRICS = {
    "connection_success_rate": "connected",
    "delivery_success_rate": "delivered in time",
    "reconnection_frequency": "reconnections",
    "latency_p50_ms": "P50 ms",
    "latency_p95_ms": "P95 ms",
    "latency_p99_ms": "P99 ms",
}


def _measured(options: Document) -> Table:
    rows = [
        [name, *(_interval(totals["metrics"][metric]) for metric in _METRICS)]
        for name, totals in options.items()
        if "metrics" in totals
    ]
    return table_of("Estimates with 95 % intervals", ["option", *_METRICS.values()], rows)


def _interval(metric: Document) -> str:
    """Estimate and interval; a percentile beyond the deadline has only its lower end."""
    if metric["state"] == "absent":
        return "—"
    if metric["estimate"] is None:
        return f"> {number(metric['low'])}"
    return f"{number(metric['estimate'])} ({number(metric['low'])} to {number(metric['high'])})"


_COUNTS = (
    "rounds", "attempts", "opened", "expected", "received", "duplicated", "out_of_order", "lag_p99_ms",
    "cpu_share", "invalid",
)  # fmt: skip


def _counted(options: Document) -> Table:
    rows = [[name, *(_shown(totals[count]) for count in _COUNTS)] for name, totals in options.items()]
    return table_of("Counts, and how the load generator did", ["option", *_COUNTS], rows)


def _noticing(options: Document) -> list[list[str]]:
    return [
        [name, fault, *(_times(times[who]) for who in ("client", "server", "recovered"))]
        for name, totals in options.items()
        for fault, times in (totals["noticed"] or {}).items()
    ]


def _server(name: str, totals: Document) -> Iterator[list[str]]:
    uses = totals["servers"]
    if uses:
        peak_kib = _median(use["rss_peak_kib"] for use in uses)
        told = [_median(use[key] for use in uses) for key in _USES]
        yield [name, *(number(one, 3) for one in told), number(peak_kib and peak_kib / 1024, 3)]


_USES = ("cpu_s_per_1000_deliveries", "memory_kib_per_connection")


def _median(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return statistics.median(known) if known else None


_HOW_TO_READ = (
    "The others were closed on purpose, healed or were still going on before it came to that. Quantiles are "
    "Kaplan and Meier's; a dash where they lie beyond what was observed."
)


def _times(times: Document) -> str:
    quantiles = " ".join(number(times[name], 3).rjust(8) for name in ("median_s", "p95_s"))
    return f"{times['seen']} of {times['n']} {quantiles}"


def _shown(value: Any) -> str:
    if value is None:
        return "—"
    return number(value) if isinstance(value, int | float) and not isinstance(value, bool) else str(value)


def figures_yaml(figures: "Mapping[str, Figure]") -> str:
    """The figures as an option file writes them; a comment that says why where there are none."""
    if not figures:
        return "# the rounds did too little to tell: longer ones, with more messages and idle_connections\n"
    plain = {name: [figure.model_dump(mode="json", exclude_none=True)] for name, figure in figures.items()}
    return yaml.safe_dump(plain, sort_keys=False, allow_unicode=True, width=110)
