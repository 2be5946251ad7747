"""Times, durations and ports from the bytes of many lines at once.

Eight characters are one number here: what is done to it is done to all of them, in a single step for all
lines. A field that is written in another way than the usual one is not understood; nothing is guessed.
"""

import numpy as np
import numpy.typing as npt

from toolkit.measure.importers.loglines import Bytes

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Truths = npt.NDArray[np.bool_]
Words = npt.NDArray[np.uint64]
"""Eight bytes each, the first in the lowest place."""

TIME_LENGTH = 27
"""Characters of a time such as 2026-11-23T10:05:00.500000Z."""

TIME_BYTES = 32
"""Bytes to give :func:`times` from where a time begins."""

LONGEST_SECONDS = 8
"""Characters of the longest duration that is understood, 9999.999."""

_MOST_PORT_DIGITS = 5

_MONTHS = np.arange("2000-01", "2100-02", dtype="datetime64[M]").astype("datetime64[D]").astype(np.int64)
"""On which day since 1970 each month of this century begins, and the next century."""

_TOP = np.uint64(0x80 * 0x0101010101010101)
_REST = ~_TOP


def word(text: bytes) -> np.uint64:
    """At most eight characters as they stand in a word; where there are fewer, zeros follow.

    >>> hex(word(b"GET "))
    '0x20544547'
    """
    return np.uint64(int.from_bytes(text, "little"))


def words(data: Bytes, places: Ints, width: int) -> Words:
    """The bytes from each place on, a row of words a place.

    Args:
        data: the bytes.
        places: none of them is below 0 or behind ``len(data) - width``.
        width: how many bytes, a multiple of 8.
    """
    # Windows of bytes need no alignment, and one is copied at once.
    windows = np.ndarray((max(len(data) - width + 1, 0),), f"V{width}", data, strides=(1,))
    return windows[places].view("<u8").reshape(len(places), width // 8)


def _row(text: bytes) -> Words:
    return np.frombuffer(text, "<u8")


_TIME = _row(b"0000-00-00T00:00:00.000000Z".ljust(TIME_BYTES, b"\0"))
_TIME_KNOWN = _row((b"\xff" * TIME_LENGTH).ljust(TIME_BYTES, b"\0"))
# What is added to a digit sets the top bit from 10 on; to any other character, unless it is the right one.
_TIME_CHECK = _row(bytes(0x76 if char in b"0" else 0x7F for char in _TIME.tobytes()))


def times(rows: Words) -> tuple[Ints, Truths]:
    """Microseconds since 1970, and which rows are a time of this century in the usual form.

    Args:
        rows: the :data:`TIME_BYTES` bytes from where each time begins; those behind it may be any.
    """
    digits = (rows ^ _TIME) & _TIME_KNOWN
    wrong = (digits | ((digits & _REST) + _TIME_CHECK)) & _TOP
    pairs = _pairs(digits)
    century, year, month, day, hour, minute, second, *parts = (
        pairs[:, place].astype(np.int64) for place in (0, 2, 5, 8, 11, 14, 17, 20, 22, 24)
    )
    place = np.clip(year * 12 + month - 1, 0, len(_MONTHS) - 2)
    first = _MONTHS[place]
    known = (wrong[:, 0] | wrong[:, 1] | wrong[:, 2] | wrong[:, 3]) == 0
    known &= (century == 20) & (month >= 1) & (month <= 12)
    known &= (day >= 1) & (day <= _MONTHS[place + 1] - first) & (hour < 24) & (minute < 60) & (second < 60)
    seconds = (((first + day - 1) * 24 + hour) * 60 + minute) * 60 + second
    return seconds * 1_000_000 + (parts[0] * 100 + parts[1]) * 100 + parts[2], known


UNKNOWN = -1.0
"""What a duration is whose end was not reached."""

_SECONDS = word(b"0000.000")
_SECONDS_CHECK = word(b"\x76\x76\x76\x76\x7f\x76\x76\x76")


_STATUS = word(b"000 ")
_STATUS_KNOWN = word(b"\xff" * 4)
_STATUS_CHECK = word(b"\x76\x76\x76\x7f")


def durations(before: Words, lengths: Ints) -> tuple[Floats, Truths]:
    """Seconds or :data:`UNKNOWN`, and which of them are written with three decimals or as -1.

    Args:
        before: the eight bytes before where each field ends.
        lengths: how many of them are the field.
    """
    known = (lengths >= len("0.000")) & (lengths <= LONGEST_SECONDS)
    left_out = (8 * (LONGEST_SECONDS - np.where(known, lengths, LONGEST_SECONDS))).astype(np.uint64)
    digits = ((before ^ _SECONDS) >> left_out) << left_out
    known &= (digits | ((digits & _REST) + _SECONDS_CHECK)) & _TOP == 0
    pairs = _pairs(digits.reshape(-1, 1)).astype(np.int64)
    thousands = (
        (pairs[:, 0] * 100 + pairs[:, 2]) * 1000
        + pairs[:, 5] * 10
        + (digits >> np.uint64(56)).astype(np.int64)
    )
    not_reached = (lengths == 2) & (before >> np.uint64(48) == word(b"-1"))
    # A division is rounded as reading the decimal is: to the nearest number that there is.
    return np.where(not_reached, UNKNOWN, thousands / 1000), known | not_reached


def _pairs(digits: Words) -> npt.NDArray[np.uint8]:
    """For each byte ten times its digit and the next one; what is no digit spoils its own row only."""
    return (digits * np.uint64(10) + (digits >> np.uint64(8))).view(np.uint8)


def statuses(fields: Words) -> tuple[Ints, Truths]:
    """Numbers, and which of them are three digits with a space behind them.

    Args:
        fields: the eight bytes from where each status begins.
    """
    digits = (fields ^ _STATUS) & _STATUS_KNOWN
    known = (digits | ((digits & _REST) + _STATUS_CHECK)) & _TOP == 0
    chars = digits.view(np.uint8).reshape(len(fields), 8).astype(np.int64)
    return chars[:, 0] * 100 + chars[:, 1] * 10 + chars[:, 2], known


def ports(before: Words) -> Ints:
    """How many digits follow the colon with which a port begins; 0 where the end is no usual port.

    Args:
        before: the eight bytes before where each address ends.
    """
    chars = before.view(np.uint8).reshape(len(before), 8)
    lengths = np.zeros(len(before), np.int64)
    only_digits = np.ones(len(before), bool)
    for length in range(1, _MOST_PORT_DIGITS + 1):
        only_digits &= chars[:, 8 - length] - np.uint8(ord("0")) <= 9
        lengths[only_digits & (chars[:, 7 - length] == ord(":"))] = length
    return lengths
