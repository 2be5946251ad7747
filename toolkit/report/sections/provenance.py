"""Where every figure comes from: its grade, source, date and what was said beside it."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING

from toolkit.evidence import Figure, strongest
from toolkit.report.evidenced import anchor
from toolkit.report.tables import Cell, Column, Mark, Table
from toolkit.report.wording import number

if TYPE_CHECKING:
    from toolkit.cost.claims import Claim
    from toolkit.cost.option import Option

VERDICT_TONES = {"wrong": "bad", "unsupported": "wait", "outdated": "wait", "confirmed": "good"}


def claims_table(claims: "Sequence[Claim]", options: "Mapping[str, Option]") -> Table:
    """The brief's statements, each with the verdict that the sources reach on it."""
    rows: list[list[Cell]] = [
        [
            claim.statement,
            options[claim.option].name if claim.option in options else claim.option,
            Mark(claim.verdict, VERDICT_TONES.get(claim.verdict, "quiet")),
            claim.evidence,
            f"{claim.source} ({claim.as_of.isoformat()})",
        ]
        for claim in claims
    ]
    columns = [Column("The brief says"), Column("Of"), Column("Verdict", shape="short")]
    columns += [Column("Why", shape="wide"), Column("Source", shape="wide")]
    return Table("What the brief says, and what the sources say", columns, rows)


def figures_table(option: "Option", *, as_of: date) -> Table:
    """Every figure of an option, the one in use first of each quantity; those not yet known are left out."""
    rows: list[list[Cell]] = []
    anchors: list[str] = []
    for quantity, figures in option.figures.items():
        known = [figure for figure in figures if figure.as_of <= as_of]
        used = strongest(known, as_of=as_of)
        rows.extend(
            _row(quantity, figure, used=figure is used)
            for figure in sorted(known, key=lambda f: f is not used)
        )
        anchors += [anchor("figure", option.id, quantity)] if known else []
        anchors += [""] * (len(known) - 1)
    columns = [
        Column("Quantity"), Column("Value", numeric=True), Column("Unit"), Column("Grade", shape="short"),
        Column("Used"), Column("Source", shape="wide"), Column("As of", shape="short"),
        Column("Note", shape="wide"),
    ]  # fmt: skip
    return Table(f"Figures of {option.name}", columns, rows, "nothing to add", anchors)


def _row(quantity: str, figure: Figure, *, used: bool) -> list[Cell]:
    return [
        quantity.replace("_", " "),
        value_of(figure),
        figure.unit,
        Mark(figure.grade, "grade"),
        "yes" if used else "beside it",
        figure.source,
        figure.as_of.isoformat(),
        figure.note,
    ]


def value_of(figure: Figure) -> str:
    """The value, or the median with the range.

    >>> from datetime import date
    >>> value_of(Figure(value=0.999, unit="share", grade="claim", source="s", as_of=date(2026, 1, 1)))
    '0.999'
    """
    if figure.value is not None:
        return (
            number(figure.value, digits=6).rstrip("0").rstrip(".")
            if figure.value % 1
            else f"{figure.value:,.0f}"
        )
    return f"{number(figure.central)} ({number(figure.low)} to {number(figure.high)})"


def inputs_table(inputs: Mapping[str, str]) -> Table:
    """Every input file with the start of its SHA-256."""
    rows: list[list[Cell]] = [[name, digest[:16]] for name, digest in sorted(inputs.items())]
    return Table("Input files", [Column("File"), Column("SHA-256, first 16 digits")], rows)
