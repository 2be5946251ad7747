"""Growth multiplies people and rooms, not what each of them does."""

import pytest

from toolkit.pricing.traffic import DRIVERS, Traffic, grown

FIRST = Traffic(
    peak_concurrent_users=1_000.0,
    monthly_active_users=5_000.0,
    connected_hours_per_user_day=2.0,
    messages_per_user_day=10.0,
    recipients_per_message=4.0,
    message_bytes=300.0,
    channels=200.0,
    busiest_day_factor=2.0,
)
GROWS = {"peak_concurrent_users", "monthly_active_users", "channels"}


def test_the_first_month_is_as_stated() -> None:
    assert grown(FIRST, growth_per_month=0.3, month=0) == FIRST


@pytest.mark.parametrize("name", DRIVERS)
def test_what_grows_compounds_by_the_month(name: str) -> None:
    later = grown(FIRST, growth_per_month=0.1, month=12)
    factor = 1.1**12 if name in GROWS else 1.0
    assert getattr(later, name) == pytest.approx(getattr(FIRST, name) * factor)


def test_without_growth_every_month_is_the_first() -> None:
    assert grown(FIRST, growth_per_month=0.0, month=36) == FIRST
