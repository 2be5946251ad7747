"""The vendor's bill of a managed option and what its agreement pays back, month by month."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from toolkit.cost.band import MOST_DRAWS
from toolkit.cost.option import Option
from toolkit.cost.sampling import Floats
from toolkit.cost.setting import Setting
from toolkit.cost.spending import Spending, summed, unknown
from toolkit.evidence import Grade, grade_rank
from toolkit.pricing.bill import Bill, bill
from toolkit.pricing.book import PriceBook
from toolkit.pricing.offers import sells_unnamed
from toolkit.pricing.totals import Indices, cheapest
from toolkit.pricing.usagearrays import usage_of

LINE = "vendor bill"


@dataclass(frozen=True)
class Billed:
    """A vendor's bill over the horizon.

    Args:
        spending: its line.
        plan: the cheapest plan of the first month at the medians. None where no plan carries it.
        infeasible: what no plan carries. Empty where one does.
        blocks: the bill of each stretch of months and the plan that it is of, as an index among the book's
            offers, each of shape (months, draws). Empty where the line has no number.
    """

    spending: Spending
    plan: str | None
    infeasible: list[str]
    blocks: list[tuple[Floats, Indices]] = field(default_factory=list)


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
    blocks = [cheapest(book, setting.usage(months), as_of=setting.as_of) for months in setting.spans()]
    total, first, means = summed(setting, [usd for usd, _ in blocks])
    settled = np.isfinite(total)
    if np.mean(settled) >= MOST_DRAWS:
        if not settled.all():
            means = summed(setting, [usd for usd, _ in blocks], settled=settled).means
        source, grade = _source(central), _grade(central)
        line = Spending(LINE, source, total, first, True, months_usd=means, grade=grade)
        return Billed(line, plan, [], blocks)
    unplanned, unpriced = float(np.mean(np.isinf(total))), float(np.mean(np.isnan(total)))
    if unpriced > unplanned:
        needed = f"prices of {book.name} for {unpriced:.0%} of the draws"
        return Billed(unknown(LINE, [needed], recurring=True), plan, [])
    often = f"no plan of {book.name} carries it in {unplanned:.0%} of the draws"
    return Billed(Spending(LINE, often, None, None, True), plan, [often])


def _central_bills(book: PriceBook, setting: Setting) -> list[Bill]:
    """The exact bills of the first and the last month at the medians.

    Traffic does not shrink, so a plan that carries the last month carries every month before it.
    """
    months = sorted({setting.start, setting.start + setting.months - 1})
    return [bill(book, usage_of(setting.central_traffic(month)), as_of=setting.as_of) for month in months]


def _violations(central: list[Bill], setting: Setting) -> list[str]:
    """What stands in the way in the first month, else in the last one, which is then named."""
    if central[0].feasible and not central[-1].feasible:
        return [f"{text}, in month {setting.start + setting.months}" for text in central[-1].violations]
    return list(central[0].violations)


def _source(central: list[Bill]) -> str:
    first, last = central[0], central[-1]
    plans = first.plan if first.plan == last.plan else f"{first.plan}, {last.plan} in the last month"
    return f"price book {first.price_book}, plan {plans} at the medians ({_grade(central)})"


def _grade(central: list[Bill]) -> Grade:
    return min((line.grade for line in central[0].lines), key=grade_rank)


def _missing_price(found: Bill) -> str:
    missing = [line.meter for line in found.lines if line.amount is None]
    return f"the price of {' and '.join(missing)} of plan {found.plan} ({found.vendor_name})"
