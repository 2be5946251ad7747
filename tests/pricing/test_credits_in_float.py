"""Credits of many months at once are the exact ones, whatever the schedule."""

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolkit.pricing.credits import credit_known, credits_usd
from toolkit.pricing.sla import Sla, sla_credit

D = Decimal

AWS = Sla.model_validate(
    {
        "promise": "0.9995", "source": "page",
        "text": "AWS API Gateway, https://aws.amazon.com/api-gateway/sla",
        "credits": [
            {"below": "0.9995", "share": "0.10"},
            {"below": "0.99", "share": "0.25"},
            {"below": "0.95", "share": "1"},
        ],
        "credit_above_usd": "1",
    }
)  # fmt: skip
BY_THE_DAY = Sla.model_validate(
    {"promise": "0.999", "text": "Ably's old one", "source": "page", "credit_days_per_hour_down": "1"}
)
A_YEAR = Sla.model_validate(
    {
        "promise": "0.9995", "period": "year", "text": "of a year", "source": "page",
        "credits": [{"below": "0.9995", "share": "0.5"}],
    }
)  # fmt: skip
NONE = Sla.model_validate({"has_one": False, "text": "none", "source": "page"})
UNKNOWN = Sla.model_validate({"promise": "0.99999", "text": "no schedule", "source": "page"})

money = st.decimals(0, 100_000, places=2)
minutes = st.integers(0, 43_200).map(Decimal)


@given(st.sampled_from([AWS, BY_THE_DAY, A_YEAR, NONE]), money, minutes)
def test_both_paths_agree_to_the_cent(sla: Sla, charge: Decimal, outage: Decimal) -> None:
    exact = sla_credit(sla, charge=charge, outage_minutes=outage, days=30, source="page").amount
    (found,) = credits_usd(
        sla, charge=np.array([float(charge)]), outage_min=np.array([float(outage)]), days=30
    )
    assert exact is not None and found == pytest.approx(float(exact), abs=0.005)


@pytest.mark.parametrize("below", [step.below for step in AWS.credits or []])
def test_a_step_that_is_met_to_the_last_minute_is_met(below: Decimal) -> None:
    """43,200 minutes less a share of exactly the step are not below it."""
    outage = 43_200 * (1 - below)
    exact = sla_credit(AWS, charge=D(100), outage_minutes=outage, days=30, source="page").amount
    found = credits_usd(AWS, charge=np.array([100.0]), outage_min=np.array([float(outage)]), days=30)
    assert exact is not None and found.tolist() == [float(exact)]


def test_a_charge_without_a_price_gives_nothing_back() -> None:
    found = credits_usd(
        AWS, charge=np.array([np.inf, np.nan, 100.0]), outage_min=np.full(3, 43_200.0), days=30
    )
    assert found.tolist() == [0.0, 0.0, 100.0]


def test_an_outage_longer_than_the_month_is_the_month() -> None:
    found = credits_usd(BY_THE_DAY, charge=np.array([310.0]), outage_min=np.array([1e9]), days=31)
    assert found.tolist() == [310.0], "a month's charge at most"


def test_a_schedule_that_is_not_known_gives_no_number() -> None:
    assert [credit_known(sla) for sla in (AWS, BY_THE_DAY, NONE, UNKNOWN, None)] == [
        True, True, True, False, False
    ]  # fmt: skip
    with pytest.raises(ValueError, match="without a known schedule is not known"):
        credits_usd(UNKNOWN, charge=np.ones(1), outage_min=np.ones(1), days=30)
