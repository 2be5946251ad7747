"""What the numbers of the cost model do not yet do, in words."""

from collections.abc import Mapping, Sequence

import numpy as np

from toolkit.cost.figures import figure_of
from toolkit.cost.option import Option
from toolkit.cost.quantities import COMPARED, UNITS
from toolkit.cost.sampling import Floats
from toolkit.cost.setting import Setting
from toolkit.pricing.book import PriceBook, stale

SCOPE = (
    "Sensitivity, values of information and flip points are those of choosing the least expected total among "
    "the options that have a price in nearly all draws; must-haves are left to the decision.",
    "Sobol indices take all inputs as independent. The value of information is an estimate that errs low; "
    "of several inputs together four at most are made use of.",
    "Downtime is that of the option files, unless 28 days of field data tell it: then it is the time in "
    "which users who wanted a connection had none, their own networks' failures included. It earns credits "
    "only as far as the option's file takes its outages for full ones.",
    "Minutes in which a service was only degraded count as a share of an outage where an option's file tells "
    "them apart. Status pages tell degraded minutes, the ranges of self-hosted options outages: they do not "
    "mean quite the same.",
    "SLA credits are those of the vendor's plan: outages of experience against its schedule. What a cloud "
    "pays back for the servers of a self-hosted option is not counted, nor that credits have to be claimed.",
    "The way back stands in every total with its probability times its cost, in the first month.",
    "Not priced: disks, logs, support plans, negotiated discounts.",
    "Servers, load balancers and egress carry payload only: no protocol overhead, presence or history.",
    "The vendor's cheapest plan is chosen anew every month, without notice periods or commitments.",
    "The numbers of a scenario carry no grade: they are its author's word.",
    "A quantity is drawn once for all options, so uncertain figures of one name move together across them; "
    "peak users, monthly users and channels move together as well.",
    "A range is drawn by a quantile function that is straight between its 5th, 50th and 95th percentile and "
    "held at the outer two beyond them.",
    "The curve against message volume changes the messages that a user sends; users and connections stay.",
)
"""What holds for every result."""


def limits_of(
    options: Sequence[Option], books: Mapping[str, PriceBook], setting: Setting, totals: Mapping[str, Floats]
) -> list[str]:
    """The limits of one result.

    Args:
        options: those compared.
        books: price books by vendor id.
        setting: what they were compared under.
        totals: draws of the known totals by option.
    """
    told = [*_claims(options, setting), *_left_out(totals), *_of_books(options, books, setting)]
    return [_sampling(setting), *SCOPE, _worth(setting), *_do_nothing(setting), *told]


def _worth(setting: Setting) -> str:
    rate = setting.discount_rate_per_year
    if not rate:
        return "Money is not discounted over time."
    return f"Totals are discounted to the start of the first month, at {rate:.4g} a year; months are not."


def _do_nothing(setting: Setting) -> list[str]:
    if setting.in_service is not None:
        return []
    return ["Nothing is in service: no option stands for doing nothing, and nothing runs beside a new one."]


def _sampling(setting: Setting) -> str:
    return (
        f"Bands are the 5th to 95th percentile of {setting.draws.count:,} draws of a scrambled Sobol "
        f"sequence (seed {setting.draws.seed}); each option's sampling error is that of its mean total."
    )


def _claims(options: Sequence[Option], setting: Setting) -> list[str]:
    """Where a number rests on somebody's word only."""
    told = []
    for name in (name for name in UNITS if name not in COMPARED):
        figures = {option.id: figure_of(option, name, as_of=setting.as_of) for option in options}
        weak = [
            option_id
            for option_id, figure in figures.items()
            if figure is not None and figure.grade == "claim"
        ]
        if weak:
            told.append(f"{name} is a claim, not evidence, for {', '.join(weak)}.")
    return told


def _left_out(totals: Mapping[str, Floats]) -> list[str]:
    shares = {name: float(np.mean(~np.isfinite(usd))) for name, usd in totals.items()}
    return [
        f"{name}: in {max(share, 0.001):.1%} of the draws no plan carries the traffic or its price is "
        "unknown; its numbers leave those draws out, which flatters it."
        for name, share in shares.items()
        if share > 0
    ]


def _of_books(options: Sequence[Option], books: Mapping[str, PriceBook], setting: Setting) -> list[str]:
    used = {option.price_book for option in options if option.price_book in books}
    told = []
    for vendor in sorted(name for name in used if name is not None):
        age = stale(books[vendor], setting.as_of)
        told += [f"{age}."] if age else []
        told += [f"{books[vendor].name}: {note}" for note in books[vendor].notes]
    return told
