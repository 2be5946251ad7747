"""A phase that chooses: its criteria speak of the option that the ranking says."""

from typing import Any

from decide_worlds import costs, decided, option, options, phase, priced, scenario

from toolkit.decide.gates import PhaseResult

HEAD = "candidates: [ably, pusher]"
AFFORDABLE = "{option: chosen, metric: monthly_cost_usd, at_most: 100}"
MEASURED = "{option: chosen, metric: connection_success_rate, at_least: 0.9}"


def judged(lists: str, *prices: Any, among: Any = None, **needs: Any) -> PhaseResult:
    world = {"cost": costs(*prices), "among": among or options("ably", "pusher"), "team": scenario(**needs)}
    return decided(phase(lists, head=HEAD), **world).phases[0]


def test_its_criteria_are_judged_on_the_chosen_one() -> None:
    result = judged(
        f"ready_if: [{AFFORDABLE}]",
        priced("ably", total=1, monthly=99),
        priced("pusher", total=2, monthly=900),
    )
    assert (result.chosen, result.criteria[0].option, result.verdict) == ("ably", "ably", "GO")
    assert result.to_document()["chosen"] == "ably"


def test_a_phase_with_an_option_of_its_own_chooses_nothing() -> None:
    assert decided(phase("")).phases[0].chosen is None


def test_when_no_candidate_meets_the_must_haves_it_is_not_ready() -> None:
    result = judged(
        f"ready_if: [{AFFORDABLE}]",
        priced("ably", down_min=900),
        priced("pusher", down_min=900),
        uptime_need=0.999,
    )
    assert (result.chosen, result.verdict, result.because) == (None, "NO-GO", "not_ready")
    assert result.criteria[0].reason.startswith("no candidate meets the must-haves: ably: down 900.0 min")
    assert result.criteria[0].option == "chosen"


def test_when_it_cannot_be_told_which_one_it_is_held() -> None:
    result = judged(f"ready_if: [{AFFORDABLE}]", priced("ably", total=None, unknown=("a quote",)))
    assert (result.chosen, result.verdict, result.criteria[0].why) == (None, "HOLD", "absent")


def test_an_unknown_must_have_of_the_chosen_one_holds_back_a_go() -> None:
    prices = [priced("ably", monthly=50), priced("pusher", monthly=50, total=1)]
    unsure = {"ably": option("ably"), "pusher": option("pusher")}
    result = judged(f"ready_if: [{AFFORDABLE}]", *prices, among=unsure, needs=["replay"])
    assert (result.chosen, result.verdict) == ("pusher", "HOLD")
    assert result.criteria[0].reason == (
        "absent: not known whether pusher may be chosen (not known whether it has replay); "
        "otherwise USD 50–USD 50 a month (mean USD 50) is at most USD 100"
    )


def test_it_holds_back_a_go_inside_any_of_too() -> None:
    unsure = {"ably": option("ably", features={"replay": False}), "pusher": option("pusher")}
    entry = f"{{any_of: [{AFFORDABLE}, {MEASURED}]}}"
    result = judged(f"ready_if: [{entry}]", priced("ably"), priced("pusher"), among=unsure, needs=["replay"])
    assert (result.verdict, result.criteria[0].state) == ("HOLD", "unknown")


def test_it_leaves_alone_what_decides_against_it_and_what_is_undecided_anyway() -> None:
    unsure = {"ably": option("ably", features={"replay": False}), "pusher": option("pusher")}
    dear = judged(f"ready_if: [{AFFORDABLE}]", priced("pusher", monthly=101), among=unsure, needs=["replay"])
    assert dear.verdict == "NO-GO"
    waiting = judged(
        f"ready_if: [{AFFORDABLE}, {MEASURED}]", priced("pusher"), among=unsure, needs=["replay"]
    )
    assert [result.state for result in waiting.criteria] == ["met", "unknown"]


def test_a_candidate_known_to_fit_is_chosen_before_a_cheaper_one_that_may() -> None:
    among = {"ably": option("ably", features={"replay": True}), "pusher": option("pusher")}
    result = judged(
        f"ready_if: [{AFFORDABLE}]",
        priced("ably", total=9000),
        priced("pusher", total=1),
        among=among,
        needs=["replay"],
    )
    assert (result.chosen, result.verdict) == ("ably", "GO")
