"""Drawings in fewer bytes: the same shapes, written as briefly as SVG allows.

A page holds its drawings in itself; matplotlib writes each name, each style and each number at length.
Letters stay text, as their outlines would be most of a page.
"""

import re
from collections import Counter
from collections.abc import Iterator
from itertools import count

from toolkit.report.palette import Scheme
from toolkit.report.wording import NBSP, clean

_UNWANTED = (r"<\?xml.*?\?>", r"<!DOCTYPE.*?>", r"<metadata>.*?</metadata>", r"<!--.*?-->")
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_ARITY = {"M": 2, "L": 2, "Q": 4, "C": 6}
_PATH = re.compile(r"[A-Za-z]|-?[\d.]+(?:e-?\d+)?")
_TEXT = re.compile(r"(<text\b[^>]*>)([^<]*)</text>")
_TURNED = re.compile(r"rotate\(-?(\d[\d.]*)(?: [-\d. ]+)?\)")
_FAMILY = re.compile(r"font-family: [^;\"]*;? ?")
FONTS = "'DejaVu Sans',Verdana,sans-serif"
"""Letters are measured in the first; the second has the same widths and is there where the first is not."""

_GROUP = re.compile(
    r"<g>((?:<(?:path|use)\b[^>]*/>|<text\b[^>]*>[^<]*</text>|<defs>(?:(?!</?g\b).)*?</defs>)*)</g>|<g/>"
)
_DOT = re.compile(r'<path d="m-?[\d.]+(?: |-)[\d.]+"[^>]*/>')
"""A path that goes nowhere draws nothing: matplotlib writes one below every lone marker."""

_CLIP = re.compile(r' clip-path="(url\(#[^)]+\))"((?: style="[^"]*")?)')
_STYLE = re.compile(r' style="([^"]*)"')


def compact(svg: str) -> str:
    """The drawing without prolog, metadata and comments, written briefly; its letters are text."""
    svg, texts = _lifted(svg)
    for unwanted in _UNWANTED:
        svg = re.sub(unwanted, "", svg, flags=re.DOTALL)
    svg = re.sub(r"\s+", " ", svg).replace("> <", "><").replace(' "', '"').strip()
    svg = svg.replace("xlink:href", "href").replace(' xmlns:xlink="http://www.w3.org/1999/xlink"', "")
    svg = re.sub(r' d="([^"]*)"', lambda found: f' d="{short_path(found[1])}"', svg)
    svg = re.sub(r'(?<= (?:x|y)=")[-\d.]+|(?<=translate\()[^)]+', _tenths, _TEXT.sub(_straight, svg))
    svg = _with_classes(_unwrapped(_with_short_names(_CLIP.sub(_clipped, _DOT.sub("", svg)))))
    svg = svg.replace("</style>", f"text{{font-family:{FONTS}}}</style>", 1)
    # A reader of XML runs spaces together, and refuses a drawing with control characters.
    return _put_back(svg, [clean(text).replace(" ", NBSP) for text in texts])


def in_both_schemes(svg: str, light: Scheme, dark: Scheme) -> str:
    """The compact drawing of a light screen and of paper, in the colours of a dark screen on one.

    An image follows the colour scheme of the page that holds it; what does not know of schemes keeps the
    light one, on its own ground.
    """
    pairs = dict(zip(light.colours, dark.colours, strict=True))
    svg, texts = _lifted(svg)
    used = [colour for colour in pairs if colour in svg]
    names = dict(zip(used, _names(), strict=False))
    for colour, name in names.items():
        svg = svg.replace(colour, f"var(--{name})")
    day = "".join(f"--{name}:{colour};" for colour, name in names.items())
    night = "".join(f"--{name}:{pairs[colour]};" for colour, name in names.items())
    rules = f":root{{{day}}}@media screen and (prefers-color-scheme:dark){{:root{{{night}}}}}"
    return _put_back(svg.replace("</style>", f"{rules}</style>", 1), texts)


def _lifted(svg: str) -> tuple[str, list[str]]:
    """The drawing with its texts empty, and the texts: no name may be taken for a part of the drawing."""
    return _TEXT.sub(r"\1</text>", svg), [found[2] for found in _TEXT.finditer(svg)]


def _put_back(svg: str, texts: list[str]) -> str:
    """The drawing with its texts in their places."""
    left = iter(texts)
    return _TEXT.sub(lambda found: f"{found[1]}{next(left)}</text>", svg)


def _tenths(numbers: re.Match[str]) -> str:
    """A tenth of a point is finer than anyone sees."""
    return " ".join(f"{float(number):.1f}".removesuffix(".0") for number in numbers[0].split())


def _straight(text: re.Match[str]) -> str:
    """A text that is turned only where it is, in a font that all texts have."""
    tag = _FAMILY.sub("", text[1])
    turned = _TURNED.search(tag)
    if turned is not None and float(turned[1]) == 0:
        tag = tag.replace(turned[0], "").replace(' transform=""', "")
    moved = re.search(r' transform="translate\(([-\d.]+) ([-\d.]+)\) ?"', tag)
    if moved is not None:
        tag = tag.replace(moved[0], f' x="{moved[1]}" y="{moved[2]}"')
    return f"{tag}</text>"


def _clipped(path: re.Match[str]) -> str:
    """What is clipped says so in its style, where it takes less room the second time."""
    style = path[2].removeprefix(' style="').removesuffix('"')
    return f' style="clip-path: {path[1]}{"; " if style else ""}{style}"'


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

    Lines are as exact as a tenth of a point, curves, which draw markers, as a hundredth. A path with anything
    else in it stays as it is.

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
