"""Recording: the recorder is told what becomes of connections and deliveries, in the facts' own fields."""

import asyncio
from dataclasses import fields
from typing import Any

from toolkit.chat.server import ChatServer
from toolkit.measure.events import Connection, Delivery


async def gone(server: ChatServer, left: int = 0) -> None:
    while len(server.members) > left:
        await asyncio.sleep(0.01)


def record(run: Any, rows: Any, scenario: Any, settings: Any) -> list[dict[str, Any]]:
    """The connections that were recorded."""

    async def body() -> None:
        async with ChatServer(settings, rows) as server:
            await scenario(server)

    run(body())
    return rows.connections  # type: ignore[no-any-return] # the fixture's


def test_an_open_and_an_intended_end_are_recorded(run: Any, fast: Any, meet: Any, rows: Any) -> None:
    users: list[str] = []

    async def scenario(server: ChatServer) -> None:
        ann, hello = await meet(server.port)
        users.append(hello["user"])
        await ann.socket.close()
        await gone(server)

    # Who has said nothing may still resume, so that its opening is recorded with its end.
    (only,) = record(run, rows, scenario, fast())
    assert (only["client"], only["attempt"]) == (users[0], 1)
    assert (only["close_code"], only["ended_by"], only["intended"]) == (1000, "client", True)
    assert only["started_at"] <= only["observed_until"] == only["ended_at"]


def test_the_opening_is_recorded_with_the_first_message(run: Any, fast: Any, visit: Any, rows: Any) -> None:
    async def scenario(server: ChatServer) -> None:
        ann = await visit(server.port)
        await ann.join("tea")
        assert len(rows.connections) == 1
        await ann.say(type="bye")
        await ann.socket.close()
        await gone(server)

    opened, closed = record(run, rows, scenario, fast())
    assert "ended_at" not in opened
    assert opened["outcome"] == closed["outcome"] == "open"
    same = ("client", "session", "attempt", "started_at", "handshake_s")
    assert [opened[name] for name in same] == [closed[name] for name in same]
    assert (closed["ended_by"], closed["intended"]) == ("client", True)


def test_one_that_stays_silent_is_recorded_after_a_second(run: Any, fast: Any, visit: Any, rows: Any) -> None:
    async def scenario(server: ChatServer) -> None:
        await (await visit(server.port)).hear("hello")
        while not rows.connections:
            await asyncio.sleep(0.01)

    assert "ended_at" not in record(run, rows, scenario, fast())[0]


def test_attempts_are_counted_over_the_session_and_its_secret_is_not_told(
    run: Any, fast: Any, meet: Any, rows: Any
) -> None:
    secrets: list[str] = []

    async def scenario(server: ChatServer) -> None:
        ann, hello = await meet(server.port)
        secrets.append(hello["session"])
        await ann.join("tea")
        for _ in range(2):
            ann.socket.transport.abort()
            await gone(server)
            ann, _ = await meet(server.port)
            await ann.ask("resumed", type="resume", session=hello["session"])

    found = record(run, rows, scenario, fast())
    assert len({(row["client"], row["session"]) for row in found}) == 1
    assert sorted({row["attempt"] for row in found}) == [1, 2, 3]
    ends = {row["attempt"]: (row["close_code"], row["ended_by"]) for row in found if "ended_at" in row}
    assert ends == {1: (1006, "network"), 2: (1006, "network"), 3: (1001, "server")}
    assert not any(secrets[0] in str(row) for row in found)


def test_a_connection_that_is_taken_over_ends_at_that_moment(
    run: Any, fast: Any, meet: Any, rows: Any
) -> None:
    async def scenario(server: ChatServer) -> None:
        old, hello = await meet(server.port)
        await old.join("tea")
        old.socket.transport.pause_reading()
        new, _ = await meet(server.port)
        await new.ask("resumed", type="resume", session=hello["session"])
        ends = [row for row in rows.connections if "ended_at" in row]
        assert [(row["attempt"], row["close_code"], row["intended"]) for row in ends] == [(1, 4409, False)]

    record(run, rows, scenario, fast())
    assert [row["attempt"] for row in rows.connections] == [1, 1, 2, 2]


def test_one_that_resumes_late_leaves_no_session_that_seems_lost(
    run: Any, fast: Any, meet: Any, rows: Any
) -> None:
    async def scenario(server: ChatServer) -> None:
        ann, hello = await meet(server.port)
        await ann.join("tea")
        ann.socket.transport.abort()
        await gone(server)
        late, _ = await meet(server.port)
        while len(rows.connections) < 3:
            await asyncio.sleep(0.01)
        await late.ask("resumed", type="resume", session=hello["session"])

    found = record(run, rows, scenario, fast())
    session = found[0]["session"]
    others = [row for row in found if row["session"] != session]
    assert [row.get("intended") for row in others] == [None, True]
    assert [row["attempt"] for row in found if row["session"] == session] == [1, 1, 2, 2]


def test_who_says_itself_who_it_is_is_believed(run: Any, fast: Any, visit: Any, rows: Any) -> None:
    async def scenario(server: ChatServer) -> None:
        for query in (
            "?client=ann&session=s1&attempt=3",
            "?client=bob&attempt=x",
            "?" + "&".join("abc" * 50),
        ):
            await (await visit(server.port, query)).join("tea")

    ann, bob, nobody = record(run, rows, scenario, fast())[:3]
    assert (ann["client"], ann["session"], ann["attempt"]) == ("ann", "s1", 3)
    assert (bob["client"], bob["attempt"]) == ("bob", 1)
    assert nobody["client"].startswith("guest-")


def test_a_loss_a_timeout_and_a_drain_are_no_intended_ends(
    run: Any, fast: Any, visit: Any, rows: Any
) -> None:
    async def scenario(server: ChatServer) -> None:
        lost = await visit(server.port, "?client=lost")
        await lost.hear("hello")
        lost.socket.transport.abort()
        await gone(server)
        silent = await visit(server.port, "?client=silent")
        await silent.hear("hello")
        dead = await visit(server.port, "?client=dead")
        await dead.hear("hello")
        dead.socket.transport.pause_reading()
        await gone(server)
        await (await visit(server.port, "?client=drained")).hear("hello")

    found = record(run, rows, scenario, fast(server_timeout_s=0.5))
    ends = {row["client"]: row for row in found if "ended_at" in row}
    assert {name: (row["close_code"], row["ended_by"]) for name, row in ends.items()} == {
        "lost": (1006, "network"),
        "silent": (4408, "server"),
        "dead": (4408, "server"),
        "drained": (1001, "server"),
    }
    assert not any(row["intended"] for row in ends.values())


def test_rows_have_the_fields_of_the_recorded_facts(run: Any, fast: Any, meet: Any, rows: Any) -> None:
    async def scenario(server: ChatServer) -> None:
        (ann, _), (bob, _) = [await meet(server.port) for _ in range(2)]
        await ann.join("tea")
        await bob.join("tea")
        await ann.say(type="publish", room="tea", data=1)
        await bob.say(type="received", room="tea", offsets=[(await bob.hear("message"))["offset"]])
        await bob.ask("pong", type="ping")

    found = record(run, rows, scenario, fast(acknowledge=True))
    for row in found:
        assert set(row) <= {field.name for field in fields(Connection)}
        Connection(**row)
    assert [Delivery(**row).copies for row in rows.deliveries] == [1]


def test_deliveries_are_those_to_all_sessions_of_the_room_but_the_senders(
    run: Any, fast: Any, meet: Any, rows: Any
) -> None:
    async def scenario(server: ChatServer) -> None:
        (ann, anns), (bob, _), (eve, _) = [await meet(server.port) for _ in range(3)]
        assert anns["acknowledge"] is True
        for visitor in (ann, bob, eve):
            await visitor.join("tea")
        # Eve is away, and her session still wants what is said.
        eve.socket.transport.abort()
        await gone(server, 2)
        await ann.ask("ack", type="publish", room="tea", data="12345678", id="1")
        offset = (await bob.hear("message"))["offset"]
        await bob.say(type="received", room="tea", offsets=[offset, offset])
        await ann.say(type="received", room="tea", offsets=[offset])
        while len(rows.deliveries) < 2:
            await asyncio.sleep(0.01)

    record(run, rows, scenario, fast(acknowledge=True, deadline_s=0.5))
    got, lost = rows.deliveries
    assert 0 <= got["latency_s"] <= 0.5
    assert (got["copies"], got["round_trip"], got["deadline_s"], got["bytes"]) == (1, True, 0.5, 10)
    assert (lost["copies"], lost["latency_s"], lost["in_order"]) == (0, None, None)
    assert got["message"] == lost["message"]
    assert got["sender"] == lost["sender"]
    assert len({got["sender"], got["recipient"], lost["recipient"]}) == 3
    sessions = {row["session"] for row in rows.connections}
    assert {got["sender"], got["recipient"], lost["recipient"]} == sessions


def test_what_was_missed_and_recovered_in_time_is_delivered(
    run: Any, fast: Any, meet: Any, rows: Any
) -> None:
    async def scenario(server: ChatServer) -> None:
        (ann, _), (bob, bobs) = [await meet(server.port) for _ in range(2)]
        await ann.join("tea")
        position = await bob.join("tea")
        bob.socket.transport.abort()
        await gone(server, 1)
        await ann.ask("ack", type="publish", room="tea", data=1, id="1")
        again, _ = await meet(server.port)
        await again.ask("resumed", type="resume", session=bobs["session"])
        await again.join("tea", epoch=position["epoch"], after=0)
        await again.say(type="received", room="tea", offsets=[(await again.hear("message"))["offset"]])
        await ann.ask("ack", type="direct", to=bobs["user"], data=2, id="2")
        await again.say(type="received", offsets=[(await again.hear("direct"))["offset"]])
        await again.ask("pong", type="ping")

    record(run, rows, scenario, fast(acknowledge=True))
    assert [(row["copies"], row["in_order"]) for row in rows.deliveries] == [(1, True), (1, True)]


def test_where_nobody_acknowledges_nothing_is_outstanding(run: Any, fast: Any, visit: Any, rows: Any) -> None:
    async def scenario(server: ChatServer) -> None:
        ann, bob = [await visit(server.port) for _ in range(2)]
        await ann.join("tea")
        await bob.join("tea")
        await ann.say(type="publish", room="tea", data=1)
        await bob.hear("message")
        await bob.say(type="received", room="tea", offsets=[1])
        await bob.ask("pong", type="ping")
        assert server.hub.deliveries is None

    record(run, rows, scenario, fast())
    assert rows.deliveries == []


def test_a_recorder_that_fails_does_not_end_the_chat(run: Any, fast: Any, visit: Any) -> None:
    class Broken:
        def connection(self, **row: Any) -> None:
            raise OSError("no space left on device")

        delivery = connection

    async def scenario() -> None:
        async with ChatServer(fast(acknowledge=True, deadline_s=0.2), Broken()) as server:
            ann, bob = [await visit(server.port) for _ in range(2)]
            await ann.join("tea")
            await bob.join("tea")
            await ann.ask("ack", type="publish", room="tea", id="1")
            while server.counts["unrecorded"] < 3:
                await asyncio.sleep(0.01)
            await ann.ask("pong", type="ping")

    run(scenario())
