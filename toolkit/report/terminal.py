"""The same documents as tables on a terminal; no text from data is read as markup."""

from rich.console import Console

from toolkit.project.faults import printable
from toolkit.report.choosing_terminal import show_after_ranking, show_before_ranking
from toolkit.report.decision_terminal import criteria_table, show_beside, show_supposed
from toolkit.report.next_terminal import show_next
from toolkit.report.termtables import (
    Document,
    console,
    dollars,
    number,
    show_limits,
    table_of,
    text_of,
)


def show_bill(document: Document) -> None:
    """Print the lines of a bill and its total, why plans do not fit, and where the prices come from."""
    out, currency = console(), document["currency"]
    sources = list(dict.fromkeys(line["source"] for line in document["lines"]))
    title = f"{document['vendor']}: {document['plan']} on {document['as_of']}"
    parts = ("meter", "unit", "quantity", "billed_quantity", "unit_price", "amount", "grade")
    rows = [
        [*(line[part] or "unknown" for part in parts), f"[{sources.index(line['source']) + 1}]"]
        for line in document["lines"]
    ]
    columns = ["meter", "unit", "quantity", "billed", "unit price USD", "amount USD", "grade", "source"]
    out.print(table_of(title, columns, rows, left=2))
    told = [f"does not fit: {violation}" for violation in document["violations"]]
    told.append(f"total: {document['total'] or 'unknown'} {currency} a month")
    told += [f"not {other['plan']}: {_why_not(other)}" for other in document["others"]]
    if document["sla_credit"] is not None:
        told.append(_credit(document["sla_credit"], currency))
    told += [f"[{number}] {source}" for number, source in enumerate(sources, start=1)]
    told += [f"note: {note}" for note in document["notes"]]
    for line in told:
        out.print(text_of(line))


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
    out = console()
    if not document["changes"]:
        out.print(text_of("The price books are the same."))
        return
    rows = [
        [change["vendor"], change["what"], change["before"] or "—", change["after"] or "—"]
        for change in document["changes"]
    ]
    out.print(table_of("What changed", ["vendor", "field", "before", "after"], rows, left=4))
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
        out.print(table_of(title, columns, rows, left=2))
    else:
        out.print(text_of(f"No scenario's bill changes at prices of {document['as_of']}."))


def _gist(made: Document | None) -> str:
    if made is None:
        return "—"
    total = made["total"] or "unknown"
    return f"{made['plan']} {total}" if made["feasible"] else f"no plan carries it ({made['plan']} nearest)"


def show_cost(document: Document) -> None:
    """Print total cost an option, and its lines."""
    out, options = console(), document["options"]
    ordered = sorted(
        options, key=lambda name: (options[name]["total"] is None, _mean(options[name]["total"]))
    )
    rows = []
    for name in ordered:
        total = options[name]["total"] or {}
        chance, regret = number(options[name]["p_cheapest"], 2), dollars(options[name]["regret"])
        rows.append([name, *(dollars(total.get(part)) for part in ("mean", "p5", "p95")), chance, regret])
    columns = ["option", "mean USD", "p5", "p95", "p(cheapest)", "regret USD"]
    out.print(table_of(f"Total cost over the horizon, scenario {document['scenario']}", columns, rows))
    lines = [
        [name, line["line"], *(dollars(line[part]) for part in ("mean", "p5", "p95"))]
        for name in ordered
        for line in options[name]["lines"]
    ]
    out.print(table_of("By line", ["option", "line", "mean USD", "p5", "p95"], lines, left=2))
    good = [[name, *_good(options[name]["cost_per_good_outcome"])] for name in ordered]
    columns = ["option", "USD a million messages in time", "USD a thousand good connection-hours"]
    out.print(table_of("Cost per good outcome, without downtime and credits", columns, good))
    for name in ordered:
        for passed in options[name]["infeasible"]:
            out.print(text_of(f"{name} has no total: it cannot carry this traffic: {passed}"))
        for missing in options[name]["unknown"]:
            out.print(text_of(f"{name} has no total: {missing}"))
    _show_sensitivity(out, document)
    show_limits(out, document)


def _show_sensitivity(out: Console, document: Document) -> None:
    """What the choice hangs on, where there is one: index and value of information side by side."""
    if document["recommended"] is None or not document["sensitivity"]:
        return
    rows = [
        [
            entry["input"],
            number(entry["sobol"], 2),
            number(entry["sobol_of_difference"], 2),
            dollars(entry["evppi"]),
        ]
        for entry in document["sensitivity"]
    ]
    columns = ["input", "Sobol, total", "Sobol, difference", "EVPPI USD"]
    title = f"What the choice of {document['recommended']} hangs on (EVPI {dollars(document['evpi'])} USD)"
    out.print(table_of(title, columns, rows))


def _good(outcomes: Document) -> list[str]:
    prices = ("usd_per_million_messages_in_time", "usd_per_thousand_good_connection_hours")
    return [dollars((outcomes[price] or {}).get("mean")) for price in prices]


def _mean(total: Document | None) -> float:
    return float(total["mean"]) if total else 0.0


def show_decision(document: Document) -> None:
    """Print what changed, how records stand, each verdict with its criteria, the ranking, what to measure."""
    out = console()
    show_beside(out, document)
    for phase in document["phases"]:
        because = f" ({phase['because'].replace('_', ' ')})" if phase["because"] else ""
        option = phase["chosen"] or phase["option"] or "—"
        out.print(text_of(f"{phase['verdict']}{because}  {phase['id']}: {option}", style="bold"))
        if phase["rollback"]:
            out.print(text_of("ROLLBACK ALARM: a rollback criterion is met", style="bold red"))
        out.print(criteria_table(phase["criteria"]))
        show_supposed(out, phase)
    fits = {True: "yes", False: "no", None: "unknown"}
    rows = [
        [
            "—" if entry["rank"] is None else str(entry["rank"]),
            entry["option"],
            fits[entry["feasible"]],
            dollars(entry["total_mean"]),
            number(entry["p_cheapest"], 2),
            dollars(entry["regret"]),
            *([] if document["weights"] is None else [number(entry["score"], 3)]),
            "; ".join(entry["reasons"]) or "—",
        ]
        for entry in document["ranking"]
    ]
    show_before_ranking(out, document)
    columns = ["rank", "option", "feasible", "total USD", "p(cheapest)", "regret USD"]
    columns += ["reasons"] if document["weights"] is None else ["score", "reasons"]
    out.print(table_of(f"Ranking, scenario {document['scenario']}", columns, rows, left=len(columns)))
    show_after_ranking(out, document)
    show_next(out, document)
    show_limits(out, document)
