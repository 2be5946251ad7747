"""The log stays readable when a thousand clients drop at once, and each record is a JSON object."""

import asyncio
import io
import json
import logging
from typing import Any

import pytest

from toolkit.chat.server import ChatServer
from toolkit.chat.server.logs import ChatLog, library_log, write_json
from toolkit.chat.server.quiet import Quiet, QuietLibrary


class Clock:
    now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


def record(text: str, level: int = logging.WARNING) -> logging.LogRecord:
    return logging.LogRecord("chat", level, __file__, 1, text, None, None)


def test_a_flood_is_held_back_and_counted() -> None:
    clock = Clock()
    quiet = Quiet(burst=3, period_s=10, clock_s=clock)
    assert [quiet.passes() for _ in range(1000)] == [True] * 3 + [False] * 997
    assert quiet.held_back() == 0
    clock.now_s = 10.0
    assert quiet.held_back() == 997
    assert quiet.held_back() == 0
    assert quiet.passes()


def test_a_quiet_time_changes_nothing() -> None:
    clock = Clock()
    quiet = Quiet(burst=1, period_s=10, clock_s=clock)
    for _ in range(5):
        clock.now_s += 10
        assert (quiet.passes(), quiet.held_back()) == (True, 0)


def test_what_was_held_back_is_told_even_if_nothing_else_happens(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    clock = Clock()
    log = ChatLog(Quiet(burst=2, period_s=10, clock_s=clock))
    for _ in range(1000):
        log.info("closed", code=1006)
    clock.now_s = 10.0
    log.tick()
    log.tick()
    assert [one.getMessage() for one in caplog.records] == ["closed code=1006"] * 2 + [
        "held_back records=998"
    ]


def test_the_library_is_as_quiet_and_says_nothing_of_requests() -> None:
    clock = Clock()
    quiet = QuietLibrary(Quiet(burst=1, period_s=10, clock_s=clock))
    assert not quiet.filter(record("> Authorization: Bearer abc", logging.DEBUG))
    assert not quiet.filter(record("connection open", logging.INFO))
    assert [quiet.filter(record("lost")) for _ in range(5)] == [True] + [False] * 4
    clock.now_s = 10.0
    late = record("lost")
    assert quiet.filter(late)
    assert late.getMessage() == "lost (4 more messages were held back)"
    assert not library_log.isEnabledFor(logging.INFO)


def test_records_are_json_lines_with_the_fields_of_their_event(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.StringIO()
    logger = logging.getLogger("toolkit.chat")
    monkeypatch.setattr(logger, "propagate", True)
    monkeypatch.setattr(logger, "level", logger.level)
    handler = write_json(stream)
    try:
        ChatLog(Quiet()).info("closed", connection="c1", code=4408)
    finally:
        logger.removeHandler(handler)
    (line,) = stream.getvalue().splitlines()
    written = json.loads(line)
    assert written.pop("at").endswith("+00:00")
    assert written == {
        "levelname": "INFO", "name": "toolkit.chat", "message": "closed connection=c1 code=4408",
        "event": "closed", "connection": "c1", "code": 4408,
    }  # fmt: skip


def test_a_mass_loss_is_a_few_records_without_tracebacks(
    run: Any, fast: Any, visit: Any, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)

    async def scenario() -> None:
        async with ChatServer(fast(log_burst=10, log_period_s=600.0)) as server:
            crowd = [await visit(server.port) for _ in range(80)]
            for member in crowd:
                await member.join("tea")
            for member in crowd:
                member.socket.transport.abort()
            while server.members:
                server.publish("tea", "to those who are not known to be gone")
                await asyncio.sleep(0)
            assert server.counts["closed_1006"] == 80

    run(scenario())
    ours = [one for one in caplog.records if one.name.startswith("toolkit")]
    assert 1 <= len(ours) <= 10
    assert not any(one.exc_info for one in caplog.records)
