"""Around the verdicts on a terminal: what changed and why, how earlier decisions stand, and the criteria."""

from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.table import Table

from toolkit.report.sections.changes import change_sentences
from toolkit.report.sections.hypothetical import supposed_entries, supposed_sentence
from toolkit.report.sections.records import record_sentences
from toolkit.report.termtables import Document, number, table_of, text_of


def show_beside(out: Console, document: Document) -> None:
    """Print what changed since an earlier report, then every record of the folder with what broke."""
    if document["changes"] is not None:
        for sentence in change_sentences(document["changes"]):
            out.print(text_of(sentence))
    for entry in document["record"]:
        for sentence in record_sentences(entry):
            out.print(text_of(sentence))


def criteria_table(criteria: list[Document]) -> Table:
    """The criteria of a phase with their states and reasons."""
    rows = []
    for entry in criteria:
        for criterion in [entry, *(entry["any_of"] or [])]:
            nested = "  " if criterion is not entry else ""
            listed, reason = nested + (criterion["list"] or ""), criterion["reason"] or ""
            rows.append([listed, _subject(criterion), criterion["state"], reason])
    return table_of("", ["list", "criterion", "state", "reason"], rows, left=4)


def show_supposed(out: Console, phase: Document) -> None:
    """Print what a phase on HOLD would say if its evidence had the grade asked for, and each criterion."""
    found = supposed_entries(phase)
    if not found:
        return
    out.print(text_of(supposed_sentence(phase)))
    rows = []
    for entry, inside in found:
        supposed = entry["hypothetical"]
        nested = "  " if inside else ""
        rows.append([nested + entry["list"], _subject(entry), supposed["state"], supposed["reason"]])
    columns = ["list", "criterion", "would be", "reason"]
    out.print(table_of(phase["hypothetical"]["label"], columns, rows, left=4))


def _subject(criterion: Mapping[str, Any]) -> str:
    if criterion["any_of"]:
        return "any of"
    what = criterion["scenario_field"] or f"{criterion['option']} {criterion['metric']}"
    against = f" against {criterion['baseline']}" if criterion["baseline"] else ""
    comparator = str(criterion["comparator"]).replace("_", " ")
    return f"{what}{against} {comparator} {number(criterion['threshold'])}"
