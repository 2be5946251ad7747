"""The phases: each with its verdict in a sentence, what decides it, its steps and its criteria."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from toolkit.report.evidenced import NO_SAMPLE, Evidence
from toolkit.report.metricwords import interval, show
from toolkit.report.sections.conditions import capital, condition, distance, reason
from toolkit.report.sections.hypothetical import supposed_sentence, supposed_tables
from toolkit.report.spoken import Spoken
from toolkit.report.tables import Cell, Column, Mark, Table
from toolkit.report.wording import DASH, day, plural, whole

if TYPE_CHECKING:
    from toolkit.decide.decision import Decision
    from toolkit.decide.plan import Phase, Plan

TONES = {"GO": "good", "NO-GO": "bad", "HOLD": "wait"}
STATE_TONES = {"met": "good", "not met": "bad", "unknown": "wait"}
LISTS = {"needed_if": "Needed if", "ready_if": "Ready if", "rollback_if": "Roll back if"}
STATUS = {"planned": "planned", "in_service": "in service", "done": "done"}
MOST_SETTLING = 2
"""Distances on a card of the first screen; the table further down has all of them."""


@dataclass(frozen=True)
class PhaseView:
    """One phase as the page shows it; every field is a word, never None.

    Args:
        settle: what would settle a HOLD, as far as that is known.
        alarm: why to roll back. Empty without alarm.
        decide_by: the day as YYYY-MM-DD. Empty where none is set, and for a phase that is done.
        owner: of the phase. Empty where nobody is named.
        facts: label and words.
        steps: whether it is done, and what to do.
        hypothetical: what it would say if its evidence had the grade asked for. Empty where it has, or where
            it is no HOLD. It stands beside the gates, never among the verdicts.
    """

    id: str
    title: str
    verdict: str
    tone: str
    sentence: str
    settle: list[str]
    alarm: str
    decide_by: str
    owner: str
    facts: list[tuple[str, str]]
    steps: list[tuple[bool, str]]
    hypothetical: str
    tables: list[Table]


def phase_views(
    plan: "Plan", decision: "Decision", *, names: Mapping[str, str], scenario: str = ""
) -> list[PhaseView]:
    """The phases in the order of the plan.

    Args:
        names: what readers call each option, by id.
        scenario: ends the captions of the tables where a page holds several scenarios.
    """
    documents = {phase["id"]: phase for phase in decision.to_document()["phases"]}
    sentences = {result.phase.id: result.sentence for result in decision.phases}
    return [
        _view(phase, documents[phase.id], sentences[phase.id], names, scenario, decision.as_of)
        for phase in plan.phases
    ]


def _view(
    phase: "Phase",
    judged: dict[str, Any],
    sentence: str,
    names: Mapping[str, str],
    scenario: str,
    as_of: date,
) -> PhaseView:
    suffix = f", {scenario}" if scenario else ""
    spoken = Spoken(names)
    return PhaseView(
        id=phase.id,
        title=phase.title,
        verdict=judged["verdict"],
        tone=TONES[judged["verdict"]],
        # The card says the word beside its symbol, so that the sentence need not say it again.
        sentence=capital(spoken(sentence.removeprefix(f"{judged['verdict']} - "))),
        settle=settling(judged, names)[:MOST_SETTLING],
        alarm=_alarm(judged, spoken),
        decide_by="" if phase.status == "done" else judged["decide_by"] or "",
        owner=phase.owner or "",
        facts=_facts(phase, judged, names),
        steps=[(step.done, step.do) for step in phase.steps],
        hypothetical=spoken(supposed_sentence(judged)),
        tables=[
            *(
                _table(f"{phase.title}: {LISTS[name].lower()}{suffix}", rows, as_of, spoken)
                for name in LISTS
                if (rows := [entry for entry in judged["criteria"] if entry["list"] == name])
            ),
            *supposed_tables(phase.title, suffix, judged, names),
        ],
    )


def settling(judged: dict[str, Any], names: Mapping[str, str]) -> list[str]:
    """What would settle a HOLD, one entry for each criterion of which that is known.

    The first condition that cannot be judged is left out where the sentence on the phase tells its distance.
    """
    if judged["verdict"] != "HOLD":
        return []
    deciding = [
        entry
        for entry in judged["criteria"]
        if entry["list"] in ("needed_if", "ready_if") and entry["level"] == "must"
    ]
    first = next((entry for entry in deciding if entry["state"] == "unknown"), None)
    told = first if first and not first["reason"].startswith("window not over") else None
    entries = [inner for entry in deciding if entry is not told for inner in (entry["any_of"] or [entry])]
    entries = [*((told or {}).get("any_of") or []), *entries]
    return [f"{condition(entry, names)}: {distance(entry)}" for entry in entries if distance(entry)]


def _alarm(judged: dict[str, Any], spoken: Spoken) -> str:
    if judged["rollback"] is not True:
        return ""
    met = [
        entry for entry in judged["criteria"] if entry["list"] == "rollback_if" and entry["state"] == "met"
    ]
    return "; ".join(f"{condition(entry, spoken.names)}: {spoken(entry['reason'])}" for entry in met)


def _facts(phase: "Phase", judged: dict[str, Any], names: Mapping[str, str]) -> list[tuple[str, str]]:
    option = judged["option"] or judged["chosen"]
    if option is not None:
        carried = names.get(option, option)
    else:
        carried = f"{DASH} none of the candidates could be chosen"
    if judged["chosen"]:
        carried += " (chosen among the candidates)"
    facts = [
        ("Puts into service", carried),
        ("Decide by", day(phase.decide_by) if phase.decide_by else f"{DASH} no date set"),
        ("Owner", phase.owner or f"{DASH} nobody named"),
        ("When", phase.when or f"{DASH} not said"),
    ]
    return [*facts, ("Status", STATUS[judged["status"]])]


def _table(caption: str, entries: Sequence[dict[str, Any]], as_of: date, spoken: Spoken) -> Table:
    columns = [
        Column("Criterion"), Column("State", shape="short"), Column("Reason", shape="wide"),
        Column("Estimate", numeric=True), Column("Interval", numeric=True),
        Column("n", "events", numeric=True), Column("Environment", shape="short"),
        Column("Grade", shape="short"), Column("Since", shape="short"),
    ]  # fmt: skip
    rows: list[list[Cell]] = []
    for entry in entries:
        rows.append(_row(entry, as_of, spoken))
        rows.extend(_row(inner, as_of, spoken, inside=True) for inner in entry["any_of"] or [])
    return Table(
        caption=caption, columns=columns, rows=rows, absent="does not apply, or nothing was recorded"
    )


def _row(entry: Mapping[str, Any], as_of: date, spoken: Spoken, *, inside: bool = False) -> list[Cell]:
    named = condition(entry, spoken.names)
    what = entry["metric"] or entry["scenario_field"]
    grade: Cell = Mark(entry["grade"], "grade") if entry["grade"] else None
    return [
        f"{'or: ' if inside else ''}{named}{'' if entry['level'] == 'must' else ' (should)'}",
        Mark(entry["state"], STATE_TONES[entry["state"]]),
        spoken(reason(entry)),
        None
        if entry["estimate"] is None
        else Mark(show(what, entry["estimate"]), "plain", evidence=_evidence(entry, as_of)),
        None
        if entry["low"] is None and entry["high"] is None
        else interval(what, entry["low"], entry["high"]),
        None if entry["n"] is None else whole(entry["n"]),
        entry["environment"],
        grade,
        entry["since"],
    ]


def _evidence(entry: Mapping[str, Any], as_of: date) -> Evidence | None:
    """What stands behind an estimate of a criterion; None where it carries no grade."""
    if entry["grade"] is None:
        return None
    since = entry["since"] or "the first recorded day"
    return Evidence(
        grade=entry["grade"],
        source=f"recorded of {entry['option']} in {entry['environment']}" if entry["environment"]
        else f"the model of {entry['option'] or 'the scenario'}",
        n=NO_SAMPLE if entry["n"] is None else plural(entry["n"], "event"),
        window=f"{since} to {as_of.isoformat()}",
    )  # fmt: skip


def next_measurements(decision: "Decision", names: Mapping[str, str]) -> list[str]:
    """What is open, the first phase first, each as one sentence; what could be measured is a table."""
    found, spoken = decision.to_document()["next_measurements"], Spoken(names)
    told = (f"{entry['what']}: {reason(entry)}." for entry in found if entry["id"] is None)
    return [capital(spoken(sentence)) for sentence in told]
