"""What every map of one scenario is drawn on: costs by volume, what options reach, where the team stands."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np

from toolkit.cost.band import Band
from toolkit.cost.leaders import Flags, means_alike
from toolkit.cost.option import Option
from toolkit.cost.outages import GIVES
from toolkit.cost.reach import Reach, reach_of
from toolkit.cost.sampling import DRAWS, SEED, Floats
from toolkit.cost.setting import Setting
from toolkit.cost.volumes import VolumeCosts, volume_costs
from toolkit.evidence import central
from toolkit.pricing.book import PriceBook
from toolkit.pricing.scenario import Scenario
from toolkit.pricing.traffic import DAYS, messages_delivered, messages_published

MAP_DRAWS = 256
"""Draws of a map at every volume; where its edges lie is looked up with all draws."""

FACTORS: Floats = np.geomspace(0.01, 100, 49)
"""Multiples of the scenario's message volume: two decades to either side."""


NO_MESSAGES = "The scenario sends no messages, and a multiple of none is none: the map has one volume."


@dataclass(frozen=True)
class Ground:
    """One scenario at many message volumes.

    Args:
        options: in the order of all arrays.
        books: price books by vendor id.
        setting: with all draws.
        costs: of every option at every volume, with the draws of the map.
        few: the setting with these draws.
        old: the option that runs today. None where nothing does.
        scenario_id: id of the scenario.
    """

    options: Sequence[Option]
    books: Mapping[str, PriceBook]
    setting: Setting
    costs: VolumeCosts
    few: Setting
    old: Option | None
    scenario_id: str

    @classmethod
    def of(
        cls,
        options: Sequence[Option],
        books: Mapping[str, PriceBook],
        scenario: Scenario,
        *,
        scenario_id: str,
        as_of: date,
        in_service: str | None = None,
        factors: Floats = FACTORS,
        draws: int = MAP_DRAWS,
        all_draws: int = DRAWS,
        seed: int = SEED,
    ) -> "Ground":
        """The ground of a scenario.

        Args:
            options, books, scenario, scenario_id, as_of, seed, in_service: as for
                :func:`~toolkit.cost.model.cost_options`.
            factors: multiples of the scenario's own messages, ascending.
            draws: at every volume; a power of two, ``all_draws`` at most.
            all_draws: for where the team stands and where edges lie; those of ``toolkit cost``.

        Raises:
            InputError: the traffic grows past what any vendor meters in a month.
        """
        few = Setting.of(
            scenario, as_of=as_of, draws=draws, seed=seed, where=f"scenarios/{scenario_id}.yaml",
            in_service=in_service, options=options,
        )  # fmt: skip
        old = next((option for option in options if option.id == in_service), None)
        costs = volume_costs(options, books, few, factors, in_service=old)
        few.downtime_cost()
        # Without anything uncertain one draw tells as much as all.
        count = all_draws if few.draws.read else 1
        alike = count == few.draws.count
        full = few if alike else replace(few, draws=replace(few.draws, count=count, read=set()))
        return cls(options, books, full, costs, few, old, scenario_id)

    @cached_property
    def reach(self) -> list[Reach]:
        """What every option reaches and promises."""
        return [reach_of(option, self.setting) for option in self.options]

    @cached_property
    def priced(self) -> Flags:
        """Which options have a total as far as prices go, wherever a plan carries them, shape (options,)."""
        return np.array([not self.costs.needs[option.id] for option in self.options], dtype=bool)

    @cached_property
    def observed(self) -> Flags:
        """Of which options anything is known about outages, shape (options,)."""
        return np.asarray(np.isfinite(self.costs.outage_hours).all(axis=1))

    @property
    def notes(self) -> list[str]:
        """What a reader of any map must know of its volumes."""
        return [] if self.costs.messages_per_month[-1] > 0 else [NO_MESSAGES]

    @cached_property
    def here(self) -> VolumeCosts:
        """The costs at the team's own volume, with all draws."""
        return volume_costs(self.options, self.books, self.setting, np.ones(1), in_service=self.old)

    def usd_per_hour(self, setting: Setting) -> Floats | None:
        """What an hour of outage costs, in the draws of a setting; None where the scenario does not say."""
        drawn = setting.downtime_cost()
        return None if drawn is None else drawn.values

    def means(self, options: Sequence[int], factors: Floats) -> Floats:
        """Mean totals of some options with all draws, shape (options, volumes); inf without a price.

        Raises:
            ValueError: the scenario does not say what an hour of outage costs.
        """
        usd_per_hour = self.usd_per_hour(self.setting)
        if usd_per_hour is None:
            raise ValueError("without a cost of downtime there are no totals")
        some = [self.options[index] for index in options]
        costs = volume_costs(some, self.books, self.setting, factors, in_service=self.old)
        return means_alike(costs.totals_usd(usd_per_hour))

    @cached_property
    def own(self) -> Band:
        """Messages of the first month, published and delivered: at the medians as ``p50``, else as drawn."""
        traffic = self.setting.traffic(range(1))
        drawn = np.asarray(messages_published(traffic, days=DAYS) + messages_delivered(traffic, days=DAYS))
        band = Band.of(drawn.ravel())
        return replace(band, p50=self.setting.central_messages_per_month())

    @property
    def peak(self) -> float:
        """Users connected at once at the peak, at the median."""
        return central(self.setting.scenario.peak_concurrent_users)

    @cached_property
    def path(self) -> tuple[float, ...]:
        """Messages of every month of the horizon, at the medians."""
        return tuple(self.setting.central_messages_per_month(month) for month in range(self.setting.months))

    def apart(self) -> dict[str, dict[str, Any]]:
        """The options that no map can show, with what they lack and what they cost but for downtime."""
        found = {}
        for index, option in enumerate(self.options):
            lacks = list(self.costs.needs[option.id])
            if not self.observed[index]:
                lacks.append(f"downtime: {GIVES}")
            if lacks:
                usd = Band.of_settled(self.here.priced_usd()[index, 0], at_least=0.5)
                found[option.id] = {"needs": lacks, "without_downtime_usd": usd and round(usd.mean, 2)}
        return found
