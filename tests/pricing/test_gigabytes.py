"""Usage is in GiB of 2 ** 30 bytes; a vendor's GB of 10 ** 9 bytes are turned into them, GiB are not."""

from datetime import date
from decimal import Decimal

import numpy as np
import pytest
from pricebooks import MakeBook, one_meter

from toolkit.pricing.bill import Line, bill
from toolkit.pricing.totals import plan_totals
from toolkit.pricing.usage import Usage

DAY = date(2026, 6, 1)
METER = """
    meter: egress_gib
    counts: {egress_gib: 1}
    unit: UNIT
    included: 100
    tiers: [{unit_price_per: {amount: 0.09}}]
"""


def line(make_book: MakeBook, unit: str, egress_gib: int, *, meter: str = METER) -> Line:
    book = make_book(one_meter(meter.replace("UNIT", unit)))
    return bill(book, Usage(egress_gib=egress_gib), as_of=DAY).lines[1]


def test_a_gib_is_a_gib(make_book: MakeBook) -> None:
    found = line(make_book, "GiB", 300)
    assert (found.unit, found.quantity, found.billed_quantity) == ("GiB", 300, 200)
    assert found.amount == 18


def test_a_gib_is_a_little_more_than_a_gb(make_book: MakeBook) -> None:
    found = line(make_book, "GB", 300)
    gigabytes = Decimal(300 * 2**30) / 10**9
    assert (found.unit, found.quantity) == ("GB", gigabytes)
    assert found.billed_quantity == gigabytes - 100
    assert found.amount == (gigabytes - 100) * Decimal("0.09")


def test_what_is_included_is_in_the_vendors_unit(make_book: MakeBook) -> None:
    # 100 GB are 93.13 GiB.
    assert line(make_book, "GB", 93).amount == 0
    assert (line(make_book, "GB", 94).amount or 0) > 0
    assert line(make_book, "GiB", 100).amount == 0


def test_quotas_are_in_the_vendors_unit(make_book: MakeBook) -> None:
    meter = """
        meter: stored_gib
        counts: {stored_gib: 1}
        unit: UNIT
        quota: {amount: 100, period: month, past_it: upgrade}
    """
    for unit, fits in (("GB", 93), ("GiB", 100)):
        book = make_book(one_meter(meter.replace("UNIT", unit)))
        assert bill(book, Usage(stored_gib=fits), as_of=DAY).feasible
        assert not bill(book, Usage(stored_gib=fits + 1), as_of=DAY).feasible


@pytest.mark.parametrize("unit", ["GB", "GiB"])
def test_the_vectorised_path_agrees(make_book: MakeBook, unit: str) -> None:
    book = make_book(one_meter(METER.replace("UNIT", unit)))
    months = [0, 93, 94, 100, 101, 5_000_000]
    totals = plan_totals(book, {"egress_gib": np.array(months, dtype=float)}, as_of=DAY)["only"]
    expected = [float(bill(book, Usage(egress_gib=month), as_of=DAY).total or 0) for month in months]
    np.testing.assert_allclose(totals, expected, rtol=1e-12)


def test_other_meters_have_units_of_their_own(make_book: MakeBook) -> None:
    meter = """
        meter: connection_minutes
        counts: {connection_minutes: 1}
        tiers: [{unit_price_per: {amount: 1}}]
    """
    made = bill(make_book(one_meter(meter)), Usage(connection_minutes=5), as_of=DAY)
    assert [line.unit for line in made.lines] == ["Months", "Minutes"]
