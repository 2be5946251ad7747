"""What measurements are worth in a comparison of costs."""

from typing import Any

import pytest
from cost_worlds import AS_OF, Costed, FixedOption, figure, plain_scenario

from toolkit.cost.evppi import Worth
from toolkit.cost.measurements import Measurement
from toolkit.cost.option import Option
from toolkit.cost.result import CostResult
from toolkit.cost.valued import MeasurementWorth

MINUTES = "service_unavailability_min_per_month"


def measurement(**fields: Any) -> Measurement:
    free = {"value": 0.0, "unit": "USD", "grade": "claim", "source": "test", "as_of": "2026-11-01"}
    given: dict[str, Any] = {
        "id": "one", "what": "do it", "informs": [MINUTES], "sample": {"sd_after": 0.0}, "cost_usd": free,
    }  # fmt: skip
    return Measurement.model_validate({**given, **fields})


def unsteady(option: Option, **percentiles: float) -> Option:
    return option.model_copy(
        update={"figures": {**option.figures, MINUTES: [figure(MINUTES, **percentiles)]}}
    )


@pytest.fixture(scope="module")
def rivals(fixed: FixedOption) -> list[Option]:
    """One whose downtime is known, and one that is cheaper only where its own is short."""
    sure = fixed("current", **{MINUTES: 100.0}).model_copy(update={"id": "sure"})
    risky = fixed("current", node_usd_per_month=1.0, operations_hours_per_month=0.0)
    return [sure, unsteady(risky, p5=1.0, p50=300.0, p95=2000.0)]


def valued(costed: Costed, options: list[Option], *asked: Measurement, draws: int = 1024) -> CostResult:
    return costed(*options, scenario=plain_scenario(), draws=draws, measurements=asked)


def only(result: CostResult) -> MeasurementWorth:
    (found,) = result.measurements
    return found


def known(worth: MeasurementWorth) -> Worth:
    assert worth.evsi is not None, worth.reason
    return worth.evsi


def test_the_truth_is_worth_what_perfect_information_is(costed: Costed, rivals: list[Option]) -> None:
    result = valued(costed, rivals, measurement(option="current"))
    assert result.sensitivity is not None and result.sensitivity.evpi_usd > 1000
    assert known(only(result)).usd == pytest.approx(result.sensitivity.inputs[0].evppi_usd)


def test_more_days_are_worth_no_less_and_never_more_than_the_truth(
    costed: Costed, rivals: list[Option]
) -> None:
    asked = [
        measurement(id=f"m{days}", option="current", sample={"days": days}, person_days=None)
        for days in (28, 90, 2000)
    ]
    result = valued(costed, rivals, *asked)
    worths = [known(one).usd for one in result.measurements]
    assert worths[0] > 0 and worths == sorted(worths)
    assert result.sensitivity is not None and worths[-1] <= result.sensitivity.inputs[0].evppi_usd


def test_a_number_without_a_range_has_no_worth_to_tell(costed: Costed, rivals: list[Option]) -> None:
    """It is no less unknown for having been written as one number, so that its worth is not 0."""
    found = only(valued(costed, rivals, measurement(option="sure"), draws=64))
    assert found.evsi is None and found.enbs_usd is None and "give it a range" in found.reason


def test_what_is_uncertain_and_enters_no_total_is_worth_nothing(costed: Costed, rivals: list[Option]) -> None:
    delivered = figure("delivery_success_share", p5=0.9, p50=0.95, p95=0.99)
    update = {"figures": {**rivals[1].figures, "delivery_success_share": [delivered]}}
    told = [rivals[0], rivals[1].model_copy(update=update)]
    asked = measurement(option="current", informs=["delivery_success_share"], sample={"events": 100.0})
    assert known(only(valued(costed, told, asked, draws=64))) == (0.0, 0.0)


def test_without_a_total_nothing_can_be_said(costed: Costed, rivals: list[Option]) -> None:
    scenario = plain_scenario(downtime_cost_usd_per_hour=None)
    asked = (measurement(option="current"),)
    found = only(costed(*rivals, scenario=scenario, draws=64, measurements=asked))
    assert found.evsi is None and "no option has a total" in found.reason


def test_work_is_priced_at_the_rate_of_the_model(costed: Costed, rivals: list[Option]) -> None:
    """Two person-days of 8 hours, at the mean of 54.6, 91 and 144.6 USD an hour."""
    days = {"value": 2.0, "unit": "person-days", "grade": "claim", "source": "test", "as_of": "2026-11-01"}
    found = only(valued(costed, rivals, measurement(option="current", person_days=days), draws=64))
    rate = 0.05 * 54.6 + 0.45 * (54.6 + 91) / 2 + 0.45 * (91 + 144.6) / 2 + 0.05 * 144.6
    assert found.cost_usd == pytest.approx(2 * 8 * rate, rel=1e-5)


def test_a_price_of_tomorrow_is_unknown_today(costed: Costed, rivals: list[Option]) -> None:
    later = {"value": 5.0, "unit": "USD", "grade": "claim", "source": "test", "as_of": "2027-01-01"}
    found = only(valued(costed, rivals, measurement(option="current", cost_usd=later), draws=64))
    assert AS_OF.year < 2027 and found.cost_usd is None and found.enbs_usd is None
    assert found.to_document()["cost_usd"] is None


def quoted(costed: Costed, options: list[Option], **sample: Any) -> MeasurementWorth:
    asked = measurement(option="pusher", informs=[], sample=sample)
    return only(costed(*options, scenario=plain_scenario(), draws=64, measurements=(asked,)))


def test_a_quote_is_worth_what_it_may_take_off(costed: Costed, fixed: FixedOption) -> None:
    """Half off or nothing off, each as likely, where the vendor is chosen at either price."""
    dear = fixed("current", operations_hours_per_month=1000.0)
    options = [fixed("pusher"), dear]
    result = costed(*options, scenario=plain_scenario(), draws=64)
    lines = {line.line: line.band for line in result.options["pusher"].lines}
    bill, credits = (lines[name] for name in ("vendor bill", "SLA credits"))
    assert bill is not None and credits is not None
    found = quoted(costed, options, price_ratio={"p5": 0.5, "p50": 0.5, "p95": 0.5})
    assert known(found).usd == pytest.approx(0.5 * (bill.mean + credits.mean), rel=1e-6)


def test_a_dearer_quote_is_refused_where_the_list_price_stays(costed: Costed, fixed: FixedOption) -> None:
    options = [fixed("pusher"), fixed("current", operations_hours_per_month=1000.0)]
    dearer = {"p5": 2.0, "p50": 2.0, "p95": 2.0}
    assert known(quoted(costed, options, price_ratio=dearer)).usd == 0.0
    assert known(quoted(costed, options, price_ratio=dearer, list_price_stays=False)).usd == 0.0


def test_a_quote_saves_where_it_would_send_one_elsewhere(costed: Costed, fixed: FixedOption) -> None:
    """The list price is gone, and what is asked may be far more than the rival costs."""
    options = [fixed("pusher"), fixed("current")]
    wide = {"p5": 0.5, "p50": 1.0, "p95": 200.0}
    assert known(quoted(costed, options, price_ratio=wide, list_price_stays=False)).usd > 100


def test_what_has_no_bill_has_no_quote(costed: Costed, fixed: FixedOption) -> None:
    asked = measurement(
        option="current", informs=[], sample={"price_ratio": {"p5": 1.0, "p50": 1.0, "p95": 1.0}}
    )
    found = only(costed(fixed("current"), scenario=plain_scenario(), draws=64, measurements=(asked,)))
    assert found.evsi is None and "no bill" in found.reason


def test_the_same_seed_gives_the_same_worth(costed: Costed, rivals: list[Option]) -> None:
    asked = measurement(option="current", sample={"days": 30})
    first, second = (only(valued(costed, rivals, asked, draws=256)).to_document() for _ in range(2))
    assert first == second


def test_a_quote_of_the_vendor_in_service_counts_where_it_runs_beside_the_others(
    costed: Costed, fixed: FixedOption
) -> None:
    """At half the price staying saves twelve half bills, going the six of the overlap.

    Going is the choice at the price of the book, and still is at half of it where that takes more from it.
    """
    old = fixed("pusher", **{MINUTES: 50.0, "operations_hours_per_month": 90.0})
    new = fixed("current", **{MINUTES: 50.0, "migration_person_days": 0.0, "parallel_run_months": 6.0})
    half = measurement(
        option="pusher", informs=[], sample={"price_ratio": {"p5": 0.5, "p50": 0.5, "p95": 0.5}}
    )
    result = costed(old, new, scenario=plain_scenario(), measurements=(half,), in_service="pusher")
    staying, going = (result.options[name].total for name in ("pusher", "current"))
    bill = next(line.band for line in result.options["pusher"].lines if line.line == "vendor bill")
    assert staying is not None and going is not None and bill is not None
    assert going.mean < staying.mean - bill.mean / 2, "half the bill does not change the choice"
    assert known(only(result)).usd == pytest.approx(bill.mean / 12 * 6 / 2)
