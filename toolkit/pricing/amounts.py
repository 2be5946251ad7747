"""Exact numbers as text."""

from decimal import Decimal


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
