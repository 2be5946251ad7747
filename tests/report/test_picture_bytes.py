"""A picture is the same in every process, holds no script and no date, and is described."""

import re
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from urllib.parse import unquote
from xml.etree import ElementTree

import matplotlib as mpl
import pytest
from matplotlib.figure import Figure

from toolkit.report.palette import SCHEMES, Scheme, SchemeName
from toolkit.report.pictures import (
    LONGEST_LINE,
    MOST_LINES,
    Draw,
    Picture,
    drawn,
    label,
    picture,
    spread,
)
from toolkit.report.tables import Column, Table

TABLE = Table("What was drawn", [Column("x"), Column("y", "s", numeric=True)], [["a", 1.0]])


def axes_of(text: str = "a label") -> Draw:
    def draw(figure: Figure, scheme: Scheme) -> None:
        axes = figure.add_subplot()
        axes.plot([1, 2], [3, 4], color=scheme.series[0])
        axes.set_title(text)

    return draw


def drawing(text: str = "a label") -> Picture:
    return picture(axes_of(text), alt="It rises.", table=TABLE)


def in_scheme(svg: str, name: str) -> str:
    """The drawing as one scheme colours it, with the colours written out."""
    rules = re.search(
        r":root\{([^}]*)\}@media screen and \(prefers-color-scheme:dark\)\{:root\{([^}]*)\}\}", svg
    )
    assert rules is not None
    for name_of, colour in re.findall(r"--(\w+):(#\w+);", rules[1 if name == "light" else 2]):
        svg = svg.replace(f"var(--{name_of})", colour)
    return svg.replace(rules[0], "")


@pytest.mark.parametrize("name", ["light", "dark"])
def test_one_drawing_is_what_each_colour_scheme_would_be_drawn_as(name: SchemeName) -> None:
    assert in_scheme(drawing().svg, name) == drawn(axes_of(), SCHEMES[name], 4.2)


def test_two_processes_draw_the_same_bytes(tmp_path: Path) -> None:
    program = (
        f"import sys; sys.path.insert(0, {str(Path(__file__).parent)!r})\n"
        "import test_picture_bytes as t; print(hash(t.drawing().svg) and "
        "__import__('hashlib').sha256(t.drawing()._repr_html_().encode()).hexdigest())"
    )
    # A user's own settings lie in the working directory: they must not reach a report.
    (tmp_path / "matplotlibrc").write_text("lines.linewidth: 9\nfont.size: 30\naxes.facecolor: red\n")
    digests = {
        subprocess.run(
            [sys.executable, "-c", program], cwd=cwd, check=True, capture_output=True, text=True
        ).stdout
        for cwd in (tmp_path, Path(__file__).parent)
    }
    assert len(digests) == 1


def test_drawing_leaves_the_settings_of_matplotlib_as_they_were() -> None:
    before = dict(mpl.rcParams)
    drawing()
    assert dict(mpl.rcParams) == before


def test_nothing_in_a_drawing_is_loaded_or_dated() -> None:
    svg = drawing().svg
    assert ElementTree.fromstring(svg).tag.endswith("svg")
    assert not re.search(r"<script|<metadata|<!DOCTYPE|<!--|<image|href=\"(?!#)|@import", svg)


@pytest.mark.parametrize(
    "text", ["<script>alert(1)</script>", "$\\frac{1}{", "--> <b>", "日本語 \u202eabc", "x" * 10_000]
)
def test_any_text_can_be_a_label(text: str) -> None:
    svg = drawing(label(text)).svg
    ElementTree.fromstring(svg)
    assert "<script" not in svg
    assert "<b>" not in svg


def test_a_long_label_is_cut_to_two_short_lines() -> None:
    assert label("a\nvery long name of an option indeed") == "a very long name\nof an option…"
    assert all(len(line) <= 20 for line in label("x" * 10_000).splitlines())


def test_a_text_that_leaves_no_room_for_its_picture_is_cut() -> None:
    long = drawing("\n".join(["x" * 10_000] * 500)).svg
    shown = re.findall(r"<text[^>]*>(x+…)</text>", long)
    assert len(shown) == MOST_LINES and {len(line) for line in shown} == {LONGEST_LINE + 1}
    assert f">{'y' * LONGEST_LINE}<" in drawing("y" * LONGEST_LINE).svg


def test_the_html_describes_the_picture_and_holds_its_numbers() -> None:
    html = drawing()._repr_html_()
    assert 'alt="It rises."' in html
    assert "<figcaption>It rises.</figcaption>" in html
    assert '<th scope="col" class="number">y <span class="unit">s</span></th>' in html
    (source,) = re.findall(r'src="([^"]*)"', html)
    kind, _, data = source.partition(",")
    assert kind == "data:image/svg+xml"
    assert unquote(data) == drawing().svg.replace('"', "'")
    assert not re.search(r"[<>&#]", data)


def test_dark_pictures_are_for_screens_only() -> None:
    assert "@media screen and (prefers-color-scheme:dark)" in drawing().svg


def test_labels_never_stand_closer_than_the_gap() -> None:
    placed = spread([0.5, 0.5, 0.51, 0.0, 1.0, 0.99], gap=0.1, low=0.0, high=1.0)
    ordered = sorted(placed)
    assert all(b - a >= 0.1 - 1e-9 for a, b in pairwise(ordered))
    assert ordered[0] >= 0.0 and ordered[-1] <= 1.0 + 1e-9


def test_more_labels_than_room_share_the_room_evenly() -> None:
    placed = spread([0.5] * 11, gap=0.2, low=0.0, high=1.0)
    assert max(placed) - min(placed) <= 1.0 + 1e-9
    assert len(set(placed)) == 11
