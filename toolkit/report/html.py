"""Our own pages: every text escaped, one stylesheet, and a policy that lets nothing be loaded."""

import base64
import hashlib
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from toolkit.report.wording import clean

TEMPLATES = Path(__file__).parent / "templates"


def render(template: str, **values: Any) -> str:
    """The page of a template, whole and self-contained."""
    return _environment().get_template(template).render(values, **furniture())


@cache
def furniture() -> dict[str, Any]:
    """What every page carries: its one stylesheet and the policy that allows this stylesheet by its hash."""
    style = (TEMPLATES / "style.css").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    # Markup: both are the toolkit's own text, and a browser hashes the stylesheet as it stands.
    return {
        "style": Markup(style),
        "policy": Markup(f"default-src 'none'; img-src data:; style-src 'sha256-{digest}'; base-uri 'none'"),
    }


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
