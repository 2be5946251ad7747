"""Direct messages: to all sessions of one user, kept while they are away, and to nobody else."""

from typing import Any

from toolkit.chat.server import ChatServer


def test_a_direct_message_reaches_its_user_only(run: Any, fast: Any, meet: Any) -> None:
    async def scenario() -> None:
        async with ChatServer(fast()) as server:
            (ann, anns), (bob, bobs), (eve, _) = [await meet(server.port) for _ in range(3)]
            ack = await ann.ask("ack", type="direct", to=bobs["user"], data="psst", id="d-1", ref=3)
            assert ack == {
                "type": "ack", "id": "d-1", "to": bobs["user"], "duplicate": False, "ref": 3,
            }  # fmt: skip
            message = await bob.hear("direct")
            assert message == {
                "type": "direct", "from": anns["user"], "data": "psst", "epoch": bobs["inbox"]["epoch"],
                "offset": 1, "id": "d-1",
            }  # fmt: skip
            for other in (ann, eve):
                assert await other.hears_nothing("direct", for_s=0.1)

    run(scenario())


def test_nobody_of_that_name_is_told(run: Any, fast: Any, meet: Any) -> None:
    async def scenario() -> None:
        async with ChatServer(fast()) as server:
            ann, _ = await meet(server.port)
            error = await ann.ask("error", type="direct", to="nobody", data=1, id="d-1", ref=1)
            assert (error["code"], error["ref"]) == ("unknown_recipient", 1)

    run(scenario())


def test_a_retry_is_delivered_once(run: Any, fast: Any, meet: Any) -> None:
    async def scenario() -> None:
        async with ChatServer(fast()) as server:
            (ann, _), (bob, bobs) = [await meet(server.port) for _ in range(2)]
            acks = [await ann.ask("ack", type="direct", to=bobs["user"], data=1, id="d") for _ in range(2)]
            assert [ack["duplicate"] for ack in acks] == [False, True]
            await bob.hear("direct")
            assert await bob.hears_nothing("direct", for_s=0.1)

    run(scenario())


def test_what_came_while_away_follows_the_resume(run: Any, fast: Any, meet: Any) -> None:
    async def scenario() -> None:
        async with ChatServer(fast()) as server:
            (ann, _), (bob, bobs) = [await meet(server.port) for _ in range(2)]
            await ann.ask("ack", type="direct", to=bobs["user"], data=1, id="1")
            await bob.hear("direct")
            bob.socket.transport.abort()
            for number in (2, 3):
                await ann.ask("ack", type="direct", to=bobs["user"], data=number, id=str(number))
            new, _ = await meet(server.port)
            position = {"epoch": bobs["inbox"]["epoch"], "after": 1}
            resumed = await new.ask("resumed", type="resume", session=bobs["session"], inbox=position)
            inbox = {"epoch": position["epoch"], "offset": 3, "recovered": True, "missed": 2}
            assert resumed["inbox"] == inbox
            await ann.ask("ack", type="direct", to=bobs["user"], data=4, id="4")
            heard = [await new.hear("direct") for _ in range(3)]
            assert [(message["offset"], message["data"]) for message in heard] == [(2, 2), (3, 3), (4, 4)]

    run(scenario())


def test_what_is_gone_from_the_inbox_is_told(run: Any, fast: Any, meet: Any) -> None:
    async def scenario() -> None:
        async with ChatServer(fast(history_messages=1)) as server:
            (ann, _), (bob, bobs) = [await meet(server.port) for _ in range(2)]
            bob.socket.transport.abort()
            for number in range(3):
                await ann.ask("ack", type="direct", to=bobs["user"], data=1, id=str(number))
            new, _ = await meet(server.port)
            position = {"epoch": bobs["inbox"]["epoch"], "after": 1}
            resumed = await new.ask("resumed", type="resume", session=bobs["session"], inbox=position)
            assert (resumed["inbox"]["recovered"], resumed["inbox"]["missed"]) == (False, 0)
            resumed = await new.ask("resumed", type="resume", session=bobs["session"])
            assert resumed["inbox"]["recovered"] is None

    run(scenario())


def test_an_inbox_is_freed_with_its_user(run: Any, fast: Any, meet: Any) -> None:
    async def scenario() -> None:
        async with ChatServer(fast()) as server:
            (ann, _), (bob, bobs) = [await meet(server.port) for _ in range(2)]
            await ann.ask("ack", type="direct", to=bobs["user"], data=1, id="1")
            assert server.hub.retention.bytes > 0
            await bob.say(type="bye")
            await bob.ask("pong", type="ping")
            assert server.hub.retention.bytes == 0
            error = await ann.ask("error", type="direct", to=bobs["user"], data=1, id="2")
            assert error["code"] == "unknown_recipient"

    run(scenario())
