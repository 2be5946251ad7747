"""The client: it talks, asks, and says why where it cannot."""

import asyncio
from typing import Any

import pytest
from websockets.exceptions import InvalidURI

from toolkit.chat.client import ChatClient
from toolkit.chat.client.events import DirectMessage, Event, RoomMessage, StateChanged
from toolkit.chat.client.refusals import RequestRefused, TooBig
from toolkit.chat.server import ChatServer


def url(server: ChatServer) -> str:
    return f"ws://127.0.0.1:{server.port}/ws"


async def next_of(client: ChatClient, kind: type[Any]) -> Any:
    """The next event of a kind; others before it are passed over."""
    async for event in client:
        if isinstance(event, kind):
            return event
    raise AssertionError("the client is over")


def test_two_clients_talk(run: Any, fast: Any) -> None:
    async def scenario() -> None:
        async with (
            ChatServer(fast()) as server,
            ChatClient(url(server)) as ann,
            ChatClient(url(server)) as bob,
        ):
            await ann.join("tea")
            await bob.join("tea")
            await ann.publish("tea", {"say": ["hello", None, 1.5]})
            heard = await next_of(bob, RoomMessage)
            assert (heard.room, heard.sender, heard.data) == ("tea", ann.user, {"say": ["hello", None, 1.5]})

    run(scenario())


def test_nobody_hears_itself_or_a_room_that_it_left(run: Any, fast: Any) -> None:
    async def scenario() -> None:
        async with (
            ChatServer(fast()) as server,
            ChatClient(url(server)) as ann,
            ChatClient(url(server)) as bob,
        ):
            for client in (ann, bob):
                await client.join("tea")
                await client.join("milk")
            await bob.leave("tea")
            await ann.publish("tea", 1)
            await ann.publish("milk", 2)
            await bob.publish("milk", 3)
            assert (await next_of(bob, RoomMessage)).data == 2
            assert (await next_of(ann, RoomMessage)).data == 3
            # Whoever comes back to a room begins anew: what was said meanwhile was not for it.
            await bob.join("tea")
            await ann.publish("tea", 4)
            assert (await next_of(bob, RoomMessage)).data == 4

    run(scenario())


def test_a_direct_message_reaches_one_user_in_no_room(run: Any, fast: Any) -> None:
    async def scenario() -> None:
        async with (
            ChatServer(fast()) as server,
            ChatClient(url(server)) as ann,
            ChatClient(url(server)) as bob,
        ):
            await ann.connected()
            await bob.connected()
            assert bob.user is not None
            await ann.direct(bob.user, "psst")
            heard = await next_of(bob, DirectMessage)
            assert (heard.sender, heard.data) == (ann.user, "psst")
            with pytest.raises(RequestRefused, match="unknown_recipient"):
                await ann.direct("nobody", "psst")

    run(scenario())


def test_history_and_members_are_told(run: Any, fast: Any) -> None:
    async def scenario() -> None:
        async with (
            ChatServer(fast()) as server,
            ChatClient(url(server)) as ann,
            ChatClient(url(server)) as bob,
        ):
            await ann.join("tea")
            await bob.join("tea")
            for number in range(5):
                await ann.publish("tea", number)
            assert [(said.sender, said.data, said.offset) for said in await bob.history("tea", 3)] == [
                (ann.user, 2, 3), (ann.user, 3, 4), (ann.user, 4, 5),
            ]  # fmt: skip
            assert await bob.who("tea") == sorted([str(ann.user), str(bob.user)])

    run(scenario())


def test_what_the_server_refuses_is_raised_where_it_was_asked(run: Any, fast: Any) -> None:
    async def scenario() -> None:
        async with ChatServer(fast(max_rooms_per_connection=1)) as server, ChatClient(url(server)) as ann:
            await ann.join("tea")
            for refused, code in (
                (ann.join("milk"), "too_many_rooms"),
                (ann.publish("milk", 1), "not_in_room"),
                (ann.history("milk", 1), "not_in_room"),
                (ann.who("milk"), "not_in_room"),
            ):
                with pytest.raises(RequestRefused) as caught:
                    await refused
                assert caught.value.code == code
            await ann.publish("tea", 1)

    run(scenario())


def test_what_cannot_be_said_is_refused_before_it_is_sent(run: Any, fast: Any) -> None:
    async def scenario() -> None:
        async with ChatServer(fast()) as server, ChatClient(url(server)) as ann:
            for wrong in (ann.join(""), ann.publish("x" * 201, 1), ann.publish("tea", float("nan"))):
                with pytest.raises(ValueError, match=r"'room' must be|JSON"):
                    await wrong
            with pytest.raises(TypeError):
                await ann.publish("tea", object())
        with pytest.raises(InvalidURI):
            ChatClient("http://127.0.0.1/ws")

    run(scenario())


def test_a_message_that_is_too_big_fails_alone_and_is_not_sent(run: Any, fast: Any) -> None:
    async def scenario() -> None:
        async with ChatServer(fast(max_message_bytes=2_000)) as server, ChatClient(url(server)) as ann:
            await ann.join("tea")
            big = asyncio.create_task(ann.publish("tea", "x" * 2_000))
            small = asyncio.create_task(ann.publish("tea", "x"))
            await small
            with pytest.raises(TooBig, match="the server takes at most 2000 bytes"):
                await big
            assert ann.connects == 1

    run(scenario())


def test_a_listener_hears_everything_in_place_of_the_iteration(run: Any, fast: Any) -> None:
    heard: list[Event] = []

    def listen(event: Event) -> None:
        heard.append(event)
        if isinstance(event, RoomMessage) and event.data == 0:
            raise ValueError("a listener that fails costs one event")

    async def scenario() -> None:
        async with ChatServer(fast()) as server, ChatClient(url(server)) as ann:
            async with ChatClient(url(server), listener=listen) as bob:
                await ann.join("tea")
                await bob.join("tea")
                for number in range(3):
                    await ann.publish("tea", number)
                # Answers come after what was said before them.
                await bob.who("tea")
            assert [event.data for event in heard if isinstance(event, RoomMessage)] == [0, 1, 2]
            states = [event.state for event in heard if isinstance(event, StateChanged)]
            assert states == ["connecting", "connected", "ended"]
            assert bob.backlog == 0

    run(scenario())


def test_a_joined_room_can_be_joined_again_and_a_call_may_be_given_up(run: Any, fast: Any) -> None:
    async def scenario() -> None:
        async with ChatServer(fast()) as server:
            ann = ChatClient(url(server))
            # Nothing is connected yet, so that nothing answers.
            for waiting in (ann.connected(), ann.publish("tea", 0), ann.join("tea"), ann.who("tea")):
                with pytest.raises(TimeoutError):
                    await asyncio.wait_for(waiting, 0.01)
            async with ann, ChatClient(url(server)) as bob:
                await bob.join("tea")
                await asyncio.gather(*(ann.join("tea") for _ in range(5)))
                await ann.join("tea")
                await ann.publish("tea", 1)
                # What was given up was not sent.
                assert (await next_of(bob, RoomMessage)).data == 1

    run(scenario())
