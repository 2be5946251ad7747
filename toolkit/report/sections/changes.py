"""What changed since the last good build, and why; also where nothing did."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from toolkit.report.tables import Cell, Column, Table
from toolkit.report.wording import number

Document = Mapping[str, Any]

SOURCES = ("data", "prices", "day", "settings", "weights", "code")
LABELS = {
    "data": "recordings", "prices": "prices", "day": "the day", "settings": "plan, scenario, options",
    "weights": "weights", "code": "code",
}  # fmt: skip

MOST_MOVED = 40
"""Figures that moved on the page; the document has all of them."""

FIRST_BUILD = "This is the first report here, so there is none to compare it with."


@dataclass(frozen=True)
class ChangesView:
    """The changes as the page shows them.

    Args:
        lead: the whole in one sentence.
        sentences: one for each verdict and each choice that changed.
        tables: the totals by source, and the figures that moved; none where nothing did.
    """

    lead: str
    sentences: list[str]
    tables: list[Table]


def changes_view(
    changes: Document | None,
    *,
    title: str = "",
    titles: Mapping[str, str] | None = None,
    names: Mapping[str, str] | None = None,
) -> ChangesView:
    """The changes of one scenario.

    Args:
        changes: of the decision's document. None for the first build.
        title: of the scenario, where a page holds several.
        titles: of the phases, by id. None leaves the ids.
        names: what readers call each option, alike.
    """
    titles, names = titles or {}, names or {}
    if changes is None:
        return ChangesView(FIRST_BUILD, [], [])
    suffix = f", {title}" if title else ""
    tables = [_costs(changes, suffix, names), _moved(changes, suffix)]
    sentences = [_retold(entry, titles, names) for entry in _word_changes(changes)]
    return ChangesView(changes["text"], sentences, [table for table in tables if table.rows])


def change_sentences(changes: Document) -> list[str]:
    """The changes as sentences, for a terminal."""
    moved = [
        f"{entry['name']}: {_cell(entry['was'])} became {_cell(entry['now'])} ({LABELS[entry['source']]})"
        for entry in changes["inputs"][:MOST_MOVED]
    ]
    left = len(changes["inputs"]) - MOST_MOVED
    more = [f"and {left} more figures that moved; --json has all"] if left > 0 else []
    return [changes["text"], *_words(changes), *(cost["text"] for cost in changes["costs"]), *moved, *more]


def _words(changes: Document) -> list[str]:
    return [entry["text"] for entry in _word_changes(changes)]


def _word_changes(changes: Document) -> list[Document]:
    """The verdicts that are others now, then the option that ranks first where it is another one."""
    return [*changes["verdicts"], *([changes["ranked_first"]] if changes["ranked_first"] else [])]


def _retold(entry: Document, titles: Mapping[str, str], names: Mapping[str, str]) -> str:
    """A change with its sources, its phase by title or its options by name."""
    before, between, rest = str(entry["text"]).partition(" became ")
    if entry["phase"] is not None:
        title = titles.get(entry["phase"])
        head = before.removeprefix(entry["phase"])
        return f"“{title}”{head}{between}{rest}" if title else f"{before}{between}{rest}"
    was, now = (entry[end] or "none" for end in ("from", "to"))
    told = f"{before.removesuffix(was)}{names.get(was, was)}{between}"
    return f"{told}{names.get(now, now)}{rest.removeprefix(now)}"


def _costs(changes: Document, suffix: str, names: Mapping[str, str]) -> Table:
    columns = [
        Column("Option"), Column("Before", "USD", numeric=True), Column("Now", "USD", numeric=True),
        Column("Difference", "USD", numeric=True),
        *(Column(f"By {LABELS[source]}", "USD", numeric=True) for source in SOURCES),
    ]  # fmt: skip
    rows: list[list[Cell]] = [
        [names.get(cost["option"], cost["option"]),
         *(_dollars(cost[name]) for name in ("from", "to", "difference")),
         *(_dollars((cost["by"] or {}).get(source)) for source in SOURCES)]
        for cost in changes["costs"]
    ]  # fmt: skip
    absent = "not known, or not to be told apart"
    return Table(
        caption=f"Expected totals that changed, by what changed them{suffix}", columns=columns, rows=rows,
        absent=absent,
    )  # fmt: skip


def _moved(changes: Document, suffix: str) -> Table:
    rows: list[list[Cell]] = [
        [entry["name"], LABELS[entry["source"]], _cell(entry["was"]), _cell(entry["now"])]
        for entry in changes["inputs"][:MOST_MOVED]
    ]
    left = len(changes["inputs"]) - len(rows)
    more = f"; {left} more are in decision.json" if left else ""
    columns = [Column("Figure"), Column("Source", shape="short"), Column("Before"), Column("Now")]
    return Table(caption=f"Figures that moved{suffix}{more}", columns=columns, rows=rows)


def _dollars(amount_usd: float | None) -> str | None:
    return None if amount_usd is None else f"{amount_usd:,.2f}"


def _cell(value: str | float | bool | None) -> str:
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value if isinstance(value, str) else number(float(value))
