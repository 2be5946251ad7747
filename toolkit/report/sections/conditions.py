"""A judged criterion in words: what it asks, why it is what it is, and how far it is from settled."""

from collections.abc import Mapping
from typing import Any

from toolkit.report.metricwords import name_of, show_threshold
from toolkit.report.spoken import whose
from toolkit.report.wording import plural, whole

CHOSEN = "chosen"
"""What the plan calls the candidate that the ranking chooses."""


def condition(entry: Mapping[str, Any], names: Mapping[str, str]) -> str:
    """A criterion as a phrase, with its subject, comparison and threshold.

    Args:
        names: what readers call each option, by id. One that is not in it keeps its id.
    """
    if entry["any_of"] is not None:
        return f"Any of {plural(len(entry['any_of']), 'condition')}"
    what = entry["metric"] or entry["scenario_field"]
    comparison = str(entry["comparator"]).replace("_", " ")
    subject = name_of(entry["metric"], entry["scenario_field"])
    if entry["option"]:
        against = f"against {_called(entry['baseline'], names)}" if entry["baseline"] else ""
        parts = filter(None, [_called(entry["option"], names), against])
        subject = whose(f"{subject} of", *parts, goes_on=True)
    return f"{subject} {comparison} {show_threshold(what, entry['threshold'])}"


def _called(option: str, names: Mapping[str, str]) -> str:
    return "the chosen option" if option == CHOSEN else names.get(option, option)


def distance(entry: Mapping[str, Any]) -> str:
    """How much more evidence would settle it, in words; empty where nothing is known of that."""
    more = entry["more_needed"] or {}
    parts = []
    if more.get("events") is not None:
        parts.append(f"about {whole(more['events'])} more events")
    if more.get("days") is not None:
        parts.append(f"about {plural(more['days'], 'more day')}")
    return f"{' or '.join(parts)} at today's rate" if parts else ""


def reason(entry: Mapping[str, Any]) -> str:
    """Why a criterion is what it is, with its distance where that is known."""
    return f"{entry['reason']}{f' ({distance(entry)})' if distance(entry) else ''}"


def capital(sentence: str) -> str:
    """The sentence with a capital letter."""
    return sentence[:1].upper() + sentence[1:]
