"""Tables as HTML that a screen reader can walk: a caption, headers with scope, every text escaped."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from numbers import Integral
from typing import TYPE_CHECKING, Any, Literal

from toolkit.report.evidenced import Evidence
from toolkit.report.wording import DASH, clean, number, whole

if TYPE_CHECKING:
    import pandas as pd


LAST_PLACED = 12
"""The last column for which the stylesheet knows how it stands; a later one says so in each of its cells."""


@dataclass(frozen=True)
class Column:
    """A column.

    Args:
        label: its name.
        unit: of its numbers. None where they have none or carry their own.
        numeric: holds numbers, which stand to the right.
        shape: ``wide`` for sentences, ``short`` for a word or a date that must not be broken.
    """

    label: str
    unit: str | None = None
    numeric: bool = False
    shape: Literal["plain", "wide", "short"] = "plain"


@dataclass(frozen=True)
class Missing:
    """A dash with the reason why there is no number."""

    reason: str


@dataclass(frozen=True)
class Mark:
    """A word or a figure, with a tone that the stylesheet knows and what stands behind it.

    Args:
        tone: ``good``, ``bad``, ``wait``, ``grade``, ``plain``, ``total`` or ``quiet``.
        note: below it. None where there is nothing to add.
        evidence: of a figure. None where it is told elsewhere.
    """

    text: str
    tone: str = "quiet"
    note: str | None = None
    evidence: Evidence | None = None


Cell = str | float | Mark | Missing | None


@dataclass(frozen=True)
class Table:
    """A table of text and numbers; nothing in it is ever taken for HTML.

    Args:
        caption: what it shows.
        columns: in order; the first one names the rows.
        rows: cells in the order of the columns. An integer is a count and keeps all digits, any other number
            three; None is a dash.
        absent: what a dash means where its cell gives no reason of its own.
        anchors: id of each row, for links to it. Empty where nothing links to them.
    """

    caption: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]
    absent: str = "not available"
    anchors: Sequence[str] = ()

    def _repr_html_(self) -> str:
        """The table in a scroll region that the keyboard reaches; also what Jupyter displays."""
        caption = _text(self.caption)
        if not self.rows:
            return f'<p class="note">{caption}: nothing.</p>'
        head = "".join(_header(column) for column in self.columns)
        ids = self.anchors or [""] * len(self.rows)
        body = "".join(self._row(row, name) for row, name in zip(self.rows, ids, strict=True))
        return (
            f'<div class="scroll" role="group" tabindex="0" aria-label="{caption}"><table{self._placed()}>'
            f"<caption>{caption}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
            f"{self._note()}"
        )

    __html__ = _repr_html_

    def _placed(self) -> str:
        """How each column stands, said once: ``n3`` where the third holds numbers."""
        columns = list(enumerate(self.columns, 1))[1:LAST_PLACED]
        told = [f"{kind[0]}{place}" for place, column in columns if (kind := _kind(column)) != "plain"]
        return f' class="{" ".join(told)}"' if told else ""

    def _row(self, row: Sequence[Cell], anchor: str) -> str:
        named = f' id="{escape(anchor, quote=True)}"' if anchor else ""
        name = f'<th scope="row">{self._cell(row[0])}</th>'
        cells = (
            f"<td{_aligned(column) if place > LAST_PLACED else ''}>{self._cell(cell)}</td>"
            for place, (column, cell) in enumerate(zip(self.columns[1:], row[1:], strict=True), 2)
        )
        return f"<tr{named}>{name}{''.join(cells)}</tr>"

    def _cell(self, cell: Cell) -> str:
        if cell is None:
            return f'{DASH}<span class="hidden"> {_text(self.absent)}</span>'
        if isinstance(cell, Missing):
            return f'{DASH} <span class="why">{_text(cell.reason)}</span>'
        if isinstance(cell, Mark):
            note = f' <span class="why">{_text(cell.note)}</span>' if cell.note else ""
            behind = "" if cell.evidence is None else cell.evidence.attributes
            return (
                f'<span class="mark {escape(cell.tone, quote=True)}"{behind}>{_text(cell.text)}</span>{note}'
            )
        if isinstance(cell, int):
            return whole(cell)
        return _text(cell) if isinstance(cell, str) else number(float(cell))

    def _note(self) -> str:
        holds_none = any(cell is None for row in self.rows for cell in row)
        return f'<p class="note">{DASH} means: {_text(self.absent)}.</p>' if holds_none else ""


def _kind(column: Column) -> str:
    return "number" if column.numeric else column.shape


def _aligned(column: Column) -> str:
    kind = _kind(column)
    return "" if kind == "plain" else f' class="{kind}"'


def _header(column: Column) -> str:
    unit = f' <span class="unit">{_text(column.unit)}</span>' if column.unit else ""
    return f'<th scope="col"{_aligned(column)}>{_text(column.label)}{unit}</th>'


def _text(text: str | None) -> str:
    return escape(clean(text or ""), quote=True)


def from_frame(frame: "pd.DataFrame", *, caption: str, units: dict[str, str] | None = None) -> Table:
    """The frame as a table, its columns in order, None and NaN as dashes.

    Args:
        frame: the first column names the rows; the index is left out.
        units: unit of each column that has one.
    """
    units = units or {}
    numeric = {name: _is_numeric(frame[name]) for name in frame.columns}
    columns = [
        Column(str(name).replace("_", " "), units.get(str(name)), numeric[name]) for name in frame.columns
    ]
    rows = [[_plain(cell) for cell in row] for row in frame.itertuples(index=False, name=None)]
    return Table(caption=caption, columns=columns, rows=rows)


def _is_numeric(values: Iterable[Any]) -> bool:
    known = [value for value in map(_plain, values) if value is not None]
    return bool(known) and all(isinstance(value, float | int) for value in known)


def _plain(value: Any) -> str | float | None:
    """A cell of pandas as text or number; what pandas calls missing is None."""
    if value is None or value != value:
        return None
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return value
    if isinstance(value, Integral):
        return int(value)
    try:
        return float(value)
    except (TypeError, ValueError):
        return str(value)


def from_records(records: Sequence[Mapping[str, Any]], *, caption: str) -> Table:
    """Records of a JSON document as a table, one row each; lists are joined, nested records told in words."""
    names = list(records[0]) if records else ["nothing"]
    rows = [[_flat(record[name]) for name in names] for record in records]
    numeric = [
        bool(rows) and all(isinstance(row[place], float | int | None) for row in rows)
        for place in range(len(names))
    ]
    columns = [
        Column(name.replace("_", " "), None, number) for name, number in zip(names, numeric, strict=True)
    ]
    return Table(caption=caption, columns=columns, rows=rows)


def _flat(value: Any) -> str | float | None:
    if isinstance(value, Mapping):
        parts = [f"{key} {cell}" for key, inner in value.items() if (cell := _flat(inner)) is not None]
        return ", ".join(parts) or None
    if isinstance(value, list | tuple):
        return "; ".join(str(_flat(inner)) for inner in value) or None
    return _plain(value)


@dataclass(frozen=True)
class Bullets:
    """Sentences as a list; nothing in them is ever taken for HTML."""

    sentences: Sequence[str]

    def _repr_html_(self) -> str:
        items = "".join(f"<li>{_text(sentence)}</li>" for sentence in self.sentences)
        return f"<ul>{items}</ul>" if self.sentences else "<p>Nothing.</p>"

    __html__ = _repr_html_


def bullets(sentences: Sequence[str]) -> Bullets:
    """The sentences as a list, for a notebook."""
    return Bullets(sentences)
