"""A drawing in fewer bytes shows the same shapes in the same places."""

import io
import re
from xml.etree import ElementTree

import matplotlib as mpl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from toolkit.report.palette import SCHEMES
from toolkit.report.svg import compact, in_both_schemes, short_path

Point = tuple[float, float]

coordinates = st.floats(-5000, 5000).map(lambda value: round(value, 2))
points = st.tuples(coordinates, coordinates)
pieces = st.one_of(
    points.map(lambda point: ("L", [point])),
    st.tuples(points, points).map(lambda pair: ("Q", [*pair])),
    points.map(lambda point: ("M", [point])),
)


def absolute(path: str) -> list[Point]:
    """Every point of a path of relative m, l, q and c."""
    found: list[Point] = []
    here = start = (0.0, 0.0)
    size = {"m": 1, "l": 1, "q": 2, "c": 3}
    for letter, text in re.findall(r"([mlqcz])([^mlqcz]*)", path):
        numbers = [float(number) for number in re.findall(r"-?(?:\d+\.?\d*|\.\d+)", text)]
        pairs = list(zip(numbers[::2], numbers[1::2], strict=True))
        if letter == "z":
            here = start
            continue
        for first in range(0, len(pairs), size[letter]):
            moved = [(here[0] + x, here[1] + y) for x, y in pairs[first : first + size[letter]]]
            found += moved
            here = moved[-1]
            start = here if letter == "m" and first == 0 else start
    return found


def test_the_example_of_the_documentation() -> None:
    assert absolute(short_path("M 10 20 L 30 20 L 40 25.5 Q 1 2 3 4 z M 5 5 L 6 5")) == [
        (10, 20), (30, 20), (40, 25.5), (1, 2), (3, 4), (5, 5), (6, 5),
    ]  # fmt: skip


@given(points, st.lists(pieces, min_size=1, max_size=20))
def test_every_point_of_a_path_stays_where_it_is(start: Point, rest: list[tuple[str, list[Point]]]) -> None:
    whole = [("M", [start]), *rest]
    path = " ".join(f"{letter} {' '.join(f'{x} {y}' for x, y in found)}" for letter, found in whole)
    expected = [point for _, found in whole for point in found]
    short = short_path(path)
    assert absolute(short) == [
        (pytest.approx(x, abs=0.051), pytest.approx(y, abs=0.051)) for x, y in expected
    ]
    assert len(short) <= len(path) + 8


def test_a_path_with_other_letters_stays_as_it_is() -> None:
    assert short_path("M 0 0 A 3 3 0 0 1 6 0") == "M 0 0 A 3 3 0 0 1 6 0"


def in_bytes(figure: Figure) -> str:
    """The figure as matplotlib writes it, letters as text."""
    buffer = io.BytesIO()
    with mpl.rc_context({"svg.fonttype": "none", "text.parse_math": False}):
        figure.savefig(buffer, format="svg")
    return buffer.getvalue().decode()


@pytest.fixture(scope="module")
def drawn() -> str:
    figure = Figure(figsize=(6, 4))
    FigureCanvasSVG(figure)
    axes = figure.add_subplot()
    axes.plot(range(30), [number**0.5 for number in range(30)], marker="o", label="one & two")
    axes.fill_between(range(30), 0, 1, hatch="//", alpha=0.2)
    axes.legend()
    return in_bytes(figure)


def test_a_drawing_takes_less_than_two_thirds_of_its_bytes(drawn: str) -> None:
    assert len(compact(drawn)) < len(drawn) * 2 / 3


def shapes(svg: str) -> int:
    ElementTree.fromstring(svg)
    return len(re.findall(r"<(?:path|use)\b", svg))


def test_it_is_still_a_drawing_and_holds_every_shape_but_the_line_that_goes_nowhere() -> None:
    figure = Figure(figsize=(6, 4))
    FigureCanvasSVG(figure)
    axes = figure.add_subplot()
    axes.plot(range(30), marker="o")
    axes.plot(5, 5, marker="s")
    svg = in_bytes(figure)
    assert shapes(compact(svg)) == shapes(svg) - 1


def texts(svg: str) -> list[tuple[str, float, float]]:
    """What each text of a drawing says and where it stands, turned ones left out."""
    found = []
    for element in ElementTree.fromstring(svg).iter("{http://www.w3.org/2000/svg}text"):
        if not re.search(r"rotate\(-?[1-9]", element.get("transform", "")):
            moved = re.search(r"translate\(([-\d.]+) ([-\d.]+)\)", element.get("transform", ""))
            x, y = moved.groups() if moved else (element.get("x"), element.get("y"))
            found.append(((element.text or "").replace("\u00a0", " "), float(x or 0), float(y or 0)))
    return found


def test_every_text_says_what_it_said_where_it_stood(drawn: str) -> None:
    before, after = texts(drawn), texts(compact(drawn))
    assert len(before) == len(after) > 10
    for (said, x, y), (says, other_x, other_y) in zip(before, after, strict=True):
        assert says == said
        assert (other_x, other_y) == (pytest.approx(x, abs=0.051), pytest.approx(y, abs=0.051))


@pytest.mark.parametrize(
    "said",
    [
        ' id="a" style="fill: red" href="#a" url(#a)', "#1c2430", "--> <!-- <g></g>", "</text><script>",
        "two  spaces", 'd="M 1 1 L 2 2"', "</style>{}", "text <text>", "rotate(-0 1 1)",
    ],
)  # fmt: skip
def test_a_text_is_never_taken_for_a_part_of_the_drawing(said: str) -> None:
    figure = Figure(figsize=(6, 4))
    FigureCanvasSVG(figure)
    figure.text(0.5, 0.5, said, color=SCHEMES["light"].ink)
    svg = in_both_schemes(compact(in_bytes(figure)), SCHEMES["light"], SCHEMES["dark"])
    assert [text for text, _, _ in texts(svg)] == [said]
    kinds = {element.tag.rpartition("}")[2] for element in ElementTree.fromstring(svg).iter()}
    assert kinds <= {"svg", "defs", "style", "g", "path", "text"}


@pytest.mark.filterwarnings("ignore:Glyph .* missing from")
def test_characters_that_no_drawing_may_hold_are_left_out() -> None:
    figure = Figure(figsize=(6, 4))
    FigureCanvasSVG(figure)
    figure.text(0.5, 0.5, "a\u0007b\u202ec")
    assert [said for said, _, _ in texts(compact(in_bytes(figure)))] == ["abc"]


def test_everything_that_is_referred_to_is_there_once(drawn: str) -> None:
    svg = compact(drawn)
    names = re.findall(r' id="([^"]*)"', svg)
    used = {one or other for one, other in re.findall(r'href="#([^"]+)"|url\(#([^)]+)\)', svg)}
    assert len(names) == len(set(names))
    assert used == set(names)


def test_every_class_has_its_rule(drawn: str) -> None:
    svg = compact(drawn)
    assert set(re.findall(r' class="([^"]*)"', svg)) == set(re.findall(r"\.([a-z]\d*)\{", svg))
