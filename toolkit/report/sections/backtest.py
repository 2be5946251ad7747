"""The backtest: what the gates would have said on every recorded day, and whether it was right."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from toolkit.report.spoken import Spoken
from toolkit.report.tables import Cell, Column, Mark, Table
from toolkit.report.wording import day, plural

Document = Mapping[str, Any]

VERDICTS = ("GO", "NO-GO", "HOLD")

OUTCOME_WORDS = {
    "right_go": ("right", "good"),
    "false_go": ("false GO", "bad"),
    "missed_go": ("missed GO", "wait"),
    "rightly_not": ("right", "good"),
    "undecided": ("undecided", "quiet"),
}

MOST_STRETCHES = 30
"""Stretches of a phase on the page, the newest ones; the document has all of them."""

NO_HISTORY = "Nothing was recorded, so no day can be replayed."


@dataclass(frozen=True)
class BacktestView:
    """The backtest as the page shows it."""

    lead: str
    tables: list[Table]
    limits: list[str]


def backtest_view(
    document: Document, *, titles: Document | None = None, names: Document | None = None
) -> BacktestView:
    """The backtest of a page's first scenario.

    Args:
        titles: of the phases, by id. None leaves the ids.
        names: what readers call each option, alike.
    """
    titles, names = titles or {}, names or {}
    if not document["days"]:
        return BacktestView(NO_HISTORY, [], [])
    tables = [
        summary_table(document, titles), *(said_table(phase, titles, names) for phase in document["phases"])
    ]  # fmt: skip
    return BacktestView(lead_sentence(document), tables, list(document["limits"]))


def lead_sentence(document: Document) -> str:
    """How often a verdict was wrong, in one sentence."""
    if not document["days"]:
        return NO_HISTORY
    totals = {name: sum(phase[name] for phase in document["phases"]) for name in ("false_go", "missed_go")}
    first = day(date.fromisoformat(document["first_day"]))
    return (
        f"{plural(document['days'], 'day')} replayed from {first} on, each knowing nothing of later ones: "
        f"{plural(totals['false_go'], 'false GO')} and {plural(totals['missed_go'], 'missed GO')} "
        f"in {plural(len(document['phases']), 'phase')}, counted by the day."
    )


def summary_table(document: Document, titles: Document) -> Table:
    """One row a phase: days by verdict, and how many were right."""
    columns = [
        Column("Phase"), *(Column(word, "days", numeric=True) for word in VERDICTS),
        Column("First GO", shape="short"), Column("False GO", "days", numeric=True),
        Column("Missed GO", "days", numeric=True), Column("Lost to HOLD", "days", numeric=True),
        Column("Undecided", "days", numeric=True),
    ]  # fmt: skip
    rows: list[list[Cell]] = [
        [titles.get(phase["id"], phase["id"]), *(str(phase["days"][word]) for word in VERDICTS),
         phase["first_go"] and phase["first_go"]["day"],
         *(str(phase[name]) for name in ("false_go", "missed_go", "days_lost_to_hold", "undecided"))]
        for phase in document["phases"]
    ]  # fmt: skip
    return Table(caption="Every recorded day replayed", columns=columns, rows=rows, absent="it never said GO")


def said_table(phase: Document, titles: Document, names: Document) -> Table:
    """What was said of a phase, stretch by stretch."""
    shown = phase["said"][-MOST_STRETCHES:]
    left = len(phase["said"]) - len(shown)
    spoken, title = Spoken(names), titles.get(phase["id"], phase["id"])
    more = f"; {left} earlier stretches are in the document of toolkit backtest" if left else ""
    columns = [
        Column("From", shape="short"), Column("To", shape="short"), Column("Verdict", shape="short"),
        Column("Option"), Column("By what followed", shape="short"), Column("On the first day", shape="wide"),
    ]  # fmt: skip
    rows: list[list[Cell]] = [
        [entry["from"], entry["to"], entry["verdict"], names.get(entry["option"], entry["option"]),
         Mark(*OUTCOME_WORDS[entry["outcome"]]), spoken(entry["reason"])]
        for entry in shown
    ]  # fmt: skip
    return Table(caption=f"What would have been said of {title}{more}", columns=columns, rows=rows,
                 absent="none could be chosen")  # fmt: skip
