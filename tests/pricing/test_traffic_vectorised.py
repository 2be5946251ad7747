"""Traffic of many draws at once is the traffic of each."""

from dataclasses import replace
from datetime import date

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from toolkit.pricing.bill import bill
from toolkit.pricing.book import PriceBook
from toolkit.pricing.metering import busiest_day_messages
from toolkit.pricing.offers import offers
from toolkit.pricing.totals import cheapest
from toolkit.pricing.traffic import DRIVERS, Traffic, grown
from toolkit.pricing.usage import Usage
from toolkit.pricing.usagearrays import usage_arrays, usage_of

traffics = st.builds(
    Traffic,
    peak_concurrent_users=st.floats(0, 1e5),
    monthly_active_users=st.floats(0, 1e6),
    connected_hours_per_user_day=st.floats(0, 24),
    messages_per_user_day=st.floats(0, 500),
    recipients_per_message=st.floats(0, 1000),
    message_bytes=st.floats(0, 1e5),
    channels=st.floats(0, 1e5),
    busiest_day_factor=st.floats(1, 31),
)

SMALL = Traffic(
    peak_concurrent_users=90.0,
    monthly_active_users=200.0,
    connected_hours_per_user_day=8.0,
    messages_per_user_day=50.0,
    recipients_per_message=10.0,
    message_bytes=400.0,
    channels=20.0,
)
"""A team that Pusher's sandbox carries when its days are alike."""


def stacked(months: list[Traffic]) -> Traffic:
    return Traffic(**{name: np.array([getattr(month, name) for month in months]) for name in DRIVERS})


@given(months=st.lists(traffics, min_size=1, max_size=5), days=st.integers(28, 31))
@settings(max_examples=100, deadline=None)
def test_every_draw_gives_the_exact_usage_of_its_own(months: list[Traffic], days: int) -> None:
    arrays = usage_arrays(stacked(months), days=days)
    for index, month in enumerate(months):
        found = {name: np.broadcast_to(values, len(months))[index].item() for name, values in arrays.items()}
        factor = found.pop("busiest_day_factor")
        assert all(quantity.is_integer() for quantity in found.values())
        whole = {name: int(quantity) for name, quantity in found.items()}
        assert Usage(**whole, busiest_day_factor=factor) == usage_of(month, days=days)


@given(month=traffics)
@settings(max_examples=100, deadline=None)
def test_the_busiest_day_has_at_least_the_even_share(month: Traffic) -> None:
    usage = usage_of(month)
    assert usage.peak_day_messages is None
    even = -(-(usage.messages_published + usage.messages_delivered) // usage.days)
    assert busiest_day_messages(usage) >= even


@given(months=st.lists(traffics, min_size=1, max_size=5))
@settings(max_examples=50, deadline=None)
def test_the_factor_of_the_busiest_day_is_handed_on_unrounded(months: list[Traffic]) -> None:
    arrays = usage_arrays(stacked(months))
    assert "peak_day_messages" not in arrays
    assert arrays["busiest_day_factor"].dtype == np.float64
    assert arrays["busiest_day_factor"].tolist() == [month.busiest_day_factor for month in months]
    assert usage_arrays(months[0])["busiest_day_factor"].shape == ()


def test_a_factor_sends_a_team_to_a_larger_plan_on_both_paths(pusher: PriceBook, as_of: date) -> None:
    # 200 users x 50 x 11 are 110,000 messages a day; sandbox carries 200,000, and one connection each.
    months = [replace(SMALL, busiest_day_factor=factor) for factor in (1.0, 1.8, 1.9)]
    _, index = cheapest(pusher, usage_arrays(stacked(months)), as_of=as_of)
    exact = [bill(pusher, usage_of(month), as_of=as_of).plan for month in months]
    assert [offers(pusher, as_of)[chosen].plan.id for chosen in index] == exact
    assert exact == ["sandbox", "sandbox", "startup"]


def test_usage_arrays_feed_the_vectorised_bill(pusher: PriceBook, as_of: date) -> None:
    large = replace(SMALL, peak_concurrent_users=1_000.0)
    totals, index = cheapest(pusher, usage_arrays(stacked([SMALL, large])), as_of=as_of)
    assert totals.tolist() == [0.0, 99.0]
    exact = [bill(pusher, usage_of(month), as_of=as_of).plan for month in (SMALL, large)]
    assert [offers(pusher, as_of)[chosen].plan.id for chosen in index] == exact == ["sandbox", "pro"]


def test_months_may_be_an_axis_of_their_own() -> None:
    first = Traffic(
        peak_concurrent_users=np.array([10.0, 20.0]),
        monthly_active_users=np.array([100.0, 200.0]),
        connected_hours_per_user_day=1.0,
        messages_per_user_day=1.0,
        recipients_per_message=1.0,
        message_bytes=1.0,
        channels=np.array([1.0, 2.0]),
    )
    later = grown(first, growth_per_month=np.array([0.0, 0.5]), month=np.arange(3.0)[:, np.newaxis])
    assert np.asarray(later.monthly_active_users).tolist() == [[100, 200], [100, 300], [100, 450]]
    assert usage_arrays(later)["peak_connections"].tolist() == [[10, 20], [10, 30], [10, 45]]
    assert later.messages_per_user_day == 1.0
