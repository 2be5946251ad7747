"""Small price books, as text, for tests of the tariff language."""

from collections.abc import Callable
from textwrap import dedent, indent

from toolkit.pricing.book import PriceBook

MakeBook = Callable[[str], PriceBook]
BookFaults = Callable[[str], list[str]]

SOURCED = "source: list"
LIST = "list: {where: a price list, as_of: 2026-01-01, grade: published, recheck: Read the list again.}"


def book_text(plans: str, *, sources: str = LIST) -> str:
    """A whole book around its plans; SOURCED stands for where a price comes from.

    With the one source that it has by default, ``plans:`` is line 6 and the first plan begins in line 7.
    """
    head = f"vendor: acme\nname: Acme\ncurrency: USD\nsources:\n{_nested(sources)}plans:\n"
    return head + _nested(plans.replace("SOURCED", SOURCED))


def one_meter(meter: str, *, fee: str = "0") -> str:
    """A book of one plan, ``only``, with one meter given as the lines of its mapping, from line 14 on."""
    return book_text(plan_text("only", meter, fee=fee))


def plan_text(name: str, *meters: str, fee: str = "0", rest: str = "") -> str:
    """A self-serve plan since 2026: its meters as the lines of their mappings, and what else it has."""
    head = f"- id: {name}\n  name: {name.title()}\n  kind: self_serve\n  valid_from: 2026-01-01\n"
    fees = f"  base_fee: {{amount: {fee}, SOURCED}}\n"
    counted = "".join(f"    -\n{indent(dedent(meter).strip(), ' ' * 6)}\n      SOURCED\n" for meter in meters)
    return head + fees + (f"  meters:\n{counted}" if meters else "") + _nested(rest)


def _nested(text: str) -> str:
    stripped = dedent(text).strip()
    return f"{indent(stripped, '  ')}\n" if stripped else ""
