"""The circumstances under which options are compared: drawn once, the same for each."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date

import numpy as np

from toolkit.cost.assumptions import Assumptions, default_assumptions
from toolkit.cost.option import Option
from toolkit.cost.sampling import Draws, Floats
from toolkit.evidence import Figure, Range, central
from toolkit.pricing.scenario import Scenario
from toolkit.pricing.traffic import (
    DAYS,
    DRIVERS,
    Traffic,
    grown,
    messages_delivered,
    messages_published,
    traffic_of,
    usage_arrays,
)
from toolkit.pricing.usage import MAX_COUNT
from toolkit.project import InputError

TEAM_SIZE = {name: "team_size" for name in ("peak_concurrent_users", "monthly_active_users", "channels")}
"""Three measures of one thing: a team with more users a month has more of them at the peak."""

COUNTABLE = MAX_COUNT / 100
"""The most of a usage field in a month: curves go on to a hundred times the scenario's messages."""

MONTHS_AT_ONCE = 12
"""Months that are computed in one array, which bounds the memory that a long horizon takes."""


def growth_fault(scenario: Scenario) -> str | None:
    """Why a scenario outgrows what vendors meter in a month, at the upper ends of its ranges; None if not."""
    last = scenario.horizon_months - 1

    def upper(quantity: float | Range) -> float:
        return quantity.p95 if isinstance(quantity, Range) else float(quantity)

    with np.errstate(over="ignore", invalid="ignore"):
        growth = np.float64(upper(scenario.growth_per_month))
        month = grown(traffic_of(scenario, upper), growth_per_month=growth, month=last)
        return _overflow([month], months=last + 1)


def _overflow(last_months: Sequence[Traffic], *, months: int) -> str | None:
    """Why the last month, in any of its versions, goes past what can be counted; None where it does not."""
    most = max(float(np.max(found)) for month in last_months for found in usage_arrays(month).values())
    return None if most <= COUNTABLE else f"traffic grows to {most:.3g} of one usage field in month {months}"


@dataclass(frozen=True)
class Drawn:
    """Draws of one quantity and where they come from.

    Args:
        values: shape (draws,).
        source: the source in words, with the grade.
    """

    values: Floats
    source: str


@dataclass(frozen=True)
class Setting:
    """A scenario, drawn.

    Args:
        scenario: the team's traffic and money.
        as_of: the UTC day of the question; what was not known then is unknown.
        draws: of every quantity.
        months: of the horizon.
        message_factor: multiplies the messages that a user sends; 1 is the scenario as it stands.
    """

    scenario: Scenario
    as_of: date
    draws: Draws
    months: int
    message_factor: float = 1.0
    assumptions: Assumptions = field(default_factory=default_assumptions)

    @classmethod
    def of(
        cls, scenario: Scenario, *, as_of: date, draws: int, seed: int, where: str = "scenario"
    ) -> "Setting":
        """The scenario over its own horizon.

        Raises:
            InputError: the traffic goes past what any vendor meters in a month; it begins with ``where``.
        """
        drawn = Draws(draws, seed=seed, together=TEAM_SIZE)
        setting = cls(scenario, as_of=as_of, draws=drawn, months=scenario.horizon_months)
        setting._refuse_overflow(where)
        return setting

    def first_month(self, *, message_factor: float = 1.0) -> "Setting":
        """The same circumstances for the first month only, with so many times the messages."""
        return replace(self, months=1, message_factor=message_factor)

    def traffic(self, months: range) -> Traffic:
        """Traffic of some months; the fields that grow have shape (months, draws), the others (draws,)."""
        drawn = {name: self.draws.quantity(name, getattr(self.scenario, name)) for name in DRIVERS}
        drawn["messages_per_user_day"] = drawn["messages_per_user_day"] * self.message_factor
        growth = self.draws.quantity("growth_per_month", self.scenario.growth_per_month)
        month = np.asarray(months, dtype=np.float64)[:, np.newaxis]
        return grown(Traffic(**drawn), growth_per_month=growth, month=month)

    def central_traffic(self, month: int) -> Traffic:
        """Traffic of a month when every quantity is at its median."""
        first = traffic_of(self.scenario)
        first = replace(first, messages_per_user_day=float(first.messages_per_user_day) * self.message_factor)
        # Of numpy's type, which overflows to infinity instead of raising.
        growth = np.float64(central(self.scenario.growth_per_month))
        return grown(first, growth_per_month=growth, month=month)

    def central_messages_per_month(self) -> float:
        """Messages published and delivered in the first month, at the medians."""
        traffic = self.central_traffic(0)
        return float(messages_published(traffic, days=DAYS) + messages_delivered(traffic, days=DAYS))

    def spans(self) -> list[range]:
        """The months of the horizon, from 0, in stretches that are computed at once."""
        starts = range(0, self.months, MONTHS_AT_ONCE)
        return [range(start, min(start + MONTHS_AT_ONCE, self.months)) for start in starts]

    def _refuse_overflow(self, where: str) -> None:
        """Every month, drawn or at the medians, has to stay countable."""
        last = self.months - 1
        with np.errstate(over="ignore", invalid="ignore"):
            versions = [self.traffic(range(last, last + 1)), self.central_traffic(last)]
            wrong = _overflow(versions, months=self.months)
        if wrong is not None:
            raise InputError(
                f"{where}:1: growth_per_month: {wrong}; lower the growth, the traffic or the horizon"
            )

    def downtime_cost(self) -> Drawn | None:
        """What an hour of outage costs; None where the scenario does not say."""
        quantity = self.scenario.downtime_cost_usd_per_hour
        if quantity is None:
            return None
        name = "downtime_cost_usd_per_hour"
        return Drawn(self.draws.quantity(name, quantity), "the scenario's cost of an hour")

    def drawn(self, option: Option, name: str) -> Drawn | None:
        """A quantity of an option, else of the assumptions; None where neither knows it."""
        figure = figure_of(option, name, as_of=self.as_of) or self._assumed(name)
        if figure is None:
            return None
        return Drawn(self.draws.figure(name, figure), f"{figure.source} ({figure.grade})")

    def _assumed(self, name: str) -> Figure | None:
        figure: Figure | None = getattr(self.assumptions, name, None)
        return figure if figure is not None and figure.as_of <= self.as_of else None


def figure_of(option: Option, name: str, *, as_of: date) -> Figure | None:
    """The figure of an option to use on a day, plain fields for effort included; None where it has none."""
    figure = option.figure(name, as_of=as_of)
    if figure is not None:
        return figure
    if name == "operations_hours_per_month" and option.operations_hours_per_month is not None:
        return _stated(
            option, option.operations_hours_per_month, "operations_hours_per_month", "h/month", as_of
        )
    if name == "migration_person_days" and option.migration:
        return _stated(option, sum(option.migration.values()), "migration", "person-days", as_of)
    return None


def _stated(option: Option, value: float, key: str, unit: str, as_of: date) -> Figure:
    source = f"{key} of {option.id}, stated without a source"
    return Figure(value=float(value), unit=unit, grade="claim", source=source, as_of=as_of)
