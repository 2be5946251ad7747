"""What sample a criterion needs at the least, and what its window can give at the most. Pure."""

from dataclasses import dataclass
from datetime import date

from toolkit.cost.formulas import DAYS_PER_MONTH
from toolkit.decide.blockbound import block_hours, least_blocks
from toolkit.decide.coverage.gate import gate_of
from toolkit.decide.distance import clearing_factor
from toolkit.decide.judging import alpha_of
from toolkit.decide.kleene import State
from toolkit.decide.plan import SHARES, Criterion
from toolkit.decide.tally import ShareTally
from toolkit.evidence import Range
from toolkit.metrics.intervals import fewest_for_a_bound
from toolkit.metrics.key import PERCENTILES
from toolkit.pricing.scenario import Scenario
from toolkit.pricing.traffic import connections_opened, messages_delivered, traffic_of

HOURS_PER_DAY = 24


@dataclass(frozen=True)
class Outlook:
    """The evidence that there can be until the decision.

    Args:
        days: from the first day of evidence to the last, both counted.
        until: the day of the decision. None where the scenario's horizon ends the evidence.
        scenario: the team's traffic.
        growth: by how much its traffic may have grown at the end, as a factor.
    """

    days: float
    until: date | None
    scenario: Scenario
    growth: float = 1.0

    def events(self, metric: str, *, most: bool) -> float | None:
        """Events of a metric in the window; None where the traffic says nothing of them.

        Args:
            most: by the upper end of every range, growth included, else by its median.
        """
        a_day = events_a_day(metric, self.scenario, most=most)
        return None if a_day is None else a_day * self.days * (self.growth if most else 1)


def outlook(scenario: Scenario, *, since: date | None, decide_by: date | None) -> Outlook:
    """The evidence until a phase is decided, or until the horizon ends where a day is not set.

    Args:
        since: first day of evidence. None: it is not fixed, so that the window has no length.
        decide_by: the day of the decision. None likewise.
    """
    if since is not None and decide_by is not None:
        return Outlook((decide_by - since).days + 1, decide_by, scenario)
    growth = scenario.growth_per_month
    most = growth.p95 if isinstance(growth, Range) else growth
    months = scenario.horizon_months
    return Outlook(months * DAYS_PER_MONTH, None, scenario, growth=(1 + most) ** months)


def events_a_day(metric: str, scenario: Scenario, *, most: bool) -> float | None:
    """Events that count for a metric on an average day; None where the traffic does not say.

    A client's hour is one event of session availability, as everywhere: a session of h hours has at most
    h + 1 of them.
    """
    traffic = traffic_of(scenario, lambda value: _end(value, most=most))
    if metric == "delivery_success_rate" or metric in PERCENTILES:
        return float(messages_delivered(traffic, days=1))
    opened = float(connections_opened(traffic, days=1))
    if metric == "session_availability":
        return opened * (_end(scenario.connected_hours_per_user_day, most=most) + 1)
    return opened if metric in SHARES else None


def _end(value: float | Range, *, most: bool) -> float:
    if not isinstance(value, Range):
        return float(value)
    return value.p95 if most else value.p50


def least_events(criterion: Criterion, state: State) -> float | None:
    """Effective events without which no outcome, however clear, gives a state; None where none ever does.

    Args:
        criterion: of a share, or of a latency percentile, which is the share that is no slower.
        state: ``met`` or ``not met``.

    >>> criterion = Criterion(option="a", metric="connection_success_rate", at_least=0.95)
    >>> 59 < least_events(criterion, "met") < 295
    True
    """
    quantile = quantile_of(criterion)
    threshold = criterion.threshold if quantile is None else quantile
    wants_more = criterion.comparator in ("at_least", "above")
    if quantile is not None:
        # A latency at most so long is a share within it at least so large.
        wants_more = not wants_more
    flawless = 1.0 if wants_more == (state == "met") else 0.0
    one = ShareTally(estimate=flawless, n_effective=1, blocks=None)
    found = clearing_factor(one, threshold, alpha=alpha_of(criterion))
    floor = 0 if quantile is None else fewest_for_a_bound(quantile, alpha=alpha_of(criterion))
    return None if found is None else max(found, floor)


def quantile_of(criterion: Criterion) -> float | None:
    """The quantile that a criterion on a latency percentile is of; None of any other.

    >>> quantile_of(Criterion(option="a", metric="latency_p95_ms", at_most=250))
    0.95
    """
    percent = PERCENTILES.get(str(criterion.metric))
    return None if percent is None else percent / 100


def least_days(criterion: Criterion, outage_hours: float) -> float:
    """Days of field evidence without which nothing good is concluded, however good it is.

    Of a reduction they depend on how often the baseline disconnects, so that none are told beforehand.

    >>> criterion = Criterion(option="a", metric="connection_success_rate", at_least=0.95)
    >>> least_days(criterion, 1), least_days(criterion, 0)
    (4.375, 0.0)
    """
    gate, hours = gate_of(criterion), block_hours(outage_hours)
    if hours is None or gate.reduction is not None or not 0 < gate.bad < 1:
        return 0.0
    blocks = least_blocks(1 - gate.bad, alpha=gate.alpha, above=True)
    return (blocks or 0) * hours / HOURS_PER_DAY
