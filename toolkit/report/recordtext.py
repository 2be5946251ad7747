"""The decision record as a file: Markdown after MADR 4 for people, with one block of JSON for the next build.

MADR 4.0.0 (adr/madr, 2024) names the sections and the front matter; expiry and assumptions are ours.
"""

from collections.abc import Mapping

import yaml

from toolkit.cost.option import Option
from toolkit.decide.decision import Decision
from toolkit.decide.plan import Plan
from toolkit.decide.ranking import Ranked
from toolkit.decide.record.record import Record
from toolkit.decide.wording import counted, usd
from toolkit.pricing.scenario import Scenario
from toolkit.report.markdown import bullets, code, escaped, json_block
from toolkit.report.wording import day

BLOCK = "toolkit-record"
LEAST_TOLD = 0.005
"""Probability of being the cheapest below which nothing is said of it."""

MOST_TOLD = 3
"""Options of which the cost is told; the ranking has all of them."""


def record_text(
    record: Record,
    decision: Decision,
    *,
    title: str,
    plan: Plan,
    scenario: Scenario,
    options: Mapping[str, Option],
) -> str:
    """The whole file, in status ``proposed``.

    Args:
        record: its machine block.
        decision: of which it is the record.
        title: of the project.
    """
    sections = [
        _front_matter(record),
        f"# {escaped(title)}: {escaped(scenario.title)}, {day(record.as_of)}",
        "## Context and Problem Statement",
        f"For each phase of the plan: go on, stop or wait, in the scenario {escaped(scenario.title)} "
        f"({code(record.scenario)}), by what was measured, priced and known on {day(record.as_of)}.",
        "## Decision Drivers",
        bullets(_drivers(plan, scenario), "The plan states no condition."),
        "## Considered Options",
        bullets([_named(entry, options) for entry in decision.ranking], "None."),
        "## Decision Outcome",
        bullets(_outcomes(record, decision), "The plan has no phase."),
        "### Consequences",
        bullets(_consequences(decision), "No total is known."),
        "### Confirmation",
        "This record holds while each of these does. Every later build checks them again and names the one "
        "that broke.",
        bullets([escaped(one.text) for one in record.assumptions], "It assumes nothing."),
        _expiry(record),
        "## Pros and Cons of the Options",
        *(part for entry in decision.ranking for part in _weighed(entry, options)),
        "## More Information",
        bullets([f"{escaped(one.metric)} of {code(one.option)} in {code(one.environment)}: "
                 f"{day(one.since)} to {day(one.until)}" for one in record.windows],
                "No measurement was made use of."),
        "Edit the front matter and the prose as you like; the block below is read by the toolkit.",
        json_block(BLOCK, record.model_dump(mode="json") | {"assumptions": _lean(record)}),
    ]  # fmt: skip
    return "\n\n".join(sections) + "\n"


def _lean(record: Record) -> list[dict[str, object]]:
    """The assumptions, each with the fields of its kind only."""
    return [one.model_dump(mode="json", exclude_none=True) for one in record.assumptions]


def _front_matter(record: Record) -> str:
    fields = {
        "status": "proposed",
        "date": record.as_of,
        "decision-makers": [],
        "consulted": [],
        "informed": [],
    }
    return f"---\n{yaml.safe_dump(fields, sort_keys=False)}---"


def _drivers(plan: Plan, scenario: Scenario) -> list[str]:
    told = [
        f"{escaped(phase.title)}: {counted(len(phase.needed_if), 'condition')} of being needed, "
        f"{len(phase.ready_if)} of being ready"
        for phase in plan.phases
    ]
    if scenario.uptime_need is not None:
        told.append(f"uptime of at least {scenario.uptime_need:.6g}")
    if scenario.budget_usd_per_month is not None:
        told.append(f"at most {usd(scenario.budget_usd_per_month)} a month")
    if scenario.needs:
        told.append(f"features: {', '.join(code(need) for need in scenario.needs)}")
    return told


def _named(entry: Ranked, options: Mapping[str, Option]) -> str:
    option = options.get(entry.option)
    return f"{escaped(option.name if option else entry.option)} ({code(entry.option)})"


def _outcomes(record: Record, decision: Decision) -> list[str]:
    return [
        f"**{escaped(judged.phase.title)}** ({code(told.phase)}, "
        f"{code(told.option) if told.option else 'none of the candidates'}): {escaped(judged.sentence)}"
        for told, judged in zip(record.phases, decision.phases, strict=True)
    ]


def _consequences(decision: Decision) -> list[str]:
    known = [entry for entry in decision.ranking if entry.rank is not None and entry.total_mean is not None]
    return [
        f"{code(entry.option)} is expected to cost {_amount(entry.total_mean)} over the horizon, "
        f"{_amount(entry.monthly_cost_usd)} in its first month without the move"
        for entry in known[:MOST_TOLD]
    ]


def _amount(amount_usd: float | None) -> str:
    return "an unknown amount" if amount_usd is None else usd(round(amount_usd, 2))


def _expiry(record: Record) -> str:
    if record.expires is None:
        return "It does not expire: no phase is due, no evidence grows too old, and no review period is set."
    return f"It holds until {day(record.expires)}: {escaped(record.expires_because or '')}."


def _weighed(entry: Ranked, options: Mapping[str, Option]) -> list[str]:
    good = [] if entry.rank is None else [f"Good, because it ranks {entry.rank}"]
    if entry.p_cheapest is not None and entry.p_cheapest >= LEAST_TOLD:
        good.append(f"Good, because it is the cheapest with probability {entry.p_cheapest:.2f}")
    word = "Bad" if entry.feasible is False else "Neutral"
    against = [f"{word}, because {escaped(reason)}" for reason in entry.reasons]
    return [
        f"### {_named(entry, options)}",
        bullets([*good, *against], "Nothing is known for or against it."),
    ]
