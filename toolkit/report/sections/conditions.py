"""A judged criterion in words: what it asks, why it is what it is, and how far it is from settled."""

from collections.abc import Mapping
from typing import Any

from toolkit.report.metricwords import name_of, show_threshold
from toolkit.report.wording import plural, whole


def condition(entry: Mapping[str, Any]) -> str:
    """A criterion as a phrase, with its subject, comparison and threshold."""
    if entry["any_of"] is not None:
        return f"Any of {plural(len(entry['any_of']), 'condition')}"
    what = entry["metric"] or entry["scenario_field"]
    whose = f" of {entry['option']}" if entry["option"] else ""
    whose += f" against {entry['baseline']}" if entry["baseline"] else ""
    comparison = str(entry["comparator"]).replace("_", " ")
    name = name_of(entry["metric"], entry["scenario_field"])
    return f"{name}{whose} {comparison} {show_threshold(what, entry['threshold'])}"


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
