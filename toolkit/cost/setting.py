"""The circumstances under which options are compared: drawn once, the same for each."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, ClassVar

import numpy as np

from toolkit.cost.assumptions import Assumptions, default_assumptions
from toolkit.cost.countable import overflow
from toolkit.cost.figures import figure_of
from toolkit.cost.formulas import discount_factors
from toolkit.cost.measured import MeasuredFigure, measured_name, measured_names
from toolkit.cost.option import Option
from toolkit.cost.sampling import ORDER, Draws, Floats
from toolkit.evidence import Figure, Grade, central
from toolkit.pricing.scenario import Scenario
from toolkit.pricing.traffic import (
    DAYS,
    DRIVERS,
    Traffic,
    egress_gib,
    grown,
    messages_delivered,
    messages_published,
    traffic_of,
)
from toolkit.pricing.usagearrays import usage_arrays
from toolkit.project import InputError

TEAM_SIZE = {name: "team_size" for name in ("peak_concurrent_users", "monthly_active_users", "channels")}
"""Three measures of one thing: a team with more users a month has more of them at the peak."""

MONTHS_AT_ONCE = 12
"""Months that are computed in one array at most, which bounds the memory that a long horizon takes."""

AT_ONCE = 2**19
"""Months times draws that are computed in one array, at least one month: a few of these fit into a cache."""

KEPT = 2**23
"""Months times draws whose usage is kept between options, 80 bytes each; of more it is worked out anew."""


ASSUMED = "assumed"
"""Begins the keys of what is kept and follows from assumptions too."""


def _key(key: Hashable) -> Hashable:
    return key[0] if isinstance(key, tuple) else key


@dataclass(frozen=True)
class Drawn:
    """Draws of one quantity and where they come from.

    Args:
        values: shape (draws,).
        source: the source in words, with the grade.
        grade: how strong that is.
    """

    values: Floats
    source: str
    grade: Grade


@dataclass(frozen=True)
class Setting:
    """A scenario, drawn.

    Args:
        scenario: the team's traffic and money.
        as_of: the UTC day of the question; what was not known then is unknown.
        draws: of every quantity.
        months: of the horizon.
        message_factor: multiplies the messages that a user sends; 1 is the scenario as it stands.
        start: the first month, 0 for that of the scenario.
        in_service: id of the option that runs today, beside which another one would run for a time. None
            where nothing does.
    """

    scenario: Scenario
    as_of: date
    draws: Draws
    months: int
    message_factor: float = 1.0
    assumptions: Assumptions = field(default_factory=default_assumptions)
    start: int = 0
    in_service: str | None = None
    tells_months: ClassVar[bool] = True
    """Whether the mean of a month says something."""
    _kept: dict[Hashable, Any] = field(init=False, default_factory=dict, compare=False, repr=False)

    @classmethod
    def of(
        cls,
        scenario: Scenario,
        *,
        as_of: date,
        draws: int,
        seed: int,
        where: str = "scenario",
        in_service: str | None = None,
        options: Sequence[Option] = (),
    ) -> "Setting":
        """The scenario over its own horizon.

        Args:
            options: those to compare; what was measured of them is drawn for each by itself.

        Raises:
            InputError: the traffic goes past what any vendor meters in a month; it begins with ``where``.
        """
        order = (*ORDER, *measured_names(options))
        drawn = Draws(draws, seed=seed, together=TEAM_SIZE, order=order)
        setting = cls(
            scenario, as_of=as_of, draws=drawn, months=scenario.horizon_months, in_service=in_service
        )
        setting._refuse_overflow(where)
        return setting

    def assuming(self, assumptions: Assumptions) -> "Setting":
        """The same circumstances under other assumptions; what does not follow from these is kept."""
        other = replace(self, assumptions=assumptions)
        other._kept.update({key: kept for key, kept in self._kept.items() if _key(key) != ASSUMED})
        return other

    def first_month(self, *, message_factor: float = 1.0) -> "Setting":
        """The same circumstances for the first month only, with so many times the messages."""
        return replace(self, months=1, message_factor=message_factor)

    def only(self, month: int) -> "Setting":
        """The same circumstances for one month, 0 for the first."""
        return replace(self, months=1, start=self.start + month)

    def month_by_month(
        self, months: int, cost: Callable[["Setting"], Floats | None]
    ) -> Sequence[Floats] | None:
        """What a cost of a single month comes to in each of the first ones; None where one is not known."""
        found = [cost(self.only(month)) for month in range(months)]
        known = [usd for usd in found if usd is not None]
        return known if len(known) == len(found) else None

    def once(self, key: Hashable, work_out: Callable[[], Any]) -> Any:
        """What ``work_out`` gives, asked only the first time that this setting sees the key."""
        if key not in self._kept:
            self._kept[key] = work_out()
        return self._kept[key]

    def of_option(self, option: Option, name: Hashable, work_out: Callable[[], Any]) -> Any:
        """What ``work_out`` gives for an option, whatever the messages: many volumes ask it only once."""
        return work_out()

    def traffic(self, months: range) -> Traffic:
        """Traffic of some months; the fields that grow have shape (months, draws), the others (draws,)."""
        drawn = {name: self._of_scenario(name) for name in DRIVERS}
        drawn["messages_per_user_day"] = drawn["messages_per_user_day"] * self.message_factor
        growth = self._of_scenario("growth_per_month")
        month = np.asarray(months, dtype=np.float64)[:, np.newaxis]
        return grown(Traffic(**drawn), growth_per_month=growth, month=month)

    def usage(self, months: range) -> Mapping[str, Floats]:
        """What vendors meter in some months, by usage field: whole numbers, as their bills count them.

        Not to be written to: every option reads the same arrays.
        """

        usage: Mapping[str, Floats] = self.of_months(
            "usage", months, lambda: usage_arrays(self.traffic(months))
        )
        return usage

    def egress_gib(self, months: range) -> Floats:
        """Payload that leaves the servers in some months, GiB, shape (months, draws)."""
        gib: Floats = self.of_months(
            "egress", months, lambda: np.asarray(egress_gib(self.traffic(months), days=DAYS))
        )
        return gib

    def of_months(self, name: Hashable, months: range, work_out: Callable[[], Any]) -> Any:
        """What ``work_out`` gives for some months, kept for the next option where that is not too much."""
        few = self.months * self.draws.count <= KEPT
        return self.once((name, months), work_out) if few else work_out()

    def _of_scenario(self, name: str) -> Floats:
        quantity = getattr(self.scenario, name)
        drawn: Floats = self.once(("scenario", name), lambda: self.draws.quantity(name, quantity))
        return drawn

    def central_traffic(self, month: int) -> Traffic:
        """Traffic of a month when every quantity is at its median."""
        first = traffic_of(self.scenario)
        first = replace(first, messages_per_user_day=float(first.messages_per_user_day) * self.message_factor)
        # Of numpy's type, which overflows to infinity instead of raising.
        growth = np.float64(central(self.scenario.growth_per_month))
        return grown(first, growth_per_month=growth, month=month)

    def central_messages_per_month(self, month: int = 0) -> float:
        """Messages published and delivered in a month, 0 for the first, at the medians."""
        traffic = self.central_traffic(self.start + month)
        return float(messages_published(traffic, days=DAYS) + messages_delivered(traffic, days=DAYS))

    def spans(self) -> list[range]:
        """The months of the horizon in stretches that are computed at once."""
        end = self.start + self.months
        step = max(1, min(MONTHS_AT_ONCE, AT_ONCE // self.draws.count))
        return [range(start, min(start + step, end)) for start in range(self.start, end, step)]

    @property
    def discount_rate_per_year(self) -> float:
        """The scenario's rate, else that of the assumptions."""
        stated = self.scenario.discount_rate_per_year
        return self.assumptions.discount_rate_per_year.central if stated is None else stated

    def worth(self) -> Floats:
        """What a dollar of each month counts in a total, shape (months,)."""
        return discount_factors(self.discount_rate_per_year, months=self.months)

    def _refuse_overflow(self, where: str) -> None:
        """Every month, drawn or at the medians, has to stay countable."""
        last = self.start + self.months - 1
        with np.errstate(over="ignore", invalid="ignore"):
            versions = [self.traffic(range(last, last + 1)), self.central_traffic(last)]
            wrong = overflow(versions, months=self.months)
        if wrong is not None:
            raise InputError(
                f"{where}:1: growth_per_month: {wrong}; lower the growth, the traffic or the horizon"
            )

    def downtime_cost(self) -> Drawn | None:
        """What an hour of outage costs; None where the scenario does not say."""
        quantity = self.scenario.downtime_cost_usd_per_hour
        if quantity is None:
            return None
        drawn = self._of_scenario("downtime_cost_usd_per_hour")
        return Drawn(drawn, "the scenario's cost of an hour", "claim")

    def drawn(self, option: Option, name: str) -> Drawn | None:
        """A quantity of an option, else of the assumptions; None where neither knows it."""
        figure = figure_of(option, name, as_of=self.as_of) or self._assumed(name)
        if figure is None:
            return None
        own = option.id if isinstance(figure, MeasuredFigure) else None
        drawn = self.once((name, figure, own), lambda: self._values(option, name, figure))
        return Drawn(drawn, f"{figure.source} ({figure.grade})", figure.grade)

    def _values(self, option: Option, name: str, figure: Figure) -> Floats:
        """Draws of a figure; what was measured of an option says nothing about another one."""
        if isinstance(figure, MeasuredFigure):
            return self.draws.posterior(measured_name(name, option.id), figure.posterior)
        return self.draws.figure(name, figure)

    def _assumed(self, name: str) -> Figure | None:
        figure: Figure | None = getattr(self.assumptions, name, None)
        return figure if figure is not None and figure.as_of <= self.as_of else None
