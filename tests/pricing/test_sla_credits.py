"""What an outage brings back: by steps of the month's availability, over a year, or by the hour."""

from decimal import Decimal
from typing import Any

import pytest

from toolkit.pricing.sla import Sla, SlaCredit, sla_credit

STEPS = [
    {"below": 0.9995, "share": 0.10},
    {"below": 0.99, "share": 0.25},
    {"below": 0.95, "share": 1},
]
MONTH = 30 * 1440
YEAR = 365 * 1440


def sla(**parts: Any) -> Sla:
    return Sla.model_validate({"source": "list", "text": "as they say", **parts})


def credit(
    agreement: Sla | None, outage_minutes: str, *, charge: str | None = "1000", days: int = 30
) -> SlaCredit:
    return sla_credit(
        agreement,
        charge=None if charge is None else Decimal(charge),
        outage_minutes=Decimal(outage_minutes),
        days=days,
        source="a page",
    )


@pytest.mark.parametrize(
    ("outage_minutes", "usd"),
    [
        ("0", "0"),
        # 21.6 minutes of 43,200 are 0.05 % exactly: the promise is kept, one moment more breaks it.
        ("21.6", "0"),
        ("21.6001", "100"),
        ("432", "100"),
        ("432.0001", "250"),
        ("2160", "250"),
        ("2160.0001", "1000"),
        (str(MONTH), "1000"),
    ],
)
def test_a_step_begins_below_its_edge(outage_minutes: str, usd: str) -> None:
    assert credit(sla(promise=0.9995, credits=STEPS), outage_minutes).amount == Decimal(usd)


def test_the_credit_says_what_it_is_of() -> None:
    found = credit(sla(promise=0.9995, credits=STEPS), "432.0001")
    assert found.reason == "25 % of the month's charge"
    assert (found.promise, found.period, found.source) == (Decimal("0.9995"), "month", "a page")
    assert credit(sla(promise=0.9995, credits=STEPS), "21.6").reason == "the promise was kept"


def test_steps_without_a_promise_hold_on_their_own() -> None:
    assert credit(sla(credits=STEPS), "21.6").amount == 0
    assert credit(sla(credits=STEPS), "21.7").amount == 100


def test_a_promise_above_the_first_step_is_broken_without_credit() -> None:
    found = credit(sla(promise=0.9999, credits=STEPS), "10")
    assert (found.amount, found.reason) == (0, "0 % of the month's charge")


@pytest.mark.parametrize(("days", "kept"), [(28, "20.16"), (31, "22.32")])
def test_a_month_is_as_long_as_it_is(days: int, kept: str) -> None:
    agreement = sla(promise=0.9995, credits=STEPS)
    assert credit(agreement, kept, days=days).amount == 0
    assert credit(agreement, str(Decimal(kept) + Decimal("0.01")), days=days).amount == 100


def test_a_year_allows_an_outage_of_a_year_in_one_month() -> None:
    # 0.05 % of 525,600 minutes are 262.8.
    agreement = sla(promise=0.9995, period="year", credits=STEPS)
    assert credit(agreement, "262.8").amount == 0
    broken = credit(agreement, "263")
    assert (broken.amount, broken.period) == (100, "year")
    assert broken.availability == (Decimal(YEAR - 263) / YEAR).quantize(Decimal("1E-12"))


@pytest.mark.parametrize(
    ("outage_minutes", "usd"),
    [("59.9", "0"), ("60", "33.333333333333"), ("119", "33.333333333333"), ("120", "66.666666666667")],
)
def test_the_older_kind_gives_days_for_every_whole_hour(outage_minutes: str, usd: str) -> None:
    agreement = sla(promise=0.999, credit_days_per_hour_down=1)
    assert credit(agreement, outage_minutes).amount == Decimal(usd)


def test_the_older_kind_gives_a_months_charge_at_most() -> None:
    agreement = sla(promise=0.999, credit_days_per_hour_down=1)
    assert credit(agreement, str(30 * 60)).amount == 1000
    most = credit(agreement, str(MONTH))
    assert (most.amount, most.reason) == (1000, "720 days of the month's charge, all of it at most")


def test_the_older_kind_gives_nothing_while_the_promise_is_kept() -> None:
    # 99 % of a month allow 7.2 hours.
    agreement = sla(promise=0.99, credit_days_per_hour_down=1)
    assert credit(agreement, "432").amount == 0
    assert credit(agreement, "433").amount == Decimal("233.333333333333")


def test_a_plan_without_an_sla_pays_nothing_back() -> None:
    found = credit(sla(has_one=False), str(MONTH))
    assert (found.amount, found.reason) == (0, "this plan has no SLA")


def test_where_nothing_is_known_the_credit_is_unknown() -> None:
    found = credit(None, "600")
    assert (found.amount, found.promise, found.period) == (None, None, "month")
    assert found.reason == "nothing is known of an SLA on this plan"


def test_an_unknown_schedule_pays_an_unknown_amount_once_the_promise_is_broken() -> None:
    assert credit(sla(promise=0.9995), "21.6").amount == 0
    found = credit(sla(promise=0.9995), "21.7")
    assert (found.amount, found.reason) == (None, "the credit schedule is not known")


def test_an_unknown_charge_has_an_unknown_credit_unless_the_promise_was_kept() -> None:
    agreement = sla(promise=0.9995, credits=STEPS)
    assert credit(agreement, "600", charge=None).amount is None
    assert credit(agreement, "21.6", charge=None).amount == 0


@pytest.mark.parametrize(("charge", "usd"), [("10", "0"), ("10.01", "1.001"), ("0", "0")])
def test_credits_up_to_a_minimum_are_not_paid(charge: str, usd: str) -> None:
    agreement = sla(promise=0.9995, credits=STEPS, credit_above_usd=1)
    assert credit(agreement, "60", charge=charge).amount == Decimal(usd)
    told = credit(agreement, "60", charge="10").reason
    assert told == "credits of 1 USD or less are not paid"


@pytest.mark.parametrize("outage_minutes", ["-1", str(MONTH + 1)])
def test_an_outage_is_within_its_month(outage_minutes: str) -> None:
    with pytest.raises(ValueError, match=r"minutes are not an outage of a month of 43200$"):
        credit(sla(promise=0.999), outage_minutes)


def test_the_document_has_exact_strings() -> None:
    assert credit(sla(promise=0.9995, credits=STEPS), "60").to_document() == {
        "outage_minutes": "60",
        "promise": "0.9995",
        "period": "month",
        "availability": "0.998611111111",
        "amount": "100.00",
        "reason": "10 % of the month's charge",
        "source": "a page",
    }
    assert credit(None, "60").to_document()["amount"] is None
