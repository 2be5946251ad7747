"""The two forms in which k6 writes its points, as tables of texts.

Sources: grafana/k6@8788307 internal/output/json/{json,wrapper}.go and internal/output/csv/{config,output}.go,
and files that k6 1.1.0 wrote. A JSON line is ``{"metric", "type": "Point", "data": {"time", "value", "tags",
"metadata"?}}``; lines of the type ``Metric`` declare one. CSV has ``metric_name,timestamp,metric_value``, a
column for each system tag, ``extra_tags`` and, in newer versions, ``metadata``; its times are whole seconds
unless ``K6_CSV_TIME_FORMAT`` says otherwise.
"""

import csv
import io
import json
from collections.abc import Callable, Container, Iterator
from functools import lru_cache, partial
from itertools import islice
from typing import Any, BinaryIO

import duckdb
import pyarrow as pa

from toolkit.measure.importers.loglines import Lines
from toolkit.measure.importers.sql import quoted

HEADER = ["metric_name", "timestamp", "metric_value"]

Texts = tuple[str, ...]

_ROWS_AT_ONCE = 50_000

_PARSED = """
    SELECT number AS line, line AS text,
        CASE WHEN fields IS NULL THEN 'is no JSON' END AS wrong,
        fields[1] AS type, fields[2] AS metric, fields[3] AS stamp, fields[4] AS value,
        CASE WHEN fields[2] IN ({labelled})
             THEN json_extract(line, ['$.data.tags', '$.data.metadata'])::VARCHAR[] END AS labels
    FROM (
        SELECT number, line, CASE WHEN json_valid(line) THEN
            json_extract_string(line, ['$.type', '$.metric', '$.data.time', '$.data.value']) END AS fields
        FROM lines
    ) WHERE fields IS NOT NULL OR trim(line, E' \\t\\n') <> ''
"""

_COLUMNS = pa.schema(
    [
        ("line", pa.int64()),
        *((name, pa.string()) for name in ("text", "wrong", "type", "metric", "stamp", "value")),
        ("labels", pa.list_(pa.string())),
    ]
)


def arrow(engine: duckdb.DuckDBPyConnection, query: str, **values: object) -> pa.Table:
    """The answer to a query."""
    answer = engine.sql(query, params=values)
    assert answer is not None, "a query has an answer"
    return answer.to_arrow_table()


def json_points(
    lines: Lines, engine: duckdb.DuckDBPyConnection, labelled: list[str]
) -> Iterator[duckdb.DuckDBPyRelation]:
    """The lines of a file of JSON, with what they say, each batch to be used before the next.

    Args:
        labelled: metrics whose tags and metadata are needed.
    """
    query = _PARSED.format(labelled=", ".join(map(quoted, labelled)))
    for batch in lines.stream():
        engine.register("lines", pa.Table.from_batches([batch]))
        yield engine.sql(query)


def csv_points(
    file: BinaryIO, engine: duckdb.DuckDBPyConnection, labelled: Container[str]
) -> Iterator[duckdb.DuckDBPyRelation]:
    """The rows of a file of CSV, with what they say.

    Args:
        labelled: metrics whose tags and metadata are needed.

    Raises:
        csv.Error: it is no CSV, or the tag ``status`` is not among its columns.
        UnicodeDecodeError: it is not UTF-8.
    """
    with io.TextIOWrapper(file, encoding="utf-8-sig", newline="") as text:
        reader = csv.reader(text, strict=True)
        header = next(reader, [])
        if header[: len(HEADER)] != HEADER:
            raise csv.Error(f"its first line does not begin with {','.join(HEADER)}")
        if "status" not in header:
            raise csv.Error("it has no column status; run k6 with status among --system-tags")
        # The points of one session have the same tags, and mostly follow one another.
        labels_in = lru_cache(maxsize=1 << 14)(partial(_labels, header[3:]))
        rows = _numbered(reader)
        while chunk := list(islice(rows, _ROWS_AT_ONCE)):
            yield engine.from_arrow(_table(chunk, len(header), labels_in, labelled))


def _numbered(reader: Any) -> Iterator[tuple[int, list[str]]]:
    """Each row that is not blank, with the number of its first line."""
    line = reader.line_num + 1
    for cells in reader:
        if cells:
            yield line, cells
        line = reader.line_num + 1


def _table(
    chunk: list[tuple[int, list[str]]],
    width: int,
    labels_in: Callable[[Texts], list[str]],
    labelled: Container[str],
) -> pa.Table:
    """Rows with what they say; of one that has not ``width`` cells only that."""
    widths = [len(cells) for _, cells in chunk]
    nothing: list[Any] = [None] * width
    said = [(cells if len(cells) == width else nothing) for _, cells in chunk]
    columns = {
        "line": [line for line, _ in chunk],
        "text": [",".join(cells) for _, cells in chunk],
        "wrong": [None if has == width else f"has {has} cells instead of {width}" for has in widths],
        "type": ["Point"] * len(chunk),
        "metric": [cells[0] for cells in said],
        "stamp": [cells[1] for cells in said],
        "value": [cells[2] for cells in said],
        "labels": [labels_in(tuple(cells[3:])) if cells[0] in labelled else None for cells in said],
    }
    return pa.table(columns, schema=_COLUMNS)


def _labels(header: list[str], cells: Texts) -> list[str]:
    """The JSON of tags and metadata, as the other form has them; an empty cell is a tag that is not there."""
    tags = {name: cell for name, cell in zip(header, cells, strict=True) if cell}
    extra, metadata = (_pairs(tags.pop(name, "")) for name in ("extra_tags", "metadata"))
    return [json.dumps({**tags, **extra}), json.dumps(metadata)]


def _pairs(cell: str) -> dict[str, str]:
    """``a=1&b=2`` as a mapping."""
    return {name: value for name, _, value in (pair.partition("=") for pair in cell.split("&") if pair)}
