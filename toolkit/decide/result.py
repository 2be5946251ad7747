"""What became of one criterion."""

from dataclasses import dataclass
from datetime import date
from math import inf
from typing import TYPE_CHECKING, Any

from toolkit.decide.kleene import State
from toolkit.decide.plan import AnyOf, Criterion
from toolkit.decide.wording import subject
from toolkit.evidence import Grade
from toolkit.metrics.blocks import Blocks

if TYPE_CHECKING:
    from toolkit.decide.hypothetical import Hypothetical

REASONS = (
    "absent",
    "too few",
    "too old",
    "grade too weak",
    "window not over",
    "straddles",
    "contradictory",
    "not comparable",
)
"""The words with which the reason of an unknown begins."""


@dataclass(frozen=True, kw_only=True)
class MoreNeeded:
    """What would settle an unknown, if today's estimate and rate hold.

    Args:
        events: more raw events. None where events are not what is missing.
        days: more whole days. None where time alone does not settle it.
    """

    events: int | None
    days: int | None

    def to_document(self) -> dict[str, int | None]:
        return {"events": self.events, "days": self.days}


@dataclass(frozen=True, kw_only=True)
class SideBasis:
    """One side of a comparison: all that it takes to compute its interval again.

    Args:
        option: its id.
        ends, connected_s: raw unintended ends, and the connected seconds in which they came.
        n_effective, exposure_s: the same, effective.
        flap_s: an outage ends a connection at most once in so many seconds.
        blocks: the share of time in blocks that does not lie within ``flap_s`` before an end. None where no
            outage is allowed for.
        alpha: the error that this side may make over all looks.
        low_s, high_s: the interval of its mean time between ends, in seconds; ``high_s`` may be infinite.
    """

    option: str
    ends: int
    connected_s: float
    n_effective: float
    exposure_s: float
    flap_s: float
    blocks: Blocks | None
    alpha: float
    low_s: float
    high_s: float

    def to_document(self) -> dict[str, Any]:
        """The numbers as JSON has them."""
        told = {**vars(self), "high_s": None if self.high_s == inf else self.high_s}
        del told["blocks"]
        counts = {"blocks": "count", "block_mean": "mean", "block_sd": "sd"}
        return {**told, **{key: self.blocks and getattr(self.blocks, name) for key, name in counts.items()}}


@dataclass(frozen=True, kw_only=True)
class Basis:
    """What an interval was made of: with the effective sample, all that it takes to compute it again.

    Args:
        quantity: what is counted, in words.
        estimate: in the unit of the quantity. None where it is infinite.
        low, high: the interval that was compared, alike. Of a duration ``high`` may be infinite, of a
            reduction ``low`` minus infinity.
        threshold: what it was compared with, alike.
        alpha: the error over all looks, half of it at each end.
        exposure_s: connected seconds, effective. None of anything but a duration.
        flap_s: an outage ends a connection at most once in so many seconds. None likewise.
        outage_hours: the longest outage allowed for. None where the evidence needs no allowance.
        blocks: the quantity in blocks of time, or in hours of single clients where these prove less than the
            events and no outage is allowed for; of a comparison, that of the side which has to prove it, or
            lacks some. None where no outage is allowed for.
        least_blocks: the fewest blocks that could settle it. None likewise.
        sides: of a comparison the option and its baseline. None of anything else.
    """

    quantity: str
    estimate: float | None
    low: float
    high: float
    threshold: float
    alpha: float
    exposure_s: float | None
    flap_s: float | None
    outage_hours: float | None
    blocks: Blocks | None
    least_blocks: int | None
    sides: tuple[SideBasis, SideBasis] | None = None

    def to_document(self) -> dict[str, Any]:
        """The numbers that a criterion's own do not tell."""
        blocks = self.blocks
        return {
            "quantity": self.quantity,
            "estimate": self.estimate,
            "low": None if self.low == -inf else self.low,
            "high": None if self.high == inf else self.high,
            "threshold": self.threshold,
            "exposure_s": self.exposure_s,
            "flap_s": self.flap_s,
            "block_mean": blocks and blocks.mean,
            "block_sd": blocks and blocks.sd,
            "sides": self.sides and [side.to_document() for side in self.sides],
        }


@dataclass(frozen=True, kw_only=True)
class CriterionResult:
    """One entry of a phase's lists, judged.

    Args:
        list_name: ``needed_if``, ``ready_if`` or ``rollback_if``.
        entry: the entry as the plan has it.
        option: the option that it came to speak of. ``chosen`` where none could be chosen.
        environment: where the evidence is from, or was asked from. None where there is none.
        grade: of the evidence. None where there is none, or where it is no measurement.
        since: first day of the evidence. None where it is no measurement.
        until: the last UTC day that holds any. None where none does.
        reason: a sentence with numbers; of an unknown it begins with one of :data:`REASONS`.
        estimate, low, high: in the unit of the threshold; the interval is the one that was compared.
        n, n_effective: raw events, and what they are worth after clustering.
        basis: what the interval was made of. None where there is none, or where it is no measurement.
        any_of: the judged criteria inside an ``any_of`` entry. None in any other.
        hypothetical: beside a HOLD, what evidence of too weak a grade would say if it had the grade asked
            for. Nothing that decides reads it. None where no grade is too weak.
    """

    list_name: str
    entry: Criterion | AnyOf
    state: State
    reason: str
    option: str | None = None
    environment: str | None = None
    grade: Grade | None = None
    since: date | None = None
    until: date | None = None
    estimate: float | None = None
    low: float | None = None
    high: float | None = None
    n: float | None = None
    n_effective: float | None = None
    basis: Basis | None = None
    more_needed: MoreNeeded | None = None
    any_of: "tuple[CriterionResult, ...] | None" = None
    hypothetical: "Hypothetical | None" = None

    @property
    def must(self) -> bool:
        """Whether the verdict depends on it."""
        return self.entry.level == "must"

    @property
    def why(self) -> str | None:
        """The canonical word of an unknown; None of anything known."""
        if self.state != "unknown":
            return None
        return next(word for word in REASONS if self.reason.startswith(word))

    @property
    def design_effect(self) -> float | None:
        """How many raw events are worth one independent one; None where there are none."""
        return self.n / self.n_effective if self.n and self.n_effective else None

    @property
    def subject(self) -> str:
        """What it speaks about, in words."""
        return subject(self.entry, option=self.option, environment=self.environment)

    def to_document(self) -> dict[str, Any]:
        """The criterion as ``toolkit decide --json`` prints it; every key is always there."""
        single = self.entry if isinstance(self.entry, Criterion) else None
        return {
            "list": self.list_name,
            "option": self.option,
            "baseline": single and single.baseline,
            "metric": single and single.metric,
            "scenario_field": single and single.scenario_field,
            "any_of": None if self.any_of is None else [inner.to_document() for inner in self.any_of],
            "level": self.entry.level,
            "comparator": single and single.comparator,
            "threshold": single and single.threshold,
            "environment": self.environment,
            **self.judged_document(),
            "hypothetical": self.hypothetical and self.hypothetical.to_document(),
        }

    def judged_document(self) -> dict[str, Any]:
        """What was found, without what was asked for."""
        basis, blocks = self.basis, self.basis and self.basis.blocks
        return {
            "grade": self.grade,
            "since": self.since and self.since.isoformat(),
            "state": self.state,
            "reason": self.reason,
            "estimate": self.estimate,
            "low": self.low,
            "high": self.high,
            "n": self.n,
            "n_effective": self.n_effective,
            "design_effect": self.design_effect,
            "alpha": basis and basis.alpha,
            "outage_hours": basis and basis.outage_hours,
            "block_hours": blocks and (None if blocks.of_clients else blocks.hours),
            "blocks": blocks and blocks.count,
            "least_blocks": basis and basis.least_blocks,
            "basis": basis and basis.to_document(),
            "more_needed": self.more_needed and self.more_needed.to_document(),
        }
