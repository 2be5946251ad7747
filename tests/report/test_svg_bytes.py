"""A drawing in fewer bytes shows the same shapes in the same places."""

import io
import re
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from toolkit.report.svg import compact, short_path

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


@pytest.fixture(scope="module")
def drawn() -> str:
    figure = Figure(figsize=(6, 4))
    FigureCanvasSVG(figure)
    axes = figure.add_subplot()
    axes.plot(range(30), [number**0.5 for number in range(30)], marker="o", label="one & two")
    axes.fill_between(range(30), 0, 1, hatch="//", alpha=0.2)
    axes.legend()
    buffer = io.BytesIO()
    figure.savefig(buffer, format="svg")
    return buffer.getvalue().decode()


def test_a_drawing_takes_less_than_two_thirds_of_its_bytes(drawn: str) -> None:
    assert len(compact(drawn)) < len(drawn) * 2 / 3


def shapes(svg: str) -> int:
    ElementTree.fromstring(svg)
    return len(re.findall(r"<(?:path|use)\b", svg))


def test_it_is_still_a_drawing_and_holds_as_many_shapes_but_for_spaces(drawn: str) -> None:
    """The label `one & two` has two spaces: a letter without an outline, used twice."""
    (space,) = re.findall(r'<path id="([^"]*)" transform=', drawn)
    spaces = [space, *re.findall(rf'<use xlink:href="#{space}"', drawn)]
    assert len(spaces) == 3
    assert shapes(compact(drawn)) == shapes(drawn) - len(spaces)


def letters(svg: str) -> list[tuple[float, float, float]]:
    """Where each letter starts along its text and how wide its outline is, in points."""
    outlines = {
        name: (absolute(short_path(path)) if path[0] == "M" else absolute(path), float(scale or 1))
        for name, path, scale in re.findall(
            r'<path id="([^"]*)" d="([^"]*)"(?: transform="scale\(([\d.]+)\)")?', svg
        )
    }
    found = []
    for scale, text in re.findall(r"scale\(([\d.]+) -[\d.]+\)\"[^>]*>(.*?)</g>", svg, re.DOTALL):
        for name, rest in re.findall(r'<use (?:xlink:)?href="#([^"]*)"([^>]*)/>', text):
            points, own = outlines.get(name, ([], 1.0))
            moved = re.search(r'(?: x="|translate\()([-\d.]+)', rest)
            start = float(moved[1]) if moved else 0.0
            if points:
                width = max(x for x, _ in points) - min(x for x, _ in points)
                found.append((float(scale) * start, float(scale) * own * width, float(scale)))
    return found


def test_letters_stand_where_they_stood_and_are_as_wide(drawn: str) -> None:
    before, after = letters(drawn), letters(compact(drawn))
    assert len(before) == len(after) > 20
    for (start, width, _), (other_start, other_width, _) in zip(before, after, strict=True):
        assert other_start == pytest.approx(start, abs=0.03)
        assert other_width == pytest.approx(width, abs=0.06)


def test_everything_that_is_referred_to_is_there_once(drawn: str) -> None:
    svg = compact(drawn)
    names = re.findall(r' id="([^"]*)"', svg)
    used = {one or other for one, other in re.findall(r'href="#([^"]+)"|url\(#([^)]+)\)', svg)}
    assert len(names) == len(set(names))
    assert used == set(names)


def test_every_class_has_its_rule(drawn: str) -> None:
    svg = compact(drawn)
    assert set(re.findall(r' class="([^"]*)"', svg)) == set(re.findall(r"\.([a-z]\d*)\{", svg))
