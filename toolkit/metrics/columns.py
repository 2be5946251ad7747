"""The columns of the recorded facts, and every form in which a file may bring them."""

from dataclasses import dataclass
from typing import Literal

import ibis
import ibis.expr.types as ir
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


def read(rows: ir.Table, table: Table) -> ir.Table:
    """The rows with one type a column; times are int64 microseconds since 1970.

    Args:
        rows: as the files hold them, with :data:`PART` and :data:`DAY`.
    """
    columns = {
        column.name: _as(column.kind, rows[column.name])
        if column.name in rows.columns
        else _absent(column.kind)
        for column in COLUMNS[table]
    }
    if table == "connections":
        columns["ends_known"] = ibis.literal("ended_at" in rows.columns)
    # Nobody's name is one name too, so that it may stand in a key.
    columns["collector"] = columns["collector"].fill_null("")
    return rows.select(PART, DAY, **columns)


def _absent(kind: Kind) -> ir.Value:
    types = {"text": "string", "whole": "int64", "seconds": "float64", "time": "int64", "flag": "boolean"}
    return ibis.null(types[kind])


def _as(kind: Kind, column: ir.Value) -> ir.Value:
    match kind:
        case "text":
            return _text(column)
        case "whole":
            return _whole(column)
        case "seconds":
            return column.cast("float64")
        case "time":
            return microseconds(column)
        case "flag":
            return (_whole(column) if column.type().is_floating() else column).cast("boolean")


def _text(column: ir.Value) -> ir.Value:
    """An integer reads alike, however a writer stored it: 7, 7.0 and "7" are one identifier."""
    if column.type().is_floating():
        whole = _whole(column)
        return ibis.cases((whole == -1, column.cast("string")), else_=whole.cast("string"))
    return column.cast("string")


def _whole(column: ir.Value) -> ir.Value:
    """Null for NaN, which is how a float column says null; -1 for what is no whole number."""
    if not column.type().is_floating():
        return column.cast("int64")
    whole = (column.abs() < 2**53) & (column % 1 == 0)
    return ibis.cases(
        # Of null some engines say that it is no NaN, others that nobody knows.
        (column.isnull() | column.isnan(), ibis.null("int64")),
        (whole, ibis.ifelse(whole, column, 0.0).cast("int64")),
        else_=-1,
    )


def microseconds(column: ir.Value) -> ir.Value:
    """Whole microseconds since 1970 of a timestamp; an integer is taken to be just that."""
    if column.type().is_integer():
        return column.cast("int64")
    if not column.type().is_timestamp():
        # An engine's own kind of timestamp, such as one with nanoseconds, or a column that is null
        # throughout.
        column = column.cast("timestamp('UTC')")
    epoch = ibis.timestamp("1970-01-01 00:00:00", timezone=column.type().timezone)
    return column.delta(epoch, unit="microsecond")


def known_us(seconds: ir.Value) -> ir.FloatingValue:
    """Whole microseconds of a duration in seconds that was screened; null where it is null."""
    return (seconds * MICROSECONDS + 0.5).floor()


def duration_us(seconds: ir.Value) -> ir.FloatingValue:
    """Whole microseconds of a duration in seconds; null where it is null, negative or absurd."""
    usable = (seconds >= 0) & (seconds < LONGEST_S)
    return ibis.ifelse(usable, known_us(seconds), ibis.null("float64"))
