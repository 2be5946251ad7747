"""The log stays readable when a thousand clients drop at once."""

import logging

from toolkit.chat.quiet import Quiet


def record(text: str) -> logging.LogRecord:
    return logging.LogRecord("chat", logging.INFO, __file__, 1, text, None, None)


def test_a_flood_is_held_back_and_counted() -> None:
    now_s = [0.0]
    quiet = Quiet(burst=3, period_s=10, clock_s=lambda: now_s[0])
    assert [quiet.filter(record("lost")) for _ in range(1000)] == [True] * 3 + [False] * 997
    now_s[0] = 10.0
    late = record("lost")
    assert quiet.filter(late)
    assert late.getMessage() == "lost (997 more messages were held back)"


def test_a_quiet_time_changes_nothing() -> None:
    now_s = [0.0]
    quiet = Quiet(burst=3, period_s=10, clock_s=lambda: now_s[0])
    for _ in range(5):
        now_s[0] += 10
        one = record("lost")
        assert quiet.filter(one)
        assert one.getMessage() == "lost"
