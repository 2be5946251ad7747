"""Numbers, dates and names as a reader sees them: units in place, a dash for what is not known."""

import math
import unicodedata
from datetime import date

DASH = "—"
MOST_NINES = 9
"""Digits of a share that is nearly 1, at most."""

NBSP = "\N{NO-BREAK SPACE}"
"""Between a number and its unit, so that no line ends between them."""

_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July",
    "August", "September", "October", "November", "December",
)  # fmt: skip


def clean(text: str) -> str:
    """The text without control and direction characters, which could reorder or hide what stands around it.

    >>> clean("safe\\u202etxt")
    'safetxt'
    """
    return "".join(char for char in text if char in "\n\t" or unicodedata.category(char) not in ("Cc", "Cf"))


def shorten(text: str, width: int) -> str:
    """The text on one line of at most ``width`` characters.

    >>> shorten("a long label", 8)
    'a long…'
    """
    line = " ".join(clean(text).split())
    return line if len(line) <= width else f"{line[: width - 1].rstrip()}…"


def number(value: float | None, *, digits: int = 3) -> str:
    """The number with so many significant digits and thousands separated; a dash where it is not known.

    A share below 1 keeps as many digits as it takes not to read as 1.

    >>> number(1234567.0), number(0.04567), number(64.0), number(None)
    ('1,230,000', '0.0457', '64', '—')
    >>> number(0.9999), number(0.99999), number(0.9989)
    ('0.9999', '0.99999', '0.999')
    """
    if value is None or not math.isfinite(value):
        return DASH
    if value == round(value) and abs(value) < 10**digits:
        return f"{value:.0f}"
    places = digits - 1 - math.floor(math.log10(abs(value)))
    if abs(value) < 1 <= abs(round(value, places)):
        away = max(round(1 - abs(value), MOST_NINES + 1), 10.0**-MOST_NINES)
        places = -math.floor(math.log10(away))
    return f"{round(value, places):,.{max(places, 0)}f}"


def whole(value: float | None) -> str:
    """The number rounded to a whole one, thousands separated.

    >>> whole(43829.6)
    '43,830'
    """
    return DASH if value is None or not math.isfinite(value) else f"{value:,.0f}"


def usd(value: float | None) -> str:
    """An amount in US dollars; cents only below ten dollars.

    >>> usd(1234.5), usd(0.4), usd(-3.0), usd(None)
    ('$1,234', '$0.40', '−$3.00', '—')
    """
    if value is None or not math.isfinite(value):
        return DASH
    sign = "−" if value < 0 else ""
    return f"{sign}${abs(value):,.{0 if abs(value) >= 10 or value == 0 else 2}f}"


def usd_change(value: float | None) -> str:
    """A change in US dollars, with its sign.

    >>> usd_change(120.0), usd_change(-40.0)
    ('+$120', '−$40')
    """
    return usd(value) if value is None or value <= 0 else f"+{usd(value)}"


def percent(share: float | None) -> str:
    """A share as a percentage, with the more digits the nearer it is to 0 or 1.

    >>> percent(0.9812) == f"98.1{NBSP}%", percent(0.99987) == f"99.987{NBSP}%", percent(1.0) == f"100{NBSP}%"
    (True, True, True)
    """
    if share is None or not math.isfinite(share):
        return DASH
    if share in (0.0, 1.0):
        return f"{share * 100:.0f}{NBSP}%"
    away = min(abs(share), abs(1 - share)) * 100
    places = 1 if away >= 1 else min(1 - math.floor(math.log10(away)), 5)
    return f"{share * 100:.{places}f}{NBSP}%"


def plural(count: float, noun: str) -> str:
    """The count with its noun.

    >>> plural(1, "day"), plural(2, "day")
    ('1 day', '2 days')
    """
    return f"{whole(count)} {noun}" if round(count) == 1 else f"{whole(count)} {noun}s"


def exact_percent(share: float) -> str:
    """A share that somebody set, such as a threshold, as a percentage with just its own digits.

    >>> exact_percent(0.95) == f"95{NBSP}%", exact_percent(0.9995) == f"99.95{NBSP}%"
    (True, True)
    """
    return f"{share * 100:.8g}{NBSP}%"


def duration(seconds: float | None) -> str:
    """A duration in the unit that reads best.

    >>> duration(42.0) == f"42{NBSP}s", duration(300.0) == f"5{NBSP}min", duration(9000.0) == f"2.5{NBSP}h"
    (True, True, True)
    """
    if seconds is None or not math.isfinite(seconds):
        return DASH
    size, unit = (1, "s") if seconds < 100 else (60, "min") if seconds < 6000 else (3600, "h")
    return (
        f"{seconds / size:.3g}{NBSP}{unit}"
        if seconds / size < 1000
        else f"{whole(seconds / size)}{NBSP}{unit}"
    )


def day(value: date | None) -> str:
    """A date in words.

    >>> day(date(2026, 12, 4))
    '4 December 2026'
    """
    return DASH if value is None else f"{value.day} {_MONTHS[value.month - 1]} {value.year}"


def compact(value: float) -> str:
    """A large count for the axis of a plot.

    >>> compact(1500.0), compact(2_000_000.0), compact(0.5)
    ('1.5k', '2M', '0.5')
    """
    for size, suffix in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if value >= size * 0.9995:
            return f"{value / size:.3g}{suffix}"
    return f"{value:.3g}"
