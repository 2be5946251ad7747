"""Lines of a log: each has the number that an editor shows, however the file is read."""

import gzip
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from proxy_logs import ALB, rows_of, set_aside, take

from toolkit.measure.importers import loglines
from toolkit.measure.importers.loglines import Lines, blocks

lines = st.lists(st.binary(max_size=12).filter(lambda line: b"\n" not in line), max_size=30)


def read(path: Path) -> list[tuple[int, str]]:
    """All lines with their numbers, as the stream has them."""
    table = Lines(path).stream().read_all()
    return list(zip(table["number"].to_pylist(), table["line"].to_pylist(), strict=True))


@given(lines=lines, size=st.integers(1, 40), last=st.booleans(), packed=st.booleans())
def test_every_line_is_read_once_with_its_number_wherever_blocks_end(
    tmp_path_factory: Any, lines: list[bytes], size: int, last: bool, packed: bool
) -> None:
    data = b"".join(line + b"\n" for line in lines) + (b"" if last else b"no end")
    # What starts as gzip data does is gzip data to a reader, whatever was meant.
    assume(packed or not data.startswith(b"\x1f\x8b"))
    path = tmp_path_factory.mktemp("lines") / "x.log"
    path.write_bytes(gzip.compress(data) if packed else data)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(loglines, "BLOCK_BYTES", size)
        found = list(blocks(path))
    texts = [block.text(block.first + place) for block in found for place in range(len(block))]
    expected = [line.removesuffix(b"\r") for line in lines] + ([] if last else [b"no end"])
    assert [text.encode("utf-8", "surrogateescape") for text in texts] == expected
    assert [block.first for block in found] == [
        1 + sum(map(len, found[:place])) for place in range(len(found))
    ]


def test_bytes_that_are_no_text_are_replaced_and_move_no_line(tmp_path: Path) -> None:
    path = tmp_path / "x.log"
    path.write_bytes(b"a\xff\xfe\nb\xc3\nc\n")
    assert read(path) == [(1, "a��\n"), (2, "b�\n"), (3, "c\n")]


def test_files_of_windows_read_like_those_of_unix(tmp_path: Path) -> None:
    path = tmp_path / "x.log"
    path.write_bytes(b"\xef\xbb\xbfa\r\n\r\nb\r\n")
    assert read(path) == [(1, "a\n"), (2, "\n"), (3, "b\n")]


def test_a_file_of_nothing_but_the_mark_of_windows_is_one_empty_line(tmp_path: Path) -> None:
    path = tmp_path / "x.log"
    path.write_bytes(b"\xef\xbb\xbf")
    assert read(path) == [(1, "")]


@pytest.mark.parametrize("ending", [b"\n", b"\r\n"])
def test_blank_lines_count_but_mean_nothing(tmp_path: Path, ending: bytes) -> None:
    file = tmp_path / "x.log"
    file.write_bytes(ending.join([b"", ALB.encode(), b"", b"bad", b"", b""]))
    result = take("alb", file, tmp_path / "metrics")
    assert (result.rows, [(line, text) for line, _, text in set_aside(result)]) == (1, [(4, "bad")])


def test_how_a_log_is_cut_into_blocks_changes_no_byte(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "x.log"
    file.write_text("".join(ALB.replace(":41000", f":{port}") + "\n" for port in range(1000, 1300)))
    (whole,) = take("alb", file, tmp_path / "whole").files
    monkeypatch.setattr(loglines, "BLOCK_BYTES", 1000)
    (cut,) = take("alb", file, tmp_path / "cut").files
    assert cut.read_bytes() == whole.read_bytes()
    assert len(rows_of(take("alb", file, tmp_path / "cut"))) == 300


def test_a_file_with_an_endless_line_is_no_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loglines, "BLOCK_BYTES", 1000)
    monkeypatch.setattr(loglines, "LONGEST_BYTES", 5000)
    file = tmp_path / "x.log"
    file.write_text(ALB + "\n" + "x" * 20_000)
    with pytest.raises(Exception, match=r"x.log:2: line: is longer than 0 MiB; give a log, one entry a line"):
        take("alb", file, tmp_path / "metrics")
