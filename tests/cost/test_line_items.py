"""The line items: option by option, month by month, as a table, as CSV and under the FOCUS columns."""

import csv
import io
from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from decimal import Decimal

import numpy as np
import pytest
from cost_worlds import AS_OF, Costed, FixedOption, plain_scenario, without

from toolkit.cost import focus
from toolkit.cost.items import items, items_csv, line_items, month_start
from toolkit.cost.model import cost_options
from toolkit.cost.option import Option
from toolkit.cost.result import CostResult
from toolkit.pricing.book import PriceBook
from toolkit.pricing.focus import COLUMNS
from toolkit.pricing.scenario import Scenario

BLIND = "service_unavailability_min_per_month"


@pytest.fixture(scope="module")
def result(
    priced_options: Mapping[str, Option],
    shipped_books: Mapping[str, PriceBook],
    shipped_scenarios: Mapping[str, Scenario],
) -> CostResult:
    scenario = shipped_scenarios["production"].model_copy(update={"discount_rate_per_year": 0.1})
    return cost_options(
        list(priced_options.values()), shipped_books, scenario, scenario_id="production", as_of=AS_OF,
        draws=64, seed=5, in_service="current",
    )  # fmt: skip


def test_the_items_of_a_line_add_up_to_its_mean(result: CostResult) -> None:
    sums: dict[tuple[str, str], float] = defaultdict(float)
    for item in items(result):
        assert item.mean_usd is not None
        sums[item.option, item.line] += item.mean_usd * item.discount_factor
    for option, cost in result.options.items():
        for line in cost.lines:
            assert line.band is not None
            assert sums[option, line.line] == pytest.approx(line.band.mean, rel=1e-9, abs=1e-9)
        assert cost.total is not None
        assert sum(usd for (name, _), usd in sums.items() if name == option) == pytest.approx(cost.total.mean)


def test_the_move_stands_in_the_first_month_by_its_components(result: CostResult) -> None:
    moves = [item for item in items(result) if item.option == "ably" and item.line == "migration"]
    first = {item.component: item.mean_usd for item in moves if item.month == 1}
    assert set(first) == {"server publishing and authentication", "client", "tests"}
    assert first["client"] == pytest.approx(4 / 3 * (first["tests"] or 0))
    assert {(item.component, item.mean_usd) for item in moves if item.month > 1} == {(None, 0.0)}


def test_the_horizon_begins_with_the_next_whole_month(result: CostResult) -> None:
    starts = sorted({item.starts for item in items(result)})
    assert starts[0] == date(2026, 12, 1) and starts[-1] == date(2028, 11, 1) and len(starts) == 24
    assert month_start(date(2026, 12, 31), 0) == date(2027, 1, 1)


def test_the_table_has_a_row_an_item(result: CostResult) -> None:
    frame = line_items(result)
    assert frame.columns.tolist()[:5] == ["option", "month", "starts", "line", "component"]
    assert len(frame) == len(list(items(result)))


def test_the_csv_is_in_whole_cents(result: CostResult) -> None:
    rows = list(csv.DictReader(io.StringIO(items_csv(result))))
    assert len(rows) == len(list(items(result)))
    assert all(Decimal(row["mean_usd"]).as_tuple().exponent == -2 for row in rows)
    assert rows[0]["discount_factor"] == "1.000000"


def test_an_unknown_item_is_an_empty_cell_and_never_0(costed: Costed, fixed: FixedOption) -> None:
    blind = costed(without(fixed("ably"), BLIND), scenario=plain_scenario(horizon_months=2))
    downtime = [item for item in items(blind) if item.line == "downtime"]
    assert [item.mean_usd for item in downtime] == [None, None]
    assert "needs the figure" in downtime[0].source
    rows = list(csv.DictReader(io.StringIO(items_csv(blind))))
    assert [row["mean_usd"] for row in rows if row["line"] == "downtime"] == ["", ""]
    months = blind.options["ably"].to_document()["months"]
    assert [month["lines"]["downtime"] for month in months] == [None, None]


def test_every_line_of_the_model_has_a_place_in_focus(result: CostResult) -> None:
    lines = {line.line for cost in result.options.values() for line in cost.lines}
    assert lines == set(focus.KINDS)


def test_focus_has_its_columns_and_a_row_an_item(result: CostResult) -> None:
    rows = list(csv.DictReader(io.StringIO(focus.focus_csv(result))))
    assert tuple(rows[0]) == COLUMNS
    assert len(rows) == len(list(items(result))) == len(focus.focus_document(result)["rows"])
    first = rows[0]
    assert first["ChargeDescription"] == "ably: vendor bill"
    assert (first["ChargePeriodStart"], first["ChargePeriodEnd"]) == (
        "2026-12-01T00:00:00Z", "2027-01-01T00:00:00Z",
    )  # fmt: skip


def test_focus_bills_what_is_invoiced_and_nothing_else(result: CostResult) -> None:
    rows = {(row["ChargeDescription"], row["ChargePeriodStart"]): row for row in focus.rows(result)}
    december = "2026-12-01T00:00:00Z"
    bill, labour = rows["ably: vendor bill", december], rows["ably: operations labour", december]
    beside = rows["ably: parallel running", december]
    assert bill["BilledCost"] == bill["EffectiveCost"] != "0.00"
    assert labour["BilledCost"] == "0.00" != labour["EffectiveCost"]
    assert beside["BilledCost"] is None and beside["EffectiveCost"] is not None


def test_months_of_draws_without_a_price_are_means_of_the_others(costed: Costed, fixed: FixedOption) -> None:
    """Draws that outgrow PubNub later are left out of every month, as they are of the total."""
    users = {"p5": 30_000.0, "p50": 40_000.0, "p95": 45_000.0}
    scenario = plain_scenario(monthly_active_users=users, growth_per_month=0.2, horizon_months=2)
    cost = costed(fixed("pubnub"), scenario=scenario, draws=512).options["pubnub"]
    bill = cost.lines[0]
    assert bill.band is not None and bill.months_usd is not None
    assert np.isclose(sum(bill.months_usd), bill.band.mean)


def test_no_text_is_a_formula_in_csv_and_json_has_it_as_written(costed: Costed, fixed: FixedOption) -> None:
    option = fixed("ably").model_copy(update={"migration": {"=1+1": 2.0, "-cmd": 1.0}})
    made = costed(option, scenario=plain_scenario(horizon_months=1))
    moved = [row for row in csv.DictReader(io.StringIO(items_csv(made))) if row["line"] == "migration"]
    assert {row["component"] for row in moved} == {"'=1+1", "'-cmd"}
    assert all(Decimal(row["mean_usd"]) for row in moved)
    rows = focus.focus_document(made)["rows"]
    assert any(row["ChargeDescription"] == "ably: migration: =1+1" for row in rows)
