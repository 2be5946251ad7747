"""Executed notebooks as pages: code folded, pictures and tables kept, nothing that could run or load."""

import re
from collections.abc import Sequence
from typing import Any

import bleach  # type: ignore[import-untyped]  # none are published
import nbconvert
from nbconvert.preprocessors import Preprocessor
from traitlets.config import Config

from toolkit.report.direction import isolated
from toolkit.report.html import TEMPLATES, furniture
from toolkit.report.wording import clean

HIDDEN_TAGS = frozenset({"parameters", "injected-parameters", "hidden"})
"""Cells that are left out: the parameters stand in the report's footer, and their values name local paths."""

SHOWN_TYPES = ["text/html", "image/svg+xml", "image/png", "image/jpeg", "text/markdown", "text/plain"]
"""Kinds of output that are shown, best first. Scripts, widgets and scripted diagrams are none of them."""

# fmt: off
_TAGS = frozenset(
    [
        "a",
        "abbr",
        "b",
        "blockquote",
        "br",
        "caption",
        "code",
        "col",
        "colgroup",
        "dd",
        "del",
        "details",
        "div",
        "dl",
        "dt",
        "em",
        "figcaption",
        "figure",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "hr",
        "i",
        "img",
        "kbd",
        "li",
        "ol",
        "p",
        "picture",
        "pre",
        "s",
        "section",
        "small",
        "source",
        "span",
        "strong",
        "sub",
        "summary",
        "sup",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "tr",
        "ul",
    ]
)
_ATTRIBUTES = frozenset(
    [
        "alt",
        "aria-hidden",
        "aria-label",
        "class",
        "colspan",
        "data-grade",
        "data-n",
        "data-source",
        "data-window",
        "id",
        "lang",
        "media",
        "role",
        "rowspan",
        "scope",
        "start",
        "tabindex",
        "title",
    ]
)
# fmt: on
_PICTURE = re.compile(
    r"data:image/(svg\+xml|png|jpeg|gif|webp);base64,[A-Za-z0-9+/=\s]*|data:image/svg\+xml,[^\"<>&#]*"
)

_FRAME = re.compile(r'<table class="dataframe">.*?</table>', re.DOTALL)


def notebook_page(notebook: Any, *, name: str, pages: Sequence[tuple[str, str]], build_id: str) -> str:
    """The page of an executed notebook.

    Args:
        notebook: the executed notebook, as an nbformat node.
        name: stem of its file.
        pages: stem and title of every notebook of the report, for the links between them.
        build_id: the build that the page belongs to.
    """
    resources = {
        **furniture(),
        "page": {"name": name, "title": title_of(notebook, name), "pages": list(pages), "build_id": build_id},
    }
    html, _ = _exporter().from_notebook_node(notebook, resources=resources)
    return isolated(str(html))


def title_of(notebook: Any, name: str) -> str:
    """The notebook's title: of its metadata, else its first heading, else the name of its file."""
    if title := notebook.metadata.get("title"):
        return clean(str(title))
    for cell in notebook.cells:
        if cell.cell_type == "markdown" and (heading := re.search(r"^# +(.+)$", cell.source, re.MULTILINE)):
            return clean(heading.group(1)).strip()
    return clean(name)


def safe_html(html: str) -> str:
    """The HTML with only what a page without scripts needs; anything else is shown as the text that it is."""
    # pandas puts its stylesheet before every table; the page has one of its own and allows no other.
    html = re.sub(r"<style\b.*?</style\s*>", "", html, flags=re.DOTALL | re.IGNORECASE)
    protocols = {"data", "http", "https", "mailto"}
    safe = str(bleach.clean(clean(html), tags=_TAGS, attributes=_allowed, protocols=protocols))
    # What is left of an image that lies elsewhere shows nothing, and says nothing to who cannot see it.
    return _FRAME.sub(_reachable, safe.replace("<img>", ""))


def safe_output(html: str) -> str:
    """The HTML of an output, likewise; the page has one heading of the first rank, and that is its title."""
    return re.sub(r"(</?)h1\b", r"\1h2", safe_html(html))


def _reachable(frame: re.Match[str]) -> str:
    """The table of a pandas frame in a scroll region that the keyboard reaches, with no empty header."""
    table = frame[0].replace("<th></th>", "<td></td>")
    return f'<div class="scroll" role="group" tabindex="0" aria-label="A table">{table}</div>'


def _allowed(tag: str, name: str, value: str) -> bool:
    if name in ("src", "srcset"):
        return tag in ("img", "source") and _PICTURE.fullmatch(value) is not None
    if name == "href":
        return tag == "a" and not value.strip().lower().startswith("data:")
    return name in _ATTRIBUTES


class _Fold(Preprocessor):
    """Leaves out the cells of the machinery and every kind of output that is not shown."""

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        nb.cells = [cell for cell in nb.cells if not HIDDEN_TAGS & set(cell.metadata.get("tags", []))]
        code = [cell for cell in nb.cells if cell.cell_type == "code"]
        for step, cell in enumerate(code, 1):
            cell.metadata["step"] = step
            for output in cell.get("outputs", []):
                if "data" in output:
                    output.data = {kind: data for kind, data in output.data.items() if kind in SHOWN_TYPES}
        return nb, resources


def _exporter() -> Any:
    config = Config()
    config.HTMLExporter.exclude_anchor_links = True
    config.NbConvertBase.display_data_priority = SHOWN_TYPES
    make: Any = nbconvert.HTMLExporter
    exporter = make(config=config, template_name="notebook", extra_template_basedirs=[str(TEMPLATES)])
    exporter.register_preprocessor(_Fold, enabled=True)
    exporter.register_filter("safe_html", safe_html)
    exporter.register_filter("safe_output", safe_output)
    exporter.register_filter("clean", clean)
    return exporter
