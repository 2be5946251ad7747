"""What to do next: what measuring is worth, and the phases as a sequence, each as a table."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from toolkit.report.tables import Cell, Column, Mark, Missing, Table
from toolkit.report.wording import usd

TONES = {
    "worth its price": "good",
    "free, but settles a gate": "good",
    "settles a gate, at a price": "wait",
    "its worth is unknown": "quiet",
    "not worth it": "quiet",
}


@dataclass(frozen=True)
class NextSteps:
    """What the page shows.

    Args:
        actions: which phase comes next and what to measure, one sentence each, the next action first.
        measurements: what could be measured. None where the folder names nothing.
        sequence: the phases.
    """

    actions: list[str]
    measurements: Table | None
    sequence: Table


def next_steps(decision: Mapping[str, Any], names: Mapping[str, str], *, title: str = "") -> NextSteps:
    """The section of one scenario.

    Args:
        decision: its document.
        names: what readers call each option, by id.
        title: of the scenario, which ends the captions. Empty where the page holds only one.
    """
    suffix = f", {title}" if title else ""
    told = [entry for entry in decision["next_measurements"] if entry["id"] is not None]
    actions = [decision["sequence"]["sentence"], decision["measure_next"]]
    return NextSteps(
        actions=[sentence for sentence in actions if sentence is not None],
        measurements=_measurements(told, suffix) if told else None,
        sequence=_sequence(decision["sequence"]["phases"], names, suffix),
    )


def _measurements(entries: list[dict[str, Any]], suffix: str) -> Table:
    columns = [
        Column("Could be measured", shape="wide"), Column("Verdict", shape="short"),
        Column("Saves on average", numeric=True), Column("Error of that", numeric=True),
        Column("Costs", numeric=True), Column("Net", numeric=True), Column("Why", shape="wide"),
    ]  # fmt: skip
    rows: list[list[Cell]] = [
        [
            entry["what"],
            Mark(entry["verdict"], TONES[entry["verdict"]]),
            _worth(entry, "evsi_usd"),
            _worth(entry, "evsi_se_usd"),
            _amount(entry["cost_usd"]),
            _worth(entry, "enbs_usd"),
            entry["reason"],
        ]
        for entry in entries
    ]
    return Table(f"What measuring is worth before it is done{suffix}", columns, rows)


def _worth(entry: Mapping[str, Any], name: str) -> Cell:
    return Missing(entry["reason"]) if entry[name] is None else usd(entry[name])


def _amount(amount_usd: float | None) -> Cell:
    return Missing("not known") if amount_usd is None else usd(amount_usd)


def _sequence(stages: list[dict[str, Any]], names: Mapping[str, str], suffix: str) -> Table:
    columns = [
        Column("Phase"), Column("Option"), Column("To enter", numeric=True),
        Column("To enter, with all before", numeric=True), Column("A month", numeric=True),
        Column("To go back", numeric=True), Column("Worth with the right to go back", numeric=True),
        Column("Expected regret", numeric=True), Column("Open conditions it answers", numeric=True),
    ]  # fmt: skip
    rows: list[list[Cell]] = [
        [
            stage["phase"],
            None if stage["option"] is None else names.get(stage["option"], stage["option"]),
            _mean(stage["enter_usd"]),
            _amount(stage["cumulative_usd"]),
            _mean(stage["recurring_usd_per_month"]),
            _mean(stage["go_back_usd"]),
            _amount(stage["option_value_usd"]),
            _amount(stage["regret_usd"]),
            float(len(stage["shows"])),
        ]
        for stage in stages
    ]
    return Table(
        f"The phases as a sequence, means over the horizon{suffix}", columns, rows, absent="not known"
    )


def _mean(band: Mapping[str, float] | None) -> Cell:
    return _amount(None if band is None else band["mean"])
