"""The value of asking a vendor for a quote before choosing."""

from collections.abc import Mapping

import numpy as np

from toolkit.cost.evppi import FOLDS, Worth
from toolkit.cost.sampling import Floats, quantile_function
from toolkit.evidence import Range

QUOTES = 256
"""Quotes that are imagined, each as likely as any other."""


def worth_of_a_quote(
    totals: Mapping[str, Floats], bills_usd: Mapping[str, Floats], *, ratio: Range, list_price_stays: bool
) -> Worth:
    """What knowing a vendor's price before choosing saves on average, in US dollars.

    Without the quote, the choice is by expected cost: at the price of the book where that can be had, else at
    the mean of what may be asked. With it, the choice is made anew at each price. Costs are linear in the
    price, so that the mean over the draws is all that a choice depends on.

    Args:
        totals: by option, paired draws of shape (draws,), each with a price, by the vendor's book.
        bills_usd: the part of a total that goes with the vendor's price, by option, shape (draws,): of the
            option whose vendor is asked, and of those beside which it runs for a time.
        ratio: what may be asked, over the price of the book.
        list_price_stays: whether the book's price can still be had when the quote is dearer.
    """
    quotes = quantile_function((np.arange(QUOTES) + 0.5) / QUOTES, p5=ratio.p5, p50=ratio.p50, p95=ratio.p95)
    paid = np.minimum(quotes, 1.0) if list_price_stays else quotes
    now = 1.0 if list_price_stays else float(quotes.mean())
    nothing = np.zeros(next(iter(totals.values())).size)
    means = np.stack([_by_part(usd) for usd in totals.values()])
    bills = np.stack([_by_part(bills_usd.get(name, nothing)) for name in totals])
    saved = _at(means, bills, now)[:, np.newaxis] - np.stack([_at(means, bills, at) for at in paid], axis=1)
    each = saved.mean(axis=1)
    error = float(each.std(ddof=1)) / each.size**0.5 if each.size > 1 else 0.0
    return Worth(max(0.0, float(each.mean())), error)


def _by_part(usd: Floats) -> Floats:
    """The mean of each part of the draws."""
    return np.array([part.mean() for part in np.array_split(usd, FOLDS) if part.size])


def _at(means: Floats, bills: Floats, ratio: float) -> Floats:
    """What the best choice at a price costs in each part of the draws, of arrays (options, parts)."""
    costs = means + (ratio - 1.0) * bills
    chosen: Floats = costs[int(costs.mean(axis=1).argmin())]
    return chosen
