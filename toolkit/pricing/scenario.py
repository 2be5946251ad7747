"""A scenario: one team's traffic, growth, needs and money, in human terms."""

from typing import Annotated

from pydantic import AfterValidator, Field

from toolkit.evidence import NonNegative, Quantity, Range, Strict, Text
from toolkit.pricing.usage import MOST_DAYS

Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]


def _within_a_day(hours: float | Range) -> float | Range:
    most = hours.p95 if isinstance(hours, Range) else hours
    if most > 24:
        raise ValueError(f"{most:g} hours are more than a day has|write 0 to 24")
    return hours


def _a_day_of_its_month(factor: float | Range) -> float | Range:
    """The busiest day has at least the average, and at most all of its month."""
    least, most = (factor.p5, factor.p95) if isinstance(factor, Range) else (factor, factor)
    for wrong in [bound for bound in (least, most) if not 1 <= bound <= MOST_DAYS]:
        told = f"the busiest day cannot be {wrong:g} times the average day"
        raise ValueError(f"{told}|write 1 to {MOST_DAYS}")
    return factor


HoursADay = Annotated[Quantity, AfterValidator(_within_a_day)]
BusiestDay = Annotated[Quantity, AfterValidator(_a_day_of_its_month)]


class Scenario(Strict):
    """``scenarios/NAME.yaml``; its id is the stem of its file.

    Averages "per user day" run over all monthly active users and all days of the month.
    A number may be a range ``{p5, p50, p95}`` where its type is a quantity.

    Args:
        title: what readers call it.
        peak_concurrent_users: users connected at once at the busiest moment of a month.
        monthly_active_users: distinct users of a month.
        connected_hours_per_user_day: hours a day that a user is connected, 0 to 24.
        messages_per_user_day: messages that a user sends a day.
        recipients_per_message: others who receive each message.
        message_bytes: payload of one message.
        channels: rooms or topics open at once at the peak.
        busiest_day_factor: the busiest day's messages over the average day's, 1 to 31.
        growth_per_month: growth of users and channels a month, as a share (0.05 is 5 %).
        horizon_months: months that costs are added up over.
        uptime_need: share of time that the service must be usable. None where no need is stated.
        downtime_cost_usd_per_hour: what an hour of outage costs the team. None where unknown.
        budget_usd_per_month: the most that a month may cost. None where there is no limit.
        latency_p95_ms: the most that the 95th percentile may be. None where no need is stated.
        needs: features that an option must have.
        discount_rate_per_year: share by which money of next year is worth less. None: it is not discounted.
    """

    title: Text
    peak_concurrent_users: Quantity
    monthly_active_users: Quantity
    connected_hours_per_user_day: HoursADay
    messages_per_user_day: Quantity
    recipients_per_message: Quantity
    message_bytes: Quantity
    channels: Quantity
    busiest_day_factor: BusiestDay = 1.0
    growth_per_month: Quantity = 0.0
    horizon_months: int = Field(ge=1, le=600)
    uptime_need: Share | None = None
    downtime_cost_usd_per_hour: Quantity | None = None
    budget_usd_per_month: NonNegative | None = None
    latency_p95_ms: NonNegative | None = None
    needs: list[str] = Field(default_factory=list)
    discount_rate_per_year: Share | None = None
