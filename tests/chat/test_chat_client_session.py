"""What a client says and understands, frame by frame and without any network."""

from typing import Any

import pytest

from toolkit.chat.client.effects import Answer, ComeBack, Reconnect, Say
from toolkit.chat.client.events import (
    DirectMessage,
    Gap,
    JoinRefused,
    NotRecovered,
    Recovered,
    RoomMessage,
    ServerError,
)
from toolkit.chat.client.outbox import Outgoing
from toolkit.chat.client.session import ClientSession

Frame = dict[str, Any]


def hello(session: str = "s1", user: str = "ann", offset: int = 0, **more: Any) -> Frame:
    inbox = {"epoch": "i", "offset": offset}
    return {"type": "hello", "connection": "c", "session": session, "user": user, "inbox": inbox, **more}


def joined(offset: int, recovered: bool | None = None, missed: int = 0, epoch: str = "e") -> Frame:
    place = {"epoch": epoch, "offset": offset, "recovered": recovered, "missed": missed}
    return {"type": "joined", "room": "tea", **place}


def message(offset: int, **more: Any) -> Frame:
    return {
        "type": "message",
        "room": "tea",
        "from": "bob",
        "data": offset,
        "epoch": "e",
        "offset": offset,
    } | more


def direct(offset: int) -> Frame:
    return {"type": "direct", "from": "bob", "data": offset, "epoch": "i", "offset": offset}


def error(code: str, ref: Any) -> Frame:
    return {"type": "error", "code": code, "message": "no", "ref": ref}


def in_tea(offset: int = 7) -> ClientSession:
    """A session that is in a room and has taken everything up to a position."""
    session = ClientSession()
    session.opened(hello())
    session.join("tea")
    session.heard(joined(offset))
    return session


def heard(session: ClientSession, *frames: Frame) -> list[Any]:
    return [effect for frame in frames for effect in session.heard(frame)]


def data(effects: list[Any]) -> list[Any]:
    return [effect.data for effect in effects if isinstance(effect, RoomMessage | DirectMessage)]


def test_a_first_connection_joins_without_a_position() -> None:
    session = ClientSession()
    session.join("tea")
    assert session.opened(hello()) == [{"type": "join", "room": "tea", "ref": ["join", "tea"]}]
    assert session.heard(joined(7)) == [Answer(("join", "tea"), joined(7))]
    assert session.user == "ann"


def test_after_a_loss_it_resumes_first_and_joins_with_its_positions() -> None:
    session = in_tea(7)
    heard(session, message(8), direct(1))
    assert session.opened(hello("s2", offset=1)) == [
        {"type": "resume", "session": "s1", "ref": "resume", "inbox": {"epoch": "i", "after": 1}},
        {"type": "join", "room": "tea", "ref": ["join", "tea"], "epoch": "e", "after": 8},
    ]


def test_what_was_missed_comes_once_and_in_order() -> None:
    session = in_tea(7)
    session.opened(hello("s2"))
    frames = [joined(10, True, 3), message(8), message(9), message(9), message(10), message(11)]
    effects = heard(session, *frames)
    assert effects[1] == Recovered("tea", 3)
    assert data(effects) == [8, 9, 10, 11]


def test_two_quiet_reconnects_in_a_row_ask_for_nothing_twice() -> None:
    session = in_tea(7)
    session.opened(hello("s2"))
    heard(session, joined(9, True, 2), message(8), message(9))
    for quiet in ("s3", "s4"):
        assert session.opened(hello(quiet))[1]["after"] == 9
        assert heard(session, joined(9, True, 0))[1:] == [Recovered("tea", 0)]


def test_a_room_whose_messages_are_gone_is_told_and_goes_on_from_the_newest() -> None:
    session = in_tea(7)
    session.opened(hello("s2"))
    assert heard(session, joined(1, False, 0, epoch="new"))[1:] == [NotRecovered("tea")]
    assert data(heard(session, message(2, epoch="new"))) == [2]


def test_a_gap_is_fetched_from_the_position_and_comes_in_order() -> None:
    session = in_tea(7)
    effects = heard(session, message(8), message(11), message(12))
    fetch = {"type": "join", "room": "tea", "ref": ["join", "tea"], "epoch": "e", "after": 8}
    assert effects == [RoomMessage("tea", "bob", 8, 8), Gap("tea"), Say(fetch)]
    effects = heard(session, joined(12, True, 4), *(message(offset) for offset in (9, 10, 11, 12, 13)))
    assert data(effects) == [9, 10, 11, 12, 13]


def test_a_gap_that_cannot_be_closed_is_told_and_what_came_is_kept() -> None:
    session = in_tea(7)
    heard(session, message(11), message(12))
    effects = heard(session, joined(12, False, 0))
    assert effects[1:] == [
        NotRecovered("tea"), RoomMessage("tea", "bob", 11, 11), RoomMessage("tea", "bob", 12, 12),
    ]  # fmt: skip


def test_a_replay_that_is_torn_is_told() -> None:
    session = in_tea(7)
    session.opened(hello("s2"))
    effects = heard(session, joined(10, True, 3), message(8), message(11))
    assert effects[-2:] == [NotRecovered("tea"), RoomMessage("tea", "bob", 11, 11)]


def test_a_gap_in_the_inbox_is_closed_by_resuming() -> None:
    session = in_tea()
    assert heard(session, direct(1), direct(3)) == [DirectMessage("bob", 1, 1), Gap(None), Reconnect()]
    assert session.opened(hello("s2", offset=3))[0]["inbox"] == {"epoch": "i", "after": 1}
    inbox = {"epoch": "i", "offset": 3, "recovered": True, "missed": 2}
    resumed = {"type": "resumed", "session": "s1", "connection": "c", "user": "ann", "inbox": inbox}
    assert data(heard(session, resumed, direct(2), direct(3), direct(4))) == [2, 3, 4]


@pytest.mark.parametrize("newest", [0, 4])
def test_a_session_that_is_over_is_left_for_the_new_one(newest: int) -> None:
    session = in_tea()
    session.opened(hello("s2", offset=newest))
    # The same position of the same inbox shows that nothing came meanwhile.
    told = Recovered(None, 0) if newest == 0 else NotRecovered(None)
    assert heard(session, error("unknown_session", "resume")) == [told]
    assert session.opened(hello("s3", offset=newest))[0]["session"] == "s2"


def test_a_direct_message_between_hello_and_resumed_waits_for_its_turn() -> None:
    session = in_tea()
    session.opened(hello("s2", offset=1))
    inbox = {"epoch": "i", "offset": 2, "recovered": True, "missed": 2}
    resumed = {"type": "resumed", "session": "s1", "connection": "c", "user": "ann", "inbox": inbox}
    assert data(heard(session, direct(2), resumed, direct(1), direct(2), direct(3))) == [1, 2, 3]


def test_a_direct_message_between_hello_and_the_end_of_the_old_session_is_not_lost() -> None:
    session = in_tea()
    session.opened(hello("s2", offset=1))
    effects = heard(session, direct(2), error("unknown_session", "resume"), direct(3))
    assert effects[0] == NotRecovered(None)
    assert data(effects) == [2, 3]


def test_an_acknowledgement_moves_the_position_and_answers_the_publish() -> None:
    session = in_tea(7)
    session.outbox.add(Outgoing("m1", "{}"))
    session.outbox.next()
    ack = {"type": "ack", "id": "m1", "room": "tea", "epoch": "e", "offset": 8, "duplicate": False}
    assert heard(session, ack) == [Answer(("publish", "m1"), ack)]
    assert session.opened(hello("s2"))[1]["after"] == 8
    assert session.outbox.next() is None


def test_what_a_lost_session_published_comes_back_as_its_acknowledgement() -> None:
    session = in_tea(7)
    session.outbox.add(Outgoing("m1", "{}"))
    session.outbox.next()
    session.opened(hello("s2", user="guest"))
    frames = [
        error("unknown_session", "resume"),
        joined(9, True, 2),
        message(8, **{"from": "ann", "id": "m1"}),
    ]
    assert heard(session, *frames)[-1] == Answer(("publish", "m1"), {})
    assert data(heard(session, message(9))) == [9]
    assert session.outbox.next() is None


def test_nobody_else_can_acknowledge_a_publish() -> None:
    session = in_tea(7)
    session.outbox.add(Outgoing("m1", "{}"))
    session.outbox.next()
    assert data(heard(session, message(8, id="m1"))) == [8]
    assert "m1" in session.outbox


@pytest.mark.parametrize(
    ("ref", "key"), [(["leave", "tea"], ("leave", "tea")), (1, ("ask", 1)), ("m1", ("publish", "m1"))]
)
def test_a_refusal_reaches_who_asked(ref: Any, key: Any) -> None:
    session = in_tea()
    session.ask({"type": "who", "room": "tea"})
    session.outbox.add(Outgoing("m1", "{}"))
    (answer,) = heard(session, error("not_in_room", ref))
    assert answer.key == key
    assert answer.answer.code == "not_in_room"


def test_a_room_that_refuses_is_not_asked_again() -> None:
    session = in_tea()
    answer, told = heard(session, error("too_many_rooms", ["join", "tea"]))
    assert answer.key == ("join", "tea")
    assert told == JoinRefused("tea", "too_many_rooms", "no")
    assert [frame["type"] for frame in session.opened(hello("s2"))] == ["resume"]


def test_requests_without_an_answer_are_made_again() -> None:
    session = in_tea()
    key, request = session.ask({"type": "who", "room": "tea"})
    leave = session.leave("tea")
    assert session.opened(hello("s2"))[1:] == [leave, request]
    session.forget(key)
    heard(session, {"type": "left", "room": "tea"})
    assert [frame["type"] for frame in session.opened(hello("s3"))] == ["resume"]


def test_received_messages_are_acknowledged_together_where_the_server_wants_it() -> None:
    for wants in (True, False):
        session = ClientSession()
        session.opened(hello(acknowledge=wants))
        session.join("tea")
        heard(session, joined(7), message(8), message(9), direct(1), message(9))
        expected = [
            {"type": "received", "offsets": [8, 9, 9], "room": "tea"}, {"type": "received", "offsets": [1]},
        ]  # fmt: skip
        assert session.receipts.take() == (expected if wants else [])
        assert not session.receipts


def test_what_is_passed_over_is_fetched_later_with_all_that_follows_it() -> None:
    session = in_tea(7)
    assert not session.leaves_out(joined(9), full=True)
    assert not session.leaves_out(message(8), full=False)
    assert session.leaves_out(message(8), full=True)
    assert session.leaves_out(message(9), full=False)
    (fetch,) = session.fetch_left_out()
    assert isinstance(fetch, Say)
    assert fetch.message["after"] == 7
    assert session.fetch_left_out() == []
    assert not session.leaves_out(message(10), full=False)
    assert data(heard(session, message(10), joined(10, True, 3), message(8), message(9), message(10))) == [
        8,
        9,
        10,
    ]


def test_a_server_that_goes_away_says_when_to_come_back() -> None:
    closing = {"type": "closing", "code": 1012, "reconnect_after_s": 3.5}
    assert heard(in_tea(), closing) == [ComeBack(3.5)]
    assert heard(in_tea(), closing | {"reconnect_after_s": "soon"}) == []


def test_an_error_about_nothing_in_particular_is_told() -> None:
    assert heard(in_tea(), error("bad_message", None)) == [ServerError("bad_message", "no")]


@pytest.mark.parametrize(
    "frame",
    [
        {"type": "message"},
        {"type": "message", "room": ["tea"]},
        {"type": "message", "room": "coffee", "data": 1},
        {"type": "joined", "room": 5},
        {"type": "ack", "id": None},
        {"type": "resumed"},
        {"type": "resumed", "session": 1},
        {"type": "history"},
        {"type": "closing"},
        {"type": "unheard-of"},
    ],
)
def test_what_is_not_understood_changes_nothing(frame: Frame) -> None:
    session = in_tea(7)
    assert heard(session, frame) == []
    assert data(heard(session, message(8))) == [8]
