"""The backtest as tables on a terminal."""

from toolkit.report.sections.backtest import OUTCOME_WORDS, VERDICTS, lead_sentence
from toolkit.report.termtables import Document, console, show_limits, table_of, text_of


def show_backtest(document: Document) -> None:
    """Print the whole in a sentence, the days of each phase by verdict and outcome, and what was said."""
    out = console()
    out.print(text_of(lead_sentence(document)))
    columns = [
        "phase",
        *VERDICTS,
        "first GO",
        "false GO",
        "missed GO",
        "lost to HOLD",
        "undecided",
    ]
    rows = [
        [phase["id"], *(str(phase["days"][word]) for word in VERDICTS),
         phase["first_go"]["day"] if phase["first_go"] else "—",
         *(str(phase[name]) for name in ("false_go", "missed_go", "days_lost_to_hold", "undecided"))]
        for phase in document["phases"]
    ]  # fmt: skip
    out.print(table_of(f"Days of each phase, scenario {document['scenario']}", columns, rows))
    said = [
        [phase["id"], entry["from"], entry["to"], entry["verdict"], OUTCOME_WORDS[entry["outcome"]][0],
         entry["reason"]]
        for phase in document["phases"]
        for entry in phase["said"]
    ]  # fmt: skip
    columns = ["phase", "from", "to", "said", "by what followed", "on the first day"]
    out.print(table_of("What would have been said", columns, said, left=6))
    show_limits(out, document)
