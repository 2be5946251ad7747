"""Small price books, as text, for tests of the tariff language."""

from collections.abc import Callable
from textwrap import dedent, indent

from toolkit.pricing.book import PriceBook

MakeBook = Callable[[str], PriceBook]
BookFaults = Callable[[str], list[str]]

SOURCED = "source: a price list, as_of: 2026-01-01, grade: published"


def book_text(plans: str) -> str:
    """A whole book around its plans; SOURCED stands for where a price comes from."""
    head = "vendor: acme\nname: Acme\ncurrency: USD\nplans:\n"
    return head + indent(dedent(plans).strip().replace("SOURCED", SOURCED), "  ") + "\n"


def one_meter(meter: str, *, fee: str = "0") -> str:
    """A book of one plan, ``only``, with one meter given as the lines of its mapping."""
    plan = f"""
- id: only
  name: Only
  kind: self_serve
  valid_from: 2026-01-01
  base_fee: {{amount: {fee}, SOURCED}}
  meters:
    -
"""
    lines = f"{dedent(meter).strip()}\n{SOURCED.replace(', ', chr(10))}"
    return book_text(plan + indent(lines, " " * 6))
