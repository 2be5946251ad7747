"""Which environments speak about a metric of an option, and what they say."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from toolkit.decide.dossier import Dossier
from toolkit.decide.plan import SHARES
from toolkit.decide.sequence import bernoulli_interval
from toolkit.decide.wording import plain, share, shares
from toolkit.evidence import Grade, grade_rank
from toolkit.metrics.key import MetricValue, key_metrics
from toolkit.metrics.rollups import Rollups
from toolkit.metrics.shares import ShareEvidence, share_evidence


@dataclass(frozen=True, kw_only=True)
class Witness:
    """One environment's evidence on one metric of one option.

    Args:
        since: the first day that counts.
        evidence: counts of a share, or the value of a metric that no sequence judges.
    """

    environment: str
    grade: Grade
    since: date
    evidence: ShareEvidence | MetricValue

    def says(self, *, alpha: float) -> str:
        """Its estimate with its interval, for a reason."""
        if isinstance(self.evidence, MetricValue):
            return f"{self.environment} says {_shown(self.evidence)}"
        if self.evidence.contradictory:
            return f"{self.environment} has contradictory counts"
        low, high = interval(self.evidence, alpha=alpha)
        return f"{self.environment} says {share(self.evidence.estimate)} ({shares(low, high)})"


def _shown(value: MetricValue) -> str:
    """The value with its interval; one that is beyond what was observed has no upper end."""
    low, high = ("" if end is None else plain(end) for end in (value.low, value.high))
    if value.estimate is None:
        return f"more than {low}" if low else "nothing finite"
    return f"{plain(value.estimate)} ({low or 'unbounded'}–{high or 'unbounded'})"


def interval(evidence: ShareEvidence, *, alpha: float) -> tuple[float, float]:
    """The always-valid interval of a share on its effective events."""
    effective = evidence.n_effective
    return bernoulli_interval(min(evidence.estimate * effective, effective), effective, alpha=alpha)


def by_strength(environments: Mapping[str, Grade]) -> list[str]:
    """The environments, strongest grade first; equal grades keep their order.

    >>> by_strength({"lab": "lab", "production": "field", "canary": "field"})
    ['production', 'canary', 'lab']
    """
    return sorted(environments, key=lambda name: -grade_rank(environments[name]))


def witnesses(dossier: Dossier, *, metric: str, option: str, since: date | None) -> list[Witness]:
    """Every listed environment that has the metric since a day, strongest grade first.

    Args:
        since: first day of evidence. None means the first that was recorded there.
    """
    environments = dossier.project.environments
    found = []
    for name in by_strength(environments):
        evidence = _evidence(dossier.rollups, metric=metric, option=option, environment=name, since=since)
        first = since or first_day(dossier.rollups, option=option, environment=name)
        if evidence is not None and first is not None:
            found.append(Witness(environment=name, grade=environments[name], since=first, evidence=evidence))
    return found


def _evidence(
    rollups: Rollups, *, metric: str, option: str, environment: str, since: date | None
) -> ShareEvidence | MetricValue | None:
    if metric in SHARES:
        found = share_evidence(rollups, metric=metric, option=option, environment=environment, since=since)
        return _in_client_hours(found) if found and metric == "session_availability" else found
    value = key_metrics(rollups, option=option, environment=environment, since=since)[metric]
    return value if value.state == "measured" else None


def _in_client_hours(found: ShareEvidence) -> ShareEvidence:
    """The same share of client-hours: nobody plans a measurement in seconds wanted."""
    return replace(found, successes=found.estimate * found.client_hours, n=found.client_hours)


def first_day(rollups: Rollups, *, option: str, environment: str) -> date | None:
    """The first UTC day that an environment recorded of an option; None where it recorded nothing."""
    counts = rollups.counts
    hours = counts.loc[(counts["option"] == option) & (counts["environment"] == environment), "hour"]
    return None if hours.empty else hours.min().date()
