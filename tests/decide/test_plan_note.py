"""A plan that not everyone can buy says so beside its rank."""

from datetime import date
from pathlib import Path

from toolkit import answers, deciding
from toolkit.loading import load

DATA = Path(__file__).parent.parent.parent / "data"


def test_the_ranking_says_who_may_buy_the_plan_that_was_priced() -> None:
    loaded = load(DATA, as_of=date(2026, 11, 23))
    cost = answers.costed(loaded, "production")
    decision = deciding.decided(loaded, "production", answers.counts(loaded), cost)
    ably = next(entry for entry in decision.ranking if entry.option == "ably")
    assert any(reason.startswith("plan standard: Only for accounts opened before") for reason in ably.reasons)
