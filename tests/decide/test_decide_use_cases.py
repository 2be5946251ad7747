"""The brief's recommendations by use case, beside what the model ranks first, with the reason of each."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from decide_worlds import costs, options, priced, scenario

from toolkit.cost.claims import Claim, read_claims
from toolkit.decide.ranking import rank
from toolkit.decide.usecases import Compared, UseCase, read_use_cases
from toolkit.project import Faults

DATA = Path(__file__).parent.parent.parent / "data"

CASE = UseCase.model_validate(
    {
        "id": "scale", "title": "Scale", "scenario": "team", "line": 10,
        "recommends": [{"option": "ably", "says": "best", "line": 11, "claims": ["price"]}],
    }
)  # fmt: skip


def compared(*prices: Any, case: UseCase = CASE, **needs: Any) -> Compared:
    names = [one.option for one in prices]
    claim = Claim(
        id="price", option="ably", statement="It is cheap.", verdict="wrong", evidence="It is not.",
        source="a page", as_of="2026-11-01",
    )  # type: ignore[arg-type]  # fmt: skip
    ranking = rank(options(*names), scenario=scenario(**needs), cost=costs(*prices))
    return Compared(case=case, ranking=ranking, claims={"price": claim})


def test_where_the_brief_names_the_first_it_agrees() -> None:
    found = compared(priced("ably", total=100), priced("pusher", total=200)).to_document()
    assert (found["first"], found["agreement"]) == ("ably", "agrees")
    assert found["text"] == "ably ranks first at USD 100 over the horizon, the cheapest in 50 % of draws."
    (one,) = found["recommends"]
    assert (one["rank"], one["why"]) == (1, [])
    assert one["claims"] == [{"id": "price", "verdict": "wrong"}]


def test_where_another_is_cheaper_it_differs_by_so_much() -> None:
    found = compared(priced("ably", total=300), priced("pusher", total=200)).to_document()
    assert (found["first"], found["agreement"]) == ("pusher", "differs")
    assert found["recommends"][0]["why"] == ["USD 100 dearer than pusher over the horizon, on average"]


def test_where_a_must_have_puts_it_out_that_is_the_reason() -> None:
    found = compared(
        priced("ably", total=1, down_min=50), priced("pusher", total=200), uptime_need=0.999
    ).to_document()
    assert found["agreement"] == "differs"
    assert found["recommends"][0]["why"] == [
        "down 50.0 min a month (published), 99.9 % allows 43.8",
        "USD 199 cheaper than pusher over the horizon, on average",
    ]


def test_where_a_must_have_is_not_known_it_is_open() -> None:
    found = compared(priced("ably", total=100), needs=["history"])
    assert found.agreement == "open"
    assert found.text.endswith(", as far as its must-haves are known.")


def test_where_nothing_fits_it_says_what_comes_nearest() -> None:
    found = compared(
        priced("ably", monthly=150), priced("pusher", monthly=120, total=9), budget_usd_per_month=99
    )
    assert (found.first, found.agreement) == (None, "differs")
    assert found.text == (
        "No option meets the must-haves; pusher comes nearest: USD 120 a month (median), USD 99 is the "
        "budget."
    )


def test_where_no_total_is_known_it_says_so() -> None:
    found = compared(priced("ably", total=None, unknown=("a quote",)))
    assert found.text == "No option that may meet the must-haves of this scenario has a known total."


def test_an_option_that_the_folder_lacks_has_no_place() -> None:
    other = replace(compared(priced("pusher")), case=CASE).to_document()
    assert other["recommends"][0]["why"] == ["it is no option of this folder"]


def test_every_fault_of_the_file_comes_at_once(tmp_path: Path) -> None:
    (tmp_path / "use-cases.yaml").write_text(
        """\
source: the brief
use_cases:
  - {id: a, title: A, scenario: tem, line: 1, recommends: [{option: abli, says: best, line: 2}]}
  - id: a
    title: B
    scenario: team
    line: 3
    recommends:
      - {option: ably, says: best, line: 4, claims: [prise]}
"""
    )
    faults = Faults()
    read_use_cases(
        tmp_path / "use-cases.yaml", faults, options=["ably"], scenarios=["team"], claims=["price"]
    )
    assert str(faults).replace(f"{tmp_path}/", "").splitlines() == [
        "use-cases.yaml:3: use_cases[0].scenario: 'tem' is no scenario; did you mean team?",
        "use-cases.yaml:3: use_cases[0].recommends[0].option: 'abli' is no option; did you mean ably?",
        "use-cases.yaml:4: use_cases[1].id: 'a' stands twice; give each its own",
        "use-cases.yaml:9: use_cases[1].recommends[0].claims[0]: 'prise' is no claim; did you mean price?",
    ]


def test_a_folder_without_the_file_has_none(tmp_path: Path) -> None:
    faults = Faults()
    assert read_use_cases(tmp_path / "no.yaml", faults, options=[], scenarios=[], claims=[]) == []
    assert not faults.found


@pytest.mark.parametrize("what", ["options", "scenarios"])
def test_what_ships_names_every_scenario_and_all_that_the_brief_recommends(what: str) -> None:
    faults = Faults()
    names = {kind: [path.stem for path in (DATA / kind).glob("*.yaml")] for kind in ("options", "scenarios")}
    claims = [claim.id for claim in read_claims(DATA / "claims.yaml", faults)]
    found = read_use_cases(DATA / "use-cases.yaml", faults, claims=claims, **names)
    assert not faults.found, str(faults)
    told = {
        "scenarios": {case.scenario for case in found},
        "options": {one.option for case in found for one in case.recommends},
    }[what]
    known = {"scenarios": set(names["scenarios"]), "options": {
        "current", "pusher", "ably", "pubnub", "socketio", "socketcluster"}}[what]  # fmt: skip
    assert told == known


def test_what_the_folder_does_not_have_is_left_out_and_said_so() -> None:
    faults = Faults()
    found = read_use_cases(
        DATA / "use-cases.yaml", faults, options=["current"], scenarios=["production"], claims=[]
    )
    assert [case.id for case in found] == ["production-scale"]
    assert all(not one.claims for case in found for one in case.recommends)
    assert not faults.errors
    assert any("'enterprise' is no scenario of this folder; it is left out" in str(one) for one in faults)
