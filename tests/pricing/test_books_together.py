"""Several books in one folder."""

import shutil
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest

from toolkit.pricing.book import PriceBook, book_of, books
from toolkit.project import Faults, Folder, InputError, shipped


def test_a_vendor_with_two_books_is_a_fault(tmp_path: Path, shipped_books: Mapping[str, PriceBook]) -> None:
    shutil.copytree(shipped("data") / "pricing", tmp_path / "pricing")
    shutil.copy(tmp_path / "pricing" / "ably.yaml", tmp_path / "pricing" / "ably-2.yaml")
    faults = Faults()
    found = books(Folder(tmp_path).documents("pricing", faults), faults)
    assert [fault.wrong for fault in faults.errors] == ["'ably' has a book already: ably-2.yaml"]
    assert sorted(found) == sorted(shipped_books)


def test_a_wrong_book_does_not_hide_the_others(
    tmp_path: Path, shipped_books: Mapping[str, PriceBook]
) -> None:
    shutil.copytree(shipped("data") / "pricing", tmp_path / "pricing")
    (tmp_path / "pricing" / "bad.yaml").write_text("vendor: bad\n")
    faults = Faults()
    found = books(Folder(tmp_path).documents("pricing", faults), faults)
    assert sorted(found) == sorted(shipped_books)
    assert {fault.field for fault in faults.errors} == {"name", "currency", "sources", "plans"}


def test_an_unknown_vendor_is_told_with_those_that_exist(shipped_books: Mapping[str, PriceBook]) -> None:
    every = ", ".join(shipped_books)
    with pytest.raises(InputError, match=rf"'abbly' is no vendor .* {every}; did you mean ably\?"):
        book_of(shipped_books, "abbly")


def test_a_known_vendor_gives_its_book(shipped_books: Mapping[str, PriceBook]) -> None:
    assert book_of(shipped_books, "pusher").name == "Pusher Channels"


def test_an_unknown_plan_is_told_with_those_that_exist(ably: PriceBook, as_of: date) -> None:
    with pytest.raises(
        InputError,
        match=r"'standrad' is no plan of ably: there are free, .*; did you mean standard\?",
    ):
        ably.plan("standrad", as_of=as_of)
