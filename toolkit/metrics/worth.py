"""What an option is worth against a baseline: how many disconnections are gone, and what else changes."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Literal

import pandas as pd

from toolkit.evidence import Grade, grade_rank
from toolkit.metrics.arms import Arm, arm_of, at_other_times, why_not_comparable
from toolkit.metrics.changes import (
    PRIMARY,
    Change,
    changes_between,
    ends_by_whom,
    faults_that_struck,
    resolved,
)
from toolkit.metrics.effective import FEWEST_BLOCKS
from toolkit.metrics.hourly import Rollups
from toolkit.metrics.noticing import Noticed, noticing
from toolkit.metrics.ratios import Estimate

SCHEMA = "toolkit.worth/1"

BASELINE, OPTION = "current-unfixed", "current"

CLAIM = "fixes-resolve-90-percent"
"""Id of the brief's statement among the claims of a folder."""

CLAIMED = 0.90
"""The share of the disconnections that the brief says are resolved."""

Judgement = Literal["more", "less", "undecided", "not comparable", "not measurable"]

LIMITS = [
    "Rates are compared given the events of both: Clopper and Pearson's interval on effective counts, the "
    "smaller worth of an end counting for both; differences by Zou and Donner's method from each side's own "
    "interval.",
    "Both sides are taken as independent; where one script struck both at the same moments the intervals are "
    "wider than they need to be.",
    "Each interval is 95 % for one measure and one look; several of them are not all right at once as often.",
]


@dataclass(frozen=True)
class Comparison:
    """An option against a baseline.

    Args:
        not_comparable: why the two answer two questions. Empty where they answer one.
        changes: by measure, all of :data:`toolkit.metrics.changes.MEASURES`.
        ended_by: the primary measure by who ended the connection. Empty where that is not known.
        struck: faults made on purpose per connected hour, by kind. Empty where not recorded of both.
        doubts: what to know beside the intervals, in words.
    """

    baseline: Arm
    option: Arm
    not_comparable: Sequence[str]
    changes: Mapping[str, Change]
    ended_by: Mapping[str, Change]
    struck: Mapping[str, Change]
    doubts: Sequence[str] = ()

    @property
    def resolved(self) -> Estimate:
        """The share of the disconnections per connected hour that are gone."""
        return resolved(self.changes[PRIMARY])

    def judged(self, claimed: float) -> Judgement:
        """Whether more or less than the claimed share is gone for sure, or why nobody can say."""
        if self.not_comparable:
            return "not comparable"
        gone = self.resolved
        if gone.low is None and gone.high is None:
            return "not measurable"
        if gone.low is not None and gone.low >= claimed:
            return "more"
        return "less" if gone.high is not None and gone.high < claimed else "undecided"


@dataclass(frozen=True)
class Worth:
    """The comparisons of one option with one baseline, the strongest evidence first.

    Args:
        as_of: the last UTC day of evidence.
        comparisons: empty where nothing was recorded of both.
        noticing: how long the ends of connections take to notice faults, of every option and environment of
            which that was recorded.
        limits: in words, what the intervals do not tell.
    """

    as_of: date
    comparisons: Sequence[Comparison]
    noticing: Sequence[Noticed] = ()
    limits: Sequence[str] = ()

    def frame(self) -> pd.DataFrame:
        """One row a comparison and measure: both sides, the change, and its interval."""
        rows = [_row(comparison, change) for comparison in self.comparisons for change in _all(comparison)]
        return pd.DataFrame(rows, columns=_COLUMNS).astype(dict.fromkeys(_NUMBERS, "float64"))

    def to_document(self) -> dict[str, Any]:
        """The result as JSON has it."""
        return {
            "schema": SCHEMA,
            "as_of": self.as_of.isoformat(),
            "comparisons": [_plain(comparison) for comparison in self.comparisons],
            "noticing": [{**asdict(each), "share": each.share} for each in self.noticing],
            "limits": list(self.limits),
        }


_NUMBERS = [
    *(f"{side}{end}" for side in ("baseline", "option", "change") for end in ("", "_low", "_high")),
    *(f"resolved{end}" for end in ("", "_low", "_high")),
]  # fmt: skip
_COLUMNS = [
    "baseline_option", "baseline_environment", "option_name", "option_environment", "grade", "comparable",
    "measure", "kind", "unit", *_NUMBERS, "until_s", "why",
]  # fmt: skip


def compare(
    rollups: Rollups, baseline: tuple[str, str], option: tuple[str, str], grades: Mapping[str, Grade]
) -> Comparison | None:
    """An option against a baseline; None where no connection of one of them was recorded.

    Args:
        baseline, option: id of the option and environment.
        grades: of each environment.
    """
    arms = [arm_of(rollups, *side, grades[side[1]]) for side in (baseline, option)]
    old, new = arms
    if old is None or new is None:
        return None
    return Comparison(
        baseline=old,
        option=new,
        not_comparable=why_not_comparable(old, new),
        changes=changes_between(rollups, old, new),
        ended_by=ends_by_whom(old, new),
        struck=faults_that_struck(rollups, old, new),
        doubts=_doubts(old, new),
    )


def measure_worth(
    rollups: Rollups,
    *,
    option: str = OPTION,
    against: str = BASELINE,
    pairs: Sequence[tuple[str, str]] | None = None,
    environments: Mapping[str, Grade],
    as_of: date,
) -> Worth:
    """What an option is worth against a baseline wherever both were recorded.

    Args:
        option, against: ids of the option and the baseline.
        pairs: environments of the baseline and of the option. None: each that holds both; then for an option
            that was recorded elsewhere too, there against the baseline and against itself.
        environments: the grade of each, as project.yaml lists them.
        as_of: the as-of day of the rollups.
    """
    if pairs is not None:
        asked = [((against, old), (option, new)) for old, new in pairs]
    else:
        asked = _pairs(rollups, option, against, environments)
    found = [compare(rollups, old, new, environments) for old, new in asked]
    comparisons = [comparison for comparison in found if comparison is not None]
    return Worth(as_of, comparisons, noticing(rollups), LIMITS if comparisons else ())


_Side = tuple[str, str]


def _pairs(
    rollups: Rollups, option: str, against: str, environments: Mapping[str, Grade]
) -> list[tuple[_Side, _Side]]:
    """Within an environment first, the strongest grade first; then across environments of one grade."""
    counts = rollups.counts
    there = {*zip(counts["option"], counts["environment"], strict=True)}
    order = sorted(environments, key=lambda name: -grade_rank(environments[name]))
    olds = [name for name in order if (against, name) in there]
    news = [name for name in order if (option, name) in there]
    within = [((against, name), (option, name)) for name in olds if name in news]
    alone = [
        ((against, old), (option, new))
        for new in news
        if new not in olds and (old := _first_alike(new, olds, environments)) is not None
    ]
    itself = [
        ((option, other), (option, first))
        for other in news
        if (first := _first_alike(other, news, environments)) not in (None, other)
    ]
    return [*within, *alone, *itself]


def _first_alike(name: str, among: Sequence[str], environments: Mapping[str, Grade]) -> str | None:
    """The first environment of the grade of this one."""
    return next((other for other in among if environments[other] == environments[name]), None)


def _doubts(baseline: Arm, option: Arm) -> list[str]:
    doubts = [
        "A dead connection that nobody notices counts as connected: whoever notices sooner shows more "
        "disconnections, and no fewer deliveries in time."
    ]
    if at_other_times(baseline, option):
        doubts.append(
            "They were not recorded at the same time, so that whatever else changed in between counts too."
        )
    if min(baseline.hours, option.hours) < FEWEST_BLOCKS:
        doubts.append(
            f"With fewer than {FEWEST_BLOCKS} hours of evidence an outage that hits all clients at once does "
            "not show as one: faults are taken to strike clients independently, as a script does."
        )
    return doubts


def _all(comparison: Comparison) -> list[Change]:
    return [*comparison.changes.values(), *comparison.ended_by.values(), *comparison.struck.values()]


def _row(comparison: Comparison, change: Change) -> dict[str, Any]:
    numbers = {
        f"{side}{end}": getattr(estimate, part)
        for side, estimate in (
            ("baseline", change.baseline), ("option", change.option), ("change", change.change),
            ("resolved", resolved(change)),
        )
        for end, part in (("", "value"), ("_low", "low"), ("_high", "high"))
    }  # fmt: skip
    return {
        "baseline_option": comparison.baseline.option,
        "baseline_environment": comparison.baseline.environment,
        "option_name": comparison.option.option,
        "option_environment": comparison.option.environment,
        "grade": comparison.option.grade,
        "comparable": not comparison.not_comparable,
        "measure": change.measure,
        "kind": change.kind,
        "unit": change.unit,
        **numbers,
        "until_s": change.until_s,
        "why": change.why,
    }


def _plain(comparison: Comparison) -> dict[str, Any]:
    return {
        "baseline": _plain_arm(comparison.baseline),
        "option": _plain_arm(comparison.option),
        "comparable": not comparison.not_comparable,
        "not_comparable": list(comparison.not_comparable),
        "resolved": asdict(comparison.resolved),
        "judged": {"claimed": CLAIMED, "judgement": comparison.judged(CLAIMED)},
        "measures": {change.measure: asdict(change) for change in _all(comparison)},
        "doubts": list(comparison.doubts),
    }


def _plain_arm(arm: Arm) -> dict[str, Any]:
    times = {"first_hour": arm.first_hour.isoformat(), "newest_hour": arm.newest_hour.isoformat()}
    return {**asdict(arm), **times}
