"""Resuming: a session goes on over a new connection, the old one is out at once, and nothing leaks."""

import asyncio
from typing import Any

import pytest

from toolkit.chat.protocol import CLOSE_TAKEN_OVER
from toolkit.chat.server import ChatServer


async def lose(server: ChatServer, visitor: Any) -> None:
    """Break the connection, until the server has noticed."""
    before = len(server.members)
    visitor.socket.transport.abort()
    while len(server.members) == before:
        await asyncio.sleep(0.005)


def test_a_session_goes_on_after_a_loss(run: Any, fast: Any, meet: Any) -> None:
    async def scenario() -> None:
        async with ChatServer(fast()) as server:
            ann, hello = await meet(server.port)
            bob, _ = await meet(server.port)
            await bob.join("tea")
            position = await ann.join("tea")
            await lose(server, ann)
            # It stays a member while it is away.
            assert hello["user"] in (await bob.ask("members", type="who", room="tea"))["users"]
            await bob.ask("ack", type="publish", room="tea", data="missed", id="1")

            again, other = await meet(server.port)
            assert other["user"] != hello["user"]
            resumed = await again.ask("resumed", type="resume", session=hello["session"], ref=9)
            assert resumed["session"] == hello["session"]
            assert resumed["user"] == hello["user"]
            assert resumed["connection"] == other["connection"]
            assert resumed["ref"] == 9
            joined = await again.join("tea", epoch=position["epoch"], after=position["offset"])
            assert (joined["recovered"], joined["missed"]) == (True, 1)
            assert (await again.hear("message"))["data"] == "missed"
            assert server.counts["resumed"] == 1
            # The session that the new connection began with is gone, and its user with it.
            users = (await bob.ask("members", type="who", room="tea"))["users"]
            assert sorted(users) == users
            assert len(users) == 2
            assert len(server.hub.sessions) == 2

    run(scenario())


def test_a_connection_that_still_lives_is_out_before_the_answer(run: Any, fast: Any, meet: Any) -> None:
    async def scenario() -> None:
        async with ChatServer(fast()) as server:
            old, hello = await meet(server.port)
            await old.join("tea")
            new, _ = await meet(server.port)
            await new.ask("resumed", type="resume", session=hello["session"])
            assert server.publish("tea", "to nobody: it has not joined again") == 0
            assert await old.closed() == CLOSE_TAKEN_OVER
            assert server.counts["taken_over"] == 1
            await new.join("tea")
            assert server.publish("tea", "once") == 1
            assert (await new.ask("members", type="who", room="tea"))["users"] == [hello["user"]]

    run(scenario())


def test_a_dead_old_connection_is_not_waited_for(run: Any, fast: Any, meet: Any) -> None:
    async def scenario() -> None:
        async with ChatServer(fast(close_timeout_s=0.5)) as server:
            old, hello = await meet(server.port)
            await old.join("tea")
            old.socket.transport.pause_reading()
            new, _ = await meet(server.port)
            async with asyncio.timeout(0.4):
                await new.ask("resumed", type="resume", session=hello["session"])
            # It is cut by the time its closing handshake may take.
            while len(server.members) > 1:
                await asyncio.sleep(0.01)
            await new.ask("pong", type="ping")
            old.socket.transport.abort()

    run(scenario())


def test_resuming_twice_is_as_good_as_once(run: Any, fast: Any, meet: Any) -> None:
    async def scenario() -> None:
        async with ChatServer(fast()) as server:
            ann, hello = await meet(server.port)
            await ann.join("tea")
            await lose(server, ann)
            new, _ = await meet(server.port)
            first = await new.ask("resumed", type="resume", session=hello["session"])
            await new.join("tea")
            second = await new.ask("resumed", type="resume", session=hello["session"])
            assert first == second
            assert server.publish("tea", 1) == 1
            assert server.counts["taken_over"] == 0

    run(scenario())


def test_ones_own_session_can_be_resumed(run: Any, fast: Any, meet: Any) -> None:
    async def scenario() -> None:
        async with ChatServer(fast()) as server:
            ann, hello = await meet(server.port)
            await ann.join("tea")
            resumed = await ann.ask("resumed", type="resume", session=hello["session"])
            assert resumed["connection"] == hello["connection"]
            assert server.publish("tea", 1) == 1

    run(scenario())


def test_two_that_resume_by_turns_take_it_from_each_other(run: Any, fast: Any, meet: Any) -> None:
    async def scenario() -> None:
        async with ChatServer(fast()) as server:
            holder, hello = await meet(server.port)
            for _ in range(5):
                new, _ = await meet(server.port)
                await new.ask("resumed", type="resume", session=hello["session"])
                assert await holder.closed() == CLOSE_TAKEN_OVER
                holder = new
            assert len(server.hub.sessions) == 1

    run(scenario())


@pytest.mark.parametrize("secret", ["never was", "x" * 32])
def test_an_unknown_session_leaves_the_new_one(run: Any, fast: Any, meet: Any, secret: str) -> None:
    async def scenario() -> None:
        async with ChatServer(fast()) as server:
            ann, hello = await meet(server.port)
            error = await ann.ask("error", type="resume", session=secret)
            assert error["code"] == "unknown_session"
            await ann.join("tea")
            assert (await ann.ask("members", type="who", room="tea"))["users"] == [hello["user"]]

    run(scenario())


def test_after_its_time_or_a_restart_a_session_is_unknown(run: Any, fast: Any, meet: Any) -> None:
    async def scenario() -> None:
        async with ChatServer(fast(session_s=0.2)) as server:
            ann, hello = await meet(server.port)
            await lose(server, ann)
            await asyncio.sleep(0.5)
            late, _ = await meet(server.port)
            expired = await late.ask("error", type="resume", session=hello["session"])
        async with ChatServer(fast()) as server:
            late, _ = await meet(server.port)
            restarted = await late.ask("error", type="resume", session=hello["session"])
            never = await late.ask("error", type="resume", session="never was")
        assert expired == restarted == never

    run(scenario())


def test_after_bye_the_session_is_over_at_once(run: Any, fast: Any, meet: Any) -> None:
    async def scenario() -> None:
        async with ChatServer(fast()) as server:
            ann, hello = await meet(server.port)
            bob, _ = await meet(server.port)
            await ann.join("tea")
            await bob.join("tea")
            await ann.say(type="bye")
            # Still answered, but nobody any more.
            assert (await ann.ask("error", type="join", room="tea"))["code"] == "unknown_session"
            assert (await ann.ask("error", type="bye"))["code"] == "unknown_session"
            await ann.ask("pong", type="ping")
            assert hello["user"] not in (await bob.ask("members", type="who", room="tea"))["users"]
            new, _ = await meet(server.port)
            assert (await new.ask("error", type="resume", session=hello["session"]))[
                "code"
            ] == "unknown_session"

    run(scenario())


def test_bye_right_before_the_close_is_heard(run: Any, fast: Any, meet: Any) -> None:
    async def scenario() -> None:
        async with ChatServer(fast()) as server:
            ann, _ = await meet(server.port)
            await ann.say(type="bye")
            await ann.socket.close()
            while server.members:
                await asyncio.sleep(0.005)
            assert len(server.hub.sessions) == 0

    run(scenario())


def test_a_connection_that_has_done_something_cannot_become_another_session(
    run: Any, fast: Any, meet: Any
) -> None:
    async def scenario() -> None:
        async with ChatServer(fast()) as server:
            ann, hello = await meet(server.port)
            bob, _ = await meet(server.port)
            await bob.ask("pong", type="ping")
            await bob.join("tea")
            error = await bob.ask("error", type="resume", session=hello["session"])
            assert (error["code"], error["message"]) == (
                "bad_message",
                "a session is resumed before anything else",
            )
            await ann.ask("pong", type="ping")

    run(scenario())


def test_what_an_old_connection_still_sends_is_not_obeyed(run: Any, fast: Any, meet: Any) -> None:
    async def scenario() -> None:
        async with ChatServer(fast(close_timeout_s=5.0)) as server:
            old, hello = await meet(server.port)
            witness, _ = await meet(server.port)
            await old.join("tea")
            await witness.join("tea")
            old.socket.transport.pause_reading()
            new, _ = await meet(server.port)
            await new.ask("resumed", type="resume", session=hello["session"])
            await old.say(type="publish", room="tea", data="from the past")
            assert await witness.hears_nothing("message", for_s=0.2)
            old.socket.transport.abort()

    run(scenario())


def test_rooms_are_as_many_as_the_session_is_in_also_after_resuming(run: Any, fast: Any, meet: Any) -> None:
    async def scenario() -> None:
        async with ChatServer(fast(max_rooms_per_connection=2)) as server:
            ann, hello = await meet(server.port)
            await ann.join("a")
            await ann.join("b")
            await lose(server, ann)
            new, _ = await meet(server.port)
            await new.ask("resumed", type="resume", session=hello["session"])
            assert (await new.ask("error", type="join", room="c"))["code"] == "too_many_rooms"
            await new.join("a")

    run(scenario())
