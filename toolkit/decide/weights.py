"""A team's weights: dated, hashed, and every change of them told."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from itertools import pairwise
from math import fsum
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field

from toolkit.evidence import Day, NonNegative, Strict, Text
from toolkit.pricing.scenario import Share
from toolkit.project import Document, Faults, dotted, near, read_optional

WeightCriterion = Literal[
    "total_cost_usd",
    "service_unavailability_min_per_month",
    "latency_p95_ms",
    "operations_hours_per_month",
    "migration_person_days",
]
"""What may be weighed: what the model has a value of. Less is better of each."""

MEASURED: Literal["latency_p95_ms"] = "latency_p95_ms"
"""The one that is measured, so that its scale says where."""

ROUNDING = 1e-9
SHORT = 12
"""Characters of a hash that readers compare."""


class Scale(Strict):
    """The straight line from the worst value, worth 0, to the best, worth 1; what lies beyond is held there.

    Args:
        worst, best: in the unit of the criterion, the best one less.
        environment: where ``latency_p95_ms`` is measured. None for every other criterion.
    """

    worst: NonNegative
    best: NonNegative
    environment: str | None = None


class Weighting(Strict):
    """One state of the weights; entries are added and never changed.

    Args:
        as_of: the UTC day since which it holds.
        author: who set it.
        reason: why.
        weights: share of each criterion; they add up to 1.
        ranges: the scale of each of these criteria.
    """

    as_of: Day
    author: Text
    reason: Text
    weights: dict[WeightCriterion, Share] = Field(min_length=1)
    ranges: dict[WeightCriterion, Scale] = Field(min_length=1)

    @property
    def sha256(self) -> str:
        """The hash of the entry as canonical JSON: keys in order, no spaces, UTF-8."""
        text = json.dumps(
            self.model_dump(mode="json"), sort_keys=True, separators=(",", ":"), ensure_ascii=False
        )
        return sha256(text.encode()).hexdigest()


class Weightings(Strict):
    """``weights.yaml``."""

    weights: Annotated[list[Weighting], Field(min_length=1)]


@dataclass(frozen=True)
class Change:
    """What an entry changed of the one before it.

    Args:
        changed: criterion, what of it (``weight``, ``worst``, ``best``, ``environment``), old and new value.
    """

    entry: Weighting
    before: Weighting
    changed: Sequence[tuple[str, str, Any, Any]]

    @property
    def text(self) -> str:
        """Who changed what, when and why, as one sentence."""
        told = ", ".join(
            f"{what} of {name} {_told(old)} → {_told(new)}" for name, what, old, new in self.changed
        )
        what = told or "nothing but its words"
        return (
            f"{self.entry.as_of}, {self.entry.author}: {what} ({self.entry.reason}); "
            f"{self.before.sha256[:SHORT]} → {self.entry.sha256[:SHORT]}"
        )

    def to_document(self) -> dict[str, Any]:
        """The change as ``toolkit decide --json`` prints it."""
        return {
            "as_of": self.entry.as_of.isoformat(),
            "author": self.entry.author,
            "reason": self.entry.reason,
            "from_sha256": self.before.sha256,
            "sha256": self.entry.sha256,
            "changed": [
                {"criterion": name, "what": what, "from": old, "to": new}
                for name, what, old, new in self.changed
            ],
            "text": self.text,
        }


def _told(value: Any) -> str:
    return "none" if value is None else str(value)


def known_on(entries: Sequence[Weighting], as_of: date) -> list[Weighting]:
    """The entries that held on a day or before it, the newest last."""
    return [entry for entry in entries if entry.as_of <= as_of]


def changes_of(entries: Sequence[Weighting]) -> list[Change]:
    """What each entry changed of the one before it."""
    return [Change(entry, before, _changed(before, entry)) for before, entry in pairwise(entries)]


def _changed(before: Weighting, after: Weighting) -> list[tuple[str, str, Any, Any]]:
    old, new = _parts(before), _parts(after)
    keys = [*old, *(key for key in new if key not in old)]
    return [(*key, old.get(key), new.get(key)) for key in keys if old.get(key) != new.get(key)]


def _parts(entry: Weighting) -> Mapping[tuple[str, str], Any]:
    parts: dict[tuple[str, str], Any] = {(name, "weight"): share for name, share in entry.weights.items()}
    for name, scale in entry.ranges.items():
        parts |= {(name, what): value for what, value in scale.model_dump().items() if value is not None}
    return parts


def read_weights(path: Path, faults: Faults, *, environments: Sequence[str] | None) -> list[Weighting]:
    """The weights of a decision folder, the oldest first; none where it has no such file.

    Args:
        path: its ``weights.yaml``.
        faults: takes every misfit, shares that do not add up, and scales that are none.
        environments: of the project. None where they are not known.
    """
    read = read_optional(path, Weightings, faults)
    if read is None:
        return []
    document, found = read
    for index, entry in enumerate(found.weights):
        _check_entry(entry, index, document, faults, environments)
    for index, (before, entry) in enumerate(pairwise(found.weights), 1):
        if entry.as_of < before.as_of:
            wrong = f"{entry.as_of} is before {before.as_of}, the day of the entry above it"
            _note(document, faults, (index, "as_of"), wrong, "add entries at the end, each with its own day")
    return found.weights


def _check_entry(
    entry: Weighting, index: int, document: Document, faults: Faults, environments: Sequence[str] | None
) -> None:
    total = fsum(entry.weights.values())
    if abs(total - 1) > ROUNDING:
        _note(
            document, faults, (index, "weights"), f"the shares add up to {total:g}", "make them add up to 1"
        )
    for name in entry.weights:
        if name not in entry.ranges:
            right = f"add ranges: {{{name}: {{worst: …, best: …}}}}"
            _note(document, faults, (index, "weights", name), "has no scale", right)
    for name, scale in entry.ranges.items():
        at = (index, "ranges", name)
        if name not in entry.weights:
            _note(
                document, faults, at, "has no weight", "give it one, 0 if it does not count, or leave it out"
            )
        if scale.worst <= scale.best:
            wrong = f"worst {scale.worst:g} is not more than best {scale.best:g}"
            _note(document, faults, (*at, "worst"), wrong, "of every criterion less is better")
        _check_place(name, scale, at, document, faults, environments)


def _check_place(
    name: str,
    scale: Scale,
    at: tuple[str | int, ...],
    document: Document,
    faults: Faults,
    environments: Sequence[str] | None,
) -> None:
    place = scale.environment
    if name == MEASURED and place is None:
        _note(document, faults, at, "does not say where it is measured", "add environment: NAME")
    elif name != MEASURED and place is not None:
        _note(
            document, faults, (*at, "environment"), "has no meaning here: it is not measured", "leave it out"
        )
    elif place is not None and environments is not None and place not in environments:
        wrong = f"{place} is not an environment of project.yaml"
        _note(document, faults, (*at, "environment"), wrong, near(place, list(environments)))


def _note(document: Document, faults: Faults, at: tuple[str | int, ...], wrong: str, right: str) -> None:
    path = ("weights", *at)
    faults.error(document.path, document.line(path), dotted(path), wrong, right)
