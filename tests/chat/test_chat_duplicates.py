"""Retried messages: under one id a message is delivered once, whatever happens to the connection."""

from typing import Any

from toolkit.chat.server import ChatServer


def test_a_retried_message_is_acknowledged_again_and_not_delivered_again(
    run: Any, fast: Any, visit: Any
) -> None:
    async def scenario() -> None:
        async with ChatServer(fast()) as server:
            ann, bob = [await visit(server.port) for _ in range(2)]
            await ann.join("tea")
            await bob.join("tea")
            first = await ann.ask("ack", type="publish", room="tea", data="x", id="m-1")
            again = await ann.ask("ack", type="publish", room="tea", data="x", id="m-1", ref=1)
            assert (first["duplicate"], again.pop("ref"), again.pop("duplicate")) == (False, 1, True)
            assert again == {key: value for key, value in first.items() if key != "duplicate"}
            await ann.ask("ack", type="publish", room="tea", data="y", id="m-2")
            assert [(await bob.hear("message"))["data"] for _ in range(2)] == ["x", "y"]
            assert server.counts["duplicates"] == 1

    run(scenario())


def test_it_is_recognised_after_a_resume(run: Any, fast: Any, meet: Any) -> None:
    async def scenario() -> None:
        async with ChatServer(fast()) as server:
            ann, hello = await meet(server.port)
            bob, _ = await meet(server.port)
            await ann.join("tea")
            await bob.join("tea")
            # The acknowledgement is lost with the connection.
            await ann.say(type="publish", room="tea", data="x", id="m-1")
            await bob.hear("message")
            ann.socket.transport.abort()
            new, _ = await meet(server.port)
            await new.ask("resumed", type="resume", session=hello["session"])
            ack = await new.ask("ack", type="publish", room="tea", data="x", id="m-1")
            assert (ack["duplicate"], ack["offset"]) == (True, 1)
            assert await bob.hears_nothing("message", for_s=0.1)

    run(scenario())


def test_ids_are_each_sessions_own(run: Any, fast: Any, visit: Any) -> None:
    async def scenario() -> None:
        async with ChatServer(fast()) as server:
            for _ in range(2):
                visitor = await visit(server.port)
                await visitor.join("tea")
                assert not (await visitor.ask("ack", type="publish", room="tea", id="m-1"))["duplicate"]

    run(scenario())


def test_beyond_so_many_an_id_is_new_again(run: Any, fast: Any, visit: Any) -> None:
    async def scenario() -> None:
        async with ChatServer(fast(dedup_messages=3)) as server:
            ann = await visit(server.port)
            await ann.join("tea")
            for number in range(4):
                await ann.ask("ack", type="publish", room="tea", id=str(number))
            acks = [await ann.ask("ack", type="publish", room="tea", id=id) for id in ("3", "2", "1", "0")]
            assert [ack["duplicate"] for ack in acks] == [True, True, True, False]

    run(scenario())


def test_a_message_without_an_id_is_new_each_time_and_not_answered(run: Any, fast: Any, visit: Any) -> None:
    async def scenario() -> None:
        async with ChatServer(fast()) as server:
            ann, bob = [await visit(server.port) for _ in range(2)]
            await ann.join("tea")
            await bob.join("tea")
            await ann.say(type="publish", room="tea", data=1)
            await ann.say(type="publish", room="tea", data=1)
            assert [(await bob.hear("message"))["offset"] for _ in range(2)] == [1, 2]
            assert await ann.hears_nothing("ack", for_s=0.1)

    run(scenario())
