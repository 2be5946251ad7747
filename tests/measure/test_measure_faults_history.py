"""The history checker: a right history has no finding, and every wrong in it is found, and only that."""

from dataclasses import replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from toolkit.measure.faults.history import Absence, Finding, FindingKind, History, Received, Sent

PEOPLE = {"tea": ("ann", "bob", "eve"), "coffee": ("bob", "eve", "joe")}


@st.composite
def histories(draw: st.DrawFn) -> History:
    """Messages in two rooms, interleaved at each recipient in any way that keeps each sender's order."""
    posts = draw(
        st.lists(st.sampled_from([(room, who) for room in PEOPLE for who in PEOPLE[room]]), max_size=12)
    )
    sent = [
        Sent(
            f"m{number}", who, room, {"n": number}, frozenset(PEOPLE[room]) - {who},
            acknowledged=draw(st.booleans()), at_s=float(number),
        )
        for number, (room, who) in enumerate(posts)
    ]  # fmt: skip
    received = {who: draw(arrivals(sent, who)) for who in ("ann", "bob", "eve", "joe")}
    return History(sent, received)


@st.composite
def arrivals(draw: st.DrawFn, sent: list[Sent], who: str) -> list[Received]:
    """What reaches one recipient: all that is acknowledged, and some of the rest."""
    queues: dict[tuple[str, str], list[Sent]] = {}
    for message in sent:
        if who in message.recipients and (message.acknowledged or draw(st.booleans())):
            queues.setdefault((message.sender, message.room), []).append(message)
    found = []
    while queues:
        line = draw(st.sampled_from(sorted(queues)))
        message = queues[line].pop(0)
        if not queues[line]:
            del queues[line]
        found.append(Received(message.id, message.sender, message.room, message.payload))
    return found


def mutated(history: History, who: str, copies: list[Received]) -> History:
    return replace(history, received={**history.received, who: copies})


def somebodys(history: History, pick: int) -> tuple[str, list[Received], int]:
    """One of the copies: whose it is, all of theirs, and its place among them."""
    every = [(who, place) for who, copies in history.received.items() for place in range(len(copies))]
    assume(every)
    who, place = every[pick % len(every)]
    return who, list(history.received[who]), place


@given(histories())
def test_a_right_history_has_no_finding(history: History) -> None:
    assert history.findings() == []


@given(histories(), st.integers(0, 1000), st.booleans())
def test_what_was_acknowledged_and_never_came_is_lost(history: History, pick: int, away: bool) -> None:
    who, copies, place = somebodys(history, pick)
    gone = copies.pop(place)
    number = int(gone.id[1:])
    absences = {who: [Absence(number - 0.5, number + 0.5)]} if away else {}
    found = replace(mutated(history, who, copies), absences=absences).findings()
    kind: FindingKind = "missed" if away else "lost"
    acknowledged = history.sent[number].acknowledged
    assert found == ([Finding(kind, who, gone.id)] if acknowledged else [])


@given(histories(), st.integers(0, 1000), st.integers(0, 1000))
def test_a_second_copy_is_a_duplicate_wherever_it_comes(history: History, pick: int, where: int) -> None:
    who, copies, place = somebodys(history, pick)
    copies.insert(place + 1 + where % (len(copies) - place), copies[place])
    assert mutated(history, who, copies).findings() == [Finding("duplicate", who, copies[place].id)]


@given(histories(), st.integers(0, 1000))
def test_neighbours_of_one_sender_that_change_places_are_a_disorder(history: History, pick: int) -> None:
    def pairs(copies: list[Received]) -> list[int]:
        return [
            place
            for place in range(len(copies) - 1)
            if (copies[place].sender, copies[place].room)
            == (copies[place + 1].sender, copies[place + 1].room)
        ]

    every = [(who, place) for who, copies in history.received.items() for place in pairs(list(copies))]
    assume(every)
    who, place = every[pick % len(every)]
    copies = list(history.received[who])
    copies[place], copies[place + 1] = copies[place + 1], copies[place]
    assert mutated(history, who, copies).findings() == [Finding("disorder", who, copies[place + 1].id)]


@given(histories(), st.integers(0, 1000))
def test_what_was_never_sent_is_a_phantom(history: History, where: int) -> None:
    copies = list(history.received["ann"])
    copies.insert(where % (len(copies) + 1), Received("m99", "bob", "tea", {"n": 99}))
    assert mutated(history, "ann", copies).findings() == [Finding("phantom", "ann", "m99")]


@given(histories(), st.integers(0, 1000), st.booleans())
def test_another_payload_or_sender_is_corrupt(history: History, pick: int, sender: bool) -> None:
    who, copies, place = somebodys(history, pick)
    wrong = {"sender": "mallory"} if sender else {"payload": {"n": -1}}
    copies[place] = replace(copies[place], **wrong)  # type: ignore[arg-type]  # of either field
    assert mutated(history, who, copies).findings() == [Finding("corrupt", who, copies[place].id)]


@given(histories(), st.integers(0, 1000))
def test_a_copy_for_somebody_else_is_misrouted(history: History, pick: int) -> None:
    _, copies, place = somebodys(history, pick)
    copy = copies[place]
    # Nobody is in no room: joe takes what was said at tea, ann what was said over coffee.
    thief = "joe" if copy.room == "tea" else "ann"
    stolen = mutated(history, thief, [*history.received[thief], copy])
    assert stolen.findings() == [Finding("misrouted", thief, copy.id)]


@given(histories(), st.integers(0, 1000))
def test_a_copy_in_another_room_is_misrouted(history: History, pick: int) -> None:
    who, copies, place = somebodys(history, pick)
    copies[place] = replace(copies[place], room="cellar")
    assert mutated(history, who, copies).findings() == [Finding("misrouted", who, copies[place].id)]


def test_a_late_one_is_the_one_out_of_order() -> None:
    sent = [Sent(f"m{number}", "ann", "tea", number, frozenset(["bob"])) for number in range(3)]
    came = [Received(f"m{number}", "ann", "tea", number) for number in (1, 2, 0)]
    assert History(sent, {"bob": came}).findings() == [Finding("disorder", "bob", "m0")]


def test_ids_must_be_unique() -> None:
    twice = Sent("m1", "ann", "tea", 1, frozenset(["bob"]))
    with pytest.raises(ValueError, match="same id"):
        History([twice, twice], {}).findings()
