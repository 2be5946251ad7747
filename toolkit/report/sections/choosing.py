"""How the choice was made: what may not be compared, robustness, weights, and the brief's use cases."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from toolkit.report.spoken import Spoken
from toolkit.report.tables import Cell, Column, Mark, Table
from toolkit.report.wording import number, percent, usd

AGREEMENT = {"agrees": ("agrees", "good"), "differs": ("differs", "bad"), "open": ("not known yet", "wait")}
ALERTS = {"firing": ("firing", "bad"), "quiet": ("quiet", "good"), "unknown": ("unknown", "wait")}


@dataclass(frozen=True)
class ChoosingView:
    """Everything about the choice that is neither a verdict nor a cost; every list may be empty.

    Args:
        warnings: what must be known before any rank is read.
        sentence: whether the ways of choosing agree.
        tables: robustness, weights, use cases and alerts, as far as there are any.
        weights: whose weights they are, every change of them, and what would flip the first.
    """

    warnings: list[str]
    sentence: str
    tables: list[Table]
    weights: list[str]


def choosing_view(decision: Mapping[str, Any], names: Mapping[str, str], *, title: str) -> ChoosingView:
    """The choice of one scenario.

    Args:
        decision: the decision document.
        names: what readers call each option.
        title: title of the scenario.
    """
    robust, weights = decision["robustness"], decision["weights"]
    tables = [
        _use_cases(decision["use_cases"], names, title) if decision["use_cases"] else None,
        _robustness(robust, names, title) if robust else None,
        _scores(weights, names, title) if weights else None,
        _alerts(decision["alerts"], names) if decision["alerts"] else None,
    ]
    return ChoosingView(
        warnings=[_incomparable(pair, names) for pair in decision["comparability"]],
        sentence=_sentence(robust, names) if robust else "",
        tables=[table for table in tables if table is not None],
        weights=_weights(weights, names) if weights else [],
    )


def _sentence(robust: Mapping[str, Any], names: Mapping[str, str]) -> str:
    """Whether the ways of choosing agree; the dominated options end it, by the names that readers know."""
    out = [option for option in robust["among"] if robust["options"][option]["dominated_by"]]
    told = Spoken(names)(robust["text"].removesuffix(f"{', '.join(out)}." if out else ""))
    called = [names.get(option, option) for option in out]
    between = "; " if any("," in name for name in called) else ", "
    return f"{told}{between.join(called)}." if out else told


def _incomparable(pair: Mapping[str, Any], names: Mapping[str, str]) -> str:
    who = " and ".join(names.get(option, option) for option in pair["options"])
    return f"{who} in {pair['environment']}: {pair['text']}."


def _use_cases(cases: list[dict[str, Any]], names: Mapping[str, str], title: str) -> Table:
    rows: list[list[Cell]] = []
    for case in cases:
        word, tone = AGREEMENT[case["agreement"]]
        for place, one in enumerate(case["recommends"]):
            first = names.get(case["first"], case["first"]) if case["first"] else None
            rows.append(
                [
                    case["title"],
                    f"{names.get(one['option'], one['option'])}: {one['says']} (line {one['line']})",
                    first if place == 0 else "as above",
                    Mark(word, tone) if place == 0 else "as above",
                    " ".join(filter(None, [case["text"] if place == 0 else "", _why(one)])) or None,
                ]
            )
    columns = [
        Column("Use case"), Column("The brief recommends", shape="wide"), Column("Ranks first here"),
        Column("Agreement", shape="short"), Column("Why", shape="wide"),
    ]  # fmt: skip
    return Table(
        f"The brief's recommendations by use case, seen from {title}", columns, rows,
        absent="no option may be chosen, or there is nothing to add",
    )  # fmt: skip


def _why(one: Mapping[str, Any]) -> str:
    place = "out" if one["feasible"] is False else f"rank {one['rank']}" if one["rank"] else "not ranked"
    claims = ", ".join(f"{claim['id']} ({claim['verdict']})" for claim in one["claims"])
    told = "; ".join(one["why"])
    rests = f" It rests on {claims}." if claims else ""
    return f"{place.capitalize()}{f': {told}' if told else ''}.{rests}"


def _robustness(robust: Mapping[str, Any], names: Mapping[str, str], title: str) -> Table:
    rows: list[list[Cell]] = [
        [
            names.get(option, option),
            usd(found["mean"]),
            percent(found["p_best"]),
            usd(found["regret"]),
            usd(found["largest_regret"]),
            "; ".join(f"{names.get(by, by)} ({order})" for by, order in found["dominated_by"].items())
            or "none",
        ]
        for option, found in robust["options"].items()
    ]
    columns = [
        Column("Option"), Column("Expected total", "USD", numeric=True),
        Column("Chance of being the cheapest", numeric=True), Column("Expected regret", "USD", numeric=True),
        Column("Largest regret", "USD", numeric=True), Column("Dominated by", shape="wide"),
    ]  # fmt: skip
    return Table(f"Ways of choosing among what no must-have puts out, {title}", columns, rows)


def _scores(weights: Mapping[str, Any], names: Mapping[str, str], title: str) -> Table:
    rows: list[list[Cell]] = []
    for option, found in weights["options"].items():
        score = found["score"]
        beyond = found["beyond_the_scale"]
        note = "; ".join([*found["unknown"], *([f"beyond the scale: {', '.join(beyond)}"] if beyond else [])])
        rows.append(
            [
                names.get(option, option),
                None if score is None else Mark(number(score["mean"]), "plain", _band(score)),
                *(
                    percent(found[name][0]) if found[name] else None
                    for name in ("acceptability", "acceptability_any_weights")
                ),
                note or "nothing",
            ]
        )
    columns = [
        Column("Option"), Column("Score", "0 to 1", numeric=True),
        Column("First by these weights", numeric=True), Column("First by any weights", numeric=True),
        Column("What to know", shape="wide"),
    ]  # fmt: skip
    return Table(f"Scores under the team's weights, {title}", columns, rows, absent="not scored")


def _band(score: Mapping[str, float]) -> str:
    return f"{number(score['p5'])} to {number(score['p95'])}"


def _weights(weights: Mapping[str, Any], names: Mapping[str, str]) -> list[str]:
    flips = [
        f"A weight of {number(flip['at'])} for {flip['criterion']}, instead of {number(flip['weight'])}, "
        f"would put {names.get(flip['to'], flip['to'])} first."
        for flip in weights["flips"]
    ]
    return [weights["text"], *(f"Changed {change['text']}." for change in weights["changes"]), *flips]


def _alerts(alerts: list[dict[str, Any]], names: Mapping[str, str]) -> Table:
    rows: list[list[Cell]] = []
    for alert in alerts:
        whose = names.get(alert["option"], alert["option"]) if alert["option"] else "nothing in service"
        name = f"{alert['metric'].replace('_', ' ')} of {whose}, objective {percent(alert['objective'])}"
        rows.append([name, Mark(*ALERTS[alert["state"]]), alert["environment"], alert["reason"]])
    columns = [
        Column("Alert"), Column("State", shape="short"), Column("Environment", shape="short"),
        Column("Why", shape="wide"),
    ]  # fmt: skip
    return Table("Burn-rate alerts", columns, rows, absent="nothing was recorded")
