"""The recorded facts have the columns of the contract and lie where it says."""

from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import pyarrow as pa
import pytest

from toolkit.measure.events import CONNECTIONS, DELIVERIES, FAULTS, day_of, partition
from toolkit.project.faults import InputError

# docs: "Recorded facts (contract)". `option` is the partition's, not the file's.
CONNECTION_COLUMNS = """environment collector client session attempt started_at handshake_s outcome ended_at
observed_until close_code ended_by intended"""
DELIVERY_COLUMNS = """environment collector message sender recipient scheduled_at latency_s deadline_s copies
in_order bytes round_trip"""
FAULT_COLUMNS = """environment collector connection fault way struck_at client healed_s recovered_s wanted_s
client_noticed_s client_observed_s server_noticed_s server_observed_s"""


def test_the_columns_are_those_of_the_contract() -> None:
    assert CONNECTIONS.names == CONNECTION_COLUMNS.split()
    assert DELIVERIES.names == DELIVERY_COLUMNS.split()
    assert FAULTS.names == FAULT_COLUMNS.split()


def test_times_are_utc_microseconds_and_durations_float64() -> None:
    time = pa.timestamp("us", tz="UTC")
    for name in ("started_at", "ended_at", "observed_until"):
        assert CONNECTIONS.field(name).type == time
    assert DELIVERIES.field("scheduled_at").type == time
    assert CONNECTIONS.field("handshake_s").type == pa.float64()
    assert DELIVERIES.field("latency_s").type == pa.float64()


def test_what_the_contract_calls_null_may_be_null() -> None:
    null = {field.name for field in CONNECTIONS if field.nullable}
    # A source may not tell which attempt of its session it is.
    assert null == {"attempt", "handshake_s", "ended_at", "close_code", "ended_by", "intended"}
    assert DELIVERIES.field("latency_s").nullable
    assert DELIVERIES.field("in_order").nullable


def test_a_partition_is_named_by_option_and_utc_day() -> None:
    folder = partition(Path("metrics"), "connections", option="current-unfixed", day=date(2026, 11, 23))
    assert folder == Path("metrics/connections/option=current-unfixed/date=2026-11-23")


def test_the_day_is_that_of_utc() -> None:
    tokyo = timezone(timedelta(hours=9))
    assert day_of(datetime(2026, 11, 24, 8, 59, tzinfo=tokyo)) == date(2026, 11, 23)
    assert day_of(datetime(2026, 11, 24, tzinfo=UTC)) == date(2026, 11, 24)


@pytest.mark.parametrize("name", ["", "../x", "a/b", "a b", ".hidden", "ä", "x=1"])
def test_a_name_that_could_leave_its_folder_is_refused(name: str) -> None:
    with pytest.raises(InputError, match="use letters, digits"):
        partition(Path("metrics"), "connections", option=name, day=date(2026, 11, 23))
