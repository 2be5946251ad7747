"""The columns of the recorded facts, and every form in which a file may bring them."""

from dataclasses import dataclass
from typing import Literal

import pyarrow as pa

from toolkit.measure.events import Table

Kind = Literal["text", "whole", "seconds", "time", "flag"]

PART, DAY = "part", "day_us"
"""The columns in which a reader puts which partition holds the row, and its midnight in microseconds."""

MICROSECONDS = 1_000_000
LONGEST_S = 1e9
"""Durations beyond this are no durations (32 years), and would overflow in microseconds."""


@dataclass(frozen=True)
class Column:
    """One column of a recorded fact.

    Args:
        kind: text holds identifiers and words, whole counts, seconds durations and other numbers, time UTC
            instants, flag booleans.
        required: without it the rows mean nothing; a missing optional column reads as null.
    """

    name: str
    kind: Kind
    required: bool = False


COLUMNS: dict[Table, tuple[Column, ...]] = {
    "connections": (
        Column("environment", "text", required=True),
        Column("collector", "text"),
        Column("client", "text", required=True),
        Column("session", "text", required=True),
        Column("attempt", "whole"),
        Column("started_at", "time", required=True),
        Column("handshake_s", "seconds"),
        Column("outcome", "text", required=True),
        Column("ended_at", "time"),
        Column("observed_until", "time", required=True),
        Column("ended_by", "text"),
        Column("intended", "flag"),
    ),
    "deliveries": (
        Column("environment", "text", required=True),
        Column("collector", "text"),
        Column("message", "text", required=True),
        Column("sender", "text"),
        Column("recipient", "text", required=True),
        Column("scheduled_at", "time", required=True),
        Column("latency_s", "seconds", required=True),
        Column("deadline_s", "seconds"),
        Column("copies", "whole"),
        Column("in_order", "flag"),
        Column("bytes", "whole"),
        Column("round_trip", "flag"),
    ),
    "aggregates": (
        Column("environment", "text", required=True),
        Column("collector", "text"),
        Column("source", "text", required=True),
        Column("from_at", "time"),
        Column("until_at", "time", required=True),
        Column("name", "text", required=True),
        Column("kind", "text", required=True),
        Column("quantile", "seconds"),
        Column("value", "seconds", required=True),
        Column("unit", "text", required=True),
    ),
    "faults": (
        Column("environment", "text", required=True),
        Column("collector", "text"),
        Column("connection", "whole", required=True),
        Column("fault", "text", required=True),
        Column("way", "text"),
        Column("struck_at", "time", required=True),
        Column("client", "text"),
        Column("healed_s", "seconds"),
        Column("recovered_s", "seconds"),
        Column("wanted_s", "seconds", required=True),
        Column("client_noticed_s", "seconds"),
        Column("client_observed_s", "seconds", required=True),
        Column("server_noticed_s", "seconds"),
        Column("server_observed_s", "seconds", required=True),
    ),
}

RIGHT: dict[Kind, str] = {
    "text": "write text or whole numbers",
    "whole": "write whole numbers",
    "seconds": "write seconds as float64",
    "time": "write UTC timestamps in microseconds",
    "flag": "write booleans",
}


def fits(kind: Kind, found: pa.DataType) -> bool:
    """Whether a Parquet column of the type ``found`` can be read as ``kind``."""
    types = pa.types
    if types.is_dictionary(found):
        found = found.value_type
    if types.is_null(found) or (kind != "time" and types.is_integer(found)):
        return True
    if kind == "text":
        return bool(types.is_string(found) or types.is_large_string(found) or types.is_floating(found))
    if kind == "time":
        return bool(types.is_timestamp(found) or types.is_int64(found))
    if kind == "flag" and types.is_boolean(found):
        return True
    return bool(types.is_floating(found))
