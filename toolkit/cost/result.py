"""What each option costs, as typed results and as the document of ``toolkit cost --json``."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from toolkit.cost.band import Band
from toolkit.cost.sampling import Floats
from toolkit.cost.sensitivity import NO_SENSITIVITY, NumberFlips, Sensitivity
from toolkit.cost.standing import NO_STANDING, Standing
from toolkit.cost.valued import MeasurementWorth
from toolkit.evidence import Figure, Grade, four_digits

SCHEMA = "toolkit.cost/1"


@dataclass(frozen=True)
class Line:
    """One line of an option's cost over the horizon.

    Args:
        line: what is paid for.
        band: in US dollars. None where something needed is unknown.
        source: where its number comes from, with the grade; or what is missing.
        months_usd: mean of every month, not discounted. None where the line is unknown.
        grade: the weakest evidence that it rests on. None where it is unknown.
    """

    line: str
    band: Band | None
    source: str
    months_usd: tuple[float, ...] | None = None
    grade: Grade | None = None

    def to_document(self) -> dict[str, Any]:
        """The line as the contract has it; numbers are null where it is unknown."""
        band = self.band and self.band.to_document()
        numbers = {name: band and band[name] for name in ("mean", "p5", "p95")}
        return {"line": self.line, **numbers, "source": self.source}


@dataclass(frozen=True)
class GoodOutcomes:
    """What good outcomes cost, downtime and credits left out above the line and failures counted below it.

    Args:
        usd_per_million_messages_in_time: of messages delivered by their deadline. None where unknown.
        usd_per_thousand_good_connection_hours: of connected hours in which the service worked. None likewise.
        unknown: what would have to be known for those that are None, by name.
    """

    usd_per_million_messages_in_time: Band | None = None
    usd_per_thousand_good_connection_hours: Band | None = None
    unknown: Mapping[str, list[str]] = field(default_factory=dict)

    def to_document(self) -> dict[str, Any]:
        """The prices in whole cents, null where unknown, beside what would be needed."""
        names = ("usd_per_million_messages_in_time", "usd_per_thousand_good_connection_hours")
        bands: dict[str, Band | None] = {name: getattr(self, name) for name in names}
        return {**{name: band and band.to_document() for name, band in bands.items()},
                "unknown": dict(self.unknown)}  # fmt: skip


@dataclass(frozen=True)
class OptionCost:
    """What one option costs.

    Args:
        option: its id.
        total: over the horizon, in US dollars. None where a line is unknown or no plan fits.
        lines: the total's parts.
        monthly_cost_usd: recurring cost of the first month, without move and downtime. None where unknown.
        p_cheapest: share of draws in which no option with a known total is cheaper; ties are shared. None
            without a total.
        regret: mean US dollars over the horizon beyond the cheapest option of each draw. None without total.
        plan: the vendor's plan of the first month. None for a self-hosted option or where no plan fits.
        plan_note: what a buyer of that plan must know, such as who can still buy it. None where nothing is.
        infeasible: why it cannot carry the scenario. Empty where it can.
        unknown: what would have to be known for a total.
        availability: the figure behind its downtime. None where nothing is known.
        good_outcomes: what a message in time and an hour of good connection cost.
        entering_usd: what the move and running both for a time cost. None where unknown.
        entry_value_usd: what entering it saves on average against what is in service, with the right to go
            back once the truth shows. None where unknown, or where nothing is in service.
        reverting_usd: what going back costs if it comes to that. None where unknown.
        migration_shares: of the line of migration, by component; they add up to 1. Empty where none is told.
        standing: among the other options. None without a total.
    """

    option: str
    total: Band | None
    lines: list[Line]
    monthly_cost_usd: Band | None
    p_cheapest: float | None
    regret: float | None
    plan: str | None
    plan_note: str | None
    infeasible: list[str]
    unknown: list[str]
    availability: Figure | None
    good_outcomes: GoodOutcomes = GoodOutcomes()
    reverting_usd: Band | None = None
    entering_usd: Band | None = None
    entry_value_usd: float | None = None
    migration_shares: Mapping[str, float] = field(default_factory=dict)
    standing: Standing | None = None

    def to_document(self) -> dict[str, Any]:
        """The option's part of the document; every key is always there."""
        return {
            "total": self.total and self.total.to_document(),
            "lines": [line.to_document() for line in self.lines],
            "p_cheapest": None if self.p_cheapest is None else round(self.p_cheapest, 4),
            "regret": None if self.regret is None else round(self.regret, 2),
            "monthly_cost_usd": self.monthly_cost_usd and self.monthly_cost_usd.to_document(),
            "plan": self.plan,
            "plan_note": self.plan_note,
            "infeasible": self.infeasible,
            "unknown": self.unknown,
            "availability": self.availability
            and self.availability.model_dump(mode="json", exclude_none=True),
            "cost_per_good_outcome": self.good_outcomes.to_document(),
            "entering_usd": self.entering_usd and self.entering_usd.to_document(),
            "entry_value_usd": None if self.entry_value_usd is None else round(self.entry_value_usd, 2),
            "reverting_usd": self.reverting_usd and self.reverting_usd.to_document(),
            "months": _months(self.lines),
            **(NO_STANDING if self.standing is None else self.standing.to_document()),
        }


def _months(lines: Iterable[Line]) -> list[dict[str, Any]]:
    """The mean of every line in every month, in whole cents and not discounted; unknown lines are null."""
    known = {line.line: line.months_usd for line in lines}
    count = max((len(months) for months in known.values() if months is not None), default=0)
    return [
        {
            "month": month + 1,
            "lines": {
                name: None if months is None else round(months[month], 2) for name, months in known.items()
            },
        }
        for month in range(count)
    ]


@dataclass(frozen=True)
class Crossover:
    """A volume at which another option becomes the cheapest.

    Args:
        at: messages a month, published and delivered.
        from_option: the cheapest below it. None where none was payable there.
        to_option: the cheapest above it. None where none is payable there.
    """

    at: float
    from_option: str | None
    to_option: str | None

    def to_document(self) -> dict[str, Any]:
        """The crossover under the name of its input."""
        at = four_digits(self.at)
        return {"input": "messages_per_month", "at": at, "from": self.from_option, "to": self.to_option}


@dataclass(frozen=True)
class CostResult:
    """Cost of every option under one scenario.

    Args:
        scenario: its id.
        as_of: the UTC day of prices and figures.
        horizon_months: months that totals are added up over.
        options: by id, in the order given.
        crossovers: of the cheapest recurring cost against message volume, ascending.
        limits: in words, what the numbers do not yet do.
        seed, draws: of the sampling.
        in_service: id of the option that runs today: its cost is that of doing nothing. None where none does.
        discount_rate_per_year: 0 where totals are plain sums of their months.
        minimax_regret: the option whose largest regret is least. None where none has a total.
        sensitivity: what the choice of the least mean total hangs on. None where there is no choice.
        number_flips: where it changes as a plain number does.
        measurements: what could be measured, valued.
        totals: paired draws of every total, shape (draws,), without a price not finite; none in the document.
    """

    scenario: str
    as_of: date
    horizon_months: int
    options: dict[str, OptionCost]
    crossovers: list[Crossover]
    limits: list[str]
    seed: int
    draws: int
    in_service: str | None = None
    discount_rate_per_year: float = 0.0
    minimax_regret: str | None = None
    sensitivity: Sensitivity | None = None
    number_flips: NumberFlips = field(default_factory=NumberFlips)
    measurements: tuple[MeasurementWorth, ...] = ()
    totals: Mapping[str, Floats] = field(default_factory=dict, compare=False, repr=False)

    def to_document(self) -> dict[str, Any]:
        """What ``toolkit cost --json`` prints; money in whole cents."""
        return {
            "schema": SCHEMA,
            "as_of": self.as_of.isoformat(),
            "scenario": self.scenario,
            "currency": "USD",
            "horizon_months": self.horizon_months,
            "discount_rate_per_year": self.discount_rate_per_year,
            "in_service": self.in_service,
            "options": {name: cost.to_document() for name, cost in self.options.items()},
            "crossovers": [crossover.to_document() for crossover in self.crossovers],
            "minimax_regret": self.minimax_regret,
            "sensitivity": [found.to_document() for found in self.sensitivity.inputs]
            if self.sensitivity
            else [],
            **(NO_SENSITIVITY if self.sensitivity is None else self.sensitivity.to_document()),
            "number_flips": [flip.to_document() for flip in self.number_flips.found],
            "numbers_without_flip": [number.to_document() for number in self.number_flips.without],
            "measurements": [worth.to_document() for worth in self.measurements],
            "limits": self.limits,
            "seed": self.seed,
            "draws": self.draws,
        }

    def frame(self) -> pd.DataFrame:
        """One row an option and line, total last, in US dollars over the horizon; NaN where unknown."""
        columns = ["option", "line", "mean_usd", "p5_usd", "p50_usd", "p95_usd", "source"]
        return pd.DataFrame(_rows(self.options.values()), columns=columns)


def _rows(costs: Iterable[OptionCost]) -> Iterator[tuple[str, str, float, float, float, float, str]]:
    for cost in costs:
        total = Line("total", cost.total, "; ".join(cost.unknown + cost.infeasible) or "sum of the lines")
        for line in [*cost.lines, total]:
            band = line.band or Band(np.nan, np.nan, np.nan, np.nan)
            yield cost.option, line.line, band.mean, band.p5, band.p50, band.p95, line.source
