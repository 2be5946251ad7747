"""Flip points of plain numbers: figures, assumptions, fields of the scenario and prices without a range."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from toolkit.cost.credited import LINE as CREDITS
from toolkit.cost.figures import figure_of
from toolkit.cost.flips import cheapest_at
from toolkit.cost.formulas import MINUTES_PER_MONTH
from toolkit.cost.inputs import OF_SCENARIO, SCENARIO_UNITS
from toolkit.cost.managed import LINE as BILL
from toolkit.cost.managed import Billed, vendor_bill
from toolkit.cost.model import totals_of
from toolkit.cost.option import Option
from toolkit.cost.quantities import COMPARED, UNITS
from toolkit.cost.result import CostResult
from toolkit.cost.sensitivity import Number, NumberFlip, NumberFlips
from toolkit.cost.setting import Setting
from toolkit.cost.spent import Spent, spend
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

Means = Mapping[str, float]


@dataclass(frozen=True)
class _Search:
    """A comparison whose plain numbers can be changed one at a time.

    Args:
        options: those compared.
        books: price books by vendor id.
        setting: of few draws.
        base: mean totals of all its draws.
        recommended: the option of the least of them.
        spent: what every option costs as the numbers stand.
    """

    options: Sequence[Option]
    books: Mapping[str, PriceBook]
    setting: Setting
    base: Means
    recommended: str
    spent: Sequence[Spent]

    def all_means(self, *, setting: Setting | None = None, options: Sequence[Option] | None = None) -> Means:
        """Mean totals of everything, under another setting or with other options."""
        spent = _spend_all(options or self.options, self.books, setting or self.setting)
        return self._corrected(spent)

    def means_with(self, option: Option) -> Means:
        """Mean totals with one option changed; what is in service runs beside all others."""
        if option.id == self.setting.in_service:
            return self.all_means(options=[option if one.id == option.id else one for one in self.options])
        old = next((one for one in self.options if one.id == self.setting.in_service), None)
        fresh = spend(option, self.books, self.setting, in_service=old, bills=_kept_bill)
        return {**self.base, option.id: np.inf, **self._corrected([fresh])}

    def _corrected(self, spent: Sequence[Spent]) -> dict[str, float]:
        """Few draws tell what changes; what does not is as all draws have it."""
        before = {name: _mean(one) for name, one in zip(self.base, self._as_they_stand(), strict=True)}
        now = {one.option: _mean(one) for one in spent if one.option in self.base}
        return {name: self.base[name] + mean - before[name] for name, mean in now.items()}

    def _as_they_stand(self) -> list[Spent]:
        by_id = {one.option: one for one in self.spent}
        return [by_id[name] for name in self.base]

    def cheapest(self, means: Means) -> str:
        points = {name: np.array([usd]) for name, usd in means.items()}
        return cheapest_at(points, self.recommended)[0]


def _spend_all(options: Sequence[Option], books: Mapping[str, PriceBook], setting: Setting) -> list[Spent]:
    old = next((option for option in options if option.id == setting.in_service), None)
    return [spend(option, books, setting, in_service=old, bills=_kept_bill) for option in options]


def _kept_bill(option: Option, books: Mapping[str, PriceBook], setting: Setting) -> Billed:
    """It follows from the traffic and the book, whatever else changes of the option."""
    found: Billed = setting.once(("bill", option.price_book), lambda: vendor_bill(option, books, setting))
    return found


def _mean(spent: Spent) -> float:
    """The mean of the draws with a price; infinite where too few have one, as no choice is then possible."""
    totals = totals_of([spent])
    usd = totals.get(spent.option)
    if usd is None or np.isfinite(usd).mean() < 0.5:
        return np.inf
    return float(usd[np.isfinite(usd)].mean())


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
    if choice is None or len(choice.compared) < 2:
        return NumberFlips()
    drawn = replace(setting.draws, count=min(DRAWS, setting.draws.count), read=set())
    few = replace(setting, draws=drawn)
    totals = {name: result.options[name].total for name in choice.compared}
    base = {name: total.mean for name, total in totals.items() if total is not None}
    search = _Search(options, books, few, base, choice.recommended, _spend_all(options, books, few))
    found: list[NumberFlip] = []
    without: list[Number] = []
    for number, means_at, ends in _numbers(search):
        flips = list(_flips(search, number, means_at, ends))
        found += flips
        if not flips:
            without.append(number)
    return NumberFlips(tuple(found), tuple(without))


MeansAt = Callable[[float], Means]


def _numbers(search: _Search) -> Iterator[tuple[Number, MeansAt, tuple[float, float]]]:
    yield from _of_options(search)
    yield from _of_assumptions(search)
    yield from _of_scenario(search)
    yield from _of_prices(search)


def _of_options(search: _Search) -> Iterator[tuple[Number, MeansAt, tuple[float, float]]]:
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


def _with_figure(search: _Search, option: Option, name: str, figure: Figure, value: float) -> Means:
    changed = figure.model_copy(update={"value": value})
    figures = {**option.figures, name: [changed]}
    return search.means_with(option.model_copy(update={"figures": figures}))


def _of_assumptions(search: _Search) -> Iterator[tuple[Number, MeansAt, tuple[float, float]]]:
    for name in type(search.setting.assumptions).model_fields:
        figure: Figure = getattr(search.setting.assumptions, name)
        # The rate of discount is the scenario's to say; it is no uncertain number of the world.
        if figure.value is None or figure.as_of > search.setting.as_of or name == "discount_rate_per_year":
            continue
        number = Number(name, None, figure.unit, figure.value)
        yield number, partial(_with_assumption, search, name, figure), _ends(number)


def _with_assumption(search: _Search, name: str, figure: Figure, value: float) -> Means:
    changed = {name: figure.model_copy(update={"value": value})}
    assumptions = search.setting.assumptions.model_copy(update=changed)
    return search.all_means(setting=search.setting.assuming(assumptions))


def _of_scenario(search: _Search) -> Iterator[tuple[Number, MeansAt, tuple[float, float]]]:
    for name in OF_SCENARIO:
        value = getattr(search.setting.scenario, name)
        if isinstance(value, int | float):
            number = Number(name, None, SCENARIO_UNITS[name], float(value))
            yield number, partial(_with_field, search, name), _ends(number)


def _with_field(search: _Search, name: str, value: float) -> Means:
    scenario = search.setting.scenario.model_copy(update={name: value})
    return search.all_means(setting=replace(search.setting, scenario=scenario))


def _of_prices(search: _Search) -> Iterator[tuple[Number, MeansAt, tuple[float, float]]]:
    """The level of each vendor's prices, told as the bill of the first month on average."""
    for spent in search.spent:
        lines = {line.line: line for line in spent.lines}
        bill = lines.get(BILL)
        if spent.option not in search.base or bill is None or bill.usd is None or bill.months_usd is None:
            continue
        goes = [lines[name].usd for name in (BILL, CREDITS) if name in lines]
        whole = float(sum(usd[np.isfinite(usd)].mean() for usd in goes if usd is not None))
        first = float(bill.months_usd[0])
        if first > 0:
            number = Number("vendor_bill_usd_per_month", spent.option, "USD/month", first)
            means_at = partial(_with_prices, search, spent.option, whole, first)
            yield number, means_at, _ends(number)


def _with_prices(search: _Search, option: str, whole_usd: float, first_usd: float, value: float) -> Means:
    return {**search.base, option: search.base[option] + (value / first_usd - 1) * whole_usd}


def _ends(number: Number, *, others: Sequence[float] = ()) -> tuple[float, float]:
    """How far a number is taken; of 0 there is no multiple, and those of others give its scale."""
    least, most = BOUNDS.get(number.input, (0.0, 1.0 if number.unit == "share" else np.inf))
    furthest = FURTHEST * (number.value or max(others, default=0.0))
    return max(number.value / FURTHEST, least), min(furthest, most)


def _flips(
    search: _Search, number: Number, means_at: MeansAt, ends: tuple[float, float]
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


def _nearest(search: _Search, means_at: MeansAt, start: float, end: float) -> tuple[str | None, float]:
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
