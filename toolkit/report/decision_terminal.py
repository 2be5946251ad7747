"""Beside the verdicts on a terminal: what changed and why, and how earlier decisions stand."""

from rich.console import Console

from toolkit.report.sections.changes import change_sentences
from toolkit.report.sections.records import record_sentences
from toolkit.report.termtables import Document, text_of


def show_beside(out: Console, document: Document) -> None:
    """Print what changed since an earlier report, then every record of the folder with what broke."""
    if document["changes"] is not None:
        for sentence in change_sentences(document["changes"]):
            out.print(text_of(sentence))
    for entry in document["record"]:
        for sentence in record_sentences(entry):
            out.print(text_of(sentence))
