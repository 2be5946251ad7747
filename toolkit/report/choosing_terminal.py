"""What stands around the ranking on a terminal: what may not be compared, weights, robustness, use cases."""

from rich.console import Console

from toolkit.report.termtables import Document, number, table_of, text_of

AGREEMENT = {"agrees": "agrees", "differs": "differs", "open": "not known yet"}


def show_before_ranking(out: Console, document: Document) -> None:
    """Print the alerts, and what must be known before any rank is read: pairs that were measured unlike."""
    for alert in document["alerts"]:
        style = "bold red" if alert["state"] == "firing" else ""
        whose = f"{alert['option'] or '—'} {alert['metric']}, objective {number(alert['objective'])}"
        out.print(text_of(f"alert {alert['state']}: {whose}: {alert['reason']}", style=style))
    for pair in document["comparability"]:
        who = f"{' and '.join(pair['options'])} in {pair['environment']}"
        out.print(text_of(f"NOT COMPARABLE: {who}: {pair['text']} ({pair['what']})", style="bold"))


def show_after_ranking(out: Console, document: Document) -> None:
    """Print whether other ways of choosing agree, the weights with every change, and the use cases."""
    if document["robustness"] is not None:
        out.print(text_of(f"Robustness: {document['robustness']['text']}"))
    if document["weights"] is not None:
        _show_weights(out, document["weights"])
    if document["use_cases"]:
        _show_use_cases(out, document["use_cases"])


def _show_weights(out: Console, weights: Document) -> None:
    out.print(text_of(weights["text"]))
    for change in weights["changes"]:
        out.print(text_of(f"weights changed {change['text']}"))
    scored = {option: found for option, found in weights["options"].items() if found["score"] is not None}
    rows = [
        [
            option,
            *(number(found["score"][part], 3) for part in ("mean", "p5", "p95")),
            number(found["acceptability"][0], 2),
            number(found["acceptability_any_weights"][0], 2),
        ]
        for option, found in scored.items()
    ]
    columns = ["option", "score", "p5", "p95", "first by these weights", "first by any weights"]
    if rows:
        out.print(table_of("Under the team's weights", columns, rows))
    for option, found in weights["options"].items():
        if found["unknown"]:
            out.print(text_of(f"{option} is not scored: {'; '.join(found['unknown'])}"))
        if found["beyond_the_scale"]:
            out.print(
                text_of(f"{option} is held at the end of a scale: {', '.join(found['beyond_the_scale'])}")
            )
    for flip in weights["flips"]:
        own, at = number(flip["weight"], 3), number(flip["at"], 3)
        what = f"a weight of {at} for {flip['criterion']} instead of {own}"
        out.print(text_of(f"flips the first: {what} puts {flip['to']} first"))


def _show_use_cases(out: Console, cases: list[Document]) -> None:
    rows = [
        [
            case["title"],
            ", ".join(one["option"] for one in case["recommends"]),
            case["first"] or "—",
            AGREEMENT[case["agreement"]],
            case["text"],
        ]
        for case in cases
    ]
    columns = ["use case", "the brief says", "first here", "agreement", "why"]
    out.print(table_of("The brief's recommendations by use case", columns, rows, left=5))
    for case in cases:
        for one in case["recommends"]:
            if one["why"]:
                out.print(
                    text_of(f"{case['id']}: {one['option']} (line {one['line']}): {'; '.join(one['why'])}")
                )
