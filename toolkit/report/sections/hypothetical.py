"""Beside a HOLD: what evidence of too weak a grade would be, labelled, and never among the verdicts."""

from collections.abc import Mapping
from typing import Any

from toolkit.report.metricwords import interval
from toolkit.report.sections.conditions import capital, condition
from toolkit.report.spoken import Spoken
from toolkit.report.tables import Cell, Column, Mark, Table


def supposed_sentence(judged: Mapping[str, Any]) -> str:
    """What a phase on HOLD would say if its evidence had the grade asked for; empty without any."""
    supposed = judged["hypothetical"]
    if supposed is None:
        return ""
    return f"{capital(supposed['label'])}, it would be {supposed['sentence']} This decides nothing."


def supposed_entries(judged: Mapping[str, Any]) -> list[tuple[Mapping[str, Any], bool]]:
    """The criteria that have a supposition, and whether each stands inside an ``any_of``."""
    entries = [
        (one, one is not entry) for entry in judged["criteria"] for one in (entry, *(entry["any_of"] or ()))
    ]
    return [(entry, inside) for entry, inside in entries if entry["hypothetical"] is not None]


def supposed_tables(
    title: str, suffix: str, judged: Mapping[str, Any], names: Mapping[str, str]
) -> list[Table]:
    """The criteria as they would be, in a table of their own that says so.

    Args:
        names: what readers call each option, by id.
    """
    found = supposed_entries(judged)
    if not found:
        return []
    columns = [
        Column("Criterion"), Column("It would be", shape="short"), Column("Reason", shape="wide"),
        Column("Interval", numeric=True), Column("Environment", shape="short"),
        Column("Grade", shape="short"),
    ]  # fmt: skip
    rows: list[list[Cell]] = []
    spoken = Spoken(names)
    for entry, inside in found:
        supposed, named = entry["hypothetical"], condition(entry, names)
        low, high = supposed["low"], supposed["high"]
        rows.append([
            f"{'or: ' if inside else ''}{named}{'' if entry['level'] == 'must' else ' (should)'}",
            supposed["state"],
            spoken(supposed["reason"]),
            None if low is None and high is None else interval(entry["metric"], low, high),
            supposed["environment"],
            Mark(supposed["grade"], "grade") if supposed["grade"] else None,
        ])  # fmt: skip
    caption = f"{title}: {judged['hypothetical']['label']}{suffix}"
    return [Table(caption, columns, rows, absent="does not apply")]
