"""Recording: the server tells its recorder what becomes of each connection, in the fact's own fields."""

import asyncio
from dataclasses import fields
from typing import Any

from toolkit.chat.server import ChatServer
from toolkit.measure.events import Connection


async def gone(server: ChatServer) -> None:
    while server.members:
        await asyncio.sleep(0.01)


def record(run: Any, scenario: Any, settings: Any) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []

    async def body() -> None:
        async with ChatServer(settings, lambda **row: rows.append(row)) as server:
            await scenario(server)

    run(body())
    return rows


def test_an_open_and_an_intended_end_are_recorded(run: Any, fast: Any, visit: Any) -> None:
    async def scenario(server: ChatServer) -> None:
        ann = await visit(server.port, "?client=ann&session=s1&attempt=3")
        await ann.hear("hello")
        await ann.socket.close()
        await gone(server)

    opened, closed = record(run, scenario, fast())
    assert (opened["client"], opened["session"], opened["attempt"]) == ("ann", "s1", 3)
    assert "ended_at" not in opened
    assert (closed["close_code"], closed["ended_by"], closed["intended"]) == (1000, "client", True)
    assert opened["started_at"] <= opened["observed_until"] <= closed["ended_at"]


def test_a_loss_a_timeout_and_a_drain_are_no_intended_ends(run: Any, fast: Any, visit: Any) -> None:
    async def scenario(server: ChatServer) -> None:
        ann = await visit(server.port, "?client=lost")
        await ann.hear("hello")
        ann.socket.transport.abort()
        await gone(server)
        bob = await visit(server.port, "?client=silent")
        await bob.hear("hello")
        await bob.socket.wait_closed()
        await gone(server)
        eve = await visit(server.port, "?client=drained")
        await eve.hear("hello")

    rows = record(run, scenario, fast(server_timeout_s=0.5))
    ends = {row["client"]: row for row in rows if "ended_at" in row}
    assert {name: (row["close_code"], row["ended_by"]) for name, row in ends.items()} == {
        "lost": (1006, "network"),
        "silent": (4408, "server"),
        "drained": (1001, "server"),
    }
    assert not any(row["intended"] for row in ends.values())


def test_rows_have_the_fields_of_the_recorded_fact(run: Any, fast: Any, visit: Any) -> None:
    async def scenario(server: ChatServer) -> None:
        await (await visit(server.port)).hear("hello")

    known = {field.name for field in fields(Connection)}
    for row in record(run, scenario, fast()):
        assert set(row) <= known
        Connection(**row)


def test_a_recorder_that_fails_does_not_end_the_chat(run: Any, fast: Any, visit: Any) -> None:
    def broken(**row: Any) -> None:
        raise OSError("no space left on device")

    async def scenario() -> None:
        async with ChatServer(fast(), broken) as server:
            await (await visit(server.port)).join("tea")
            assert server.counts["unrecorded"] == 1

    run(scenario())
