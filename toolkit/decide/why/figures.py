"""Which figures of the inputs moved: the leaves of their files, by name, with old and new value."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

Leaf = str | float | bool | None

NAMES = ("id", "plan", "vendor", "name", "meter", "as_of", "do")
"""By what an entry of a list is named, where it has it; its place would shift with every entry before it."""


@dataclass(frozen=True, kw_only=True)
class Moved:
    """A figure that differs; None where it was not there, or is not there any more."""

    source: str
    name: str
    was: Leaf
    now: Leaf

    def to_document(self) -> dict[str, Any]:
        return {"source": self.source, "name": self.name, "was": self.was, "now": self.now}


def moved(source: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Moved]:
    """The leaves that differ, in the order of the new tree, those that are gone last.

    Args:
        source: of both, one of :data:`toolkit.decide.why.attribution.SOURCES`.
        before, after: trees of mappings, lists and plain values.
    """
    old, new = dict(leaves(before)), dict(leaves(after))
    return [
        Moved(source=source, name=name, was=old.get(name), now=new.get(name))
        for name in dict.fromkeys([*new, *old])
        if old.get(name) != new.get(name)
    ]


def leaves(node: Any, at: str = "") -> Iterator[tuple[str, Leaf]]:
    """Every plain value of a tree with its path.

    >>> dict(leaves({"plans": [{"id": "pro", "base_fee": {"amount": 99}}], "title": "T"}))
    {'plans[pro].base_fee.amount': 99.0, 'title': 'T'}
    """
    if isinstance(node, Mapping):
        for key, child in node.items():
            yield from leaves(child, f"{at}.{key}" if at else str(key))
    elif isinstance(node, list):
        for name, child in _named(node):
            yield from leaves(child, f"{at}[{name}]")
    elif node is None or isinstance(node, bool | str):
        yield at, node
    elif isinstance(node, int | float):
        yield at, float(node)
    else:
        yield at, node.isoformat() if isinstance(node, date) else str(node)


def _named(entries: list[Any]) -> Iterator[tuple[str, Any]]:
    """The entries of a list by a name that each of them has to itself, else by their place."""
    for key in NAMES:
        found = [entry.get(key) if isinstance(entry, Mapping) else None for entry in entries]
        names = [str(name) for name in found if isinstance(name, str | date)]
        if len(set(names)) == len(entries):
            yield from zip(names, entries, strict=True)
            return
    yield from ((str(place), entry) for place, entry in enumerate(entries))
