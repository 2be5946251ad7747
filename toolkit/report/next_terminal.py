"""What would change the answer and what to do next, as tables on a terminal."""

from collections import Counter

from rich.console import Console

from toolkit.report.termtables import Document, dollars, number, table_of, text_of


def show_next(out: Console, document: Document) -> None:
    """Print the flip points, what could be measured with its worth, the sequence, and what comes next."""
    _show_flips(out, document)
    for measurement in document["next_measurements"]:
        if measurement["id"] is None:
            out.print(text_of(f"open: {measurement['what']}"))
    _show_measurements(out, document)
    _show_sequence(out, document)
    for sentence in (document["measure_next"], document["sequence"]["sentence"]):
        if sentence is not None:
            out.print(text_of(sentence, style="bold"))


def _show_flips(out: Console, document: Document) -> None:
    rows = [
        [
            _named(point),
            number(point["now"]), number(point["value"]), point["unit"], point["from"] or "none",
            point["to"] or "none", number(point["p_beyond"], 2),
        ]
        for point in document["flip_points"]
    ]  # fmt: skip
    if rows:
        columns = ["number", "now", "flips at", "unit", "cheapest below", "above", "p(beyond)"]
        out.print(table_of("Where the cheapest option changes", columns, rows))


def _show_measurements(out: Console, document: Document) -> None:
    rows = [
        [
            entry["what"], entry["verdict"], dollars(entry["evsi_usd"]), dollars(entry["evsi_se_usd"]),
            dollars(entry["cost_usd"]), dollars(entry["enbs_usd"]), _by_phase(entry["settles"]),
        ]
        for entry in document["next_measurements"]
        if entry["id"] is not None
    ]  # fmt: skip
    if rows:
        columns = ["could be measured", "verdict", "saves USD", "error", "costs USD", "net USD", "settles"]
        out.print(table_of("What measuring is worth", columns, rows, left=2))


def _show_sequence(out: Console, document: Document) -> None:
    rows = [
        [
            stage["phase"],
            stage["option"] or "—",
            _mean(stage["enter_usd"]),
            dollars(stage["cumulative_usd"]),
            _mean(stage["recurring_usd_per_month"]),
            _mean(stage["go_back_usd"]),
            dollars(stage["option_value_usd"]),
            dollars(stage["regret_usd"]),
        ]
        for stage in document["sequence"]["phases"]
    ]
    columns = ["phase", "option", "enter USD", "so far", "a month", "back", "option value", "regret"]
    out.print(table_of("The phases as a sequence", columns, rows, left=2))


def _named(point: Document) -> str:
    whose = "" if point["option"] is None else f" of {point['option']}"
    return f"{point['input']}{whose}"


def _mean(band: Document | None) -> str:
    return "—" if band is None else dollars(band["mean"])


def _by_phase(settles: list[str]) -> str:
    """How many conditions of each phase.

    >>> _by_phase(["one/a", "one/b", "two/a"])
    '2 of one, 1 of two'
    """
    counts = Counter(question.split("/")[0] for question in settles)
    return ", ".join(f"{count} of {phase}" for phase, count in counts.items()) or "—"
