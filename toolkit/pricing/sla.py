"""Service level agreements: what a plan promises, and what it pays back when it does not keep it.

A promise gives credits and nothing else: it never stands for the availability that users see.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, localcontext
from typing import Any, Literal, Self

from pydantic import model_validator

from toolkit.evidence import Strict, Text
from toolkit.pricing.amounts import EXACT, money, plain, quotient
from toolkit.pricing.prices import Number, Share, Sourced, told_together

MINUTES_A_DAY = 1440
DAYS_A_YEAR = 365


class CreditStep(Strict):
    """What is paid back where availability fell below ``below`` (a share): ``share`` of the charge."""

    below: Share
    share: Share


class Sla(Sourced):
    """A plan's service level agreement.

    Args:
        has_one: False where nothing is promised on this plan.
        promise: share of the period that the service is up. None where it is not known.
        period: what the promise is counted over.
        credits: share of the month's charge paid back, by steps, each lower than the one before it. None
            where that is not known.
        credit_days_per_hour_down: days' worth of the charge for every whole hour of outage, an older kind of
            schedule, a month's charge at most. None where the plan has the other kind.
        credit_above_usd: only larger credits are paid.
        text: what a reader should know of it.
    """

    has_one: bool = True
    promise: Share | None = None
    period: Literal["month", "year"] = "month"
    credits: list[CreditStep] | None = None
    credit_days_per_hour_down: Number | None = None
    credit_above_usd: Number = Decimal(0)
    text: Text

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        told_together(_sla_faults(self))
        return self


def _sla_faults(sla: Sla) -> Iterator[str]:
    edges = [step.below for step in sla.credits or []]
    if edges != sorted(set(edges), reverse=True):
        yield "the steps of credits overlap or run backwards|write the highest availability first"
    if edges and sla.promise is not None and edges[0] > sla.promise:
        yield "credits begin above the promise, where it is kept|write below at most as high as the promise"
    shares = [step.share for step in sla.credits or []]
    if shares != sorted(shares):
        yield "a longer outage is credited less than a shorter one|write ascending shares"
    if sla.credits is not None and sla.credit_days_per_hour_down is not None:
        yield "credits and credit_days_per_hour_down are two schedules|keep one of the two"
    promised = (sla.promise, sla.credits, sla.credit_days_per_hour_down)
    if not sla.has_one and any(part is not None for part in promised):
        yield "has_one: false stands beside a promise|keep one of the two"


@dataclass(frozen=True, kw_only=True)
class SlaCredit:
    """What an outage brings back.

    Args:
        outage_minutes: of the month.
        promise: share of the period. None where there is none or none is known.
        period: what it is counted over; of a year, the other months are taken to have had no outage.
        availability: share of the period, to twelve decimals.
        amount: US dollars. None where the schedule or the charge is not known.
        reason: why it is so much, in words.
        source: where the agreement stands. None where nothing is known of one.
    """

    outage_minutes: Decimal
    promise: Decimal | None
    period: Literal["month", "year"]
    availability: Decimal
    amount: Decimal | None
    reason: str
    source: str | None

    def to_document(self) -> dict[str, Any]:
        """The credit as JSON, numbers as exact decimal strings."""
        return {
            "outage_minutes": plain(self.outage_minutes),
            "promise": None if self.promise is None else plain(self.promise),
            "period": self.period,
            "availability": plain(self.availability),
            "amount": money(self.amount),
            "reason": self.reason,
            "source": self.source,
        }


def sla_credit(
    sla: Sla | None, *, charge: Decimal | None, outage_minutes: Decimal, days: int, source: str | None
) -> SlaCredit:
    """The credit for an outage.

    Args:
        sla: the plan's. None where nothing is known of one.
        charge: of the month, US dollars. None where it is not known.
        outage_minutes: of the month, as the agreement counts them.
        days: of the month.
        source: where the agreement stands.

    Raises:
        ValueError: the outage is negative or longer than the month.
    """
    if (wrong := outage_fault(outage_minutes, days=days)) is not None:
        raise ValueError(wrong)
    month = Decimal(days * MINUTES_A_DAY)
    period = "month" if sla is None else sla.period
    minutes = month if period == "month" else Decimal(DAYS_A_YEAR * MINUTES_A_DAY)
    with localcontext(EXACT):
        up = minutes - outage_minutes
        amount, reason = _amount(sla, charge, outage_minutes, minutes, month)
    return SlaCredit(
        outage_minutes=outage_minutes,
        promise=None if sla is None else sla.promise,
        period=period,
        availability=quotient(up, minutes),
        amount=amount,
        reason=reason,
        source=source,
    )


def outage_fault(outage_minutes: Decimal, *, days: int) -> str | None:
    """Why a month of so many days cannot have an outage so long; None where it can."""
    month = days * MINUTES_A_DAY
    if 0 <= outage_minutes <= month:
        return None
    return f"{plain(outage_minutes)} minutes are not an outage of a month of {month}"


def _amount(
    sla: Sla | None, charge: Decimal | None, outage: Decimal, minutes: Decimal, month: Decimal
) -> tuple[Decimal | None, str]:
    """The credit and why; nothing unknown becomes 0."""
    if not outage:
        return Decimal(0), "there was no outage"
    if sla is None:
        return None, "nothing is known of an SLA on this plan"
    if not sla.has_one:
        return Decimal(0), "this plan has no SLA"
    if sla.promise is not None and minutes - outage >= sla.promise * minutes:
        return Decimal(0), "the promise was kept"
    if sla.credits is None and sla.credit_days_per_hour_down is None:
        return None, "the credit schedule is not known"
    if charge is None:
        return None, "the charge that the credit is a share of is not known"
    if sla.credits is not None:
        reached = [step.share for step in sla.credits if minutes - outage < step.below * minutes]
        share = max(reached, default=Decimal(0))
        amount, reason = charge * share, f"{plain(share * 100)} % of the month's charge"
    else:
        days = (outage // 60) * (sla.credit_days_per_hour_down or 0)
        amount = min(quotient(charge * days * MINUTES_A_DAY, month), charge)
        reason = f"{plain(days)} days of the month's charge, all of it at most"
    if 0 < amount <= sla.credit_above_usd:
        return Decimal(0), f"credits of {plain(sla.credit_above_usd)} USD or less are not paid"
    return amount, reason
