"""A crowd: many clients, floods and mass losses neither mix up rooms nor leave anything behind."""

import asyncio
import random
import time
from typing import Any

from websockets.exceptions import ConnectionClosed

from toolkit.chat.client import ChatClient
from toolkit.chat.server import ChatServer


def test_every_message_reaches_exactly_the_others_of_its_room(run: Any, fast: Any, visit: Any) -> None:
    async def scenario() -> None:
        async with ChatServer(fast()) as server:
            rooms = {f"room-{number}": [await visit(server.port) for _ in range(5)] for number in range(20)}
            for room, members in rooms.items():
                for member in members:
                    await member.join(room)
            for room, members in rooms.items():
                for number, member in enumerate(members):
                    await member.say(type="publish", room=room, data=f"{room}/{number}")
            for room, members in rooms.items():
                for number, member in enumerate(members):
                    heard = {(await member.hear("message"))["data"] for _ in range(4)}
                    assert heard == {f"{room}/{other}" for other in range(5) if other != number}
            assert server.counts["delivered"] == 20 * 5 * 4

    run(scenario())


def test_messages_of_one_sender_keep_their_order(run: Any, fast: Any, visit: Any) -> None:
    async def scenario() -> None:
        async with ChatServer(fast()) as server:
            ann, bob = [await visit(server.port) for _ in range(2)]
            await ann.join("tea")
            await bob.join("tea")
            for number in range(500):
                await ann.say(type="publish", room="tea", data=number)
            assert [(await bob.hear("message"))["data"] for _ in range(500)] == list(range(500))

    run(scenario())


def test_a_mass_loss_leaves_an_empty_server(run: Any, fast: Any, visit: Any) -> None:
    async def scenario() -> None:
        async with ChatServer(fast(max_connections_per_address=200, session_s=0.5)) as server:
            crowd = [await visit(server.port) for _ in range(200)]
            for number, member in enumerate(crowd):
                await member.join(f"room-{number % 7}")
            for member in crowd:
                member.socket.transport.abort()
            while server.members:
                await asyncio.sleep(0.01)
            assert server.counts["closed_1006"] == 200
            while len(server.rooms) or len(server.hub.sessions):
                await asyncio.sleep(0.01)
            # Nobody is counted against the address any more.
            await (await visit(server.port)).join("tea")

    run(scenario())


def test_clients_that_lost_the_server_come_back_spread_out(run: Any, fast: Any) -> None:
    async def scenario() -> None:
        settings = fast(reconnect_base_s=2.0)
        async with ChatServer(settings) as server:
            url = f"ws://127.0.0.1:{server.port}/ws"
            clients = [ChatClient(url, settings=settings, seed=seed) for seed in range(60)]
            for client in clients:
                await client.__aenter__()
                await client.connected()
            started_s = time.monotonic()
            for socket in list(server.members):
                socket.transport.abort()
            arrivals_s: list[float] = []
            while len(arrivals_s) < len(clients):
                back = sum(client.connects == 2 for client in clients)
                arrivals_s += [time.monotonic() - started_s] * (back - len(arrivals_s))
                await asyncio.sleep(0.01)
            assert max(arrivals_s) <= 2.0 + 2.0
            busiest = max(
                sum(low <= at_s < low + 0.2 for at_s in arrivals_s) for low in (0, 0.4, 0.8, 1.2, 1.6)
            )
            assert busiest < len(clients) / 2
            for client in clients:
                await client.close()

    run(scenario())


def test_random_frames_never_take_the_server_down(run: Any, fast: Any, visit: Any) -> None:
    draw = random.Random(5)

    async def scenario() -> None:
        async with ChatServer(fast(max_message_bytes=2000)) as server:
            witness = await visit(server.port)
            await witness.join("tea")
            for _ in range(60):
                rogue = await visit(server.port)
                try:
                    for _ in range(5):
                        size = draw.randrange(3000)
                        frame = bytes(draw.randrange(256) for _ in range(size))
                        await rogue.socket.send(frame if draw.random() < 0.5 else frame.decode("latin-1"))
                except ConnectionClosed:
                    pass
                rogue.socket.transport.abort()
            await witness.say(type="ping")
            await witness.hear("pong")
            assert server.counts["errors"] == 0
            assert await witness.hears_nothing("message", for_s=0.1)

    run(scenario())
