"""The largest risks of the plan, told from what the decision and its costs say already."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from toolkit.report.spoken import Spoken
from toolkit.report.wording import percent, plural, shorten, usd

if TYPE_CHECKING:
    from toolkit.cost.result import CostResult

MOST = 3
"""Risks on the first page."""

LONGEST = 230
"""Characters of a risk on the first page; the tables further down have all of it."""

Document = Mapping[str, Any]


def largest_risks(
    decision: Document,
    cost: "CostResult",
    *,
    names: Mapping[str, str],
    now: str | None,
    after: str | None,
    titles: Mapping[str, str] | None = None,
) -> list[str]:
    """The risks that weigh most, one sentence each.

    First what is wrong today: rollback alarms, and records of decisions that do not hold. Then the money at
    stake, the larger first. Then what nobody knows: open must-haves, what a buyer must know, gates without
    evidence.

    Args:
        decision: its document.
        names: what readers call each option.
        now: the option that doing nothing keeps. None where nothing is in service.
        after: the option that the plan ends in. None where none could be chosen.
        titles: of the phases, by id. None leaves the ids.
    """
    money = sorted(_money(decision, names, now, after), reverse=True)
    told = [
        *_wrong_today(decision, titles or {}),
        *(text for _, text in money),
        *_unknown(decision, cost, names, after),
    ]
    return [shorten(text, LONGEST) for text in told[:MOST]]


def _wrong_today(decision: Document, titles: Mapping[str, str]) -> Iterator[str]:
    for phase in decision["phases"]:
        if phase["rollback"] is True:
            told = f"“{titles[phase['id']]}”" if phase["id"] in titles else phase["id"]
            yield f"{told} is in service and meets a condition to roll back."
    for record in decision["record"]:
        if record["broken"] or record["expired"]:
            broken = len(record["broken"])
            why = f"{plural(broken, 'assumption')} broke" if broken else "it expired"
            yield f"The decision on record in {record['file']} has to be taken again: {why}."


def _money(
    decision: Document, names: Mapping[str, str], now: str | None, after: str | None
) -> Iterator[tuple[float, str]]:
    """Money at stake, with the sentence on it."""
    found = (decision["robustness"] or {}).get("options", {})
    if after in found:
        worst = found[after]["largest_regret"]
        if worst > 0:
            yield (
                worst,
                f"{_called(after, names)} is the wrong choice in {percent(1 - found[after]['p_best'])} of "
                f"what may be true; at worst it costs {usd(worst)} more over the horizon than the best.",
            )
    if now in found and now != after and found[now]["regret"] > 0:
        yield (
            found[now]["regret"],
            f"Staying with {_called(now, names)} costs {usd(found[now]['regret'])} more over the horizon "
            "than the best option does, on average.",
        )


def _unknown(
    decision: Document, cost: "CostResult", names: Mapping[str, str], after: str | None
) -> Iterator[str]:
    """What nobody knows, or what a buyer has to know."""
    chosen = cost.options.get(after) if after else None
    note = chosen.plan_note if chosen else None
    if after and note:
        yield f"{_called(after, names)}, plan {chosen.plan if chosen else ''}: {note}"
    for entry in decision["ranking"]:
        if entry["option"] == after and entry["feasible"] is None:
            reasons = [reason for reason in entry["reasons"] if not (note and note in reason)]
            told = Spoken(names)("; ".join(reasons)).removesuffix(".")
            yield f"{_called(after, names)} may not meet a must-have: {told}."
    waiting = [entry for entry in decision["next_measurements"] if entry["id"] is None]
    if waiting:
        yield f"{plural(len(waiting), 'condition')} of the gates cannot be judged for want of evidence."


def _called(option: str | None, names: Mapping[str, str]) -> str:
    return names.get(option or "", option or "")
