"""Pictures: one drawing for both colour schemes, with its finding in words and its data as a table."""

import io
import textwrap
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from typing import Any, cast

import matplotlib as mpl
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.text import Text

from toolkit.report.palette import SCHEMES, Scheme
from toolkit.report.svg import compact, in_both_schemes
from toolkit.report.tables import Table
from toolkit.report.wording import clean, shorten

Draw = Callable[[Figure, Scheme], None]

WIDTH_IN = 7.4
LONGEST_LINE = 100
"""Letters that stand beside each other in a picture of this width."""

MOST_LINES = 12

NO_VOLUME = "This scenario sends no messages: there is no volume to draw over."


@dataclass(frozen=True)
class Picture:
    """A drawing for a page that loads nothing.

    Args:
        svg: the drawing, whose colours follow the reader's colour scheme.
        alt: what the picture shows and what follows from it, in words.
        table: the numbers that are drawn.
    """

    svg: str
    alt: str
    table: Table

    def _repr_html_(self) -> str:
        """The figure as HTML that holds everything it shows; also what Jupyter displays."""
        alt, title = escape(clean(self.alt), quote=True), escape(clean(self.table.caption), quote=True)
        return (
            f'<figure><div class="scroll" role="group" tabindex="0" aria-label="{title}, drawn">'
            f'<img src="{data_uri(self.svg)}" alt="{alt}"></div><figcaption>{alt}</figcaption>'
            f"<details><summary>The numbers of this picture: {title}</summary>"
            f"{self.table._repr_html_()}</details></figure>"
        )

    __html__ = _repr_html_


def data_uri(svg: str) -> str:
    """The drawing as an address that holds it, a third shorter than in base64.

    >>> data_uri('<a b="#c"/>')
    "data:image/svg+xml,%3Ca b='%23c'/%3E"
    """
    return "data:image/svg+xml," + svg.replace('"', "'").translate(_ESCAPES)


_ESCAPES = {ord(char): f"%{ord(char):02X}" for char in "%#<>&"}
"""What an address, an attribute or a strict reader of HTML would take for something else."""


def picture(draw: Draw, *, alt: str, table: Table, height_in: float = 4.2) -> Picture:
    """The picture that ``draw`` paints, once, for both colour schemes.

    Args:
        draw: paints on an empty figure with the colours of a scheme and no others; gives the same for the
            same.
        alt: the finding in words.
        table: the numbers behind it.
        height_in: height in inches; the width is that of the page.
    """
    svg = in_both_schemes(drawn(draw, SCHEMES["light"], height_in), SCHEMES["light"], SCHEMES["dark"])
    return Picture(svg=svg, alt=alt, table=table)


def sentence(words: str, *, alt: str, table: Table) -> Picture:
    """A picture that is a sentence, where there is nothing to draw.

    Args:
        words: the sentence.
        alt, table: as for :func:`picture`.
    """

    def draw(figure: Figure, scheme: Scheme) -> None:
        figure.text(0.5, 0.5, words, ha="center", va="center", color=scheme.ink)

    return picture(draw, alt=alt, table=table, height_in=0.8)


def drawn(draw: Draw, scheme: Scheme, height_in: float) -> str:
    """The drawing in one scheme, in the same bytes in every process.

    Nothing of the user's matplotlib settings reaches it, no date and no random id.
    """
    settings: dict[str, Any] = {**cast("dict[str, Any]", mpl.rcParamsDefault), **_style(scheme)}
    with mpl.rc_context(cast("Any", settings)), warnings.catch_warnings():
        # A script that the font lacks is drawn in one that the reader has.
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        figure = Figure(figsize=(WIDTH_IN, height_in), layout="constrained")
        FigureCanvasSVG(figure)
        draw(figure, scheme)
        _cut(figure)
        buffer = io.BytesIO()
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    return compact(buffer.getvalue().decode())


def _cut(figure: Figure) -> None:
    """Cut what no picture has room for, which would leave none to its axes; its table has all of it."""
    for text in cast("list[Text]", figure.findobj(Text)):
        lines = text.get_text().split("\n")
        if len(lines) > MOST_LINES or max(map(len, lines)) > LONGEST_LINE:
            text.set_text(
                "\n".join(
                    line[:LONGEST_LINE] + "…" * (len(line) > LONGEST_LINE) for line in lines[:MOST_LINES]
                )
            )


def _style(scheme: Scheme) -> dict[str, Any]:
    return {
        "backend": "svg",
        "svg.hashsalt": "toolkit",
        "svg.fonttype": "none",
        "font.family": "DejaVu Sans",
        "font.size": 9.5,
        "text.parse_math": False,
        "figure.facecolor": scheme.paper,
        "savefig.facecolor": scheme.paper,
        "axes.facecolor": scheme.paper,
        "axes.edgecolor": scheme.soft,
        "axes.labelcolor": scheme.ink,
        "axes.labelsize": 9.5,
        "axes.titlesize": 10,
        "axes.titlelocation": "left",
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.linewidth": 0.8,
        "axes.grid": True,
        "axes.axisbelow": True,
        "grid.color": scheme.grid,
        "grid.linewidth": 0.7,
        "text.color": scheme.ink,
        "xtick.color": scheme.soft,
        "ytick.color": scheme.soft,
        "xtick.labelcolor": scheme.ink,
        "ytick.labelcolor": scheme.ink,
        "xtick.major.size": 3,
        "ytick.major.size": 0,
        "xtick.minor.size": 0,
        "ytick.minor.size": 0,
        "hatch.linewidth": 0.5,
        "lines.linewidth": 1.8,
        "lines.solid_capstyle": "round",
    }


def label(text: str) -> str:
    """A name that fits beside its line, on one or two lines.

    >>> label("Current server, before the fixes")
    'Current server,\\nbefore the fixes'
    """
    lines = textwrap.wrap(clean(text), width=18, max_lines=2, placeholder="…", break_on_hyphens=False)
    return "\n".join(shorten(line, 20) for line in lines)


def spread(wanted: list[float], *, gap: float, low: float, high: float) -> list[float]:
    """Positions near the wanted ones, in the same order, at least ``gap`` apart where there is room for that.

    >>> spread([1.0, 1.0, 5.0], gap=1.0, low=0.0, high=10.0)
    [0.5, 1.5, 5.0]
    """
    if len(wanted) * gap > high - low:
        gap = (high - low) / max(len(wanted), 1)
    order = sorted(range(len(wanted)), key=lambda index: (wanted[index], index))
    groups: list[list[int]] = []
    for index in order:
        groups.append([index])
        while len(groups) > 1 and _edge(groups[-1], wanted, gap, low, high)[0] < (
            _edge(groups[-2], wanted, gap, low, high)[1] + gap - 1e-9
        ):
            groups[-2:] = [groups[-2] + groups[-1]]
    placed = [0.0] * len(wanted)
    for group in groups:
        start = _edge(group, wanted, gap, low, high)[0]
        for step, index in enumerate(group):
            placed[index] = start + step * gap
    return placed


def _edge(group: list[int], wanted: list[float], gap: float, low: float, high: float) -> tuple[float, float]:
    """First and last position of labels that stand together, centred on what they want."""
    span = gap * (len(group) - 1)
    start = sum(wanted[index] for index in group) / len(group) - span / 2
    start = min(max(start, low), high - span)
    return start, start + span
