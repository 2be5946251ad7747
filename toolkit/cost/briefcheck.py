"""What a bake-off says to the brief's table of uptime and latency, row by row.

On loopback there is no network, and faults are made on purpose. So a latency can only be too low there, and
an uptime is not measured at all; but both hurt all options alike, so that their differences are the options'
own.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from toolkit.cost.option import Option
from toolkit.evidence import Figure
from toolkit.metrics.key import MetricValue

Verdict = Literal["contradicted", "not contradicted", "cannot tell"]

BASELINE = "current"
"""The brief sells every other option as better than this one."""

Values = Mapping[str, Mapping[str, MetricValue]]
"""By option and metric."""


@dataclass(frozen=True)
class Row:
    """One figure of the brief beside what was measured.

    Args:
        statement: what the brief's figures say, in words.
        verdict, why: what the run says to that.
    """

    option: str
    statement: str
    verdict: Verdict
    why: str


def against_brief(values: Values, options: Mapping[str, Option], *, as_of: date) -> list[Row]:
    """One row a statement about an option that was measured; empty where the folder has no claims.

    Args:
        values: key metrics of this run.
        options: with the brief's figures ``uptime_share`` and ``latency_ms``, graded claim.
    """
    rows: list[Row] = []
    for name, measured in values.items():
        if name not in options:
            continue
        latency = _claim(options[name], "latency_ms", as_of)
        if latency is not None:
            rows.append(_floor(name, latency, measured["latency_p50_ms"]))
        if name != BASELINE and BASELINE in values and BASELINE in options:
            rows += _differences(name, values, options, as_of)
    return rows


def _claim(option: Option, quantity: str, as_of: date) -> float | None:
    """The value that is claimed, not one that is measured or published."""
    found: list[Figure] = option.figures.get(quantity, [])
    return next((one.central for one in found if one.grade == "claim" and one.as_of <= as_of), None)


def _floor(name: str, claimed_ms: float, measured: MetricValue) -> Row:
    statement = f"its latency is {claimed_ms:g} ms"
    if measured.low is None:
        return Row(name, statement, "cannot tell", "too little was measured")
    if measured.low > claimed_ms:
        why = f"without any network half of the deliveries take {measured.low:.3g} ms or more"
        return Row(name, statement, "contradicted", why)
    high = "" if measured.high is None else f", at most {measured.high:.3g} ms of it the server's"
    return Row(name, statement, "cannot tell", f"a network adds to what loopback shows{high}")


def _differences(name: str, values: Values, options: Mapping[str, Option], as_of: date) -> list[Row]:
    """What the brief says of it beside the current server."""
    rows = []
    own, other = (_claim(options[one], "latency_ms", as_of) for one in (name, BASELINE))
    if own is not None and other is not None and own < other:
        latency = [values[one]["latency_p50_ms"] for one in (name, BASELINE)]
        rows.append(_faster(name, other - own, *latency))
    own, other = (_claim(options[one], "uptime_share", as_of) for one in (name, BASELINE))
    if own is not None and other is not None and own > other:
        available = [values[one]["session_availability"] for one in (name, BASELINE)]
        rows.append(_steadier(name, own, other, *available))
    return rows


def _faster(name: str, claimed_ms: float, own: MetricValue, other: MetricValue) -> Row:
    statement = f"it is {claimed_ms:g} ms faster than {BASELINE}"
    if own.low is None or other.high is None:
        return Row(name, statement, "cannot tell", "too little was measured")
    most_ms = other.high - own.low
    if most_ms < claimed_ms:
        faster = f"{most_ms:.2g} ms faster at most" if most_ms > 0 else "no faster at all"
        return Row(name, statement, "contradicted", f"on one and the same path it is {faster}")
    return Row(name, statement, "not contradicted", f"it may be up to {most_ms:.3g} ms faster")


def _steadier(name: str, own: float, other: float, mine: MetricValue, theirs: MetricValue) -> Row:
    statement = f"it is up more of the time than {BASELINE}, {own:.4g} and {other:.4g}"
    ends = (mine.low, mine.high, theirs.low, theirs.high)
    if any(end is None for end in ends):
        return Row(name, statement, "cannot tell", "too little was measured")
    told = f"under the same faults sessions are connected {mine.low:.4f} to {mine.high:.4f} of the time, "
    told += f"those of {BASELINE} {theirs.low:.4f} to {theirs.high:.4f}"
    assert mine.low is not None and mine.high is not None
    assert theirs.low is not None and theirs.high is not None
    if mine.high < theirs.low:
        return Row(name, statement, "contradicted", told)
    return Row(name, statement, "not contradicted" if mine.low > theirs.high else "cannot tell", told)
