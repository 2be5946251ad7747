"""Cost against message volume and against required uptime."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from toolkit.cost.band import MOST_DRAWS, Band
from toolkit.cost.comparing import SAME_USD
from toolkit.cost.formulas import reaches
from toolkit.cost.option import Option
from toolkit.cost.result import Crossover
from toolkit.cost.sampling import DRAWS, SEED
from toolkit.cost.setting import Setting
from toolkit.cost.spent import spend, spend_month
from toolkit.pricing.book import PriceBook
from toolkit.pricing.scenario import Scenario

FACTORS: NDArray[np.float64] = np.geomspace(0.01, 100, 61)
"""Multiples of the scenario's message volume: two decades to either side."""

UPTIME_NEEDS = (0.95, 0.98, 0.99, 0.995, 0.998, 0.999, 0.9995, 0.9999, 0.99995, 0.99999)

CLOSE = 1e-3
"""A crossover is narrowed down to this share of its volume."""


@dataclass(frozen=True)
class Curve:
    """Recurring cost of the first month against message volume.

    Args:
        frame: one row an option and volume: option, messages_per_month (published and delivered, at the
            medians), factor (multiple of the scenario's own volume), monthly_usd_mean, monthly_usd_p5,
            monthly_usd_p50, monthly_usd_p95; NaN where no plan carries the volume in more than 5 % of the
            draws, or something is unknown.
        crossovers: where another option becomes the cheapest by its mean, ascending.
        own_messages_per_month: the scenario's own volume.
    """

    frame: pd.DataFrame
    crossovers: list[Crossover]
    own_messages_per_month: float


@dataclass(frozen=True)
class _Volumes:
    """Asks what the options cost in the first month at a multiple of the scenario's messages."""

    options: Sequence[Option]
    books: Mapping[str, PriceBook]
    setting: Setting

    def bands(self, factor: float) -> dict[str, Band | None]:
        setting = self.setting.first_month(message_factor=factor)
        months = {option.id: spend_month(option, self.books, setting) for option in self.options}
        # With fewer draws the 95th percentile would have no price, and the mean of the rest would fall.
        return {name: Band.of_settled(usd, at_least=0.95) for name, usd in months.items()}

    def cheapest(self, factor: float, *, rather: str | None) -> str | None:
        return cheapest_of(self.bands(factor), rather=rather)


def cheapest_of(bands: Mapping[str, Band | None], *, rather: str | None) -> str | None:
    """The option with the least mean; of equal ones ``rather`` if it is among them, else the first.

    >>> cheapest_of({"a": Band(2, 2, 2, 2), "b": Band(2, 2, 2, 2), "c": None}, rather="b")
    'b'
    """
    means = {name: band.mean for name, band in bands.items() if band is not None}
    if not means:
        return None
    least = min(means.values())
    equal = [name for name, mean in means.items() if mean <= least + SAME_USD]
    return rather if rather in equal else equal[0]


def cost_against_volume(
    options: Sequence[Option],
    books: Mapping[str, PriceBook],
    scenario: Scenario,
    *,
    as_of: date,
    factors: NDArray[np.float64] = FACTORS,
    draws: int = DRAWS,
    seed: int = SEED,
) -> Curve:
    """Recurring cost of the first month against messages a month; users and connections stay as they are.

    Args:
        options, books, scenario, as_of, draws, seed: as for :func:`~toolkit.cost.model.cost_options`.
        factors: multiples of the scenario's own messages, ascending.
    """
    setting = Setting.of(scenario, as_of=as_of, draws=draws, seed=seed, options=options)
    volumes, own = _Volumes(options, books, setting), setting.central_messages_per_month()
    bands = [volumes.bands(float(factor)) for factor in factors]
    rows = [
        [name, own * factor, factor, *_numbers(band)]
        for factor, found in zip(factors, bands, strict=True)
        for name, band in found.items()
    ]
    parts = [f"monthly_usd_{part}" for part in ("mean", "p5", "p50", "p95")]
    frame = pd.DataFrame(rows, columns=["option", "messages_per_month", "factor", *parts])
    frame = frame.sort_values(["option", "factor"], ignore_index=True)
    return Curve(frame, list(_crossovers(volumes, factors, bands, own)), own)


def _numbers(band: Band | None) -> list[float]:
    return [np.nan] * 4 if band is None else [band.mean, band.p5, band.p50, band.p95]


def _crossovers(
    volumes: _Volumes, factors: NDArray[np.float64], bands: Sequence[Mapping[str, Band | None]], own: float
) -> Iterator[Crossover]:
    cheapest = cheapest_of(bands[0], rather=None)
    for index in range(1, len(factors)):
        below, above = float(factors[index - 1]), float(factors[index])
        goal = cheapest_of(bands[index], rather=cheapest)
        while cheapest != goal:
            at, following = _narrowed(volumes, below, above, cheapest)
            yield Crossover(at * own, cheapest, following)
            cheapest, below = following, at


def _narrowed(
    volumes: _Volumes, below: float, above: float, cheapest: str | None
) -> tuple[float, str | None]:
    """The factor up to which ``cheapest`` stays so, by halving, and the option that follows it."""
    following = volumes.cheapest(above, rather=cheapest)
    while above / below > 1 + CLOSE:
        middle = (below * above) ** 0.5
        found = volumes.cheapest(middle, rather=cheapest)
        if found == cheapest:
            below = middle
        else:
            above, following = middle, found
    return above, following


def cost_against_uptime(
    options: Sequence[Option],
    books: Mapping[str, PriceBook],
    scenario: Scenario,
    *,
    as_of: date,
    needs: Sequence[float] = UPTIME_NEEDS,
    draws: int = DRAWS,
    seed: int = SEED,
    in_service: str | None = None,
) -> pd.DataFrame:
    """The cheapest option over the horizon for each required uptime.

    An option reaches a need when its unavailability stays within it in at least half of the draws. What is
    promised stands beside it and is no evidence: credits, not availability.

    Args:
        options, books, scenario, as_of, draws, seed, in_service: as for
            :func:`~toolkit.cost.model.cost_options`.
        needs: shares of time.

    Returns:
        One row a need: uptime_need, option (missing where no evidence reaches it), total_usd_mean,
        total_usd_p5, total_usd_p95, promise (the cheapest option that promises it, or missing),
        promise_total_usd_mean.
    """
    setting = Setting.of(
        scenario, as_of=as_of, draws=draws, seed=seed, in_service=in_service, options=options
    )
    old = next((option for option in options if option.id == in_service), None)
    totals = {option.id: spend(option, books, setting, in_service=old).total_usd for option in options}
    bands = {name: Band.of_settled(usd, at_least=MOST_DRAWS) for name, usd in totals.items()}
    rows = []
    for need in needs:
        reached = {option.id: bands[option.id] for option in options if _reaches(option, setting, need)}
        promised = {option.id: bands[option.id] for option in options if _promises(option, as_of, need)}
        best, promise = cheapest_of(reached, rather=None), cheapest_of(promised, rather=None)
        mean, p5, _, p95 = _numbers(bands[best] if best else None)
        rows.append([need, best, mean, p5, p95, promise, _numbers(bands[promise] if promise else None)[0]])
    columns = ["uptime_need", "option", "total_usd_mean", "total_usd_p5", "total_usd_p95"]
    return pd.DataFrame(rows, columns=[*columns, "promise", "promise_total_usd_mean"])


def _reaches(option: Option, setting: Setting, need: float) -> bool:
    drawn = setting.drawn(option, "service_unavailability_min_per_month")
    return drawn is not None and reaches(drawn.values, uptime_need=need) >= 0.5


def _promises(option: Option, as_of: date, need: float) -> bool:
    figure = option.figure("promised_uptime_share", as_of=as_of)
    return figure is not None and figure.central >= need
