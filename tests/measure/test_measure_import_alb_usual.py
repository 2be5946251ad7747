"""ALB access logs: the usual lines are taken apart without the query, and no answer differs by it."""

import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from proxy_logs import ALB, FAILED, FIXTURES, write

from toolkit.measure.importers import alb
from toolkit.measure.importers.findings import Said
from toolkit.measure.importers.loglines import Block, Lines, cleaned, texts
from toolkit.project.faults import Faults

SERVED = FAILED.replace("502 -", "200 200")
TODAY = ALB + ' "10.0.1.9:8080" "101" "-" "-" TID_1234'
DOCUMENTED = (FIXTURES / "alb" / "documentation.log").read_text().splitlines()

PIECES = [
    *(
        " ",
        '"',
        ' "',
        '" "',
        r"\"",
        r"\x22",
        "!",
        "\t",
        "\r",
        "\0",
        "\x1f",
        "é",
        "\udcff",
        "-",
        ".",
        ":",
        "?",
    ),
    *("0", "9", "13", "24", "31", "60", "-1", "1e3", "+1", "0.0001", "9999.999", "10000.000", "Z", "T", "a"),
    *("02-29", "02-30", "1999", "2100", "2000-01-01T00:00:00.000000Z", "2099-12-31T23:59:59.999999Z"),
    *(
        "GET ",
        "POST ",
        "200",
        "101",
        "426",
        "transport=polling",
        "?transport=polling",
        "ws",
        "wss",
        "http",
        "https",
        "h2",
        "h3",
    ),
]
MAPPINGS = pytest.mark.parametrize("mapping", [None, "paths: [/ws]"], ids=["no mapping", "paths named"])


def spoiled(draw: random.Random, line: str) -> str:
    """The line with a few characters, fields or ends changed."""
    for _ in range(draw.choice((1, 1, 1, 2, 3))):
        start = draw.randrange(len(line) + 1)
        end = min(len(line), start + draw.choice((0, 1, 1, 2, 8, 30)))
        fields = line.split(" ")
        one, other = draw.randrange(len(fields)), draw.randrange(len(fields))
        what = draw.randrange(5)
        if what == 0:
            line = line[:start] + draw.choice(PIECES) + line[end:]
        elif what == 1:
            line = line[:start] + line[end:]
        elif what == 2:
            fields[one], fields[other] = fields[other], fields[one]
            line = " ".join(fields)
        elif what == 3:
            fields[one] = draw.choice(PIECES)
            line = " ".join(fields)
        else:
            digits = [place for place, char in enumerate(line) if char.isdigit()]
            place = draw.choice(digits or [0])
            line = line[:place] + draw.choice("0123456789:/") + line[place + 1 :]
    return line


def pile(seed: int, count: int) -> list[bytes]:
    """Lines of which most are spoiled."""
    draw = random.Random(seed)
    kinds = [ALB, TODAY, FAILED, SERVED, *DOCUMENTED]
    lines = [draw.choice(kinds) for _ in range(count)]
    lines = [spoiled(draw, line) if draw.random() < 0.8 else line for line in lines]
    return [line.replace("\n", "").encode("utf-8", "surrogateescape") for line in lines]


def found(file: Path, mapping: str | None) -> tuple[Any, ...]:
    """All that an import finds in a log."""
    where = None
    if mapping is not None:
        where = file.with_suffix(".yaml")
        where.write_text(mapping)
    faults = Faults()
    said = Said(option="current", environment="production", mapping=where)
    findings = alb.read_alb(file, said, faults)
    assert not faults.errors
    connections: Any = findings.tables["connections"]
    rows = connections.order("ALL").to_arrow_table().to_pylist()
    return rows, list(findings.bad), findings.good, findings.notes


def left_to_the_query(block: Block) -> Iterator[pa.RecordBatch]:
    """Every line as one that is not usual."""
    lines = texts(cleaned(block))
    numbers = pa.array(np.arange(block.first, block.first + len(block)))
    rest = [pa.nulls(len(block), field.type) for field in list(alb.USUAL.schema)[2:]]
    yield pa.record_batch([numbers, lines, *rest], schema=alb.USUAL.schema)


@MAPPINGS
@pytest.mark.parametrize("ending", [b"\n", b"\r\n"], ids=["unix", "windows"])
@pytest.mark.parametrize("seed", [1, 2])
def test_whatever_a_line_holds_the_query_alone_finds_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int, ending: bytes, mapping: str | None
) -> None:
    file = tmp_path / "a.log"
    file.write_bytes(ending.join(pile(seed, 4000)))
    usual = found(file, mapping)
    monkeypatch.setattr(alb, "USUAL", replace(alb.USUAL, take_apart=left_to_the_query))
    assert found(file, mapping) == usual
    rows, bad, good, _ = usual
    assert len(rows) == good > 500 and len(bad) > 500


def taken_apart(file: Path) -> list[dict[str, Any]]:
    """What becomes of each line before the query reads any."""
    lines = Lines(file, taken=alb.USUAL.take_apart, schema=alb.USUAL.schema, last_mark=alb.USUAL.last_mark)
    return lines.stream().read_all().to_pylist()


@pytest.mark.parametrize(
    "line", [ALB, TODAY, ALB.replace("wss", "ws"), ALB.replace("10.0.0.7", "2001:db8::7")]
)
def test_a_connection_in_the_usual_form_is_not_left_to_the_query(tmp_path: Path, line: str) -> None:
    (row,) = taken_apart(write(tmp_path / "a.log", line))
    assert (row["line"], row["url"]) == (None, "https://chat.example.com:443/ws?token=1")


@pytest.mark.parametrize("kind", ["http", "https", "h2", "grpcs"])
def test_a_request_that_was_served_is_left_out_before_the_query(tmp_path: Path, kind: str) -> None:
    assert taken_apart(write(tmp_path / "a.log", SERVED.replace("https", kind, 1))) == []


@pytest.mark.parametrize("answer", ["502 -", "204 204", "426 426", "101 101"])
@pytest.mark.parametrize("seconds", ["0.001 0.004 0.000", "0.001 -1 -1", "-1 -1 -1", "5.000 -1 0.000"])
def test_a_request_that_may_have_failed_is_not_left_to_the_query(
    tmp_path: Path, answer: str, seconds: str
) -> None:
    line = FAILED.replace("502 -", answer).replace("0.001 0.004 0.000", seconds)
    (row,) = taken_apart(write(tmp_path / "a.log", line))
    known = 0.005 if "-1" not in seconds else None
    assert (row["line"], row["status"], row["handshake_s"]) == (None, int(answer[:3]), known)


@pytest.mark.parametrize(
    "line",
    [
        "",
        "no entry",
        ALB.replace("0.004", "400"),
        ALB[:-60],
        FAILED.replace(" HTTP/1.1", ""),
        FAILED.replace("HTTP/1.1", "transport=polling"),
    ],
)
def test_any_other_line_is_left_to_the_query_with_its_number(tmp_path: Path, line: str) -> None:
    file = write(tmp_path / "a.log", SERVED, line, ALB)
    left = [(row["number"], row["line"]) for row in taken_apart(file) if row["line"] is not None]
    assert left == [(2, f"{line}\n")]


def test_fields_of_the_next_line_make_up_for_none_that_a_line_lacks(tmp_path: Path) -> None:
    until_trace, after_trace = ALB.split(' "Root=1-58337364-23a8c76965a2ef7629b185e3" "-"')
    lines = [until_trace, until_trace + after_trace]
    assert [row["line"] for row in taken_apart(write(tmp_path / "a.log", *lines))] == [
        f"{line}\n" for line in lines
    ]
