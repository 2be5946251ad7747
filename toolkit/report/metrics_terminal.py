"""The key metrics as tables on a terminal."""

from collections import Counter

from rich.table import Table

from toolkit.report.termtables import Document, console, number, show_limits, table_of, text_of


def show_metrics(document: Document) -> None:
    """Print one table an option and environment that has measurements, and name those that have none."""
    out, absent = console(), []
    for option, environments in document["options"].items():
        for environment, values in environments.items():
            measured = {name: value for name, value in values.items() if value["state"] == "measured"}
            if not measured:
                absent.append(f"{option} in {environment}")
                continue
            out.print(_metric_table(f"{option} in {environment}", values))
    for (option, environment, source), count in _summed_before(document["aggregates"]).items():
        out.print(text_of(f"{option} in {environment}: {count} numbers as {source} had them; see --json"))
    for period in document["periods"]:
        for option, environments in period["options"].items():
            for environment, values in environments.items():
                title = f"{option} in {environment}, {period['start']} to {period['end']}"
                out.print(_metric_table(title, values))
    if absent:
        out.print(text_of(f"Never measured: {', '.join(absent)}"))
    show_limits(out, document)


def _metric_table(title: str, values: Document) -> Table:
    alerts = {True: "ALERT", False: "ok", None: "—"}
    rows = []
    for name, value in values.items():
        n = "—" if value["n"] is None else f"{value['n']:,}"
        alert = "absent" if value["state"] == "absent" else alerts[value["alert"]]
        rows.append([name, *(number(value[part]) for part in ("estimate", "low", "high")), n, alert])
    return table_of(title, ["metric", "estimate", "low", "high", "n", "alert"], rows)


def _summed_before(aggregates: list[Document]) -> Counter[tuple[str, str, str]]:
    """How many numbers each source had summed up or averaged before."""
    return Counter((row["option"], row["environment"], row["source"]) for row in aggregates)
