"""A change is attributed to what was new; verdicts by shares that add up to 1, totals to the cent."""

import pytest

from toolkit.decide.why.attribution import Sources
from toolkit.decide.why.changes import Changes, explained
from toolkit.decide.why.figures import moved
from toolkit.decide.why.outcome import Outcome


def outcome(verdict: str, cents: int | None, first: str = "ably") -> Outcome:
    return Outcome(verdicts={"one": verdict}, totals_cents={"ably": cents}, first=first)


OLD, NEW = outcome("HOLD", 100_00), outcome("GO", 131_01)
DOCUMENT_KEYS = ["since", "text", "sources", "verdicts", "ranked_first", "costs", "inputs", "unexplained"]


def sources(known: dict[str, Outcome], *, joined: tuple[str, ...] = ()) -> Sources:
    """Sources by their first letters: ``{"": …, "d": …}`` with d for data, p for prices, y for the day."""
    letters = {"d": "data", "p": "prices", "y": "day"}
    table = {frozenset(letters[letter] for letter in word): found for word, found in known.items()}
    names = sorted({name for chosen in table for name in chosen})
    return Sources(moved=names, evaluate=table.__getitem__, joined=joined)


def test_what_one_source_alone_brings_is_all_its_own() -> None:
    both = {"": OLD, "d": outcome("GO", 100_00), "p": outcome("HOLD", 131_01), "dp": NEW}
    verdicts, first, costs = explained(OLD, NEW, sources(both))
    assert verdicts[0].because == {"data": 1.0}
    assert costs[0].to_document()["by"] == {
        "data": 0, "prices": 31.01, "day": 0, "settings": 0, "weights": 0, "code": 0,
    }  # fmt: skip
    assert first is None


def test_what_only_both_bring_is_halved_to_the_cent() -> None:
    both = {"": OLD, "d": OLD, "p": OLD, "dp": NEW}
    verdicts, _, costs = explained(OLD, NEW, sources(both))
    assert verdicts[0].because == {"data": 0.5, "prices": 0.5}
    assert verdicts[0].text == "one: HOLD became GO, because of new recordings (50 %), the price books (50 %)"
    document = costs[0].to_document()
    assert sorted([document["by"]["data"], document["by"]["prices"]]) == [15.50, 15.51]
    assert round(sum(document["by"].values()), 2) == document["difference"] == 31.01


def test_other_code_has_the_remainder() -> None:
    """Published was 100.00; the same inputs give 110.00 today."""
    known = {"": outcome("GO", 110_00), "d": NEW}
    verdicts, _, costs = explained(OLD, NEW, sources(known))
    assert verdicts[0].because == {"code": 1.0}
    assert costs[0].by == {"data": 21_01, "code": 10_00}


def test_a_source_that_worked_against_a_verdict_has_a_share_below_none() -> None:
    known = {"": outcome("HOLD", 1), "d": outcome("GO", 1), "p": outcome("HOLD", 1), "dp": outcome("GO", 1)}
    told, _, _ = explained(outcome("HOLD", 1), outcome("GO", 1), sources(known | {"": outcome("GO", 1)}))
    assert told[0].because == {"data": 0.5, "prices": -0.5, "code": 1.0}
    assert "50 % against it" in told[0].text


def test_the_day_comes_first_where_what_is_new_was_not_known_before() -> None:
    known = {"": OLD, "y": outcome("HOLD", 104_00), "p": outcome("HOLD", None), "py": NEW}
    _, _, costs = explained(OLD, NEW, sources(known))
    assert costs[0].by == {"day": 4_00, "prices": 27_01, "code": 0}
    assert costs[0].day_first and "the day counted first" in costs[0].text


@pytest.mark.parametrize("was, now", [(None, 5), (5, None)])
def test_an_unknown_total_is_attributed_to_nothing(was: int | None, now: int | None) -> None:
    ends = outcome("HOLD", was), outcome("HOLD", now)
    _, _, costs = explained(*ends, sources({"": ends[0], "d": ends[1]}))
    document = costs[0].to_document()
    assert document["by"] is None and document["difference"] is None
    assert (document["from"], document["to"]) == tuple(None if end is None else 0.05 for end in (was, now))


def test_sources_that_only_fit_together_are_told_as_one() -> None:
    known = {"": OLD, "dp": NEW}
    _, _, costs = explained(OLD, NEW, sources(known, joined=("data", "prices")))
    document = costs[0].to_document()
    assert document["by"]["data"] == 31.01 and document["by"]["prices"] is None


def test_a_new_option_and_a_new_first_are_changes_too() -> None:
    after = Outcome(verdicts={"one": "HOLD"}, totals_cents={"ably": 100_00, "nats": 9_00}, first="nats")
    _, first, costs = explained(OLD, after, sources({"": OLD, "d": after}))
    assert first is not None and first.because == {"data": 1.0}
    assert [(cost.option, cost.was, cost.now) for cost in costs] == [("nats", None, 9_00)]


def test_no_change_is_said_too() -> None:
    nothing = Changes(since="2026-11-26-0123456789ab", moved=["day"])
    assert list(nothing.to_document()) == DOCUMENT_KEYS
    assert nothing.text == (
        "No change of a verdict or a total since 2026-11-26-0123456789ab; "
        "the day changed without a consequence."
    )


def test_figures_that_moved_are_named_by_what_their_entries_are_called() -> None:
    old = {"plans": [{"id": "pro", "fee": 99}, {"id": "free", "fee": 0}]}
    new = {"plans": [{"id": "free", "fee": 0}, {"id": "pro", "fee": 119, "note": "dearer"}]}
    found = [(one.name, one.was, one.now) for one in moved("prices", old, new)]
    assert found == [("plans[pro].fee", 99.0, 119.0), ("plans[pro].note", None, "dearer")]
