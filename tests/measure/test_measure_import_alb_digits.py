"""Times, durations and ports of ALB access logs, many at once, against what reads one at a time."""

import re
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from toolkit.measure.importers.alb import digits

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
CENTURY = datetime(2000, 1, 1, tzinfo=UTC), datetime(2099, 12, 31, 23, 59, 59, 999999, tzinfo=UTC)
LEAP_DAYS = [datetime(year, 2, 29, tzinfo=UTC) for year in (2000, 2004, 2096)]
microseconds = st.integers(0, (CENTURY[1] - CENTURY[0]) // timedelta(microseconds=1))
moments = microseconds.map(lambda us: CENTURY[0] + timedelta(microseconds=us))
decimals = st.from_regex(r"\A-?[0-9]{0,6}[.]?[0-9]{0,4}\Z")


def written(moment: datetime) -> str:
    """A time as such a log has it."""
    return moment.isoformat(timespec="microseconds").replace("+00:00", "Z")


def read_times(texts: list[str]) -> list[int | None]:
    """Microseconds since 1970, None for what is not understood."""
    data = b"".join(text.encode().ljust(digits.TIME_BYTES, b"\xff")[: digits.TIME_BYTES] for text in texts)
    us, known = digits.times(np.frombuffer(data, "<u8").reshape(len(texts), -1))
    return [int(value) if is_known else None for value, is_known in zip(us, known, strict=True)]


def us_of(text: str) -> int | None:
    """The same, by the standard library."""
    if not re.fullmatch(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", text, re.ASCII):
        return None
    try:
        return (datetime.fromisoformat(text) - EPOCH) // timedelta(microseconds=1)
    except ValueError:
        return None


@given(st.lists(moments, min_size=1, max_size=20))
@example([*CENTURY, *LEAP_DAYS])
def test_every_moment_of_the_century_is_read(moments: list[datetime]) -> None:
    texts = [written(moment) for moment in moments]
    assert read_times(texts) == [us_of(text) for text in texts]
    assert None not in read_times(texts)


@given(moments, st.integers(0, digits.TIME_LENGTH - 1), st.characters(max_codepoint=255))
def test_a_time_with_one_character_changed_is_another_or_none(
    moment: datetime, place: int, char: str
) -> None:
    text = written(moment)
    changed = text[:place] + char + text[place + 1 :]
    assert read_times([text, changed, text]) == [us_of(text), us_of(changed), us_of(text)]


@pytest.mark.parametrize(
    "day", ["2026-02-29", "2026-00-10", "2026-13-10", "2026-04-31", "2026-04-00", "2100-01-01"]
)
def test_a_day_that_there_is_not_is_none(day: str) -> None:
    assert read_times([f"{day}T10:00:00.000000Z"]) == [None]


@given(st.lists(decimals, min_size=1, max_size=20))
@example(["0.000", "9999.999", "10000.000", "0.0001", "-1", "1e-3", "0.1", "", "0001.100"])
def test_durations_with_three_decimals_are_read_to_the_last_bit(texts: list[str]) -> None:
    data = b"".join((b"71 0.025" + text.encode())[-8:] for text in texts)
    seconds, known = digits.durations(np.frombuffer(data, "<u8"), np.array([len(text) for text in texts]))
    expected = [float(text) if re.fullmatch(r"\d{1,4}\.\d{3}|-1", text) else None for text in texts]
    assert [float(s) if k else None for s, k in zip(seconds, known, strict=True)] == expected


@pytest.mark.parametrize(
    ("field", "status"),
    [
        ("101 101 ", 101),
        ("000 - 21", 0),
        ("999 - 21", 999),
        ("- - 218 ", None),
        ("1010 101", None),
        ("1:1 101 ", None),
    ],
)
def test_a_status_is_three_digits(field: str, status: int | None) -> None:
    (number,), (known,) = digits.statuses(np.frombuffer(field.encode(), "<u8"))
    assert (int(number) if known else None) == status


@pytest.mark.parametrize(
    ("end", "count"),
    [
        ("10.0.0.7:8", 1),
        ("10.0.0.7:41000", 5),
        ("2001:db8::7:443", 3),
        ("10.0.0.7:", 0),
        ("10.0.0.7:041000", 0),
        ("10.0.0.7:41x00", 0),
        ("10.0.0.7.4100", 0),
        ("10.0.0.7:４１", 0),
    ],
)
def test_a_port_is_up_to_five_digits_behind_a_colon(end: str, count: int) -> None:
    assert digits.ports(np.frombuffer(end.encode()[-8:], "<u8")).tolist() == [count]
