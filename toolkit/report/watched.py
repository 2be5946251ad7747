"""What people are told of between reports: the state of what they watch, and what is another than before."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from toolkit.report.inputs import ReportInputs
from toolkit.report.metricwords import name_of

Watched = dict[str, dict[str, Any]]
"""By kind what is so, by what it is about. What is not known today is left out, so that it ends nothing."""

_STARTED = {
    "alert": "Alert: {}",
    "rollback": "Rollback alarm: {}",
    "broken": "An assumption of a decision does not hold any more: {}",
}
_ENDED = {
    "alert": "No alert any more: {}",
    "rollback": "No rollback alarm any more: {}",
    "broken": "An assumption of a decision holds again: {}",
}


def watched(inputs: ReportInputs, documents: Sequence[Mapping[str, Any]]) -> Watched:
    """The state of everything that is worth a message.

    Args:
        inputs: what the report is told from.
        documents: the decision of each scenario, as ``decision.json`` has it.
    """
    titles = {phase.id: phase.title for phase in inputs.plan.phases}
    state: Watched = {"verdict": {}, "alert": dict(_metric_alerts(inputs)), "rollback": {}, "broken": {}}
    for document in documents:
        scenario = str(document["scenario"])
        for phase in document["phases"]:
            about = f"{titles[phase['id']]} ({scenario})"
            state["verdict"][about] = phase["verdict"]
            if phase["rollback"] is not None:
                state["rollback"][about] = phase["rollback"]
        state["alert"] |= dict(_burning(document, scenario))
        state["broken"] |= dict(_assumptions(document))
    return state


def _metric_alerts(inputs: ReportInputs) -> Iterator[tuple[str, bool]]:
    for option, environments in inputs.metrics.to_document()["options"].items():
        for environment, metrics in environments.items():
            for metric, value in metrics.items():
                if value["alert"] is not None:
                    yield f"{name_of(metric)} of {option} in {environment}", value["alert"]


def _burning(document: Mapping[str, Any], scenario: str) -> Iterator[tuple[str, bool]]:
    for alert in document["alerts"]:
        if alert["state"] in ("firing", "quiet"):
            of = f"{name_of(alert['metric'])} of {alert['option']} in {alert['environment']} ({scenario})"
            yield f"budget of {of}, objective {alert['objective']}", alert["state"] == "firing"


def _assumptions(document: Mapping[str, Any]) -> Iterator[tuple[str, bool | None]]:
    """Those that do not hold, and with None those of which that is not known; all others hold."""
    for record in document["record"]:
        for finding in record["unknown"]:
            yield f"{finding['assumption']}, in {record['file']}", None
        for finding in record["broken"]:
            yield f"{finding['assumption']}, in {record['file']}", True


def failed(reasons: Sequence[str]) -> Watched:
    """The state where no report could be made: nothing else is known of."""
    return {"failed": {"build": "; ".join(reasons)}}


def told_since(before: Mapping[str, Mapping[str, Any]] | None, now: Watched) -> list[str]:
    """What is another than before, one sentence each; empty where nothing is.

    Args:
        before: what the reader knows. None where they were never told anything: then only what is wrong is
            told, as there is no verdict to compare with.

    >>> told_since({"verdict": {"Fixes": "HOLD"}}, {"verdict": {"Fixes": "GO"}})
    ['Fixes: GO, was HOLD']
    >>> told_since(None, {"verdict": {"Fixes": "GO"}, "alert": {"Latency": True, "Success": False}})
    ['Alert: Latency']
    """
    known: Mapping[str, Mapping[str, Any]] = before or {}
    told, verdicts = _of_the_build(known, now), known.get("verdict", {})
    told += [
        f"{about}: {verdict}, was {verdicts[about]}"
        for about, verdict in now.get("verdict", {}).items()
        if about in verdicts and verdicts[about] != verdict
    ]
    for kind in _STARTED:
        was, is_now = known.get(kind, {}), now.get(kind, {})
        told += [_STARTED[kind].format(about) for about in is_now if is_now[about] and not was.get(about)]
        told += [_ENDED[kind].format(about) for about in was if was[about] and _over(kind, about, now)]
    return told


def _of_the_build(known: Mapping[str, Mapping[str, Any]], now: Watched) -> list[str]:
    was, is_now = (state.get("failed", {}).get("build") for state in (known, now))
    if is_now:
        return [f"The build failed: {is_now}"] if is_now != was else []
    return ["The build works again"] if was else []


def _over(kind: str, about: str, now: Watched) -> bool:
    """Whether something is known to have ended; an assumption that nothing is said of holds."""
    if kind not in now:
        return False
    return now[kind].get(about, False if kind == "broken" else None) is False


def after(before: Mapping[str, Mapping[str, Any]] | None, now: Watched) -> Watched:
    """What a reader knows who has been told: what is not known today stays as they know it.

    >>> after({"alert": {"Latency": True}, "failed": {"build": "x"}}, {"alert": {"Success": False}})
    {'alert': {'Latency': True, 'Success': False}}
    """
    known: Mapping[str, Mapping[str, Any]] = before or {}
    if "failed" in now:
        return {**{kind: dict(state) for kind, state in known.items()}, **now}
    merged = {}
    for kind, state in now.items():
        merged[kind] = {about: value for about, value in state.items() if value is not None}
        for about, value in known.get(kind, {}).items():
            if about not in merged[kind] and not _over(kind, about, now):
                merged[kind][about] = value
    return {kind: dict(sorted(state.items())) for kind, state in merged.items()}
