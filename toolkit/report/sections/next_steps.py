"""What to do next: what measuring is worth, and the phases as a sequence, each as a table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from toolkit.decide.buying import best_next, what_next
from toolkit.report.sections.conditions import capital, distance
from toolkit.report.spoken import Spoken
from toolkit.report.tables import Cell, Column, Mark, Missing, Table
from toolkit.report.wording import day, usd

if TYPE_CHECKING:
    from toolkit.decide.buying import Candidate

MOST_OPEN = 2
"""Open conditions among the actions; what the gates wait for has all of them."""

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


def next_steps(
    decision: Mapping[str, Any],
    names: Mapping[str, str],
    *,
    title: str = "",
    titles: Mapping[str, str] | None = None,
    found: "Sequence[Candidate]" = (),
) -> NextSteps:
    """The section of one scenario.

    Args:
        decision: its document.
        names: what readers call each option, by id.
        title: of the scenario, which ends the captions. Empty where the page holds only one.
        titles: of the phases, by id. None leaves the ids.
        found: the measurements behind the document's, the best buy first. Empty leaves its own sentence.
    """
    suffix, titles = f", {title}" if title else "", titles or {}
    quoted = {phase: f"“{words}”" for phase, words in titles.items()}
    told = [entry for entry in decision["next_measurements"] if entry["id"] is not None]
    grounds = {one.id: one.grounds(titles=quoted, names=names) for one in found}
    actions = [
        decision["sequence"]["sentence"], _measure(decision, found, quoted, names), *_open(decision, told),
    ]  # fmt: skip
    spoken = Spoken(names)
    return NextSteps(
        actions=[spoken(sentence) for sentence in actions if sentence is not None],
        measurements=_measurements(told, suffix, grounds, spoken) if told else None,
        sequence=_sequence(decision["sequence"]["phases"], names, titles, suffix),
    )


def _measure(
    decision: Mapping[str, Any],
    found: "Sequence[Candidate]",
    quoted: Mapping[str, str],
    names: Mapping[str, str],
) -> str | None:
    """What to measure next, and which decisions that comes too late for."""
    best = best_next(found)
    if best is None:
        told: str | None = decision["measure_next"]
        return told
    sentence = what_next(found, questions=(), titles=quoted, names=names)
    days = best.worth.measurement.sample.days
    late = _too_late(decision, best, days) if days else ""
    return f"{sentence}{late}"


def _too_late(decision: Mapping[str, Any], best: "Candidate", days: float) -> str:
    """Which days to decide by, of the phases that wait for it, come before it ends."""
    ends = date.fromisoformat(decision["as_of"]) + timedelta(days=days)
    waiting = {one.phase for one in best.settles}
    set_days = {
        date.fromisoformat(phase["decide_by"])
        for phase in decision["phases"]
        if phase["id"] in waiting and phase["decide_by"]
    }
    missed = " and ".join(day(due) for due in sorted(set_days) if due < ends)
    return f" It ends on {day(ends)} at the earliest, after {missed}, by when to decide." if missed else ""


def _open(decision: Mapping[str, Any], told: list[dict[str, Any]]) -> list[str]:
    """What phases on HOLD wait for, where no measurement of the folder settles anything."""
    if any(entry["settles"] for entry in told):
        return []
    held = {stage["phase"] for stage in decision["sequence"]["phases"] if stage["verdict"] == "HOLD"}
    waiting = [
        entry for entry in decision["next_measurements"] if entry["id"] is None and entry["phase"] in held
    ]
    return [
        f"{capital(entry['what'])}{f': {distance(entry)}' if distance(entry) else ''}."
        for entry in waiting[:MOST_OPEN]
    ]


def _measurements(
    entries: list[dict[str, Any]], suffix: str, grounds: Mapping[str, str], spoken: Spoken
) -> Table:
    columns = [
        Column("Could be measured", shape="wide"), Column("Verdict", shape="short"),
        Column("Saves on average", numeric=True), Column("Error of that", numeric=True),
        Column("Costs", numeric=True), Column("Net", numeric=True), Column("Why", shape="wide"),
    ]  # fmt: skip
    rows: list[list[Cell]] = [
        [
            entry["what"],
            Mark(entry["verdict"], TONES[entry["verdict"]]),
            *(_amount(entry[name]) for name in ("evsi_usd", "evsi_se_usd", "cost_usd", "enbs_usd")),
            # The verdict stands in a column of its own.
            spoken(grounds.get(entry["id"]) or entry["reason"].removeprefix(f"{entry['verdict']}: ")),
        ]
        for entry in entries
    ]
    return Table(f"What measuring is worth before it is done{suffix}", columns, rows)


def _amount(amount_usd: float | None) -> Cell:
    return Missing("not known") if amount_usd is None else usd(amount_usd)


def _sequence(
    stages: list[dict[str, Any]], names: Mapping[str, str], titles: Mapping[str, str], suffix: str
) -> Table:
    columns = [
        Column("Phase"), Column("Option"), Column("To enter", numeric=True),
        Column("To enter, with all before", numeric=True), Column("A month", numeric=True),
        Column("To go back", numeric=True), Column("Worth with the right to go back", numeric=True),
        Column("Expected regret", numeric=True), Column("Open conditions it answers", numeric=True),
    ]  # fmt: skip
    rows: list[list[Cell]] = [
        [
            titles.get(stage["phase"], stage["phase"]),
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
