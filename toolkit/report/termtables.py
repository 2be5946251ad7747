"""Tables and numbers for a terminal; no text from data is read as markup."""

from typing import Any

from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table
from rich.text import Text

from toolkit.project.faults import printable

PLAIN_WIDTH = 140
"""Columns of output that no terminal reads: wide enough that no cell is cut."""

Document = dict[str, Any]


def console() -> Console:
    made = Console(highlight=False, markup=False, emoji=False)
    if not made.is_terminal:
        made.width = PLAIN_WIDTH
    return made


def table_of(title: str, columns: list[str], rows: list[list[str]], *, left: int = 1) -> Table:
    table = Table(title=text_of(title), title_justify="left", box=SIMPLE, pad_edge=False)
    for index, column in enumerate(columns):
        table.add_column(text_of(column), justify="left" if index < left else "right", overflow="fold")
    for row in rows:
        table.add_row(*(text_of(cell) for cell in row))
    return table


def text_of(text: str, style: str = "") -> Text:
    """Text that neither markup nor control characters can turn into anything else."""
    return Text(printable(text), style=style)


def number(value: float | None, digits: int = 4) -> str:
    """A number for reading, or a dash for None.

    >>> number(None), number(1234567.0), number(0.98765)
    ('—', '1,234,567', '0.9877')
    """
    if value is None:
        return "—"
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.{digits}g}"


def dollars(value: float | None) -> str:
    """An amount in US dollars, or a dash for None."""
    return "—" if value is None else f"{value:,.2f}" if abs(value) < 100 else f"{value:,.0f}"


def show_limits(on: Console, document: Document) -> None:
    for limit in document["limits"]:
        on.print(text_of(f"Note: {limit}"))
