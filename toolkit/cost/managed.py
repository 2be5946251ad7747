"""The vendor's bill of a managed option, month by month."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from toolkit.cost.option import Option
from toolkit.cost.result import MOST_DRAWS
from toolkit.cost.sampling import Floats
from toolkit.cost.setting import Setting
from toolkit.cost.spending import Spending, monthly_sums, unknown
from toolkit.evidence import grade_rank
from toolkit.pricing.bill import Bill, bill
from toolkit.pricing.book import PriceBook
from toolkit.pricing.offers import sells_unnamed
from toolkit.pricing.totals import cheapest
from toolkit.pricing.traffic import usage_arrays, usage_of

LINE = "vendor bill"


@dataclass(frozen=True)
class Billed:
    """A vendor's bill over the horizon.

    Args:
        spending: its line.
        plan: the cheapest plan of the first month at the medians. None where no plan carries it.
        infeasible: what no plan carries. Empty where one does.
    """

    spending: Spending
    plan: str | None
    infeasible: list[str]


def vendor_bill(option: Option, books: Mapping[str, PriceBook], setting: Setting) -> Billed:
    """The cheapest plan that carries each month, chosen anew every month.

    A draw in which no plan carries some month is inf, one in which a price is unknown nan. The option as a
    whole is infeasible, or its bill unknown, when that is so at the medians or in most of the draws.
    """
    book = books.get(option.price_book or "")
    if book is None:
        named = f"the price book {option.price_book}" if option.price_book else "a price_book in its file"
        return Billed(unknown(LINE, [named], recurring=True), None, [])
    if not sells_unnamed(book, setting.as_of):
        needed = f"a plan of {book.name} that need not be named"
        return Billed(unknown(LINE, [needed], recurring=True), None, [])
    central = _central_bills(book, setting)
    infeasible = _violations(central, setting)
    unpriced = next((found for found in central if found.feasible and found.total is None), None)
    plan = central[0].plan if central[0].feasible else None
    if infeasible:
        return Billed(Spending(LINE, f"{book.name}: no plan carries it", None, None, True), plan, infeasible)
    if unpriced is not None:
        return Billed(unknown(LINE, [_missing_price(unpriced)], recurring=True), plan, [])
    return _drawn_bill(book, setting, central, plan)


def _drawn_bill(book: PriceBook, setting: Setting, central: list[Bill], plan: str | None) -> Billed:
    total, first = monthly_sums(setting, lambda months: _totals(book, setting, months))
    if np.mean(np.isfinite(total)) >= MOST_DRAWS:
        return Billed(Spending(LINE, _source(central), total, first, True), plan, [])
    unplanned, unpriced = float(np.mean(np.isinf(total))), float(np.mean(np.isnan(total)))
    if unpriced > unplanned:
        needed = f"prices of {book.name} for {unpriced:.0%} of the draws"
        return Billed(unknown(LINE, [needed], recurring=True), plan, [])
    often = f"no plan of {book.name} carries it in {unplanned:.0%} of the draws"
    return Billed(Spending(LINE, often, None, None, True), plan, [often])


def _totals(book: PriceBook, setting: Setting, months: range) -> Floats:
    totals, _ = cheapest(book, usage_arrays(setting.traffic(months)), as_of=setting.as_of)
    return totals


def _central_bills(book: PriceBook, setting: Setting) -> list[Bill]:
    """The exact bills of the first and the last month at the medians.

    Traffic does not shrink, so a plan that carries the last month carries every month before it.
    """
    months = sorted({0, setting.months - 1})
    return [bill(book, usage_of(setting.central_traffic(month)), as_of=setting.as_of) for month in months]


def _violations(central: list[Bill], setting: Setting) -> list[str]:
    """What stands in the way in the first month, else in the last one, which is then named."""
    if central[0].feasible and not central[-1].feasible:
        return [f"{text}, in month {setting.months}" for text in central[-1].violations]
    return list(central[0].violations)


def _source(central: list[Bill]) -> str:
    first, last = central[0], central[-1]
    plans = first.plan if first.plan == last.plan else f"{first.plan}, {last.plan} in the last month"
    grade = min((line.grade for line in first.lines), key=grade_rank)
    return f"price book {first.price_book}, plan {plans} at the medians ({grade})"


def _missing_price(found: Bill) -> str:
    missing = [line.meter for line in found.lines if line.amount is None]
    return f"the price of {' and '.join(missing)} of plan {found.plan} ({found.vendor_name})"
