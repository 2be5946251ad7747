"""Price books for tests: those that ship, and small ones written on the spot."""

from collections.abc import Mapping
from datetime import date
from functools import partial
from pathlib import Path

import pytest
from pricebooks import BookFaults, MakeBook

from toolkit.pricing.book import PriceBook, books
from toolkit.project import Faults, Folder, read_yaml, shipped


class Shipped(dict[str, PriceBook]):
    """Hypothesis prints the arguments of what fails, and all books are too much to read."""

    def __repr__(self) -> str:
        return f"<the books of {', '.join(self)}>"


@pytest.fixture(scope="session")
def shipped_books() -> Mapping[str, PriceBook]:
    faults = Faults()
    found = books(Folder(shipped("data")).documents("pricing", faults), faults)
    assert not faults.found, str(faults)
    return Shipped(found)


@pytest.fixture(scope="session")
def ably(shipped_books: Mapping[str, PriceBook]) -> PriceBook:
    return shipped_books["ably"]


@pytest.fixture(scope="session")
def pusher(shipped_books: Mapping[str, PriceBook]) -> PriceBook:
    return shipped_books["pusher"]


@pytest.fixture(scope="session")
def pubnub(shipped_books: Mapping[str, PriceBook]) -> PriceBook:
    return shipped_books["pubnub"]


@pytest.fixture(scope="session")
def as_of() -> date:
    """The day that the folder which ships is pinned to."""
    return date(2026, 11, 23)


@pytest.fixture
def make_book(tmp_path: Path) -> MakeBook:
    """Reads a book from its text, as a file of ``pricing/`` is read."""
    return partial(_read_book, tmp_path / "acme.yaml")


@pytest.fixture(scope="module")
def module_book(tmp_path_factory: pytest.TempPathFactory) -> MakeBook:
    """The same for property tests, whose books stay while their examples change."""
    return partial(_read_book, tmp_path_factory.mktemp("books") / "acme.yaml")


def _read_book(path: Path, text: str) -> PriceBook:
    path.write_text(text)
    faults = Faults()
    document = read_yaml(path, faults)
    assert document is not None, str(faults)
    found = books([document], faults)
    assert not faults.found, str(faults)
    return found["acme"]


@pytest.fixture
def book_faults(tmp_path: Path) -> BookFaults:
    """Every fault of a book's text, as a user reads it, without the folder."""

    def read(text: str) -> list[str]:
        path = tmp_path / "acme.yaml"
        path.write_text(text)
        faults = Faults()
        document = read_yaml(path, faults)
        books([document] if document else [], faults)
        return [str(fault).removeprefix(f"{tmp_path}/") for fault in faults]

    return read
