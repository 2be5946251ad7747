"""The recorded facts as expressions, with one type a column whatever the file brings."""

import ibis
import ibis.expr.types as ir

from toolkit.measure.events import Table
from toolkit.metrics.columns import COLUMNS, DAY, LONGEST_S, MICROSECONDS, PART, Kind


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
