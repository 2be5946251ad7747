"""From the text of one cell to the value of one column."""

import math
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

NULLS = frozenset({"", "null", "none", "nan", "nat", "na", "n/a"})
_TRUE = frozenset({"true", "t", "yes", "1", "1.0"})
_FALSE = frozenset({"false", "f", "no", "0", "0.0"})

LONGEST_S = 1e9
"""No duration of a chat reaches 30 years, and readers of the recorded facts set such a row aside."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
_LATEST = datetime(2100, 1, 1, tzinfo=UTC)

Parse = Callable[[str], object]


def is_null(text: str) -> bool:
    """Whether a cell says that there is no value."""
    return text.strip().lower() in NULLS


def time(text: str) -> datetime:
    """ISO 8601 (naive is UTC) or epoch microseconds.

    Raises:
        ValueError: it is neither, or outside 2000 to 2100.

    >>> time("2026-11-23T10:00:00+01:00").isoformat()
    '2026-11-23T09:00:00+00:00'
    >>> time("1795428000000000").isoformat()
    '2026-11-23T10:00:00+00:00'
    """
    if re.fullmatch(r"[+-]?\d{9,}(\.0*)?", text):
        when = _epoch(int(text.partition(".")[0]))
    else:
        try:
            when = datetime.fromisoformat(text)
        except ValueError:
            raise ValueError("is no time; write ISO 8601 or epoch microseconds") from None
        when = when.replace(tzinfo=UTC) if when.tzinfo is None else when.astimezone(UTC)
    if not _EARLIEST <= when < _LATEST:
        raise ValueError("is not between 2000 and 2100; write ISO 8601 or epoch microseconds")
    return when


def _epoch(microseconds: int) -> datetime:
    try:
        return _EPOCH + timedelta(microseconds=microseconds)
    except OverflowError:
        raise ValueError("is no time; write epoch microseconds") from None


def seconds(text: str) -> float:
    """Seconds, from 0 to :data:`LONGEST_S`.

    Raises:
        ValueError: it is no such number.
    """
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value) or value < 0:
        raise ValueError("is no duration; write seconds, 0 or more")
    if value >= LONGEST_S:
        raise ValueError("is longer than 30 years; write seconds, not another unit")
    return value


def whole(low: int, high: int) -> Parse:
    """A parser of whole numbers in a range; ``17.0``, as pandas writes them beside nulls, is one."""

    def parse(text: str) -> int:
        match = re.fullmatch(r"([+-]?\d{1,18})(\.0*)?", text)
        if not match or not low <= int(match[1]) <= high:
            raise ValueError(f"is no whole number from {low} to {high}")
        return int(match[1])

    return parse


def boolean(text: str) -> bool:
    """True or false.

    Raises:
        ValueError: it is neither.
    """
    word = text.lower()
    if word not in _TRUE | _FALSE:
        raise ValueError("is neither true nor false")
    return word in _TRUE


def name(text: str) -> str:
    """An identifier: text as it stands, without a null byte.

    Raises:
        ValueError: it holds a null byte.
    """
    if "\0" in text:
        raise ValueError("holds a null byte")
    return text


def one_of(pattern: str, *, shown: str) -> Parse:
    """A parser of words that match ``pattern`` in full; ``shown`` tells the user the choice."""

    def parse(text: str) -> str:
        if not re.fullmatch(pattern, text):
            raise ValueError(f"is not one of {shown}")
        return text

    return parse
