"""How earlier decisions stand today: which record has expired, and which assumption broke."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from toolkit.report.tables import Cell, Column, Mark, Table
from toolkit.report.wording import day

Document = Mapping[str, Any]

NONE_FILED = "No decision on this scenario is on record."


def record_sentences(entry: Document) -> list[str]:
    """A record with everything that broke or is not known, for a terminal."""
    return [
        f"record {entry['file']} ({entry['status']}): {state_of(entry)}",
        *(f"  broken: {told(finding)}" for finding in entry["broken"]),
        *(f"  not known: {told(finding)}" for finding in entry["unknown"]),
    ]


def state_of(entry: Document) -> str:
    """The state of a record in words."""
    if entry["expired"] is None:
        return "does not stand any more, so it is not checked"
    parts = []
    if entry["expired"]:
        parts.append(f"expired on {_day(entry['expires'])} ({entry['expires_because']})")
    if entry["broken"]:
        parts.append(f"{len(entry['broken'])} of its assumptions broke")
    if not parts:
        until = f" until {_day(entry['expires'])}" if entry["expires"] else ""
        parts.append(f"holds{until}")
    if entry["unknown"]:
        parts.append(f"{len(entry['unknown'])} of its assumptions cannot be checked today")
    return "; ".join(parts)


def told(finding: Document) -> str:
    """An assumption with its old and its new value."""
    was, now = (_value(finding[name]) for name in ("was", "now"))
    return f"{finding['assumption']}: was {was}, now {now} ({finding['why']})"


def records_table(entries: Sequence[Document], *, title: str = "") -> Table:
    """Every record with its state, and a row for each assumption that does not hold.

    Args:
        entries: ``record`` of the decision's document.
        title: of the scenario, where a page holds several.
    """
    columns = [
        Column("Record"), Column("Status", shape="short"), Column("State", shape="short"),
        Column("What", shape="wide"), Column("Was"), Column("Now"),
    ]  # fmt: skip
    rows: list[list[Cell]] = []
    for entry in entries:
        tone = (
            "quiet" if entry["expired"] is None else "bad" if entry["broken"] or entry["expired"] else "good"
        )
        word = {"quiet": "not checked", "bad": "look again", "good": "holds"}[tone]
        rows.append([entry["file"], entry["status"], Mark(word, tone), state_of(entry), None, None])
        for name, its_tone in (("broken", "bad"), ("unknown", "wait")):
            rows.extend(_row(entry, finding, Mark(name, its_tone)) for finding in entry[name])
    caption = f"Decisions on record, checked against today{f', {title}' if title else ''}"
    return Table(caption=caption, columns=columns, rows=rows, absent="not known, or does not apply")


def _mark(entry: Document) -> Mark:
    if entry["expired"] is None:
        return Mark("not checked")
    return Mark("look again", "bad") if entry["broken"] or entry["expired"] else Mark("holds", "good")


def _row(entry: Document, finding: Document, mark: Mark) -> list[Cell]:
    what = f"{finding['assumption']}: {finding['why']}"
    values = [None if finding[name] is None else _value(finding[name]) for name in ("was", "now")]
    return [entry["file"], entry["status"], mark, what, *values]


def _value(value: str | float | None) -> str:
    return "not known" if value is None else value if isinstance(value, str) else f"{value:,.6g}"


def _day(text: str) -> str:
    return day(date.fromisoformat(text))
