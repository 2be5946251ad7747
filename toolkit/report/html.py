"""Our own pages: every text escaped, one stylesheet, and a policy that lets nothing be loaded."""

import base64
import hashlib
import json
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from toolkit.report.direction import isolated
from toolkit.report.wording import clean

TEMPLATES = Path(__file__).parent / "templates"


def render(template: str, *, more_style: str = "", script: str = "", **values: Any) -> str:
    """The page of a template, whole and self-contained.

    Args:
        template: its file's name.
        more_style: rules of this page alone, which follow those of all.
        script: the toolkit's own script, which the page may run. Empty: the page may run none.
        values: what the template tells.
    """
    return isolated(_environment().get_template(template).render(values, **furniture(more_style, script)))


@cache
def furniture(more_style: str = "", script: str = "") -> dict[str, Any]:
    """What every page carries: one stylesheet, and the policy that allows it and a script by their hashes."""
    style = (TEMPLATES / "style.css").read_text(encoding="utf-8") + more_style
    scripts = f" script-src {_hash(script)};" if script else ""
    # Markup: all are the toolkit's own text, and a browser hashes stylesheet and script as they stand.
    return {
        "style": Markup(style),
        "script": Markup(script),
        "policy": Markup(
            f"default-src 'none'; img-src data:; style-src {_hash(style)};{scripts} base-uri 'none'"
        ),
    }


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def json_block(document: Any) -> Markup:
    """A document as JSON for a block of data in a page; nothing in it ends the block or begins a comment."""
    text = json.dumps(document, ensure_ascii=True, separators=(",", ":"), allow_nan=False)
    for char in "<>&":
        text = text.replace(char, f"\\u{ord(char):04x}")
    # Markup: escaped as JSON, where a browser knows no other escapes.
    return Markup(text)


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        finalize=_finalize,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def _finalize(value: Any) -> Any:
    """Every text loses control characters on its way out; None must have become a dash before."""
    if value is None:
        raise ValueError("a template was given None where a reader needs a word")
    return clean(value) if isinstance(value, str) and not isinstance(value, Markup) else value
