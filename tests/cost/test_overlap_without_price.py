"""A vendor in service that some draws outgrow: what runs beside it has a price as long as the old one has."""

from collections.abc import Mapping

import numpy as np
import pytest
from cost_worlds import AS_OF, FixedOption, figure, plain_scenario, with_figures

from toolkit.cost.focus import rows
from toolkit.cost.items import items
from toolkit.cost.model import cost_options
from toolkit.cost.option import Option
from toolkit.cost.result import CostResult
from toolkit.pricing.book import PriceBook

OUTGROWN = {"p5": 0.0, "p50": 0.02, "p95": 0.26}
"""Growth a month: 20,000 users at once become more than the 30,000 of Pusher's largest plan in some draws."""


def overlapping(option: Option) -> Option:
    overlap = figure("parallel_run_months", p5=0.5, p50=1.0, p95=3.0)
    return with_figures(
        option, {name: found[0] for name, found in option.figures.items()} | {"parallel_run_months": overlap}
    )


@pytest.fixture(scope="module")
def outgrown(fixed: FixedOption, shipped_books: Mapping[str, PriceBook]) -> CostResult:
    scenario = plain_scenario(
        peak_concurrent_users=20_000.0, monthly_active_users=100_000.0, messages_per_user_day=3.0,
        growth_per_month=OUTGROWN, horizon_months=3,
    )  # fmt: skip
    options = [fixed("pusher"), overlapping(fixed("socketio"))]
    return cost_options(
        options, shipped_books, scenario, scenario_id="t", as_of=AS_OF, draws=256, seed=1, in_service="pusher"
    )


def test_an_overlap_that_is_over_needs_no_price(outgrown: CostResult) -> None:
    """Most draws that outgrow the vendor do so after the overlap, which ends after a month at the median."""
    old, new = outgrown.totals["pusher"], outgrown.totals["socketio"]
    assert not np.isnan(new).any()
    assert 0 < np.isinf(new).mean() < np.isinf(old).mean() / 2
    assert set(np.flatnonzero(np.isinf(new))) < set(np.flatnonzero(np.isinf(old)))


def test_the_months_of_the_overlap_are_means_of_the_draws_with_a_price(outgrown: CostResult) -> None:
    line = next(line for line in outgrown.options["socketio"].lines if line.line == "parallel running")
    assert line.months_usd is not None and line.band is not None
    assert np.isfinite(line.months_usd).all()
    assert sum(line.months_usd) == pytest.approx(line.band.mean)


def test_every_rendering_of_it_is_a_number(outgrown: CostResult) -> None:
    assert "nan" not in {row["EffectiveCost"] for row in rows(outgrown)}
    assert all(item.mean_usd is None or np.isfinite(item.mean_usd) for item in items(outgrown))
    months = outgrown.to_document()["options"]["socketio"]["months"]
    assert all(np.isfinite(usd) for month in months for usd in month["lines"].values())
