"""What was measured in production and enters the cost of an option, as figures with their posterior."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from pydantic import Field

from toolkit.cost.formulas import MINUTES_PER_MONTH
from toolkit.cost.option import Option
from toolkit.cost.posteriors import MeasuredShare, Scaled
from toolkit.evidence import Figure, Grade
from toolkit.metrics.history import distinct_days
from toolkit.metrics.hourly import Rollups
from toolkit.metrics.shares import SHARES, ShareEvidence, share_evidence
from toolkit.metrics.windows import hours_of

ENDS = (0.05, 0.5, 0.95)


@dataclass(frozen=True)
class Measurable:
    """A quantity of the cost model that recordings can tell.

    Args:
        metric: the recorded share that it follows from.
        failures: whether it is what the share leaves over.
        factor: of its unit in the share.
        unit: its unit.
        least_days: UTC days of evidence below which it stays what it was.
    """

    metric: str
    failures: bool
    factor: float
    unit: str
    least_days: int


MEASURED = {
    # A month shows an outage that comes once a month in two months of three only; of less nothing is said.
    "service_unavailability_min_per_month": Measurable(
        "session_availability", True, MINUTES_PER_MONTH, "min/month", 28
    ),
    # Every hour of a week was seen at least once.
    "delivery_success_share": Measurable("delivery_success_rate", False, 1.0, "share", 7),
}
"""By quantity. Lab runs, in which faults strike on purpose, never tell any of these."""


class MeasuredFigure(Figure):
    """A figure that was counted: its range is that of its posterior, which draws are taken from.

    Args:
        posterior: of the truth behind the counts.
    """

    posterior: Scaled = Field(exclude=True, repr=False)


def measured_name(quantity: str, option: str) -> str:
    """The name of the input that a measured quantity of one option is.

    >>> measured_name("delivery_success_share", "ably")
    'delivery_success_share of ably'
    """
    return f"{quantity} of {option}"


def measured_names(options: Sequence[Option]) -> list[str]:
    """The inputs that were measured, in a fixed order: each has a dimension of its own when drawn."""
    return sorted(
        measured_name(quantity, option.id)
        for option in options
        for quantity in MEASURED
        if any(isinstance(figure, MeasuredFigure) for figure in option.figures.get(quantity, []))
    )


def with_measurements(
    options: Mapping[str, Option], rollups: Rollups, *, environments: Mapping[str, Grade]
) -> dict[str, Option]:
    """The options, with what recordings tell about them among their figures.

    Args:
        options: by id.
        rollups: recorded counts, none of them later than the day of the question.
        environments: their grades; only those of grade field are heard, of several the first, never pooled.
    """
    fields = [name for name, grade in environments.items() if grade == "field"]
    return {name: _with_its_own(option, rollups, fields) for name, option in options.items()}


def _with_its_own(option: Option, rollups: Rollups, environments: Sequence[str]) -> Option:
    figures = dict(option.figures)
    for quantity, measurable in MEASURED.items():
        heard = (_figure(measurable, rollups, option.id, name) for name in environments)
        found = next((figure for figure in heard if figure is not None), None)
        if found is not None:
            figures[quantity] = [found, *figures.get(quantity, [])]
    return option.model_copy(update={"figures": figures}) if figures != option.figures else option


def _figure(measurable: Measurable, rollups: Rollups, option: str, environment: str) -> MeasuredFigure | None:
    evidence = share_evidence(rollups, metric=measurable.metric, option=option, environment=environment)
    if evidence is None or evidence.contradictory or evidence.source is not None:
        return None
    days = _days(measurable, rollups, option, environment)
    if len(days) < measurable.least_days or not evidence.n_effective > 0:
        return None
    posterior = Scaled(measured=_share(measurable, evidence), factor=measurable.factor)
    p5, p50, p95 = (float(posterior.quantiles(np.asarray(end))) for end in ENDS)
    source = (
        f"{measurable.metric} in {environment}, {len(days)} days from {days[0]} to {days[-1]}, worth "
        f"{evidence.n_effective:,.0f} independent events"
    )
    return MeasuredFigure(
        p5=p5, p50=p50, p95=p95, unit=measurable.unit, grade="field", source=source, as_of=days[-1],
        posterior=posterior,
    )  # fmt: skip


def _share(measurable: Measurable, evidence: ShareEvidence) -> MeasuredShare:
    trials, hits = evidence.n_effective, evidence.successes_effective
    return MeasuredShare(hits=max(trials - hits, 0.0) if measurable.failures else hits, trials=trials)


def _days(measurable: Measurable, rollups: Rollups, option: str, environment: str) -> list[date]:
    """The UTC days that hold evidence, ascending."""
    hours = hours_of(rollups, option=option, environment=environment, since=None)
    return distinct_days(hours["hour"][hours[SHARES[measurable.metric][1]] > 0])
