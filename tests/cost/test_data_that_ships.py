"""The folder that ships holds what the brief says, as claims, beside what sources say."""

import json
import re
from collections.abc import Mapping

import pytest
from cost_worlds import AS_OF, DATA, PINNED, UNPRICED, Costed

from toolkit.cost.assumptions import default_assumptions
from toolkit.cost.option import Option
from toolkit.evidence import central
from toolkit.pricing.scenario import Scenario
from toolkit.pricing.traffic import inconsistencies

# The brief's table "Performance Comparison": uptime, latency, price from, setup.
TABLE = {
    "current": (0.95, 50, 0, None),
    "socketio": (0.98, 30, 0, "easy"),
    "pusher": (0.999, 20, 49, "easy"),
    "ably": (0.9999, 15, 25, "easy"),
    "pubnub": (0.9999, 15, 99, "easy"),
    "socketcluster": (0.98, 25, 0, "medium"),
    "deepstream": (0.97, 30, 0, "medium"),
}

# Its quotes: option, figure, US dollars a month.
QUOTES = [
    ("pusher", "brief_price_200k_messages_usd_per_month", 49),
    ("pusher", "brief_price_1m_messages_usd_per_month", 199),
    ("ably", "brief_price_1m_messages_usd_per_month", 25),
    ("ably", "brief_price_5m_messages_usd_per_month", 99),
    ("pubnub", "brief_price_1m_messages_usd_per_month", 99),
    ("pubnub", "brief_price_10m_messages_usd_per_month", 499),
]


def claimed(option: Option, name: str) -> float | None:
    return next((figure.value for figure in option.figures[name] if figure.grade == "claim"), None)


def test_all_options_of_the_brief_are_there_and_one_more(shipped_options: Mapping[str, Option]) -> None:
    assert set(shipped_options) == {"current-unfixed", "nats", *TABLE}


@pytest.mark.parametrize("option_id", TABLE)
def test_a_row_of_the_briefs_table_is_recorded_as_a_claim(
    shipped_options: Mapping[str, Option], option_id: str
) -> None:
    option = shipped_options[option_id]
    names = ("uptime_share", "latency_ms", "brief_price_usd_per_month")
    assert (*(claimed(option, name) for name in names), option.setup) == TABLE[option_id]


@pytest.mark.parametrize(("option_id", "name", "usd"), QUOTES)
def test_a_quote_of_the_brief_is_recorded_as_a_claim(
    shipped_options: Mapping[str, Option], option_id: str, name: str, usd: float
) -> None:
    assert claimed(shipped_options[option_id], name) == usd


@pytest.mark.parametrize(("option_id", "share"), [("pusher", 0.999), ("ably", 0.9999), ("pubnub", 0.9999)])
def test_a_promise_of_the_brief_gives_way_to_the_one_found(
    shipped_options: Mapping[str, Option], option_id: str, share: float
) -> None:
    option = shipped_options[option_id]
    assert claimed(option, "promised_uptime_share") == share
    used = option.figure("promised_uptime_share", as_of=AS_OF)
    assert used is not None and used.grade in ("published", "contract") and used.central != share


@pytest.mark.parametrize(("option_id", "minutes"), [("ably", 531), ("pubnub", 6045), ("pusher", 5132)])
def test_a_vendors_outages_are_those_of_its_status_pages(
    shipped_options: Mapping[str, Option], option_id: str, minutes: float
) -> None:
    """Degraded minutes in 12 months: blog.mattheworiordan.com/p/reliability-by-the-numbers-ably-vs."""
    figure = shipped_options[option_id].figure("service_unavailability_min_per_month", as_of=AS_OF)
    assert figure is not None and figure.grade == "published"
    assert figure.central == pytest.approx(minutes / 12, abs=0.005)
    assert figure.note is not None and "co-founder" in figure.note and "lower bound" in figure.note
    shown = shipped_options[option_id].figure("uptime_share", as_of=AS_OF)
    assert shown is not None and shown.central == pytest.approx(1 - minutes / 525_600, abs=1e-4)


@pytest.mark.parametrize(
    ("option_id", "brief_share"),
    [("current", 0.95), ("socketio", 0.98), ("socketcluster", 0.98), ("deepstream", 0.97)],
)
def test_a_self_hosted_options_outages_are_a_wide_claim_of_sourced_ends(
    shipped_options: Mapping[str, Option], option_id: str, brief_share: float
) -> None:
    """A month of 730 h: EC2's 99.99 % for a region, 99.5 % for an instance, and the brief's own uptime."""
    figure = shipped_options[option_id].figure("service_unavailability_min_per_month", as_of=AS_OF)
    assert figure is not None and figure.grade == "claim"
    minutes = 730 * 60
    expected = [minutes * 0.0001, minutes * 0.005, minutes * (1 - brief_share)]
    assert [figure.low, figure.central, figure.high] == pytest.approx(expected, rel=0.01)


def test_before_the_fixes_everything_was_ten_times_as_bad(shipped_options: Mapping[str, Option]) -> None:
    """The brief: the fixes resolve 90 % of the disconnections."""
    name = "service_unavailability_min_per_month"
    before = shipped_options["current-unfixed"].figure(name, as_of=AS_OF)
    after = shipped_options["current"].figure(name, as_of=AS_OF)
    assert before is not None and after is not None
    assert [before.low, before.central, before.high] == pytest.approx(
        [10 * after.low, 10 * after.central, 10 * after.high], rel=0.01
    )


def test_effort_in_person_days_is_a_claim_whose_components_add_up(
    shipped_options: Mapping[str, Option],
) -> None:
    for option in shipped_options.values():
        figure = option.figure("migration_person_days", as_of=AS_OF)
        assert figure is not None and figure.grade == "claim", option.id
        assert sum(option.migration.values()) == figure.central, option.id
        hours = option.figure("operations_hours_per_month", as_of=AS_OF)
        assert hours is not None and hours.central == option.operations_hours_per_month, option.id


def test_every_figure_is_known_on_the_day_that_the_folder_pins(shipped_options: Mapping[str, Option]) -> None:
    for option in shipped_options.values():
        for name in option.figures:
            assert option.figure(name, as_of=PINNED) is not None, (option.id, name)


def test_the_four_use_cases_of_the_brief_are_there(shipped_scenarios: Mapping[str, Scenario]) -> None:
    assert set(shipped_scenarios) == {"immediate-fix", "production", "enterprise", "under-100-usd"}
    assert shipped_scenarios["under-100-usd"].budget_usd_per_month == 100
    for name, users in (("production", 1000), ("enterprise", 10_000)):
        peak = shipped_scenarios[name].peak_concurrent_users
        assert central(peak) >= users


def test_no_scenario_contradicts_itself(shipped_scenarios: Mapping[str, Scenario]) -> None:
    for name, scenario in shipped_scenarios.items():
        assert inconsistencies(scenario) == [], name


def test_a_scenario_says_which_of_its_numbers_are_assumptions() -> None:
    for path in DATA.files("scenarios"):
        comments = [line for line in path.read_text().splitlines() if line.startswith("#")]
        assert any("From the brief:" in line for line in comments), path.name
        assert any("Assumptions of this folder, to replace" in line for line in comments), path.name


def test_every_option_that_is_known_has_a_total_in_the_default_scenario(
    costed: Costed, shipped_options: Mapping[str, Option], shipped_scenarios: Mapping[str, Scenario]
) -> None:
    result = costed(*shipped_options.values(), scenario=shipped_scenarios["production"])
    assert {name for name, cost in result.options.items() if cost.total is None} == UNPRICED
    assert result.crossovers


def test_what_an_option_lacked_before_it_was_measured_is_named(
    costed: Costed, shipped_options: Mapping[str, Option], shipped_scenarios: Mapping[str, Scenario]
) -> None:
    result = costed(shipped_options["nats"], scenario=shipped_scenarios["production"])
    told = " ".join(line.source for line in result.options["nats"].lines)
    assert "needs the figure deliveries_per_s_per_node" in told
    measured = costed(shipped_options["nats"], scenario=shipped_scenarios["production"], as_of=PINNED)
    assert measured.options["nats"].total is not None


def test_nothing_that_ships_names_this_machine() -> None:
    for path in DATA.root.glob("**/*.yaml"):
        assert not re.search(r"/(home|root|work|tmp)/", path.read_text()), path.name


def test_the_models_own_assumptions_have_grade_source_and_day() -> None:
    """8 hours a day; 133,080 USD a year over 2,080 hours, 29.7 % of the employer's cost being benefits."""
    assumptions = default_assumptions()
    assert assumptions.hours_per_person_day.value == 8
    assert assumptions.labour_usd_per_hour.central == pytest.approx(133_080 / 2080 / (1 - 0.297), abs=0.05)
    assert assumptions.labour_usd_per_hour.low == pytest.approx(79_850 / 2080 / (1 - 0.297), abs=0.05)
    assert assumptions.labour_usd_per_hour.high == pytest.approx(211_450 / 2080 / (1 - 0.297), abs=0.05)
    dumped = json.loads(assumptions.model_dump_json())
    assert all(figure["grade"] and figure["source"] and figure["as_of"] for figure in dumped.values())
