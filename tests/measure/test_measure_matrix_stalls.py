"""Rows of the reliability matrix about ends that are slow or blocked, and clocks that step."""

import asyncio
import statistics
import threading
import time
from collections.abc import Coroutine
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Any, Self

import pytest
from matrix import Person, calm, short, stage, talk
from tcp import until

from toolkit.chat.client import ChatClient
from toolkit.chat.client.events import Recovered, StateChanged
from toolkit.chat.server import ChatServer, chatserver
from toolkit.chat.settings import Settings
from toolkit.measure import clock
from toolkit.measure.clock import RunClock
from toolkit.measure.faults.script import Step


class Elsewhere:
    """A server on a thread of its own, so that either side can be blocked and the other go on."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    async def _start(self) -> ChatServer:
        return await ChatServer(self._settings).__aenter__()

    def _run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout=10)

    def __enter__(self) -> Self:
        self._thread.start()
        self.server: ChatServer = self._run(self._start())
        return self

    def block(self, for_s: float) -> None:
        """Keep its event loop busy."""
        self._loop.call_soon_threadsafe(time.sleep, for_s)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._run(self.server.drain())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


async def guests(place: Elsewhere, count: int, settings: Settings) -> list[Person]:
    """So many people in the room."""
    people = []
    for _ in range(count):
        events: list[Any] = []
        url = f"ws://127.0.0.1:{place.server.port}/ws"
        client = await ChatClient(url, settings=settings, listener=events.append).__aenter__()
        await client.join("tea")
        people.append(Person(client, events))
    return people


async def leave(people: list[Person]) -> None:
    for one in people:
        await one.client.close()


def test_a_server_that_was_blocked_beyond_its_timeout_drops_nobody_and_says_so(run: Any) -> None:
    settings = short(client_interval_s=8.0, client_wait_s=2.0)

    async def scenario() -> None:
        with Elsewhere(settings) as place:
            people = await guests(place, 10, settings)
            place.block(2.5)
            await asyncio.sleep(3.0)
            await talk(people[0], people[1:], "still here")
            assert all(one.losses == [] for one in people)
            assert place.server.counts["timed_out"] == 0
            assert place.server.counts["stalls"] >= 1
            await leave(people)

    run(scenario())


def test_a_client_that_was_blocked_reads_what_waits_before_it_judges(run: Any) -> None:
    settings = short(server_timeout_s=8.0)

    async def scenario() -> None:
        with Elsewhere(settings) as place:
            people = await guests(place, 5, settings)
            time.sleep(2.0)  # Longer than 0.6 + 0.25 s: had it been silence, all would have given up.
            await talk(people[0], people[1:], "awake")
            await asyncio.sleep(0.5)
            assert all(one.losses == [] for one in people)
            await leave(people)

    run(scenario())


def test_a_client_that_was_blocked_for_too_long_comes_back_with_a_named_cause(run: Any) -> None:
    async def scenario() -> None:
        with Elsewhere(short()) as place:
            blocked, other = await guests(place, 2, short())
            time.sleep(2.5)
            await until(lambda: blocked.client.connects == other.client.connects == 2)
            assert blocked.losses == [4408]
            (why,) = [event.reason for event in blocked.of(StateChanged) if event.state == "waiting"]
            assert "silent for too long" in why
            await talk(blocked, [other], "back")
            await leave([blocked, other])

    run(scenario())


def test_one_that_reads_slowly_delays_nobody_and_gets_everything_in_the_end(run: Any) -> None:
    settings = calm(max_buffer_bytes=200_000)

    async def scenario() -> None:
        async with stage(settings) as here:
            ann, eve, slow = await here.ann(), await here.ann(), await here.person()
            here.proxy.do(Step(at_s=0, fault="throttle", bytes_per_s=2_000_000.0, connections=[0]))
            await asyncio.sleep(0.02)
            times_s, number = [], 0
            # The buffers of the kernel and of the proxy must fill before the server sees anything.
            while here.server.counts["too_slow"] == 0:
                started_s = time.monotonic()
                await talk(ann, [eve], f"{number}:" + "x" * 50_000)
                times_s.append(time.monotonic() - started_s)
                number += 1
            assert statistics.median(times_s) < 0.2
            await until(lambda: slow.client.connects == 2)
            await until(lambda: len(slow.data) == number)
            assert slow.data == eve.data
            assert 4413 in [code for code, _, _ in here.rows.ends]

    run(scenario())


class Stepping:
    """A wall clock that somebody sets while it runs."""

    def __init__(self) -> None:
        self.by = timedelta(0)

    def now(self, zone: Any = UTC) -> datetime:
        return datetime.now(zone) + self.by


@pytest.mark.parametrize("step_s", [-3600.0, 3600.0])
def test_a_step_of_the_clock_costs_no_connection_and_makes_no_time_negative(
    step_s: float, run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    wall = Stepping()
    monkeypatch.setattr(chatserver, "utc_now", wall.now)

    async def scenario() -> None:
        async with stage() as here:
            ann, bob = await here.ann(), await here.person()
            await talk(ann, [bob], "before")
            wall.by = timedelta(seconds=step_s)
            await asyncio.sleep(0.7)
            await talk(ann, [bob], "after")
            assert (ann.losses, bob.losses) == ([], [])
            # What is kept for two minutes is kept by the other clock.
            assert len(await ann.client.history("tea", 10)) == 2
            here.proxy.reset_all()
            await until(lambda: len(bob.of(Recovered)) == 2 and here.rows.ends)
            assert [event.missed for event in bob.of(Recovered)] == [0, 0]
            ends = [row for row in here.rows.connections if "ended_at" in row]
            assert all(row["ended_at"] >= row["started_at"] for row in ends)
            assert all(row["handshake_s"] >= 0 for row in here.rows.connections)

    run(scenario())


def test_the_probe_s_times_do_not_step_with_the_clock(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    wall = Stepping()
    monkeypatch.setattr(clock, "datetime", wall)

    async def scenario() -> None:
        run_clock = RunClock()
        before = run_clock.utc_now()
        wall.by = timedelta(hours=-1)
        await asyncio.sleep(0.05)
        passed = run_clock.utc_now() - before
        assert timedelta(seconds=0.04) < passed < timedelta(seconds=5)

    run(scenario())
