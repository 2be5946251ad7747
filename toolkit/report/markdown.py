"""Text from data inside Markdown: none of it is ever taken for markup, a link, or a line of its own."""

import json
import re
from typing import Any

from toolkit.report.wording import clean

_SPECIAL = re.compile(r"([\\`*\[\]<>&#|~!@$])")
_EMPHASIS = re.compile(r"(?<![A-Za-z0-9])_+|_+(?![A-Za-z0-9])")
"""Underscores between letters or digits mean nothing."""

_LINKED = re.compile(r"(?i)(:)(?=//)|(?<=www)(\.)")
_LINE_START = re.compile(r"^([-+=]|\d+(?=[.)]))")


def escaped(text: str) -> str:
    r"""The text as Markdown that shows just it, in one line.

    >>> escaped("<script> | [a](b)")
    '\\<script\\> \\| \\[a\\](b)'
    >>> escaped("see https://x.example, www.x.example")
    'see https\\://x.example, www\\.x.example'
    """
    line = " ".join(clean(text).split())
    line = _SPECIAL.sub(r"\\\1", line)
    line = _EMPHASIS.sub(lambda found: r"\_" * len(found.group(0)), line)
    line = _LINKED.sub(lambda found: "\\" + found.group(0), line)
    return _LINE_START.sub(_shielded, line)


def _shielded(found: re.Match[str]) -> str:
    """A list or a rule would begin here; a zero-width joiner before it would be no text of the author's."""
    mark = found.group(0)
    return f"&#{ord(mark[0])};{mark[1:]}"


def code(text: str) -> str:
    """The text as a span of code, fenced by more backticks than it holds.

    >>> code("current"), code("a`b")
    ('`current`', '`` a`b ``')
    """
    line = " ".join(clean(text).split()) or "-"
    longest = max((len(run) for run in re.findall("`+", line)), default=0)
    fence = "`" * (longest + 1)
    room = " " if longest else ""
    return f"{fence}{room}{line}{room}{fence}"


def bullets(items: list[str], nothing: str) -> str:
    """Markdown list items, each of Markdown already; a sentence where there is none."""
    return "\n".join(f"- {item}" for item in items) if items else nothing


def json_block(name: str, document: dict[str, Any]) -> str:
    """A fenced block of JSON: keys in order, one field a line, nothing that hides from a reader."""
    text = json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False, allow_nan=False)
    shown = "".join(
        char if char.isprintable() or char == "\n" or ord(char) > 0xFFFF else f"\\u{ord(char):04x}"
        for char in text
    )
    return f"```json {name}\n{shown}\n```"
