"""The gates of a plan, as far as how often they are wrong depends on them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from toolkit.decide.coverage.reductions import BASELINE_MEAN_S
from toolkit.decide.judging import alpha_of
from toolkit.decide.plan import MEASURED, REDUCTION, SHARES, Criterion, Plan, criteria_in
from toolkit.decide.question import FLAP_S, flap_s
from toolkit.evidence import Grade
from toolkit.metrics.key import PERCENTILES


@dataclass(frozen=True, kw_only=True)
class Gate:
    """A gate, as far as its errors depend on it.

    Args:
        bad: the share that it allows to fail.
        alpha: the error that it allows over all looks.
        duration_s: of a gate on a mean duration its threshold. None of anything else.
        reduction: of a gate on what is gone of a baseline's ends, its threshold. None of anything else.
    """

    bad: float
    alpha: float
    duration_s: float | None = None
    reduction: float | None = None

    @property
    def flap_s(self) -> float:
        return flap_s(self.duration_s or 0.0)


def gates_of(plan: Plan, environments: Mapping[str, Grade]) -> list[Criterion]:
    """The criteria of a plan on recorded metrics, of those that err alike one, in the plan's order.

    Args:
        environments: criteria that name one of these are left out unless it is field.
    """
    found: dict[tuple[str | None, float, float], Criterion] = {}
    for criterion in _measured(plan):
        if environments.get(criterion.environment or "", "field") == "field":
            found.setdefault((criterion.metric, criterion.threshold, criterion.confidence), criterion)
    return [criterion for criterion in found.values() if 0 < gate_of(criterion).bad < 1]


def _measured(plan: Plan) -> Iterator[Criterion]:
    for phase in plan.phases:
        for _, _, entry in phase.entries():
            yield from (one for one in criteria_in(entry) if one.metric in MEASURED)


def gate_of(criterion: Criterion) -> Gate:
    """The gate of a criterion: what fails is what its metric counts as bad, whatever its comparison."""
    alpha, threshold = alpha_of(criterion), criterion.threshold
    if criterion.metric in PERCENTILES:
        return Gate(bad=1 - PERCENTILES[criterion.metric] / 100, alpha=alpha)
    if criterion.metric in SHARES:
        is_bad = criterion.metric == "reconnection_frequency"
        return Gate(bad=threshold if is_bad else 1 - threshold, alpha=alpha)
    if criterion.metric == REDUCTION:
        left = (1 - threshold) * FLAP_S / BASELINE_MEAN_S
        return Gate(bad=left, alpha=alpha, reduction=threshold)
    bad = flap_s(threshold) / threshold if threshold else 0.0
    return Gate(bad=bad, alpha=alpha, duration_s=threshold)
