"""What a vendor pays back where it does not keep its promise: a line of its own, 0 or less.

Credits follow from the agreement of the plan and the outages of experience. A promise never becomes an
availability, and degraded minutes earn nothing: agreements count the minutes in which nothing worked.
"""

from collections.abc import Sequence
from functools import reduce

import numpy as np
from numpy.typing import NDArray

from toolkit.cost.managed import Billed
from toolkit.cost.option import Option
from toolkit.cost.outages import full_outages
from toolkit.cost.sampling import Floats
from toolkit.cost.setting import Drawn, Setting
from toolkit.cost.spending import Spending, gathered, sources, summed, unknown, weakest
from toolkit.evidence import grade_rank
from toolkit.pricing.bill import known_sla
from toolkit.pricing.book import PriceBook
from toolkit.pricing.credits import credit_known, credits_usd
from toolkit.pricing.offers import Offer, offers
from toolkit.pricing.sla import Sla
from toolkit.pricing.totals import Indices
from toolkit.pricing.traffic import DAYS

LINE = "SLA credits"

Agreements = dict[int, tuple[Offer, Sla | None]]
"""The plans that bills are of, by index among the book's offers, each with its agreement as far as known."""


def sla_credits(option: Option, book: PriceBook | None, billed: Billed, setting: Setting) -> Spending:
    """Credits month by month; unknown where the bill is, or where outages that a schedule needs are.

    Where no schedule of a plan is known, ``unscheduled_credit_share`` of its bill comes back.
    """
    if book is None or not billed.blocks:
        return _without_bill(billed)
    agreements = _agreements(book, billed, setting)
    scheduled = [sla for _, sla in agreements.values() if sla is not None and _pays(sla)]
    names = ["service_unavailability_min_per_month", "degraded_share"] if scheduled else []
    if any(not credit_known(sla) for _, sla in agreements.values()):
        names.append("unscheduled_credit_share")
    drawn, missing = gathered(option, names, setting)
    if missing:
        return unknown(LINE, missing, recurring=False)
    blocks = (_credits(usd, chosen, agreements, drawn) for usd, chosen in billed.blocks)
    settled = None if billed.spending.usd is None else np.isfinite(billed.spending.usd)
    total, _, means = summed(setting, blocks, settled=settled)
    grades = [book.source(sla).grade for _, sla in agreements.values() if sla is not None]
    grade = min([*grades, *([weakest(drawn.values())] if drawn else [])], key=grade_rank)
    told = "; ".join([*_told(book, agreements), *([sources(drawn)] if drawn else [])])
    return Spending(LINE, told, total, None, False, months_usd=means, grade=grade)


def _without_bill(billed: Billed) -> Spending:
    """No bill, no credit: for the reason that the bill has none; it is that line which says what it needs."""
    return Spending(LINE, f"as the bill: {billed.spending.source}", None, None, False)


def _agreements(book: PriceBook, billed: Billed, setting: Setting) -> Agreements:
    every = offers(book, setting.as_of)
    used = [
        index
        for index, offer in enumerate(every)
        if offer.chosen_unnamed and any((chosen == index).any() for _, chosen in billed.blocks)
    ]
    return {index: (every[index], known_sla(book, every[index].plan, setting.as_of)) for index in used}


def _pays(sla: Sla) -> bool:
    return sla.has_one and credit_known(sla)


def _credits(usd: Floats, chosen: Indices, agreements: Agreements, drawn: dict[str, Drawn]) -> Floats:
    """Credits of some months, 0 or less, of a shape that broadcasts to (months, draws)."""
    credit = np.zeros(usd.shape[-2:])
    known = np.isfinite(usd)
    charge = usd if known.all() else np.where(known, usd, 0.0)
    for sla, plans in _schedules(agreements):
        if sla is None:
            paid = charge * drawn["unscheduled_credit_share"].values
        elif sla.has_one:
            paid = credits_usd(sla, charge=charge, outage_min=full_outages(drawn), days=DAYS)
        else:
            continue
        all_of_it = len(plans) == len(agreements)
        credit = credit - (paid if all_of_it else np.where(_among(chosen, plans), paid, 0.0))
    return credit


def _schedules(agreements: Agreements) -> list[tuple[Sla | None, list[int]]]:
    """Every known agreement with its plan, and None with those of which no schedule is known."""
    known = {index: sla for index, (_, sla) in agreements.items() if sla is not None and credit_known(sla)}
    others = [index for index in agreements if index not in known]
    found: list[tuple[Sla | None, list[int]]] = [(sla, [index]) for index, sla in known.items()]
    return [*found, (None, others)] if others else found


def _among(chosen: Indices, plans: Sequence[int]) -> NDArray[np.bool_]:
    """Where one of the plans is chosen; no plan at all is -1."""
    return reduce(np.logical_or, [chosen == index for index in plans])


def _told(book: PriceBook, agreements: Agreements) -> list[str]:
    return [f"plan {offer.plan.id}: {_agreed(book, sla)}" for offer, sla in agreements.values()]


def _agreed(book: PriceBook, sla: Sla | None) -> str:
    if sla is None:
        return "nothing is known of an SLA"
    said = book.source(sla)
    if not sla.has_one:
        return f"no SLA, {said.where} ({said.grade})"
    known = "its credit schedule" if credit_known(sla) else "an SLA whose credit schedule is not known"
    return f"{known}, {said.where} ({said.grade})"
