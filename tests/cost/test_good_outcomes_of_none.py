"""Where there is no good outcome its price is unknown, and the document says why."""

import pytest
from cost_worlds import Costed, FixedOption, plain_scenario

PER_MESSAGE = "usd_per_million_messages_in_time"
PER_HOUR = "usd_per_thousand_good_connection_hours"


@pytest.mark.parametrize("field", ["messages_per_user_day", "recipients_per_message"])
def test_without_deliveries_none_has_a_price_and_hours_have(
    costed: Costed, fixed: FixedOption, field: str
) -> None:
    option = fixed("current", delivery_success_share=0.99)
    found = costed(option, scenario=plain_scenario(**{field: 0.0})).options["current"].good_outcomes
    assert found.usd_per_million_messages_in_time is None
    assert found.unknown == {PER_MESSAGE: ["a message delivered in time, of which there is none"]}
    assert found.usd_per_thousand_good_connection_hours is not None


def test_without_users_an_hour_has_no_price_either(costed: Costed, fixed: FixedOption) -> None:
    nobody = plain_scenario(monthly_active_users=0.0, peak_concurrent_users=0.0)
    option = fixed("current", delivery_success_share=0.99)
    found = costed(option, scenario=nobody).options["current"].good_outcomes
    assert found.usd_per_thousand_good_connection_hours is None
    assert found.unknown[PER_HOUR] == ["an hour of good connection, of which there is none"]
    assert set(found.unknown) == {PER_MESSAGE, PER_HOUR}
