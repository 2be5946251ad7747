"""Text for CSV that people open in a spreadsheet."""

import re
from collections.abc import Mapping
from typing import TypeVar

_FORMULA = re.compile(r"[=@\t\r]|[+-](?!\d+(\.\d+)?$)")

Cell = TypeVar("Cell")


def as_text(cell: Cell) -> Cell | str:
    """The cell, with an apostrophe before what a spreadsheet would run as a formula; numbers stay numbers.

    Source: OWASP, CSV Injection, https://owasp.org/www-community/attacks/CSV_Injection

    >>> as_text("=1+1"), as_text("-cmd"), as_text("-5.00"), as_text("a=b"), as_text(None)
    ("'=1+1", "'-cmd", '-5.00', 'a=b', None)
    """
    return f"'{cell}" if isinstance(cell, str) and _FORMULA.match(cell) else cell


def row_of_texts(row: Mapping[str, Cell]) -> dict[str, Cell | str]:
    """The row with each cell as :func:`as_text` has it."""
    return {column: as_text(cell) for column, cell in row.items()}
