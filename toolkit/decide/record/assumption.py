"""An assumption of a decision, as a predicate that can be tested again on any later day."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from toolkit.decide.plan import REDUCTION, Comparator
from toolkit.decide.wording import METRIC_WORDS, plain, share, usd, words
from toolkit.evidence import Day, Strict

Kind = Literal["verdict", "first", "criterion", "scenario", "figure", "price"]

NEEDS: dict[str, tuple[str, ...]] = {
    "verdict": ("phase", "expected"),
    "first": ("expected",),
    "criterion": ("option", "metric", "comparator", "threshold"),
    "scenario": ("field", "comparator", "threshold"),
    "figure": ("option", "field", "comparator", "threshold"),
    "price": ("vendor", "plan", "comparator", "threshold"),
}
"""What an assumption of each kind states."""

MAY: dict[str, tuple[str, ...]] = {"criterion": ("baseline", "environment", "since", "confidence")}
"""What it may state besides."""

Number = Annotated[float, Field(allow_inf_nan=False)]
Word = Annotated[str, Field(min_length=1)]


class Assumption(Strict):
    """One assumption; of the fields it has those that its kind needs.

    Args:
        kind: ``verdict`` of a phase; ``first``, the option that ranks first; ``criterion``, a metric of an
            option as a gate judges it; ``scenario``, the median of a field of the scenario; ``figure``, the
            median of an option's figure; ``price``, the base fee of a vendor's plan in USD a month.
        expected: the verdict, or the option.
        baseline: the option that it is compared with.
        field: of the scenario, or the name of the figure.
        since: first day of the evidence.
        was: what it was when the record was written. None where that was not known.
    """

    kind: Kind
    phase: Word | None = None
    expected: Word | None = None
    option: Word | None = None
    baseline: Word | None = None
    metric: Word | None = None
    field: Word | None = None
    vendor: Word | None = None
    plan: Word | None = None
    comparator: Comparator | None = None
    threshold: Annotated[float, Field(allow_inf_nan=False)] | None = None
    environment: Word | None = None
    since: Day | None = None
    confidence: Annotated[float, Field(gt=0.5, lt=1)] | None = None
    was: Number | Word | None = None

    @model_validator(mode="after")
    def _of_its_kind(self) -> Self:
        needs = NEEDS[self.kind]
        given = {name for name in type(self).model_fields if getattr(self, name) is not None}
        missing = [name for name in needs if name not in given]
        if missing:
            raise ValueError(f"kind {self.kind} lacks {', '.join(missing)}|add {missing[0]}")
        extra = sorted(given - {"kind", "was", *needs, *MAY.get(self.kind, ())})
        if extra:
            raise ValueError(f"kind {self.kind} has no {', '.join(extra)}|remove {extra[0]}")
        if self.kind == "criterion" and self.metric not in METRIC_WORDS:
            raise ValueError(f"{self.metric!r} is no metric|use one of {', '.join(METRIC_WORDS)}")
        if (self.baseline is not None) != (self.metric == REDUCTION):
            raise ValueError(f"baseline belongs to {REDUCTION}, and to it alone|add or remove it")
        if self.threshold is not None and self.threshold < 0 and self.metric != REDUCTION:
            raise ValueError(f"threshold {self.threshold:g} is below 0|write 0 or more")
        return self

    @property
    def text(self) -> str:
        """The assumption in words.

        >>> Assumption(kind="price", vendor="pusher", plan="pro", comparator="at_most", threshold=99).text
        'price of plan pro of pusher at most USD 99'
        """
        if self.kind == "verdict":
            return f"verdict of phase {self.phase} is {self.expected}"
        if self.kind == "first":
            return f"{self.expected} ranks first"
        return f"{self.subject} {self.limit}"

    @property
    def limit(self) -> str:
        """The comparison with its threshold, of a kind that has one."""
        return f"{words(self._comparator)} {self.shown(self.threshold)}"

    @property
    def subject(self) -> str:
        """What it speaks of."""
        if self.kind == "criterion":
            where = f" in {self.environment}" if self.environment else ""
            against = f" against {self.baseline}" if self.baseline else ""
            return f"{self.metric} of {self.option}{against}{where}"
        if self.kind == "price":
            return f"price of plan {self.plan} of {self.vendor}"
        if self.kind == "first":
            return "the option that ranks first"
        if self.kind == "verdict":
            return f"verdict of phase {self.phase}"
        return f"{self.field} of {self.option}" if self.kind == "figure" else f"scenario's {self.field}"

    @property
    def _comparator(self) -> Comparator:
        assert self.comparator is not None, "its validator has seen to it"
        return self.comparator

    def shown(self, value: float | str | None) -> str:
        """A value in the words of its unit."""
        if value is None:
            return "unknown"
        if isinstance(value, str):
            return value
        if self.kind == "price" or self.metric == "monthly_cost_usd":
            return usd(value)
        is_share = self.kind == "criterion" and (self.threshold or 0) <= 1 and 0 <= value <= 1
        return share(value) if is_share else plain(value)
