"""The book of sessions: who finds one by its secret, when it is over, and that none is left behind."""

from toolkit.chat.server.sessions import Published, Sessions


def book(*, session_s: float = 120.0, most_detached: int = 100) -> Sessions:
    return Sessions(session_s=session_s, most_detached=most_detached)


def test_secrets_are_long_and_never_the_same_and_public_names_tell_nothing() -> None:
    sessions = [book().open(None) for _ in range(200)]
    assert len({session.secret for session in sessions}) == 200
    # 24 random bytes are 32 characters of base64: 192 bits.
    assert all(len(session.secret) >= 32 for session in sessions)
    assert not any(session.id in session.secret or session.secret in session.id for session in sessions)


def test_only_the_owner_finds_a_session() -> None:
    sessions = book()
    anns, nobodys = sessions.open("ann"), sessions.open(None)
    assert sessions.find(anns.secret, "ann") is anns
    assert sessions.find(anns.secret, "bob") is None
    assert sessions.find(anns.secret, None) is None
    assert sessions.find(nobodys.secret, None) is nobodys
    assert sessions.find(nobodys.secret, "ann") is None
    assert sessions.find("never was", "ann") is None


def test_a_session_is_over_when_it_was_away_for_its_time() -> None:
    sessions = book(session_s=10)
    early, late = sessions.open(None), sessions.open(None)
    sessions.detach(early, 100.0)
    sessions.detach(late, 105.0)
    assert sessions.expired(109.999) == []
    assert sessions.expired(110.0) == [early]
    assert sessions.expired(115.0) == [early, late]


def test_those_with_a_connection_are_never_over() -> None:
    sessions = book(session_s=10)
    session = sessions.open(None)
    sessions.detach(session, 0.0)
    sessions.attach(session, member=object())  # type: ignore[arg-type] # whose it is does not matter here
    assert sessions.expired(1e9) == []
    assert session.attempts == 1


def test_of_too_many_without_a_connection_the_oldest_go_first() -> None:
    sessions = book(most_detached=2)
    gone = [sessions.open(None) for _ in range(4)]
    for number, session in enumerate(gone):
        sessions.detach(session, float(number))
    assert sessions.expired(4.0) == gone[:2]


def test_a_user_is_forgotten_with_its_last_session() -> None:
    sessions = book()
    first, second = sessions.open("ann"), sessions.open("ann")
    assert first.user is second.user
    assert not sessions.end(first)
    assert sessions.user("ann") is second.user
    assert sessions.end(second)
    assert sessions.user("ann") is None
    assert len(sessions) == 0


def test_only_so_many_publishes_are_recognised() -> None:
    session = book().open(None)
    for number in range(5):
        session.remember(str(number), Published("tea", "e", number), most=3)
    assert [session.known(str(number)) is not None for number in range(5)] == [False, False, True, True, True]
