"""The same documents as tables on a terminal; no text from data is read as markup."""

from typing import Any

from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table
from rich.text import Text

from toolkit.project.faults import printable

PLAIN_WIDTH = 140
"""Columns of output that no terminal reads: wide enough that no cell is cut."""

Document = dict[str, Any]


def _console() -> Console:
    console = Console(highlight=False, markup=False, emoji=False)
    if not console.is_terminal:
        console.width = PLAIN_WIDTH
    return console


def _table(title: str, columns: list[str], rows: list[list[str]], *, left: int = 1) -> Table:
    table = Table(title=_text(title), title_justify="left", box=SIMPLE, pad_edge=False)
    for index, column in enumerate(columns):
        table.add_column(_text(column), justify="left" if index < left else "right", overflow="fold")
    for row in rows:
        table.add_row(*(_text(cell) for cell in row))
    return table


def _text(text: str, style: str = "") -> Text:
    """Text that neither markup nor control characters can turn into anything else."""
    return Text(printable(text), style=style)


def number(value: float | None, digits: int = 4) -> str:
    """A number for reading, or a dash for None.

    >>> number(None), number(1234567.0), number(0.98765)
    ('—', '1,234,567', '0.9877')
    """
    if value is None:
        return "—"
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.{digits}g}"


def dollars(value: float | None) -> str:
    """An amount in US dollars, or a dash for None."""
    return "—" if value is None else f"{value:,.2f}" if abs(value) < 100 else f"{value:,.0f}"


def show_metrics(document: Document) -> None:
    """Print one table an option and environment that has measurements, and name those that have none."""
    console, absent = _console(), []
    for option, environments in document["options"].items():
        for environment, values in environments.items():
            measured = {name: value for name, value in values.items() if value["state"] == "measured"}
            if not measured:
                absent.append(f"{option} in {environment}")
                continue
            console.print(_metric_table(f"{option} in {environment}", values))
    if absent:
        console.print(_text(f"Never measured: {', '.join(absent)}"))
    _show_limits(console, document)


def _metric_table(title: str, values: Document) -> Table:
    alerts = {True: "ALERT", False: "ok", None: "—"}
    rows = []
    for name, value in values.items():
        n = "—" if value["n"] is None else f"{value['n']:,}"
        alert = "absent" if value["state"] == "absent" else alerts[value["alert"]]
        rows.append([name, *(number(value[part]) for part in ("estimate", "low", "high")), n, alert])
    return _table(title, ["metric", "estimate", "low", "high", "n", "alert"], rows)


def show_bill(document: Document) -> None:
    """Print the lines of a bill and its total, why plans do not fit, and where the prices come from."""
    console, currency = _console(), document["currency"]
    sources = list(dict.fromkeys(line["source"] for line in document["lines"]))
    title = f"{document['vendor']}: {document['plan']} on {document['as_of']}"
    parts = ("meter", "unit", "quantity", "billed_quantity", "unit_price", "amount", "grade")
    rows = [
        [*(line[part] or "unknown" for part in parts), f"[{sources.index(line['source']) + 1}]"]
        for line in document["lines"]
    ]
    columns = ["meter", "unit", "quantity", "billed", "unit price USD", "amount USD", "grade", "source"]
    console.print(_table(title, columns, rows, left=2))
    told = [f"does not fit: {violation}" for violation in document["violations"]]
    told.append(f"total: {document['total'] or 'unknown'} {currency} a month")
    told += [f"not {other['plan']}: {_why_not(other)}" for other in document["others"]]
    if document["sla_credit"] is not None:
        told.append(_credit(document["sla_credit"], currency))
    told += [f"[{number}] {source}" for number, source in enumerate(sources, start=1)]
    told += [f"note: {note}" for note in document["notes"]]
    for line in told:
        console.print(_text(line))


def beside_focus(document: Document) -> list[str]:
    """What the rows of a bill cannot say: why its plan does not carry the month, and an outage's credit."""
    told = [f"does not fit: {violation}" for violation in document["violations"]]
    if document["sla_credit"] is not None:
        told.append(_credit(document["sla_credit"], document["currency"]))
    return [printable(line) for line in told]


def _credit(credit: Document, currency: str) -> str:
    amount = "unknown" if credit["amount"] is None else f"{credit['amount']} {currency}"
    return f"SLA credit for {credit['outage_minutes']} minutes of outage: {amount} ({credit['reason']})"


def _why_not(other: Document) -> str:
    if other["violations"]:
        return "; ".join(other["violations"])
    return "its price is unknown" if other["total"] is None else f"{other['total']} USD a month"


def show_price_changes(document: Document) -> None:
    """Print what changed in the price books, and the bills that it changes."""
    console = _console()
    if not document["changes"]:
        console.print(_text("The price books are the same."))
        return
    rows = [
        [change["vendor"], change["what"], change["before"] or "—", change["after"] or "—"]
        for change in document["changes"]
    ]
    console.print(_table("What changed", ["vendor", "field", "before", "after"], rows, left=4))
    rows = [
        [
            found["scenario"],
            found["vendor"],
            _gist(found["before"]),
            _gist(found["after"]),
            found["difference"] or "—",
        ]
        for found in document["bills"]
        if found["differs"]
    ]
    title = f"Bills of the first month that change, at prices of {document['as_of']}"
    if rows:
        columns = ["scenario", "vendor", "before USD", "after USD", "difference USD"]
        console.print(_table(title, columns, rows, left=2))
    else:
        console.print(_text(f"No scenario's bill changes at prices of {document['as_of']}."))


def _gist(made: Document | None) -> str:
    if made is None:
        return "—"
    total = made["total"] or "unknown"
    return f"{made['plan']} {total}" if made["feasible"] else f"no plan carries it ({made['plan']} nearest)"


def show_cost(document: Document) -> None:
    """Print total cost an option, and its lines."""
    console, options = _console(), document["options"]
    ordered = sorted(
        options, key=lambda name: (options[name]["total"] is None, _mean(options[name]["total"]))
    )
    rows = []
    for name in ordered:
        total = options[name]["total"] or {}
        chance, regret = number(options[name]["p_cheapest"], 2), dollars(options[name]["regret"])
        rows.append([name, *(dollars(total.get(part)) for part in ("mean", "p5", "p95")), chance, regret])
    columns = ["option", "mean USD", "p5", "p95", "p(cheapest)", "regret USD"]
    console.print(_table(f"Total cost over the horizon, scenario {document['scenario']}", columns, rows))
    lines = [
        [name, line["line"], *(dollars(line[part]) for part in ("mean", "p5", "p95"))]
        for name in ordered
        for line in options[name]["lines"]
    ]
    console.print(_table("By line", ["option", "line", "mean USD", "p5", "p95"], lines, left=2))
    _show_limits(console, document)


def _mean(total: Document | None) -> float:
    return float(total["mean"]) if total else 0.0


def show_decision(document: Document) -> None:
    """Print the verdict of each phase with its criteria, then the ranking and what to measure next."""
    console = _console()
    for phase in document["phases"]:
        because = f" ({phase['because'].replace('_', ' ')})" if phase["because"] else ""
        option = phase["chosen"] or phase["option"] or "—"
        console.print(_text(f"{phase['verdict']}{because}  {phase['id']}: {option}", style="bold"))
        if phase["rollback"]:
            console.print(_text("ROLLBACK ALARM: a rollback criterion is met", style="bold red"))
        console.print(_criteria_table(phase["criteria"]))
    fits = {True: "yes", False: "no", None: "unknown"}
    rows = [
        [
            "—" if entry["rank"] is None else str(entry["rank"]),
            entry["option"],
            fits[entry["feasible"]],
            dollars(entry["total_mean"]),
            "; ".join(entry["reasons"]) or "—",
        ]
        for entry in document["ranking"]
    ]
    columns = ["rank", "option", "feasible", "total USD", "reasons"]
    console.print(_table(f"Ranking, scenario {document['scenario']}", columns, rows, left=5))
    for measurement in document["next_measurements"]:
        console.print(_text(f"measure next: {measurement['what']}"))
    _show_limits(console, document)


def _criteria_table(criteria: list[Document]) -> Table:
    rows = []
    for entry in criteria:
        for criterion in [entry, *(entry["any_of"] or [])]:
            nested = "  " if criterion is not entry else ""
            subject = "any of" if entry is criterion and entry["any_of"] else _subject(criterion)
            listed, reason = nested + (criterion["list"] or ""), criterion["reason"] or ""
            rows.append([listed, subject, criterion["state"], reason])
    return _table("", ["list", "criterion", "state", "reason"], rows, left=4)


def _subject(criterion: Document) -> str:
    what = criterion["scenario_field"] or f"{criterion['option']} {criterion['metric']}"
    comparator = str(criterion["comparator"]).replace("_", " ")
    return f"{what} {comparator} {number(criterion['threshold'])}"


def show_bakeoff(document: Document) -> None:
    """Print what a probe or a bake-off recorded, an option a line."""
    console = _console()
    for name, totals in document["options"].items():
        told = ", ".join(f"{key} {_shown(value)}" for key, value in totals.items())
        console.print(_text(f"{name}: {told}"))


def _shown(value: Any) -> str:
    return number(value) if isinstance(value, int | float) and not isinstance(value, bool) else str(value)


def _show_limits(console: Console, document: Document) -> None:
    for limit in document["limits"]:
        console.print(_text(f"Note: {limit}"))
