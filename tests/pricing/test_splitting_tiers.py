"""A tier that is split in two at the same price changes nothing but the number of lines."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pricebooks import one_meter

from toolkit.pricing.bill import bill
from toolkit.pricing.book import PriceBook, books
from toolkit.pricing.totals import plan_totals
from toolkit.pricing.usage import Usage
from toolkit.project import Faults, read_yaml

DAY = date(2026, 6, 1)


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    yield tmp_path_factory.mktemp("books") / "acme.yaml"


def graduated(scratch: Path, ends: list[int], prices: list[int]) -> PriceBook:
    """A book with these ends of tiers and one price more, in millionths of a dollar."""
    tiers = "".join(
        f"\n  - {{up_to: {end}, unit_price_per: {{amount: {price}, per: 1000000}}}}"
        for end, price in zip(ends, prices, strict=False)
    )
    last = f"\n  - {{unit_price_per: {{amount: {prices[-1]}, per: 1000000}}}}"
    scratch.write_text(one_meter(f"meter: messages\ncounts: {{messages_delivered: 1}}\ntiers:{tiers}{last}"))
    faults = Faults()
    document = read_yaml(scratch, faults)
    assert document is not None
    found = books([document], faults)
    assert not faults.found, str(faults)
    return found["acme"]


tariffs = (
    st.lists(st.integers(1, 10**6), min_size=1, max_size=4, unique=True)
    .map(sorted)
    .flatmap(
        lambda ends: st.tuples(
            st.just(ends), st.lists(st.integers(0, 5000), min_size=len(ends) + 1, max_size=len(ends) + 1)
        )
    )
)


@given(tariff=tariffs, cut=st.integers(1, 1_100_000), messages=st.integers(0, 1_200_000))
@settings(max_examples=100, deadline=None)
def test_splitting_changes_no_total(
    scratch: Path, tariff: tuple[list[int], list[int]], cut: int, messages: int
) -> None:
    ends, prices = tariff
    if cut in ends:
        cut = max(ends) + 1
    place = sum(end < cut for end in ends)
    whole = graduated(scratch, ends, prices)
    split = graduated(scratch, sorted([*ends, cut]), [*prices[: place + 1], *prices[place:]])
    usage = Usage(messages_delivered=messages)
    first, second = (bill(book, usage, as_of=DAY) for book in (whole, split))
    assert first.total == second.total
    assert sum(line.quantity for line in first.lines) == sum(line.quantity for line in second.lines)
    column = {"messages_delivered": np.array([float(messages)])}
    one, two = (plan_totals(book, column, as_of=DAY)["only"] for book in (whole, split))
    np.testing.assert_allclose(one, two, rtol=1e-12)


@given(tariff=tariffs, messages=st.integers(0, 1_200_000))
@settings(max_examples=100, deadline=None)
def test_the_total_is_the_sum_of_every_single_unit(
    scratch: Path, tariff: tuple[list[int], list[int]], messages: int
) -> None:
    """The definition of a graduated price, counted unit by unit."""
    ends, prices = tariff
    millionths = np.asarray(prices)[np.searchsorted(ends, np.arange(messages), side="right")].sum()
    total = bill(graduated(scratch, ends, prices), Usage(messages_delivered=messages), as_of=DAY).total
    assert total is not None and total * 10**6 == int(millionths)
