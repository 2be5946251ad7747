"""Real cuts before a real server: what was said meanwhile arrives once and in order, or its loss is told."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from client_relay import Relay

from toolkit.chat.client import ChatClient
from toolkit.chat.client.events import DirectMessage, NotRecovered, Recovered, RoomMessage, StateChanged
from toolkit.chat.server import ChatServer
from toolkit.chat.settings import Settings


class Log:
    """A listener that keeps everything."""

    def __init__(self) -> None:
        self.events: list[Any] = []

    def __call__(self, event: Any) -> None:
        self.events.append(event)

    def of(self, kind: type[Any]) -> list[Any]:
        return [event for event in self.events if isinstance(event, kind)]

    @property
    def data(self) -> list[Any]:
        return [event.data for event in self.of(RoomMessage)]

    async def until(self, kind: type[Any], count: int) -> None:
        while len(self.of(kind)) < count:
            await asyncio.sleep(0.005)


@asynccontextmanager
async def pair(settings: Settings) -> AsyncIterator[tuple[ChatClient, ChatClient, Relay, Log]]:
    """Ann on a good path, and Bob behind a relay with the log of what he hears; both in one room."""
    heard = Log()
    async with ChatServer(settings) as server, Relay(server.port) as relay:
        direct = f"ws://127.0.0.1:{server.port}/ws"
        async with (
            ChatClient(direct, settings=settings) as ann,
            ChatClient(relay.url, settings=settings, listener=heard) as bob,
        ):
            await ann.join("tea")
            await bob.join("tea")
            yield ann, bob, relay, heard


async def away(bob: ChatClient, relay: Relay) -> None:
    """Cut, and keep the client away until the relay is open again."""
    relay.open = False
    relay.cut()
    refused = bob.failures.total()
    while bob.failures.total() == refused:
        await asyncio.sleep(0.005)


def quick(fast: Any, **values: Any) -> Settings:
    return fast(reconnect_base_s=0.02, reconnect_max_s=0.05, **values)


def test_what_was_said_during_a_cut_arrives_once_and_in_order(run: Any, fast: Any) -> None:
    async def scenario() -> None:
        async with pair(quick(fast)) as (ann, bob, relay, heard):
            for cut in range(4):
                for number in range(5):
                    await ann.publish("tea", [cut, "before", number])
                await away(bob, relay)
                for number in range(5):
                    await ann.publish("tea", [cut, "during", number])
                relay.open = True
                await heard.until(RoomMessage, 10 * (cut + 1))
            when = ("before", "during")
            assert heard.data == [
                [cut, part, number] for cut in range(4) for part in when for number in range(5)
            ]
            assert heard.of(NotRecovered) == []

    run(scenario())


def test_cuts_at_any_moment_lose_and_repeat_nothing_either_way(run: Any, fast: Any) -> None:
    async def scenario() -> None:
        draw = random.Random(11)
        async with pair(quick(fast)) as (ann, bob, relay, heard):
            back = Log()
            direct = f"ws://127.0.0.1:{relay.target_port}/ws"
            async with ChatClient(direct, listener=back) as eve:
                await eve.join("tea")

                async def talk(client: ChatClient) -> None:
                    for number in range(40):
                        await client.publish("tea", [client is ann, number])
                        await asyncio.sleep(0.003)

                async with asyncio.TaskGroup() as group:
                    talking = [group.create_task(talk(client)) for client in (ann, bob)]
                    while not all(task.done() for task in talking):
                        # Anywhere: in the replay, before or after an answer; at least one message goes on.
                        cut_at, heard_at = bob.connects, len(back.data)
                        await asyncio.sleep(draw.uniform(0, 0.02))
                        while len(back.data) == heard_at and not talking[1].done():
                            await asyncio.sleep(0.001)
                        relay.cut()
                        while bob.connects == cut_at and not talking[1].done():
                            await asyncio.sleep(0.001)
                await heard.until(RoomMessage, 40)
                await back.until(RoomMessage, 80)
                await eve.who("tea")
            assert bob.connects > 3
            assert heard.data == [[True, number] for number in range(40)]
            for of_ann in (True, False):
                expected = [[of_ann, number] for number in range(40)]
                assert [said for said in back.data if said[0] is of_ann] == expected
            assert heard.of(NotRecovered) + back.of(NotRecovered) == []

    run(scenario())


def test_publishes_whose_acknowledgement_was_lost_are_sent_again_and_delivered_once(
    run: Any, fast: Any
) -> None:
    async def scenario() -> None:
        async with pair(quick(fast)) as (ann, bob, relay, _):
            heard = [await ann.who("tea")]
            assert len(heard[0]) == 2
            # The server gets it, and its answers do not come through.
            relay.down.clear()
            sending = [asyncio.create_task(bob.publish("tea", number)) for number in range(20)]
            numbers: list[Any] = []
            async for event in ann:
                if isinstance(event, RoomMessage):
                    numbers.append(event.data)
                    if len(numbers) == 20:
                        break
            assert not any(task.done() for task in sending)
            relay.cut()
            relay.down.set()
            await asyncio.gather(*sending)
            await bob.publish("tea", "last")
            async for event in ann:
                if isinstance(event, RoomMessage):
                    numbers.append(event.data)
                    break
            assert numbers == [*range(20), "last"]

    run(scenario())


def test_two_quiet_reconnects_in_a_row_replay_nothing(run: Any, fast: Any) -> None:
    async def scenario() -> None:
        async with pair(quick(fast)) as (ann, bob, relay, heard):
            await ann.publish("tea", 1)
            await heard.until(RoomMessage, 1)
            for quiet in (1, 2):
                relay.cut()
                # Of the room and of the inbox.
                await heard.until(Recovered, 2 * quiet)
            assert {event.missed for event in heard.of(Recovered)} == {0}
            await ann.publish("tea", 2)
            await heard.until(RoomMessage, 2)
            assert heard.data == [1, 2]
            assert bob.connects == 3

    run(scenario())


def test_direct_messages_of_a_cut_arrive_too(run: Any, fast: Any) -> None:
    async def scenario() -> None:
        async with pair(quick(fast)) as (ann, bob, relay, heard):
            name = str(bob.user)
            for cut in range(3):
                await ann.direct(name, [cut, 0])
                await away(bob, relay)
                await ann.direct(name, [cut, 1])
                relay.open = True
                await heard.until(DirectMessage, 2 * (cut + 1))
            assert [event.data for event in heard.of(DirectMessage)] == [
                [cut, part] for cut in range(3) for part in range(2)
            ]
            assert bob.user == name

    run(scenario())


@pytest.mark.parametrize("bound", [{"history_messages": 3}, {"history_s": 0.05}])
def test_outside_the_window_the_loss_is_told_and_it_goes_on_from_the_newest(
    run: Any, fast: Any, bound: Any
) -> None:
    async def scenario() -> None:
        async with pair(quick(fast, **bound)) as (ann, bob, relay, heard):
            await ann.publish("tea", "first")
            await heard.until(RoomMessage, 1)
            await away(bob, relay)
            for number in range(6):
                await ann.publish("tea", number)
            await asyncio.sleep(0.15)
            relay.open = True
            await heard.until(NotRecovered, 1)
            await ann.publish("tea", "next")
            await heard.until(RoomMessage, 2)
            assert heard.of(NotRecovered) == [NotRecovered("tea")]
            assert heard.data == ["first", "next"]

    run(scenario())


def test_a_session_that_expired_keeps_its_rooms_and_their_messages(run: Any, fast: Any) -> None:
    async def scenario() -> None:
        async with pair(quick(fast, session_s=0.1)) as (ann, bob, relay, heard):
            await ann.publish("tea", 1)
            await heard.until(RoomMessage, 1)
            user = bob.user
            await away(bob, relay)
            await ann.publish("tea", 2)
            while len(await ann.who("tea")) > 1:
                await asyncio.sleep(0.01)
            relay.open = True
            await heard.until(RoomMessage, 2)
            assert heard.data == [1, 2]
            # Direct messages to the session that is over are gone, and that is said.
            assert heard.of(NotRecovered) == [NotRecovered(None)]
            assert bob.user != user

    run(scenario())


def test_a_restarted_server_is_told_per_room_and_the_client_goes_on(run: Any, fast: Any) -> None:
    async def scenario() -> None:
        settings, heard = quick(fast, reconnect_spread_s=0.05), Log()
        async with ChatServer(settings) as server, Relay(server.port) as relay:
            bob = ChatClient(relay.url, settings=settings, listener=heard)
            await bob.__aenter__()
            await bob.join("tea")
            await bob.join("milk")
            await server.drain()
            async with ChatServer(settings) as another:
                relay.target_port = another.port
                await heard.until(NotRecovered, 3)
                assert {event.room for event in heard.of(NotRecovered)} == {None, "tea", "milk"}
                async with ChatClient(f"ws://127.0.0.1:{another.port}/ws") as ann:
                    await ann.join("milk")
                    await ann.publish("milk", "again")
                    await heard.until(RoomMessage, 1)
                await bob.publish("tea", "still here")
                await bob.close()

    run(scenario())


def test_what_a_server_leaves_out_for_a_slow_client_is_fetched(run: Any, fast: Any) -> None:
    async def scenario() -> None:
        settings = quick(fast, slow_client="drop", max_buffer_bytes=100_000)
        async with pair(settings) as (ann, bob, relay, heard):
            relay.down.clear()
            await asyncio.gather(*(ann.publish("tea", [number, "x" * 40_000]) for number in range(200)))
            relay.down.set()
            await heard.until(RoomMessage, 200)
            assert [number for number, _ in heard.data] == list(range(200))
            assert bob.connects == 1
            assert heard.of(NotRecovered) == []
            assert any(event.missed for event in heard.of(Recovered))

    run(scenario())


def test_a_client_that_is_taken_over_does_not_fight_back(run: Any, fast: Any, visit: Any) -> None:
    async def scenario() -> None:
        async with pair(quick(fast)) as (_, bob, relay, heard):
            session = bob._talk.session._session
            thief = await visit(relay.target_port)
            await thief.hear("hello")
            await thief.say(type="resume", session=session)
            await thief.hear("resumed")
            await heard.until(StateChanged, 3)
            assert heard.of(StateChanged)[-1].state == "ended"
            assert "another connection" in heard.of(StateChanged)[-1].reason
            await asyncio.sleep(0.2)
            assert (bob.connects, relay.accepted) == (1, 1)

    run(scenario())
