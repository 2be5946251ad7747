"""Flip points of plain numbers: figures, assumptions, fields of the scenario and prices without a range."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial

import numpy as np

from toolkit.cost.countable import fastest_growth
from toolkit.cost.credited import LINE as CREDITS
from toolkit.cost.figures import figure_of
from toolkit.cost.flipsearch import Means, Search, kept_bill
from toolkit.cost.formulas import MINUTES_PER_MONTH
from toolkit.cost.inputs import OF_SCENARIO, SCENARIO_UNITS
from toolkit.cost.managed import LINE as BILL
from toolkit.cost.model import spend_all
from toolkit.cost.option import Option
from toolkit.cost.quantities import COMPARED, UNITS
from toolkit.cost.result import CostResult
from toolkit.cost.sensitivity import Number, NumberFlip, NumberFlips
from toolkit.cost.setting import Setting
from toolkit.evidence import Figure
from toolkit.pricing.book import PriceBook

DRAWS = 128
"""Of the search: what a number changes is smooth in it, and its mean needs fewer draws than a band."""

FURTHEST = 100.0
"""A number is taken down to a hundredth and up to a hundredfold of what it is."""

SMALLEST = 1e-9
"""Below this a number counts as 0."""

CLOSE = 1e-3
"""A flip is narrowed down to this share of its value."""

BOUNDS = {
    "busiest_day_factor": (1.0, 31.0),
    "connected_hours_per_user_day": (0.0, 24.0),
    "growth_per_month": (0.0, 0.5),
    "hours_per_person_day": (0.0, 24.0),
    "service_unavailability_min_per_month": (0.0, MINUTES_PER_MONTH),
    "degraded_min_per_month": (0.0, MINUTES_PER_MONTH),
}
"""What a number cannot leave; growth past a half a month is no plan."""


def number_flips(
    result: CostResult, options: Sequence[Option], books: Mapping[str, PriceBook], setting: Setting
) -> NumberFlips:
    """Where the recommended option changes as one plain number goes down or up, all others staying.

    The nearest change on either side, up to a hundredfold; a total is taken to go one way as a number does.
    Numbers have no probabilities, so that nobody can say how likely such a value is.

    Args:
        result: the comparison.
        options, books, setting: what it was computed from.
    """
    choice = result.sensitivity
    if choice is None:
        return NumberFlips()
    drawn = replace(setting.draws, count=min(DRAWS, setting.draws.count), read=set())
    few = replace(setting, draws=drawn)
    # What no plan carries as it stands may be carried, and be the cheapest, where a number is another one.
    totals = {name: cost.total for name, cost in result.options.items() if not cost.unknown}
    base = {
        name: total.mean if total is not None and name in choice.compared else np.inf
        for name, total in totals.items()
    }
    if len(base) < 2:
        return NumberFlips()
    spent = spend_all(options, books, few, bills=kept_bill)
    search = Search(options, books, few, base, choice.recommended, spent)
    found: list[NumberFlip] = []
    without: list[Number] = []
    for number, means_at, ends in _numbers(search):
        flips = list(_flips(search, number, means_at, ends))
        found += flips
        if not flips:
            without.append(number)
    return NumberFlips(tuple(found), tuple(without))


MeansAt = Callable[[float], Means]


def _numbers(search: Search) -> Iterator[tuple[Number, MeansAt, tuple[float, float]]]:
    yield from _of_options(search)
    yield from _of_assumptions(search)
    yield from _of_scenario(search)
    yield from _of_prices(search)


def _of_options(search: Search) -> Iterator[tuple[Number, MeansAt, tuple[float, float]]]:
    as_of = search.setting.as_of
    for option in search.options:
        for name in (name for name in UNITS if name not in COMPARED and option.id in search.base):
            figure = figure_of(option, name, as_of=as_of)
            if figure is None or figure.value is None:
                continue
            number = Number(name, option.id, figure.unit, figure.value)
            others = [known.high for one in search.options if (known := figure_of(one, name, as_of=as_of))]
            ends = _ends(number, others=others)
            yield number, partial(_with_figure, search, option, name, figure), ends


def _with_figure(search: Search, option: Option, name: str, figure: Figure, value: float) -> Means:
    changed = figure.model_copy(update={"value": value})
    figures = {**option.figures, name: [changed]}
    return search.means_with(option.model_copy(update={"figures": figures}))


def _of_assumptions(search: Search) -> Iterator[tuple[Number, MeansAt, tuple[float, float]]]:
    for name in type(search.setting.assumptions).model_fields:
        figure: Figure = getattr(search.setting.assumptions, name)
        # The rate of discount is the scenario's to say; it is no uncertain number of the world.
        if figure.value is None or figure.as_of > search.setting.as_of or name == "discount_rate_per_year":
            continue
        number = Number(name, None, figure.unit, figure.value)
        yield number, partial(_with_assumption, search, name, figure), _ends(number)


def _with_assumption(search: Search, name: str, figure: Figure, value: float) -> Means:
    changed = {name: figure.model_copy(update={"value": value})}
    assumptions = search.setting.assumptions.model_copy(update=changed)
    return search.all_means(setting=search.setting.assuming(assumptions))


def _of_scenario(search: Search) -> Iterator[tuple[Number, MeansAt, tuple[float, float]]]:
    for name in OF_SCENARIO:
        value = getattr(search.setting.scenario, name)
        if isinstance(value, int | float):
            number = Number(name, None, SCENARIO_UNITS[name], float(value))
            low, high = _ends(number)
            if name == "growth_per_month":
                high = fastest_growth(search.setting.scenario, most=high)
            yield number, partial(_with_field, search, name), (low, high)


def _with_field(search: Search, name: str, value: float) -> Means:
    scenario = search.setting.scenario.model_copy(update={name: value})
    return search.all_means(setting=replace(search.setting, scenario=scenario))


def _of_prices(search: Search) -> Iterator[tuple[Number, MeansAt, tuple[float, float]]]:
    """The level of each vendor's prices, told as the bill of the first month on average."""
    for spent in search.spent:
        lines = {line.line: line for line in spent.lines}
        bill = lines.get(BILL)
        compared = np.isfinite(search.base.get(spent.option, np.inf))
        if not compared or bill is None or bill.usd is None or bill.months_usd is None:
            continue
        goes = [lines[name].usd for name in (BILL, CREDITS) if name in lines]
        whole = float(sum(usd[np.isfinite(usd)].mean() for usd in goes if usd is not None))
        first = float(bill.months_usd[0])
        if first > 0:
            number = Number("vendor_bill_usd_per_month", spent.option, "USD/month", first)
            beside = search.overlapping_bills(spent.option)
            means_at = partial(_with_prices, search, {**beside, spent.option: whole}, first)
            yield number, means_at, _ends(number)


def _with_prices(search: Search, whole_usd: Means, first_usd: float, value: float) -> Means:
    """Mean totals where a vendor's prices make the first month's bill so much.

    Args:
        whole_usd: what goes with these prices in the totals, by option.
    """
    more = value / first_usd - 1
    return {name: usd + more * whole_usd.get(name, 0.0) for name, usd in search.base.items()}


def _ends(number: Number, *, others: Sequence[float] = ()) -> tuple[float, float]:
    """How far a number is taken; of 0 there is no multiple, and those of others give its scale."""
    least, most = BOUNDS.get(number.input, (0.0, 1.0 if number.unit == "share" else np.inf))
    furthest = FURTHEST * (number.value or max(others, default=0.0))
    return max(number.value / FURTHEST, least), min(furthest, most)


def _flips(
    search: Search, number: Number, means_at: MeansAt, ends: tuple[float, float]
) -> Iterator[NumberFlip]:
    low, high = ends
    if low < number.value:
        other, at = _nearest(search, means_at, number.value, low)
        if other is not None:
            yield NumberFlip(number, at, below=other, above=search.recommended)
    if high > number.value:
        other, at = _nearest(search, means_at, number.value, high)
        if other is not None:
            yield NumberFlip(number, at, below=search.recommended, above=other)


def _nearest(search: Search, means_at: MeansAt, start: float, end: float) -> tuple[str | None, float]:
    """The option that is cheapest just past the nearest change on the way to ``end``, and where that is."""
    near, far = start, end
    other = search.cheapest(means_at(far))
    if other == search.recommended:
        return None, far
    while abs(far - near) > CLOSE * far and far > SMALLEST:
        middle = (near * far) ** 0.5 if near > 0 else far / 2
        found = search.cheapest(means_at(middle))
        if found == search.recommended:
            near = middle
        else:
            far, other = middle, found
    return other, far
