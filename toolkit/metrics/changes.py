"""What changes from one recording to another, measure by measure, each with its interval."""

from dataclasses import dataclass, replace
from typing import Literal

from toolkit.metrics.arms import Arm
from toolkit.metrics.hourly import Rollups
from toolkit.metrics.intervals import mean_between_events
from toolkit.metrics.key import MetricValue, key_metrics
from toolkit.metrics.lifetimes import RESTRICTED_S
from toolkit.metrics.noticing import struck
from toolkit.metrics.ratios import UNKNOWN, Estimate, Rate, difference, inverse, rate_ratio
from toolkit.metrics.restricted import restricted_mean
from toolkit.metrics.survival import survival

Kind = Literal["ratio", "difference"]

PRIMARY = "unintended_ends_per_connected_h"
"""Disconnections are counted against the time in which one could come. A client that is cut off each minute
opens many connections and starts each anew, so that counts of sessions or connections move with the drops."""

MEASURES: dict[str, tuple[Kind, str]] = {
    PRIMARY: ("ratio", "1/h"),
    "unintended_ends_per_session": ("ratio", "1/session"),
    "unintended_ends_per_connection": ("ratio", "1/connection"),
    "reconnections_per_connected_h": ("ratio", "1/h"),
    "reconnection_frequency": ("difference", "share"),
    "mean_connection_duration_s": ("ratio", "s"),
    "restricted_mean_duration_s": ("difference", "s"),
    "late_or_lost_share": ("difference", "share"),
    "session_availability": ("difference", "share"),
    "latency_p95_ms": ("difference", "ms"),
}
"""How each measure is compared, option over baseline or option less baseline, and the unit of its values."""


@dataclass(frozen=True)
class Change:
    """One measure of both sides.

    Args:
        baseline, option: the measure of each side.
        change: their ratio or difference; unknown where the data do not carry one.
        why: in words, why the change is unknown or has no interval. None where it has one.
        until_s: the age at which time stops for a restricted mean. None for other measures.
    """

    measure: str
    kind: Kind
    unit: str
    baseline: Estimate
    option: Estimate
    change: Estimate
    why: str | None = None
    until_s: float | None = None

    @property
    def is_rate(self) -> bool:
        """Whether it counts events against an exposure."""
        return self.unit.startswith("1/")


def changes_between(rollups: Rollups, baseline: Arm, option: Arm) -> dict[str, Change]:
    """Every measure of :data:`MEASURES` of both sides, those that are not measurable too."""
    sides = [
        key_metrics(rollups, option=side.option, environment=side.environment) for side in (baseline, option)
    ]
    found = [
        *_of_ends(baseline, option),
        _change("reconnection_frequency", *(_estimate(side["reconnection_frequency"]) for side in sides)),
        _restricted(rollups, baseline, option),
        *_of_deliveries(baseline, option, *sides),
        _change("session_availability", *(_estimate(side["session_availability"]) for side in sides)),
    ]
    named = {change.measure: change for change in found}
    return {measure: named[measure] for measure in MEASURES}


def ends_by_whom(baseline: Arm, option: Arm) -> dict[str, Change]:
    """The ends per connected hour by who ended the connection; empty where that is not known of all."""
    known = all(side.ends == sum(side.ended_by.values()) for side in (baseline, option))
    return {
        who: _rates(
            f"ended_by_{who}",
            "1/h",
            *((side.ended_by[who], side.connected_h, side.worth) for side in (baseline, option)),
        )
        for who in baseline.ended_by
        if known and (baseline.ended_by[who] or option.ended_by[who])
    }


def faults_that_struck(rollups: Rollups, baseline: Arm, option: Arm) -> dict[str, Change]:
    """The faults made on purpose per connected hour, by kind; empty where not recorded of both.

    A reset strikes whatever the option does. A cut for being idle does not strike a connection that speaks.
    """
    sides = [(struck(rollups, side.option, side.environment), side) for side in (baseline, option)]
    kinds = sorted({kind for found, _ in sides for kind in found or ()})
    if any(found is None for found, _ in sides):
        return {}
    return {
        kind: _rates(
            f"faults_{kind}",
            "1/h",
            *(((found or {}).get(kind, 0), side.connected_h, side.worth) for found, side in sides),
        )
        for kind in kinds
    }


def resolved(change: Change) -> Estimate:
    """The share of the baseline's events that the option does without: 1 less the ratio of the rates.

    Below 0 the option has more of them. Unknown for a measure that is no rate.
    """
    ratio = change.change if change.is_rate else UNKNOWN
    return Estimate(*(None if part is None else 1 - part for part in (ratio.value, ratio.high, ratio.low)))


_Counted = tuple[int | None, float | None, float]
"""Events, exposure, worth; None where not known."""


def _of_ends(baseline: Arm, option: Arm) -> list[Change]:
    sides = (baseline, option)
    per_hour = _rates(PRIMARY, "1/h", *((side.ends, side.connected_h, side.worth) for side in sides))
    lasting = "mean_connection_duration_s"
    before_s, after_s = (_scaled(inverse(side), 3600.0) for side in (per_hour.baseline, per_hour.option))
    return [
        per_hour,
        _rates(
            "unintended_ends_per_session", "1/session",
            *((side.ends, side.sessions, side.worth) for side in sides),
        ),
        _rates(
            "unintended_ends_per_connection", "1/connection",
            *((side.ends, side.opened, side.worth) for side in sides),
        ),
        _rates(
            "reconnections_per_connected_h", "1/h",
            *((side.opened_retry, side.connected_h, side.worth) for side in sides),
        ),
        Change(lasting, *MEASURES[lasting], before_s, after_s, inverse(per_hour.change), per_hour.why),
    ]  # fmt: skip


def _rates(measure: str, unit: str, baseline: _Counted, option: _Counted) -> Change:
    """Two rates and their ratio."""
    old, new = _rate(*baseline), _rate(*option)
    before, after = (UNKNOWN if rate is None else _with_interval(rate) for rate in (old, new))
    ratio = UNKNOWN if old is None or new is None else rate_ratio(new, old)
    why = None
    if old is None or new is None:
        why = "not everything that it takes was recorded of both"
    elif not ratio.known:
        why = "neither had any, which says nothing about their ratio"
    elif ratio.value is None:
        why = "the baseline had none, so that there is nothing to take a share of"
    return Change(measure, "ratio", unit, before, after, ratio, why)


def _rate(events: int | None, exposure: float | None, worth: float) -> Rate | None:
    return None if events is None or not exposure else Rate(events, exposure, worth)


def _with_interval(rate: Rate) -> Estimate:
    between = mean_between_events(rate.exposure * rate.worth, rate.events * rate.worth)
    return Estimate(rate.per_unit, 0.0 if between[1] is None else 1 / between[1], 1 / between[0])


def _scaled(estimate: Estimate, factor: float) -> Estimate:
    parts = (estimate.value, estimate.low, estimate.high)
    return Estimate(*(None if part is None else part * factor for part in parts))


def _restricted(rollups: Rollups, baseline: Arm, option: Arm) -> Change:
    curves = [survival(rollups, side.option, side.environment) for side in (baseline, option)]
    reached = [0.0 if curve.empty else float(curve["age_s"].iloc[-1]) for curve in curves]
    until_s = min(RESTRICTED_S, *reached)
    sides = [
        restricted_mean(curve, until_s=until_s, worth=side.worth) if until_s > 0 else UNKNOWN
        for curve, side in zip(curves, (baseline, option), strict=True)
    ]
    return replace(_change("restricted_mean_duration_s", *sides), until_s=until_s or None)


def _of_deliveries(
    baseline: Arm, option: Arm, old: dict[str, MetricValue], new: dict[str, MetricValue]
) -> list[Change]:
    failing = _change(
        "late_or_lost_share", *(_rest(_estimate(side["delivery_success_rate"])) for side in (old, new))
    )
    latency = _change("latency_p95_ms", *(_estimate(side["latency_p95_ms"]) for side in (old, new)))
    if baseline.deadline_ms == option.deadline_ms:
        return [failing, latency]
    why = "they were recorded with other deadlines"
    return [
        Change(part.measure, part.kind, part.unit, part.baseline, part.option, UNKNOWN, why)
        for part in (failing, latency)
    ]


def _estimate(value: MetricValue) -> Estimate:
    return Estimate(value.estimate, value.low, value.high)


def _rest(share: Estimate) -> Estimate:
    """What is missing to 1."""
    return Estimate(*(None if part is None else 1 - part for part in (share.value, share.high, share.low)))


def _change(measure: str, baseline: Estimate, option: Estimate) -> Change:
    """The difference of two estimates."""
    change = difference(option, baseline)
    why = None
    if not baseline.known or not option.known:
        why = "it was not recorded of both"
    elif change.value is None:
        why = "one lies beyond the deadline"
    elif change.low is None or change.high is None:
        why = "the sample is too small to bound it"
    return Change(measure, *MEASURES[measure], baseline, option, change, why)
