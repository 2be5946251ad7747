"""Burn-rate alerts on hourly counts: which ring on a day, and which cannot be judged."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Literal

import pandas as pd

from toolkit.decide.alert import FAILURES_OF, Alert, BurnWindow
from toolkit.decide.kleene import State, any_of
from toolkit.decide.witness import by_strength
from toolkit.decide.wording import METRIC_WORDS, plain, share
from toolkit.evidence import Grade
from toolkit.metrics.rollups import Rollups
from toolkit.metrics.shares import SHARES, share_evidence
from toolkit.metrics.windows import hours_of

STATES: dict[State, Literal["firing", "quiet", "unknown"]] = {
    "met": "firing",
    "not met": "quiet",
    "unknown": "unknown",
}


@dataclass(frozen=True)
class Burn:
    """One pair of windows, judged.

    Args:
        failing: share that failed in the long and in the short window. None where nothing was recorded.
        events: what these are shares of: events, or for session availability hours wanted.
    """

    window: BurnWindow
    failing: tuple[float | None, float | None]
    events: tuple[float, float]
    limit: float

    @property
    def state(self) -> State:
        """Met when both windows burn faster than the factor; not met when one is known not to."""
        known = [part for part in self.failing if part is not None]
        if any(part <= self.limit for part in known):
            return "not met"
        return "met" if len(known) == 2 else "unknown"


@dataclass(frozen=True)
class Rung:
    """One alert, judged.

    Args:
        option: whose it came to be. None where nothing is in service.
        environment: that was read. None where none has the metric.
        until: the hour at which its windows end, UTC. None without evidence.
        stale: why its evidence says nothing of today. None where it does.
    """

    alert: Alert
    option: str | None
    environment: str | None
    until: datetime | None
    burns: tuple[Burn, ...]
    stale: str | None = None

    @property
    def state(self) -> State:
        if self.until is None or self.stale is not None:
            return "unknown"
        return any_of(burn.state for burn in self.burns)

    @property
    def reason(self) -> str:
        """Which windows burn and how fast, or why nobody knows."""
        if self.option is None:
            return "absent: nothing is in service"
        if self.until is None:
            return f"absent: nothing was recorded of {self.option} in {self.environment or 'any environment'}"
        if self.stale is not None:
            return self.stale
        decisive = [burn for burn in self.burns if burn.state == self.state]
        return "; ".join(self._told(burn) for burn in (decisive or self.burns)[:1])

    def _told(self, burn: Burn) -> str:
        window = burn.window
        long, short = ("no evidence" if part is None else share(part) for part in burn.failing)
        what = FAILURES_OF[self.alert.metric]
        return (
            f"{what} {long} in {window.long} and {short} in {window.short}, "
            f"where more than {share(burn.limit)} in both ring it"
        )

    def to_document(self) -> dict[str, Any]:
        """The alert as ``toolkit decide --json`` prints it."""
        alert = self.alert
        return {
            "metric": alert.metric,
            "option": self.option,
            "environment": self.environment,
            "objective": alert.objective,
            "period_days": alert.period_days,
            "state": STATES[self.state],
            "reason": self.reason,
            "until": self.until and self.until.isoformat(),
            "windows": [self._window(burn) for burn in self.burns],
        }

    def _window(self, burn: Burn) -> dict[str, Any]:
        window = burn.window
        return {
            "long": window.long,
            "short": window.short,
            "factor": window.factor,
            "state": STATES[burn.state if self.stale is None else "unknown"],
            "fires_above": round(burn.limit, 6),
            "failing_long": burn.failing[0],
            "failing_short": burn.failing[1],
            "events_long": burn.events[0],
            "events_short": burn.events[1],
            "budget_share": round(self.alert.budget_share(window), 6),
            "exhausted_in_h": round(self.alert.exhausted_h(window), 2),
        }

    @property
    def text(self) -> str:
        """The alert as one line."""
        name = METRIC_WORDS[self.alert.metric]
        whose = f" of {self.option}" if self.option else ""
        where = f" in {self.environment}" if self.environment else ""
        return f"{name}{whose}{where}, objective {share(self.alert.objective)}: {self.reason}"


def ring(
    alerts: Iterable[Alert],
    *,
    rollups: Rollups,
    environments: dict[str, Grade],
    in_service: str | None,
    as_of: date,
) -> list[Rung]:
    """Every alert, judged on the hours up to the newest recorded one.

    Args:
        environments: with their grades; an alert without one reads the strongest that has its metric.
        in_service: the option of an alert that names none. None where none is.
        as_of: the UTC day of the question; where its evidence ended before the day before, it is too old.
    """
    return [_rung(alert, rollups, environments, alert.option or in_service, as_of) for alert in alerts]


def _rung(
    alert: Alert, rollups: Rollups, environments: dict[str, Grade], option: str | None, as_of: date
) -> Rung:
    if option is None:
        return Rung(alert, None, alert.environment, None, ())
    for name in [alert.environment] if alert.environment else by_strength(environments):
        found = share_evidence(rollups, metric=alert.metric, option=option, environment=name)
        if found is None or found.source is not None:
            continue
        until = found.newest_hour + timedelta(hours=1)
        hours = hours_of(rollups, option=option, environment=name, since=None)
        burns = tuple(_burn(alert, window, hours, until) for window in alert.windows)
        return Rung(alert, option, name, until, burns, _stale(until, as_of))
    return Rung(alert, option, alert.environment, None, ())


def _stale(until: datetime, as_of: date) -> str | None:
    day = datetime(as_of.year, as_of.month, as_of.day, tzinfo=UTC)
    old = day - until
    if old <= timedelta(days=1):
        return None
    return f"too old: the newest evidence is of {until:%Y-%m-%d %H:%M}, {plain(old.days)} days before {as_of}"


def _burn(alert: Alert, window: BurnWindow, hours: pd.DataFrame, until: datetime) -> Burn:
    long, short = (_failing(alert, hours, until, length) for length in (window.long_h, window.short_h))
    limit = round(window.factor * alert.budget, 12)
    return Burn(window, (long[0], short[0]), (long[1], short[1]), limit)


def _failing(alert: Alert, hours: pd.DataFrame, until: datetime, length_h: int) -> tuple[float | None, float]:
    """The share that failed in the last hours, and of how much."""
    x, y = SHARES[alert.metric]
    chosen = hours[(hours["hour"] >= until - timedelta(hours=length_h)) & (hours["hour"] < until)]
    good, events = int(chosen[x].sum()), int(chosen[y].sum())
    if events == 0:
        return None, 0
    failing = good / events if alert.metric == "reconnection_frequency" else 1 - good / events
    in_hours = events / 3.6e9 if alert.metric == "session_availability" else events
    return round(failing, 12), in_hours
