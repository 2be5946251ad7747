"""The one palette: colours after Okabe and Ito, deepened or lifted until they read as text in their scheme.

Source: Okabe & Ito, "Color Universal Design", 2008. Contrast: WCAG 2.2, success criteria 1.4.3 and 1.4.11.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

SchemeName = Literal["light", "dark"]


@dataclass(frozen=True)
class Scheme:
    """Colours of one colour scheme, as ``#rrggbb``.

    Args:
        paper: the ground that everything stands on.
        ink: text and the axes' labels.
        soft: secondary text, axes and reference lines.
        grid: decoration only; carries no information.
        series: colours of lines and points, each readable as text on ``paper``.
    """

    paper: str
    ink: str
    soft: str
    grid: str
    series: tuple[str, ...]

    @property
    def colours(self) -> tuple[str, ...]:
        """All of them; those of two schemes in the same place stand for each other."""
        return (self.paper, self.ink, self.soft, self.grid, *self.series)


SCHEMES: dict[SchemeName, Scheme] = {
    "light": Scheme(
        paper="#ffffff",
        ink="#1c2430",
        soft="#56606e",
        grid="#e4e7ec",
        series=(
            "#0067a3",
            "#b34a00",
            "#00755a",
            "#a03d78",
            "#7a5a00",
            "#56606e",
            "#4b4fc4",
            "#a3293d",
            "#3d6b1e",
            "#7d4a2d",
        ),
    ),
    "dark": Scheme(
        paper="#171b22",
        ink="#e8ebf0",
        soft="#a6b0bd",
        grid="#2c333e",
        series=(
            "#56b4e9",
            "#f0854a",
            "#35c09a",
            "#e196c1",
            "#e6b422",
            "#a6b0bd",
            "#a3a7ff",
            "#ff8f9c",
            "#9ccc65",
            "#d2a679",
        ),
    ),
}

DASHES: tuple[str | tuple[int, tuple[int, ...]], ...] = (
    "solid", (0, (6, 2)), (0, (1, 1)), (0, (6, 2, 1, 2)),
    (0, (4, 1)), (0, (2, 2)), (0, (8, 2, 2, 2)), (0, (3, 1, 1, 1)),
    (0, (10, 3)), (0, (5, 1, 1, 1, 1, 1)),
)  # fmt: skip
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "h", "<", ">")

# Slots of the options that ship, so that a colour means the same on every picture and in every build.
SLOTS = {
    "current": 0, "socketio": 1, "ably": 2, "pusher": 3,
    "pubnub": 4, "current-unfixed": 5, "socketcluster": 6, "deepstream": 7,
    "nats": 8,
}  # fmt: skip


def slots(options: Iterable[str]) -> dict[str, int]:
    """The slot of each option: its own where it has one, else the next one free, by name.

    >>> slots(["current", "zulip"])
    {'current': 0, 'zulip': 1}
    """
    wanted = sorted(set(options))
    taken = {option: SLOTS[option] for option in wanted if option in SLOTS}
    free = [slot for slot in range(len(MARKERS)) if slot not in taken.values()]
    for index, option in enumerate(option for option in wanted if option not in SLOTS):
        taken[option] = free[index] if index < len(free) else index % len(MARKERS)
    return taken


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours, 1 to 21.

    Source: WCAG 2.2, definition of contrast ratio.

    >>> contrast("#000000", "#ffffff")
    21.0
    """
    bright, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    channels = (int(colour[index : index + 2], 16) / 255 for index in (1, 3, 5))
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
