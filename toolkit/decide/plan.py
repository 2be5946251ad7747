"""The migration plan: phases, and the criteria of their gates."""

from typing import Annotated, Any, Literal, Self

from pydantic import Discriminator, Field, Tag, ValidationInfo, field_validator, model_validator
from pydantic_core import PydanticKnownError

from toolkit.decide.alert import Alert
from toolkit.evidence import Day, Grade, NonNegative, Strict, Text

Comparator = Literal["at_least", "at_most", "above", "below"]
COMPARATORS: tuple[Comparator, ...] = ("at_least", "at_most", "above", "below")

SHARES = (
    "connection_success_rate",
    "reconnection_frequency",
    "delivery_success_rate",
    "session_availability",
)
REDUCTION = "disconnection_rate_reduction"
"""The relative reduction of unintended ends per connected hour against a baseline: 1 less the ratio of the
two rates. Below 0 there are more of them than before."""

MEASURED = (
    *SHARES,
    "mean_connection_duration_s",
    "latency_p50_ms",
    "latency_p95_ms",
    "latency_p99_ms",
    REDUCTION,
)
METRICS = (*MEASURED, "monthly_cost_usd")

Threshold = Annotated[float, Field(allow_inf_nan=False)]


class Criterion(Strict):
    """One condition: a metric of an option, or a field of the scenario, against a threshold."""

    option: str | None = None
    baseline: str | None = None
    metric: str | None = None
    scenario_field: str | None = None
    at_least: Threshold | None = None
    at_most: Threshold | None = None
    above: Threshold | None = None
    below: Threshold | None = None
    level: Literal["must", "should"] = "must"
    environment: str | None = None
    grade: Grade | None = None
    max_age_days: NonNegative | None = None
    confidence: Annotated[float, Field(gt=0.5, lt=1)] = 0.95

    @property
    def comparator(self) -> Comparator:
        """Which of the four comparisons it makes."""
        return next(name for name in COMPARATORS if getattr(self, name) is not None)

    @property
    def threshold(self) -> float:
        """The number that it compares with, in the unit of its metric or field."""
        return float(getattr(self, self.comparator))

    @field_validator(*COMPARATORS)
    @classmethod
    def _in_its_range(cls, value: float | None, info: ValidationInfo) -> float | None:
        """Nothing but a reduction can lie below 0."""
        if value is not None and value < 0 and info.data.get("metric") != REDUCTION:
            raise PydanticKnownError("greater_than_equal", {"ge": 0})
        return value

    @model_validator(mode="after")
    def _one_of_each(self) -> Self:
        given = [name for name in COMPARATORS if getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError(f"has {len(given)} comparisons|give exactly one of {', '.join(COMPARATORS)}")
        if (self.scenario_field is None) == (self.metric is None):
            raise ValueError("speaks of neither or both of metric and scenario_field|give exactly one")
        if self.metric is not None and self.option is None:
            raise ValueError("names a metric but no option|add option: ID (or option: chosen)")
        if self.metric in SHARES and self.threshold > 1:
            wrong = f"{given[0]}: {self.threshold:g} is not a share"
            raise ValueError(f"{wrong}|write {self.threshold / 100:g} for {self.threshold:g} %")
        self._check_reduction(given[0])
        return self

    def _check_reduction(self, comparator: str) -> None:
        """A comparison has two sides, and all that can be gone is everything."""
        if self.metric == REDUCTION and self.baseline is None:
            raise ValueError(f"{REDUCTION} compares with no baseline|add baseline: ID")
        if self.metric != REDUCTION and self.baseline is not None:
            what = self.metric or self.scenario_field
            raise ValueError(f"baseline: {what} compares with none|remove it, or use metric: {REDUCTION}")
        if self.baseline is not None and self.baseline == self.option:
            raise ValueError(f"compares {self.option} with itself|name another option as baseline")
        if self.metric == REDUCTION and self.threshold > 1:
            wrong = f"{comparator}: {self.threshold:g} is more than all disconnections"
            raise ValueError(f"{wrong}|write {self.threshold / 100:g} for {self.threshold:g} %")


class AnyOf(Strict):
    """Holds when one of its criteria does."""

    any_of: list[Criterion] = Field(min_length=1)
    level: Literal["must", "should"] = "must"


def _entry_kind(value: Any) -> str:
    if isinstance(value, AnyOf) or (isinstance(value, dict) and "any_of" in value):
        return "<any of>"
    return "<criterion>"


Entry = Annotated[
    Annotated[AnyOf, Tag("<any of>")] | Annotated[Criterion, Tag("<criterion>")], Discriminator(_entry_kind)
]


class Step(Strict):
    """One thing to do in a phase."""

    do: Text
    done: bool = False


class Phase(Strict):
    """One phase of the plan; see section "The decision folder" of the documentation for each field."""

    id: Text
    title: Text
    option: str | None = None
    candidates: list[str] | None = Field(default=None, min_length=1)
    status: Literal["planned", "in_service", "done"] = "planned"
    when: str | None = None
    decide_by: Day | None = None
    owner: str | None = None
    since: Day | None = None
    duration_days: NonNegative | None = None
    steps: list[Step] = []
    needed_if: list[Entry]
    ready_if: list[Entry]
    rollback_if: list[Entry] = []

    @model_validator(mode="after")
    def _option_or_candidates(self) -> Self:
        if (self.option is None) == (self.candidates is None):
            raise ValueError("has neither or both of option and candidates|give exactly one")
        return self

    def entries(self) -> list[tuple[str, int, AnyOf | Criterion]]:
        """Every entry with the name of its list and its place in it."""
        lists = (
            ("needed_if", self.needed_if),
            ("ready_if", self.ready_if),
            ("rollback_if", self.rollback_if),
        )
        return [(name, index, entry) for name, entries in lists for index, entry in enumerate(entries)]


def criteria_in(entry: AnyOf | Criterion) -> list[Criterion]:
    """The criterion, or those of which an ``any_of`` entry asks for one."""
    return [entry] if isinstance(entry, Criterion) else entry.any_of


class Plan(Strict):
    """``plan.yaml``."""

    phases: list[Phase] = Field(min_length=1)
    alerts: list[Alert] = []

    def options(self) -> list[str]:
        """The options that any phase or criterion names, each once."""
        found: dict[str, None] = {}
        for phase in self.phases:
            criteria = [one for _, _, entry in phase.entries() for one in criteria_in(entry)]
            named = [phase.option, *(phase.candidates or [])]
            named += [name for one in criteria for name in (one.option, one.baseline)]
            found |= dict.fromkeys(name for name in named if name not in (None, "chosen"))
        return list(found)
