"""Limits: too many, too large and too slow are refused or cut with the right code; nobody else suffers."""

import asyncio
import time
from typing import Any

import pytest
from raw import handshake, request
from websockets.exceptions import ConnectionClosed, InvalidStatus

from toolkit.chat.server import ChatServer


def test_a_full_server_answers_503_until_there_is_room(run: Any, fast: Any, visit: Any) -> None:
    async def scenario() -> None:
        async with ChatServer(fast(max_connections=2)) as server:
            ann, _ = [await visit(server.port) for _ in range(2)]
            with pytest.raises(InvalidStatus) as caught:
                await visit(server.port)
            assert caught.value.response.status_code == 503
            await ann.socket.close()
            while len(server.members) > 1:
                await asyncio.sleep(0.01)
            await visit(server.port)

    run(scenario())


def test_one_address_cannot_take_all_connections(run: Any, fast: Any, visit: Any) -> None:
    async def scenario() -> None:
        async with ChatServer(fast(max_connections_per_address=1)) as server:
            await visit(server.port)
            with pytest.raises(InvalidStatus) as caught:
                await visit(server.port)
            assert caught.value.response.status_code == 429
            assert server.counts["refused"] == 1

    run(scenario())


def test_a_large_message_closes_its_own_connection_with_1009(run: Any, fast: Any, visit: Any) -> None:
    async def scenario() -> None:
        async with ChatServer(fast(max_message_bytes=1000)) as server:
            ann, bob = [await visit(server.port) for _ in range(2)]
            await ann.socket.send("x" * 1001)
            with pytest.raises(ConnectionClosed):
                await ann.hear("never")
            assert ann.socket.close_code == 1009
            await bob.join("tea")

    run(scenario())


def test_a_connection_joins_so_many_rooms_and_no_more(run: Any, fast: Any, visit: Any) -> None:
    async def scenario() -> None:
        async with ChatServer(fast(max_rooms_per_connection=2)) as server:
            ann = await visit(server.port)
            await ann.join("a")
            await ann.join("b")
            await ann.join("a")
            await ann.say(type="join", room="c")
            assert "2 rooms" in (await ann.hear("error"))["message"]

    run(scenario())


def test_messages_are_read_no_faster_than_their_rate_and_none_is_lost(
    run: Any, fast: Any, visit: Any
) -> None:
    async def scenario() -> None:
        async with ChatServer(fast(messages_per_s=50, message_burst=20)) as server:
            ann, bob = [await visit(server.port) for _ in range(2)]
            await ann.join("tea")
            await bob.join("tea")
            started_s = time.monotonic()
            for number in range(69):
                await ann.say(type="publish", room="tea", data=number)
            assert [(await bob.hear("message"))["data"] for _ in range(69)] == list(range(69))
            # Twenty at once, the joining among them, and fifty at fifty a second.
            assert time.monotonic() - started_s > 0.9
            assert server.counts["delayed"] > 0

    run(scenario())


def test_one_that_is_held_up_delays_nobody_and_is_not_silent(run: Any, fast: Any, visit: Any) -> None:
    async def scenario() -> None:
        async with ChatServer(fast(messages_per_s=1, message_burst=5, server_timeout_s=0.6)) as server:
            flooder, witness = [await visit(server.port) for _ in range(2)]
            for _ in range(7):
                await flooder.say(type="ping")
            for _ in range(4):
                await asyncio.sleep(0.3)
                await witness.socket.ping()
            assert server.counts["timed_out"] == 0
            for _ in range(7):
                await flooder.hear("pong")

    run(scenario())


def test_too_many_handshakes_from_an_address_are_told_when_to_come_back(
    run: Any, fast: Any, visit: Any
) -> None:
    async def scenario() -> None:
        limits = fast(handshakes_per_address_per_s=0.5, handshake_burst_per_address=2)
        async with ChatServer(limits) as server:
            for _ in range(2):
                await visit(server.port)
            with pytest.raises(InvalidStatus) as caught:
                await visit(server.port)
            response = caught.value.response
            assert (response.status_code, response.headers["Retry-After"]) == (429, "2")
            assert server.counts["refused_address_rate"] == 1

    run(scenario())


def test_too_many_handshakes_in_all_are_told_when_to_come_back(run: Any, fast: Any, visit: Any) -> None:
    async def scenario() -> None:
        async with ChatServer(fast(handshakes_per_s=0.2, handshake_burst=2)) as server:
            for _ in range(2):
                await visit(server.port)
            with pytest.raises(InvalidStatus) as caught:
                await visit(server.port)
            response = caught.value.response
            assert (response.status_code, response.headers["Retry-After"]) == (503, "5")

    run(scenario())


def test_some_hundred_attempts_of_one_address_do_not_keep_out_another(
    run: Any, fast: Any, visit: Any
) -> None:
    async def scenario() -> None:
        limits = fast(
            handshakes_per_address_per_s=1, handshake_burst_per_address=20, trusted_proxies=("127.0.0.1",)
        )
        async with ChatServer(limits) as server:

            async def attempt() -> bytes:
                data = handshake("/ws", "X-Forwarded-For: 198.51.100.7")
                reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
                writer.write(data)
                status = await reader.readline()
                writer.transport.abort()
                return status

            statuses = [await asyncio.gather(*(attempt() for _ in range(50))) for _ in range(8)]
            refused = sum(b" 429 " in status for batch in statuses for status in batch)
            assert 360 <= refused <= 380
            headers = {"X-Forwarded-For": "198.51.100.8"}
            other = await visit(server.port, additional_headers=headers)
            await other.join("tea")

    run(scenario())


def test_sockets_that_never_finish_their_handshake_are_few_and_cut(run: Any, fast: Any, visit: Any) -> None:
    async def scenario() -> None:
        limits = fast(handshake_burst_per_address=20, open_timeout_s=1.5)
        async with ChatServer(limits) as server:
            attempts = [asyncio.open_connection("127.0.0.1", server.port) for _ in range(30)]
            loris = await asyncio.gather(*attempts)
            for _, writer in loris:
                writer.write(b"GET /ws HTTP/1.1\r\nHost:")
            while server.counts["refused_unfinished"] < 10:
                await asyncio.sleep(0.01)
            # After the longest handshake none of them is left, and others may come.
            ends = [await reader.read() for reader, _ in loris]
            assert ends == [b""] * 30
            await (await visit(server.port)).join("tea")
            for _, writer in loris:
                writer.close()

    run(scenario())


def test_a_proxy_is_not_taken_for_one_client(run: Any, fast: Any, visit: Any) -> None:
    async def scenario() -> None:
        limits = fast(max_connections_per_address=1, trusted_proxies=("127.0.0.0/8",))
        async with ChatServer(limits) as server:
            for client in ("198.51.100.1", "198.51.100.2"):
                await visit(server.port, additional_headers={"X-Forwarded-For": client})
            with pytest.raises(InvalidStatus) as caught:
                await visit(server.port, additional_headers={"X-Forwarded-For": "6.6.6.6, 198.51.100.2"})
            assert caught.value.response.status_code == 429

    run(scenario())


def test_without_trusted_proxies_a_header_makes_nobody_another(run: Any, fast: Any, visit: Any) -> None:
    async def scenario() -> None:
        async with ChatServer(fast(max_connections_per_address=1)) as server:
            await visit(server.port, additional_headers={"X-Forwarded-For": "198.51.100.1"})
            with pytest.raises(InvalidStatus) as caught:
                await visit(server.port, additional_headers={"X-Forwarded-For": "198.51.100.2"})
            assert caught.value.response.status_code == 429

    run(scenario())


def test_a_handshake_that_fails_later_is_not_counted_for_ever(run: Any, fast: Any, visit: Any) -> None:
    async def scenario() -> None:
        async with ChatServer(fast(max_connections=1)) as server:
            broken = handshake().replace(b"Sec-WebSocket-Version: 13", b"Sec-WebSocket-Version: 12")
            for _ in range(3):
                assert b" 400 " in await request(server.port, broken)
            await (await visit(server.port)).join("tea")

    run(scenario())
