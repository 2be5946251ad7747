"""Must-haves first, then the expected total cost; what is unknown never comes before what is known."""

from datetime import date
from typing import Any

import pytest
from decide_worlds import costs, option, options, priced, scenario

from toolkit.decide.ranking import Ranked, choose, rank


def ranked(*prices: Any, **needs: Any) -> dict[str, Ranked]:
    among = options(*(price.option for price in prices))
    return {entry.option: entry for entry in rank(among, scenario=scenario(**needs), cost=costs(*prices))}


def test_the_cheapest_expected_total_comes_first() -> None:
    found = ranked(priced("ably", total=300), priced("pusher", total=100), priced("pubnub", total=200))
    assert [(name, entry.rank) for name, entry in found.items()] == [
        ("pusher", 1),
        ("pubnub", 2),
        ("ably", 3),
    ]
    assert all(entry.feasible and not entry.reasons for entry in found.values())


def test_an_unknown_total_is_ranked_apart_at_the_end() -> None:
    found = ranked(
        priced("ably", total=None, unknown=("the price of mau-pro",)), priced("pusher", total=9_000_000)
    )
    assert list(found) == ["pusher", "ably"]
    assert found["ably"].rank is None
    assert found["ably"].reasons == ("total cost unknown: the price of mau-pro",)


def test_an_option_that_no_cost_was_computed_for_has_an_unknown_total() -> None:
    entry = rank(options("pusher"), scenario=scenario(), cost=costs())[0]
    assert (entry.rank, entry.total_mean) == (None, None)
    assert "no cost was computed for it" in entry.reasons[0]


def test_an_option_that_fails_a_must_have_is_out_however_cheap() -> None:
    found = ranked(priced("cheap", total=1, down_min=500), priced("good", total=1000), uptime_need=0.999)
    assert list(found) == ["good", "cheap"]
    assert (found["cheap"].feasible, found["cheap"].rank) == (False, None)
    assert found["cheap"].reasons == ("down 500.0 min a month (published), 99.9 % allows 43.8",)


@pytest.mark.parametrize(("down_min", "feasible"), [(438.3, True), (438.4, False), (None, None)])
def test_uptime_is_needed_in_minutes_of_the_average_month(
    down_min: float | None, feasible: bool | None
) -> None:
    """1 % of 43,830 minutes (730.5 hours) is 438.3."""
    assert ranked(priced("pusher", down_min=down_min), uptime_need=0.99)["pusher"].feasible is feasible


@pytest.mark.parametrize(
    ("features", "feasible", "reasons"),
    [
        ({"replay": True}, True, ()),
        ({"replay": False}, False, ("has no replay",)),
        ({}, None, ("not known whether it has replay",)),
    ],
)
def test_an_unlisted_feature_is_unknown_and_not_missing(
    features: dict[str, bool], feasible: bool | None, reasons: tuple[str, ...]
) -> None:
    among = {"pusher": option("pusher", features=features)}
    entry = rank(among, scenario=scenario(needs=["replay"]), cost=costs(priced("pusher")))[0]
    assert (entry.feasible, entry.reasons) == (feasible, reasons)


def test_an_option_that_may_fit_comes_after_the_ones_that_do() -> None:
    among = {"maybe": option("maybe"), "sure": option("sure", features={"replay": True})}
    prices = costs(priced("maybe", total=1), priced("sure", total=2))
    entries = rank(among, scenario=scenario(needs=["replay"]), cost=prices)
    assert [(entry.option, entry.rank) for entry in entries] == [("sure", 1), ("maybe", 2)]


def test_an_option_that_cannot_carry_the_scenario_is_out() -> None:
    out = priced(
        "pusher", total=None, monthly=None, infeasible=("peak_connections 40,000 > 30,000 of premium",)
    )
    entry = ranked(out, budget_usd_per_month=100)["pusher"]
    assert entry.feasible is False
    assert entry.reasons == ("cannot carry it: peak_connections 40,000 > 30,000 of premium",)


@pytest.mark.parametrize(("monthly", "feasible"), [(99, True), (100, True), (101, False), (None, None)])
def test_the_budget_is_held_against_the_first_months_cost(
    monthly: float | None, feasible: bool | None
) -> None:
    assert ranked(priced("pusher", monthly=monthly), budget_usd_per_month=100)["pusher"].feasible is feasible


def test_a_need_for_latency_is_noted_as_unknown() -> None:
    entry = ranked(priced("pusher"), latency_p95_ms=200)["pusher"]
    assert entry.feasible is None
    assert entry.reasons == ("not known whether latency_p95_ms stays within 200 ms",)


def test_ties_are_broken_by_id_so_that_the_same_inputs_give_the_same_ranking() -> None:
    assert list(ranked(priced("zeta"), priced("alpha"))) == ["alpha", "zeta"]


class TestChoice:
    def entries(self, *prices: Any, **needs: Any) -> list[Ranked]:
        return list(ranked(*prices, **needs).values())

    def test_it_is_the_best_ranked_candidate_not_the_best_of_all(self) -> None:
        entries = self.entries(priced("current", total=1), priced("ably", total=3), priced("pusher", total=2))
        assert choose(["ably", "pusher"], entries).option == "pusher"

    def test_when_every_candidate_is_out_its_criteria_are_not_met(self) -> None:
        entries = self.entries(
            priced("ably", monthly=500), priced("pusher", monthly=600), budget_usd_per_month=99
        )
        choice = choose(["ably", "pusher"], entries)
        assert (choice.option, choice.state) == (None, "not met")
        assert choice.reason == (
            "no candidate meets the must-haves: ably: USD 500 a month (median), USD 99 is the budget; "
            "pusher: USD 600 a month (median), USD 99 is the budget"
        )

    def test_when_a_kept_candidate_has_no_total_it_is_unknown(self) -> None:
        entries = self.entries(
            priced("ably", total=None, unknown=("a quote",)),
            priced("pusher", monthly=600),
            budget_usd_per_month=99,
        )
        choice = choose(["ably", "pusher"], entries)
        assert (choice.option, choice.state) == (None, "unknown")
        assert choice.reason.startswith("absent: no candidate that may be chosen has a known total cost")

    def test_it_carries_what_is_not_known_of_the_chosen_one(self) -> None:
        entries = self.entries(priced("pusher"), latency_p95_ms=200)
        assert choose(["pusher"], entries).doubts == ("not known whether latency_p95_ms stays within 200 ms",)


def test_what_is_not_known_of_an_option_that_is_out_does_not_hide_why() -> None:
    entry = ranked(priced("pusher", down_min=900), uptime_need=0.99, latency_p95_ms=100)["pusher"]
    assert (entry.feasible, len(entry.reasons)) == (False, 1)


def test_the_document_has_every_key_and_whole_cents() -> None:
    document = ranked(priced("pusher", total=1000.005))["pusher"].to_document()
    assert document == {
        "option": "pusher",
        "rank": 1,
        "feasible": True,
        "reasons": [],
        "total_mean": 1000.0,
        "p_cheapest": 0.5,
        "regret": 12.35,
        "monthly_cost_usd": 80.0,
        "score": None,
    }


def test_a_figure_not_yet_known_does_not_reach_the_ranking() -> None:
    """The cost model leaves the availability out before its day; without one the need stays open."""
    early = option("pusher", figures={"service_unavailability_min_per_month": _figure(date(2027, 1, 1))})
    assert early.figure("service_unavailability_min_per_month", as_of=date(2026, 11, 23)) is None
    entry = ranked(priced("pusher", down_min=None), uptime_need=0.99)["pusher"]
    assert entry.feasible is None


def _figure(day: date) -> dict[str, Any]:
    return {"value": 1.0, "unit": "min/month", "grade": "published", "source": "a page", "as_of": day}
