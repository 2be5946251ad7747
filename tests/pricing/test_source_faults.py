"""The sources of a book: every price names one, and each says where, since when, how strong, how to check."""

from datetime import date

import pytest
from pricebooks import LIST, BookFaults, MakeBook, book_text, plan_text

METER = "meter: messages\ncounts: {messages_delivered: 1}\ntiers: [{unit_price_per: {amount: 1}}]"
REST = """
units: {connections: 10, sizes: [1], SOURCED}
limits: {peak_channels: 5}
limits_source: {SOURCED}
sla: {promise: 0.99, SOURCED, text: as they say}
"""
BOOK = book_text(plan_text("basic", METER, fee="5", rest=REST))


def test_the_book_that_these_spoil_is_sound(book_faults: BookFaults) -> None:
    assert book_faults(BOOK) == []


@pytest.mark.parametrize(
    ("line", "field"),
    [
        (11, "plans[0].base_fee.source"),
        (17, "plans[0].meters[0].source"),
        (18, "plans[0].units.source"),
        (20, "plans[0].limits_source.source"),
        (21, "plans[0].sla.source"),
    ],
)
def test_an_unknown_source_is_told_at_its_line(book_faults: BookFaults, line: int, field: str) -> None:
    lines = BOOK.splitlines()
    lines[line - 1] = lines[line - 1].replace("source: list", "source: lits")
    assert book_faults("\n".join(lines) + "\n") == [
        f"acme.yaml:{line}: {field}: 'lits' is not one of the book's sources; did you mean list?"
    ]


def test_every_unknown_source_is_told_at_once_beside_other_faults(book_faults: BookFaults) -> None:
    found = book_faults(BOOK.replace("source: list", "source: nowhere").replace("USD", "EUR"))
    assert [fault.split(":")[1] for fault in found] == ["3", "11", "17", "18", "20", "21"]
    assert all(fault.endswith("use one of list") for fault in found[1:])


@pytest.mark.parametrize(
    ("sources", "told"),
    [
        ("", "acme.yaml:4: sources:"),
        ("{}", "acme.yaml:4: sources: a mapping:"),
        ("[]", "acme.yaml:4: sources: a list:"),
    ],
)
def test_a_book_has_sources(book_faults: BookFaults, sources: str, told: str) -> None:
    found = book_faults(book_text(plan_text("basic"), sources=sources))
    assert found[0].startswith(told)
    assert found[1].endswith(
        "'list' is not one of the book's sources; there is none to choose from; add one first"
    )


def test_a_book_without_the_table_is_told_so(book_faults: BookFaults) -> None:
    found = book_faults(BOOK.replace(f"sources:\n  {LIST}\n", ""))
    assert found[0] == "acme.yaml:1: sources: is missing; add it"


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("where: a price list, ", "", "sources.list.where: is missing; add it"),
        ("as_of: 2026-01-01, ", "", "sources.list.as_of: is missing; add it"),
        ("grade: published, ", "", "sources.list.grade: is missing; add it"),
        (", recheck: Read the list again.", "", "sources.list.recheck: is missing; add it"),
        ("recheck: Read the list again.", "recheck: ''", "sources.list.recheck: ''"),
        ("grade: published", "grade: rumour", "sources.list.grade: 'rumour' is not one of the choices"),
        ("where:", "wher:", "sources.list.wher: is not a known key; did you mean where?"),
        (
            "as_of: 2026-01-01",
            "as_of: 2026-01-01, confirmed: 2025-12-31",
            "sources.list: confirmed 2025-12-31 is before as_of 2026-01-01; write as_of <= confirmed",
        ),
    ],
)
def test_a_source_that_makes_no_sense(book_faults: BookFaults, old: str, new: str, told: str) -> None:
    found = book_faults(BOOK.replace(old, new, 1))
    assert any(fault.startswith(f"acme.yaml:5: {told}") for fault in found), found


@pytest.mark.parametrize("key", ["as_of: 2026-01-01", "confirmed: 2026-01-01", "grade: published"])
def test_evidence_stands_under_sources_and_not_beside_a_price(book_faults: BookFaults, key: str) -> None:
    for line in (11, 17):
        lines = BOOK.splitlines()
        beside = f"source: list, {key}" if line == 11 else f"source: list\n        {key}"
        lines[line - 1] = lines[line - 1].replace("source: list", beside)
        (fault,) = book_faults("\n".join(lines) + "\n")
        assert f".{key.partition(':')[0]}: is not a known key" in fault


def test_a_note_may_stand_beside_a_price(make_book: MakeBook) -> None:
    book = make_book(book_text(plan_text("basic").replace("SOURCED", "SOURCED, note: of one page")))
    assert book.plans[0].base_fee.note == "of one page"
    assert book.source(book.plans[0].base_fee).where == "a price list"


def test_what_a_source_said_ends_on_the_day_asked(make_book: MakeBook) -> None:
    text = LIST.replace("as_of: 2026-01-01", "as_of: 2026-01-01, confirmed: 2026-03-01")
    source = make_book(book_text(plan_text("basic"), sources=text)).sources["list"]
    assert source.newest(date(2025, 12, 31)) is None
    assert source.newest(date(2026, 2, 28)) == date(2026, 1, 1)
    assert source.newest(date(2026, 11, 23)) == date(2026, 3, 1)
