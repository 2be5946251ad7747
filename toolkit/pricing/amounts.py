"""Exact numbers: read as they are written, divided, and written in full."""

import re
from decimal import ROUND_HALF_EVEN, Context, Decimal, Inexact, InvalidOperation, localcontext
from typing import Any

from toolkit.project import shortened

EXACT = Context(prec=250, traps=[Inexact, InvalidOperation])
"""Arithmetic that raises rather than rounds: wide enough for any usage times any price of a book."""

ROUNDED = Context(prec=250, rounding=ROUND_HALF_EVEN)
QUOTIENT = Decimal("1E-12")

MAX_NUMBER = 10**15
MAX_DECIMALS = 30
WRITTEN = re.compile(r"[-+]?((0|[1-9]\d*)(\.\d*)?|\.\d+)([eE][-+]?\d{1,4})?", re.ASCII)
"""How a number may be written: no separators, no blanks, no leading zeros, no exponent that nobody means."""


def exact_number(value: Any) -> Any:
    """The number as it was written: the file's own digits, or else the shortest ones of a float."""
    shown = shortened(repr(value))
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        raise ValueError(f"{shown} is not a number|write a number of 0 or more")
    text = getattr(value, "written", None) or (repr(value) if isinstance(value, float) else str(value))
    number = Decimal(text) if WRITTEN.fullmatch(text) else Decimal("NaN")
    if not number.is_finite() or number < 0:
        raise ValueError(f"{shown} is not a number of 0 or more|write a number of 0 or more")
    if number > MAX_NUMBER or _decimals(number) > MAX_DECIMALS:
        raise ValueError(f"{shown} is out of range|write at most {MAX_NUMBER:,} and {MAX_DECIMALS} decimals")
    return number.copy_abs()


def quotient(dividend: Decimal, divisor: Decimal) -> Decimal:
    """The quotient: exact where twelve decimals hold it, else rounded to them, half to even.

    >>> quotient(Decimal(150), Decimal(24)), quotient(Decimal(100), Decimal(24))
    (Decimal('6.25'), Decimal('4.166666666667'))
    """
    with localcontext(ROUNDED):
        return (dividend / divisor).quantize(QUOTIENT).normalize()


def _decimals(number: Decimal) -> int:
    exponent = number.as_tuple().exponent
    return -exponent if isinstance(exponent, int) else 0


def plain(number: Decimal) -> str:
    """The number in full, without exponent and trailing zeros.

    >>> plain(Decimal("1.760E+8")), plain(Decimal("0.0000025000"))
    ('176000000', '0.0000025')
    """
    text = f"{number:f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text) or "0"


def money(amount: Decimal | None) -> str | None:
    """The amount in full, to the cent at least; None where it is unknown.

    >>> money(Decimal("94.5")), money(Decimal("0.002075"))
    ('94.50', '0.002075')
    """
    if amount is None:
        return None
    whole, _, fraction = plain(amount).partition(".")
    return f"{whole}.{fraction.ljust(2, '0')}"
