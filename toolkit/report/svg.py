"""Drawings in fewer bytes: the same shapes, written as briefly as SVG allows.

A page holds its drawings in itself; matplotlib writes each glyph, each name, each style and each number at
length.
"""

import re
from collections import Counter
from collections.abc import Iterator
from itertools import count

from toolkit.report.palette import Scheme

_UNWANTED = (r"<\?xml.*?\?>", r"<!DOCTYPE.*?>", r"<metadata>.*?</metadata>", r"<!--.*?-->")
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_ARITY = {"M": 2, "L": 2, "Q": 4, "C": 6}
_PATH = re.compile(r"[A-Za-z]|-?[\d.]+(?:e-?\d+)?")
_MOVED = re.compile(r'(<use [^>]*?)transform="translate\(([-\d.]+) ([-\d.]+)\)"/>')
_GLYPH = re.compile(r'(<path id="([^"]+)") d="([^"]*)" transform="scale\(0\.015625\)"/>')
_LETTER = re.compile(r'(<use href="#([^"]+)" )transform="translate\(([-\d.]+) ([-\d.]+)\)"/>')
_EMPTY = re.compile(r'<path id="([^"]+)" transform="scale\(0\.015625\)"/>')
_NUMBER = re.compile(r"-?[\d.]+")
_SCALED = re.compile(r"scale\((-?[\d.]+) (-?[\d.]+)\)")
_COARSER = 16
"""Matplotlib draws letters in units of a 6,400th of their height; a 400th is a twentieth of a pixel."""
_GROUP = re.compile(r"<g>((?:<(?:path|use)\b[^>]*/>|<defs>(?:(?!</?g\b).)*?</defs>)*)</g>|<g/>")
_STYLE = re.compile(r' style="([^"]*)"')


def compact(svg: str) -> str:
    """The drawing without prolog, metadata and comments, which name its texts, and written briefly."""
    for unwanted in _UNWANTED:
        svg = re.sub(unwanted, "", svg, flags=re.DOTALL)
    svg = re.sub(r"\s+", " ", svg).replace("> <", "><").replace(' "', '"').strip()
    svg = svg.replace("xlink:href", "href").replace(' xmlns:xlink="http://www.w3.org/1999/xlink"', "")
    svg = _coarser_letters(svg)
    svg = re.sub(r' d="([^"]*)"', lambda found: f' d="{short_path(found[1])}"', svg)
    svg = re.sub(r'(?<= (?:x|y)=")[-\d.]+|(?<=translate\()[^)]+', _tenths, svg)
    return _with_classes(_unwrapped(_MOVED.sub(_placed, _with_short_names(svg))))


def in_both_schemes(svg: str, light: Scheme, dark: Scheme) -> str:
    """The compact drawing of a light screen and of paper, in the colours of a dark screen on one.

    An image follows the colour scheme of the page that holds it; what does not know of schemes keeps the
    light one, on its own ground.
    """
    pairs = dict(zip(light.colours, dark.colours, strict=True))
    used = [colour for colour in pairs if colour in svg]
    names = dict(zip(used, _names(), strict=False))
    for colour, name in names.items():
        svg = svg.replace(colour, f"var(--{name})")
    day = "".join(f"--{name}:{colour};" for colour, name in names.items())
    night = "".join(f"--{name}:{pairs[colour]};" for colour, name in names.items())
    rules = f":root{{{day}}}@media screen and (prefers-color-scheme:dark){{:root{{{night}}}}}"
    return svg.replace("</style>", f"{rules}</style>", 1)


def _tenths(numbers: re.Match[str]) -> str:
    """A tenth of a point, or of a hundredth of a letter's height, is finer than anyone sees."""
    return " ".join(f"{float(number):.1f}".removesuffix(".0") for number in numbers[0].split())


def _coarser_letters(svg: str) -> str:
    """Letters in larger units and drawn the smaller, in groups instead of one by one; spaces not at all."""
    for empty in _EMPTY.findall(svg):
        svg = re.sub(rf'<use href="#{re.escape(empty)}"[^>]*/>', "", svg)
    svg = _EMPTY.sub("", svg)
    letters = {found[2] for found in _GLYPH.finditer(svg)}
    if not letters:
        return svg
    times = _COARSER * 0.015625

    def outline(found: re.Match[str]) -> str:
        path = _NUMBER.sub(lambda number: f"{float(number[0]) / _COARSER:.0f}", found[3])
        return f'{found[1]} d="{path}"/>'

    def moved(found: re.Match[str]) -> str:
        if found[2] not in letters:
            return found[0]
        x, y = (f"{float(number) / times:.0f}" for number in (found[3], found[4]))
        return f'{found[1]}transform="translate({x} {y})"/>'

    def scaled(found: re.Match[str]) -> str:
        return f"scale({' '.join(f'{float(number) * times:.5g}' for number in found.groups())})"

    return _SCALED.sub(scaled, _LETTER.sub(moved, _GLYPH.sub(outline, svg)))


def _placed(use: re.Match[str]) -> str:
    """A glyph's place as x and y, which is what moving it comes to."""
    y = "" if float(use[3]) == 0 else f' y="{use[3]}"'
    return f'{use[1]}x="{use[2]}"{y}/>'


def _unwrapped(svg: str) -> str:
    """Without groups that say nothing of what they hold."""
    before = ""
    while svg != before:
        before, svg = svg, _GROUP.sub(lambda found: found[1] or "", svg)
    return svg


def _with_short_names(svg: str) -> str:
    """The names that something refers to as a letter or two, the others not at all."""
    used = dict.fromkeys(one or other for one, other in re.findall(r'href="#([^"]+)"|url\(#([^)]+)\)', svg))
    names = dict(zip(used, _names(), strict=False))

    def named(found: re.Match[str]) -> str:
        return f' id="{names[found[1]]}"' if found[1] in names else ""

    svg = re.sub(r' id="([^"]*)"', named, svg)
    svg = re.sub(r'href="#([^"]+)"', lambda found: f'href="#{names[found[1]]}"', svg)
    return re.sub(r"url\(#([^)]+)\)", lambda found: f"url(#{names[found[1]]})", svg)


def _with_classes(svg: str) -> str:
    """Styles that stand several times as classes."""
    counts = Counter(_STYLE.findall(svg))
    classes = dict(zip((style for style, n in counts.items() if style and n > 1), _names(), strict=False))
    rules = "".join(f".{name}{{{_tight(style)}}}" for style, name in classes.items())

    def styled(found: re.Match[str]) -> str:
        name = classes.get(found[1])
        return f' class="{name}"' if name else f' style="{_tight(found[1])}"'

    return _STYLE.sub(styled, svg).replace("</style>", f"{rules}</style>", 1)


def _tight(style: str) -> str:
    return style.replace(": ", ":").replace("; ", ";").rstrip(";")


def _names() -> Iterator[str]:
    yield from _LETTERS
    yield from (f"{letter}{number}" for number in count() for letter in _LETTERS)


def short_path(path: str) -> str:
    """A path of absolute lines and curves with relative numbers, which are shorter, and no needless letters.

    Lines are as exact as a tenth of a point, curves, which draw markers, as a hundredth. Letters are told in
    whole numbers. A path with anything else in it stays as it is.

    >>> short_path("M 10 20 L 30 20 L 40 25.5 Q 1 2 3 4 z")
    'm10 20 20 0 10 5.5q-39-23.5-37-21.5z'
    """
    tokens = _PATH.findall(path)
    letters = {token for token in tokens if token.isalpha()}
    if not letters <= {*_ARITY, "z"}:
        return path
    grain = 1 if "C" in letters else 10
    written, last, place, here, start = "", "", 0, (0, 0), (0, 0)
    while place < len(tokens):
        letter = tokens[place]
        if letter == "z":
            written, last, here, place = f"{written}z", "z", start, place + 1
            continue
        found = tokens[place + 1 : place + 1 + _ARITY[letter]]
        numbers = [round(float(token) * 100 / grain) * grain for token in found]
        place += 1 + len(numbers)
        # After a move further pairs are lines anyway.
        implied = letter == last or (letter, last) == ("L", "M")
        written += _joined(numbers, here, "" if implied else letter.lower())
        here = numbers[-2], numbers[-1]
        start = here if letter == "M" else start
        last = letter
    return written


def _joined(hundredths: list[int], here: tuple[int, int], letter: str) -> str:
    """The numbers relative to a point; a minus parts two of them as well as a space."""
    parts = [_decimal(number - here[index % 2]) for index, number in enumerate(hundredths)]
    glued = [part.startswith("-") or (bool(letter) and index == 0) for index, part in enumerate(parts)]
    return letter + "".join(part if tight else f" {part}" for part, tight in zip(parts, glued, strict=True))


def _decimal(hundredths: int) -> str:
    sign, size = "-" if hundredths < 0 else "", abs(hundredths)
    rest = f".{size % 100:02}".rstrip("0") if size % 100 else ""
    return f"{sign}{size // 100 or ''}{rest}" or "0"
