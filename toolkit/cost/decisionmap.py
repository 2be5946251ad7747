"""The decision map: the cheapest feasible option over message volume and uptime, or the cost of downtime."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

import numpy as np
import pandas as pd

from toolkit.cost.band import Band
from toolkit.cost.leaders import NONE, Indices
from toolkit.cost.maplines import Border, Boundary, Strip, boundaries
from toolkit.cost.reach import Reach
from toolkit.cost.sampling import Floats
from toolkit.evidence import four_digits

Against = Literal["uptime_need", "downtime_cost_usd_per_hour"]

SURE = 0.8
"""Where the cheapest option is so in fewer of the draws, a map says that it is not sure."""


@dataclass(frozen=True)
class Here:
    """Where the team stands.

    Args:
        messages_per_month: of the first month; ``p50`` at the medians.
        path: messages of every month of the horizon, at the medians.
        level: the scenario's uptime need, or its cost of an hour at the median. None where it states none.
        level_low, level_high: the 5th and 95th percentile of the level. None likewise.
        option: the cheapest feasible one, as ``toolkit cost`` has it. None where there is none.
        p_cheapest: how often it is so. None likewise.
        peak_connections: users connected at once at the peak, at the median.
    """

    messages_per_month: Band
    path: tuple[float, ...]
    level: float | None
    level_low: float | None
    level_high: float | None
    option: str | None
    p_cheapest: float | None
    peak_connections: float

    def to_document(self) -> dict[str, Any]:
        """Where the team stands, volumes to four digits."""
        own = self.messages_per_month
        return {
            "messages_per_month": {name: four_digits(getattr(own, name)) for name in ("p5", "p50", "p95")},
            "messages_in_last_month": four_digits(self.path[-1]),
            "peak_connections": four_digits(self.peak_connections),
            "level": self.level,
            "cheapest": self.option,
            "p_cheapest": None if self.p_cheapest is None else round(self.p_cheapest, 4),
        }


@dataclass(frozen=True)
class DecisionMap:
    """The cheapest feasible option at every point of a grid, and the lines between.

    Args:
        scenario, as_of: what it was drawn for.
        against: what the levels are.
        options: ids, in the order of the indices.
        messages_per_month: in the first month, published and delivered, at the medians, shape (volumes,).
        levels: uptime needs as shares of time, or US dollars an hour, ascending, shape (levels,).
        cheapest: index of the cheapest feasible option, -1 where there is none, shape (levels, volumes).
        p_cheapest: share of the draws in which it is the cheapest of them; nan where there is none.
        mean_usd: its mean total over the horizon; nan likewise.
        feasible: how many options count as feasible at each level, shape (levels,).
        reach: what every option reaches and promises, by id.
        strips: of uptimes, lowest first. Empty on a map against the cost of downtime.
        promised: the same strips by what is promised, which is no evidence.
        borders: between options over the cost of downtime. Empty on a map against uptime.
        here: where the team stands.
        apart: options that cannot be shown, with what they lack.
        draws: at every volume.
        notes: what a reader must know.
    """

    scenario: str
    as_of: date
    against: Against
    options: tuple[str, ...]
    messages_per_month: Floats
    levels: Floats
    cheapest: Indices
    p_cheapest: Floats
    mean_usd: Floats
    feasible: Indices
    reach: Mapping[str, Reach]
    strips: Sequence[Strip]
    promised: Sequence[Strip]
    borders: Sequence[Border]
    here: Here
    apart: Mapping[str, dict[str, Any]]
    draws: int
    notes: Sequence[str] = ()

    @property
    def unsure(self) -> np.ndarray[Any, np.dtype[np.bool_]]:
        """Where the cheapest is so in fewer than :data:`SURE` of the draws, shape (levels, volumes)."""
        return np.isfinite(self.p_cheapest) & (self.p_cheapest < SURE)

    @property
    def highest_reached(self) -> float | None:
        """The highest uptime that any option with a price reaches; None where none is known."""
        known = [strip.to for strip in self.strips if strip.options]
        return max(known, default=None)

    @property
    def boundaries(self) -> list[Boundary]:
        """The lines over message volume, each with where it lies over the draws; none without strips."""
        return boundaries(self.strips)

    def name_at(self, level: int, volume: int) -> str | None:
        """The id of the cheapest option at a point of the grid."""
        index = int(self.cheapest[level, volume])
        return None if index == NONE else self.options[index]

    def frame(self) -> pd.DataFrame:
        """One row a point: the level, messages_per_month, option (missing where there is none), p_cheapest,
        mean_usd, feasible."""
        level, volume = (axis.ravel() for axis in np.indices(self.cheapest.shape))
        return pd.DataFrame({
            self.against: self.levels[level],
            "messages_per_month": self.messages_per_month[volume],
            "option": [self.name_at(*at) for at in zip(level.tolist(), volume.tolist(), strict=True)],
            "p_cheapest": self.p_cheapest.ravel(),
            "mean_usd": self.mean_usd.ravel(),
            "feasible": self.feasible[level],
        })  # fmt: skip

    def to_document(self) -> dict[str, Any]:
        """The map's lines and the team's place, without the grid."""
        messages, levels = self.messages_per_month, self.levels
        axis = {"from": float(levels[0]), "to": float(levels[-1]), "points": len(levels)}
        volumes = {"from": four_digits(messages[0]), "to": four_digits(messages[-1]), "points": len(messages)}
        lines: dict[str, Any] = {"borders": [border.to_document() for border in self.borders]}
        if self.against == "uptime_need":
            lines = {
                "strips": [strip.to_document() for strip in self.strips],
                "promised": [strip.to_document() for strip in self.promised],
                "unreached_above": self.highest_reached and round(self.highest_reached, 7),
            }
        return {
            "against": self.against,
            "axes": {"messages_per_month": volumes, self.against: axis},
            "draws": self.draws,
            "here": self.here.to_document(),
            "reach": {name: reach.to_document() for name, reach in self.reach.items()},
            **lines,
            "apart": dict(self.apart),
            "unsure_share": round(float(self.unsure.mean()), 4),
            "notes": list(self.notes),
        }


def maps_csv(maps: Mapping[str, DecisionMap]) -> str:
    """The grids of some maps as CSV with one header; what is not known is an empty cell."""
    frames = [
        found.frame().rename(columns={against: "level"}).assign(against=against)
        for against, found in maps.items()
    ]
    frame = pd.concat(frames, ignore_index=True)
    for name, form in (
        ("level", ".9g"),
        ("messages_per_month", ".6g"),
        ("p_cheapest", ".4f"),
        ("mean_usd", ".2f"),
    ):
        frame[name] = [None if pd.isna(value) else format(value, form) for value in frame[name]]
    columns = ["against", "level", "messages_per_month", "option", "p_cheapest", "mean_usd", "feasible"]
    return frame[columns].to_csv(index=False, lineterminator="\n")
