"""Cells of foreign files: each form that tools write is read, everything else is refused with a reason."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolkit.measure.importers import cells

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
times = st.datetimes(datetime(2000, 1, 2), datetime(2099, 12, 30))  # noqa: DTZ001 - made aware below


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-23T12:00:00Z",
        "2026-11-23T12:00:00",
        "2026-11-23 12:00:00.000000",
        "2026-11-23T13:00:00+01:00",
        "20261123T120000Z",
        "1795435200000000",
        "1795435200000000.0",
    ],
)
def test_every_form_of_one_instant_is_that_instant(text: str) -> None:
    assert cells.time(text) == NOON


@given(times, st.integers(-14 * 60, 14 * 60))
def test_iso_times_of_any_zone_are_read_as_utc(naive: datetime, offset_min: int) -> None:
    when = naive.replace(tzinfo=timezone(timedelta(minutes=offset_min)))
    found = cells.time(when.isoformat())
    assert found == when
    assert found.utcoffset() == timedelta(0)


@given(times)
def test_epoch_microseconds_are_read_exactly(naive: datetime) -> None:
    when = naive.replace(tzinfo=UTC)
    microseconds = (when - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
    assert cells.time(str(microseconds)) == when


@pytest.mark.parametrize("text", ["1795435200", "1795435200000"])
def test_epoch_seconds_and_milliseconds_are_not_taken_for_microseconds(text: str) -> None:
    with pytest.raises(
        ValueError, match="is not between 2000 and 2100; write ISO 8601 or epoch microseconds"
    ):
        cells.time(text)


@pytest.mark.parametrize(
    "text", ["yesterday", "23.11.2026", "12", "9" * 40, "2026-13-01", "-1795435200000000"]
)
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="write"):
        cells.time(text)


@pytest.mark.parametrize(("text", "value"), [("0", 0.0), ("0.25", 0.25), ("1e-3", 0.001), ("+2", 2.0)])
def test_durations_are_seconds(text: str, value: float) -> None:
    assert cells.seconds(text) == value


@pytest.mark.parametrize("text", ["-0.1", "inf", "1e400", "12ms", "0,5", "0x10"])
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="write seconds, 0 or more"):
        cells.seconds(text)


@given(st.integers(1, 100))
def test_whole_numbers_may_come_as_pandas_writes_them_beside_nulls(number: int) -> None:
    parse = cells.whole(1, 100)
    assert parse(str(number)) == parse(f"{number}.0") == number


@pytest.mark.parametrize("text", ["0", "101", "1.5", "1e2", "one", "1" * 30])
def test_what_is_no_whole_number_in_range_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no whole number from 1 to 100"):
        cells.whole(1, 100)(text)


def test_true_and_false_have_the_usual_names() -> None:
    assert [cells.boolean(text) for text in ("true", "TRUE", "t", "1", "yes")] == [True] * 5
    assert [cells.boolean(text) for text in ("false", "False", "f", "0.0", "no")] == [False] * 5
    with pytest.raises(ValueError, match="neither"):
        cells.boolean("2")


@pytest.mark.parametrize("text", ["", " ", "null", "NULL", "None", "NaN", "nat", "N/A"])
def test_an_absent_value_has_many_names(text: str) -> None:
    assert cells.is_null(text)


@pytest.mark.parametrize("text", ["0", "false", "no", "-", "nobody"])
def test_absent_is_never_zero(text: str) -> None:
    assert not cells.is_null(text)
