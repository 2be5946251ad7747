"""How options score under a team's weights, how sure that is, and which weight would change the first one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from toolkit.cost.option import Option
from toolkit.cost.result import CostResult
from toolkit.cost.sampling import Floats
from toolkit.decide.comparability import Incomparable
from toolkit.decide.ranking import Ranked
from toolkit.decide.smaa import acceptability, any_weights, central_weights, flip_of, scores
from toolkit.decide.weighed import values_of
from toolkit.decide.weights import MEASURED, SHORT, Change, Weighting, changes_of
from toolkit.metrics.rollups import Rollups


@dataclass(frozen=True, kw_only=True)
class Scored:
    """One option under the weights.

    Args:
        unknown: what would have to be known for a score. Empty where it has one.
        score: mean, 5th and 95th percentile of the weighted sum, 0 to 1. None without.
        acceptability: share of what is uncertain under which it has each rank, the first one first.
        acceptability_any_weights: the same where the weights are any.
        central_weights: the mean weights that put it first. None where none do.
        held: criteria of which some values lie beyond the stated scale.
    """

    unknown: tuple[str, ...]
    score: tuple[float, float, float] | None = None
    acceptability: tuple[float, ...] = ()
    acceptability_any_weights: tuple[float, ...] = ()
    central_weights: Mapping[str, float] | None = None
    held: tuple[str, ...] = ()

    def to_document(self) -> dict[str, Any]:
        names = ("mean", "p5", "p95")
        score = self.score and {name: round(value, 4) for name, value in zip(names, self.score, strict=True)}
        central = self.central_weights
        return {
            "unknown": list(self.unknown),
            "score": score,
            "acceptability": [round(share, 4) for share in self.acceptability],
            "acceptability_any_weights": [round(share, 4) for share in self.acceptability_any_weights],
            "central_weights": central and {name: round(share, 4) for name, share in central.items()},
            "beyond_the_scale": list(self.held),
        }


@dataclass(frozen=True, kw_only=True)
class Scores:
    """The options under a team's weights.

    Args:
        weighting: the weights that hold on the day of the question.
        changes: of the weights before.
        options: by id; none that fails a must-have.
        flips: criterion, its weight, the nearest one at which another option is first, and which.
    """

    weighting: Weighting
    changes: Sequence[Change]
    options: Mapping[str, Scored]
    flips: Sequence[tuple[str, float, float, str]]

    def to_document(self) -> dict[str, Any]:
        """The part of the decision document."""
        entry = self.weighting
        return {
            **entry.model_dump(mode="json", exclude_none=True),
            "sha256": entry.sha256,
            "text": self.text,
            "changes": [change.to_document() for change in self.changes],
            "options": {option: found.to_document() for option, found in self.options.items()},
            "flips": [
                {"criterion": name, "weight": own, "at": round(at, 4), "to": to}
                for name, own, at, to in self.flips
            ],
        }

    @property
    def text(self) -> str:
        """Whose weights they are, and what they are known by."""
        entry = self.weighting
        shares = ", ".join(f"{name} {share:g}" for name, share in entry.weights.items())
        return (
            f"Weights of {entry.as_of} by {entry.author} ({entry.reason}): {shares}. {entry.sha256[:SHORT]}"
        )


def score(
    entries: Sequence[Weighting],
    ranking: Sequence[Ranked],
    *,
    options: Mapping[str, Option],
    cost: CostResult,
    rollups: Rollups,
    unlike: Sequence[Incomparable] = (),
) -> Scores:
    """The score of every option that no must-have puts out.

    Args:
        entries: the weights known on the day, the newest last; at least one.
        ranking: which options are out.
        cost: its draws are what is uncertain; equal arguments give equal scores.
        unlike: pairs whose measurements may not be compared, so that neither is scored by them.
    """
    weighting = entries[-1]
    among = [entry.option for entry in ranking if entry.feasible is not False]
    values = {option: values_of(options[option], weighting, cost, rollups) for option in among}
    for pair in unlike:
        _leave_out(pair, values, weighting)
    known = [
        option for option in among if not any(isinstance(value, str) for value in values[option].values())
    ]
    found = {
        option: Scored(unknown=tuple(value for value in values[option].values() if isinstance(value, str)))
        for option in among
    }
    flips: list[tuple[str, float, float, str]] = []
    if known:
        weighed, flips = _weighed(known, values, weighting, seed=cost.seed)
        found |= weighed
    return Scores(weighting=weighting, changes=changes_of(entries), options=found, flips=flips)


def _leave_out(
    pair: Incomparable, values: Mapping[str, dict[str, Floats | str]], weighting: Weighting
) -> None:
    """Make the measured values of two options unknown where they answer two questions."""
    scale = weighting.ranges.get(MEASURED)
    if scale is None or scale.environment != pair.environment or not set(pair.options) <= set(values):
        return
    for option, other in (pair.options, pair.options[::-1]):
        if not isinstance(values[option][MEASURED], str):
            place = f"in {pair.environment} is not comparable with that of {other}"
            values[option][MEASURED] = f"its {MEASURED} {place} ({pair.text})"


def _weighed(
    known: list[str], values: Mapping[str, Mapping[str, Floats | str]], weighting: Weighting, *, seed: int
) -> tuple[dict[str, Scored], list[tuple[str, float, float, str]]]:
    names: list[str] = list(weighting.weights)
    raw = _on_scales(known, values, weighting)
    # Options are compared in draws in which all have a price.
    priced = np.isfinite(raw).all(axis=(1, 2))
    utilities, own = np.clip(raw, 0, 1)[priced], np.array(list(weighting.weights.values()))
    weights = any_weights(len(names), count=len(raw), seed=seed)[priced]
    scored, free = scores(utilities, own), scores(utilities, weights)
    ranks, free_ranks, central = acceptability(scored), acceptability(free), central_weights(free, weights)
    beyond = _outside(raw[priced])
    found = {
        option: Scored(
            unknown=(),
            score=_spread(scored[:, place]),
            acceptability=tuple(ranks[place].tolist()),
            acceptability_any_weights=tuple(free_ranks[place].tolist()),
            central_weights=_named(names, central[place]),
            held=tuple(name for name, is_beyond in zip(names, beyond[place], strict=True) if is_beyond),
        )
        for place, option in enumerate(known)
    }
    return found, _flips(utilities.mean(axis=0), own, names, known)


def _outside(raw: Floats) -> list[list[bool]]:
    """By option and criterion, whether any value lies beyond its scale."""
    outside: NDArray[np.bool_] = np.any(np.abs(raw - 0.5) > 0.5, axis=0)
    found: list[list[bool]] = outside.tolist()
    return found


def _on_scales(
    known: list[str], values: Mapping[str, Mapping[str, Floats | str]], weighting: Weighting
) -> Floats:
    """The values on their scales, 0 at the worst and 1 at the best, shape (draws, options, criteria)."""
    drawn = np.stack(
        [
            np.stack([np.asarray(values[option][name]) for name in weighting.weights], axis=1)
            for option in known
        ],
        axis=1,
    )
    scales = [weighting.ranges[name] for name in weighting.weights]
    worst, best = np.array([scale.worst for scale in scales]), np.array([scale.best for scale in scales])
    found: Floats = (worst - drawn) / (worst - best)
    return found


def _spread(scored: Floats) -> tuple[float, float, float]:
    p5, p95 = np.percentile(scored, [5, 95])
    return float(scored.mean()), float(p5), float(p95)


def _named(names: list[str], weights: Floats | None) -> dict[str, float] | None:
    return None if weights is None else dict(zip(names, weights.tolist(), strict=True))


def _flips(
    mean_utilities: Floats, own: Floats, names: list[str], known: list[str]
) -> list[tuple[str, float, float, str]]:
    found = []
    for place, name in enumerate(names):
        flip = flip_of(mean_utilities, own, place)
        if flip is not None:
            found.append((name, float(own[place]), flip[0], known[flip[1]]))
    return found


def by_score(ranking: Sequence[Ranked], found: Scores) -> list[Ranked]:
    """The ranking in the order of mean scores: known to fit, may fit, not scored, out."""
    entries = [replace(entry, rank=None, score=_mean(found, entry.option)) for entry in ranking]
    entries.sort(key=_order)
    scored = [entry for entry in entries if entry.score is not None]
    rest = [_unscored(entry, found) for entry in entries[len(scored) :]]
    return [replace(entry, rank=place) for place, entry in enumerate(scored, 1)] + rest


def _unscored(entry: Ranked, found: Scores) -> Ranked:
    missing = found.options[entry.option].unknown if entry.option in found.options else ()
    return replace(
        entry, reasons=(*entry.reasons, *([f"not scored: {'; '.join(missing)}"] if missing else []))
    )


def _mean(found: Scores, option: str) -> float | None:
    scored = found.options.get(option)
    return scored.score[0] if scored and scored.score else None


def _order(entry: Ranked) -> tuple[bool, bool, bool, float, str]:
    unscored = entry.score is None
    return entry.feasible is False, unscored, entry.feasible is None, -(entry.score or 0), entry.option
