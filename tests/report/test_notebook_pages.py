"""A notebook's page keeps its prose, code, tables and pictures, and lets nothing run or load."""

from typing import Any

import nbformat
import pandas as pd
import pytest
from report_html import Reader, assert_self_contained
from test_picture_bytes import drawing

from toolkit.report.appendix import notebook_page, safe_html, title_of

HOSTILE = [
    "<script>alert(1)</script>",
    '<img src="x" onerror="alert(1)">',
    '<a href="javascript:alert(1)">x</a>',
    '<a href="data:text/html,<script>alert(1)</script>">x</a>',
    "<svg onload=alert(1)>",
    '<p style="background:url(https://example.org)">x</p>',
    "<iframe src='https://example.org'></iframe>",
    "<style>body{display:none}</style>",
    "<img src='https://example.org/x.png'>",
    "</main></body><h1>x</h1>",
    "<div><p>unclosed",
    "<!-- <script> -->",
]


def executed(*cells: Any) -> Any:
    made: Any = nbformat.v4.new_notebook()
    made.cells = [nbformat.v4.new_markdown_cell("# A title\n\nProse with *weight*.", id="t"), *cells]
    return made


def output(data: dict[str, Any], *, source: str = "1 + 1", tags: tuple[str, ...] = ()) -> Any:
    cell: Any = nbformat.v4.new_code_cell(source, id="c")
    cell.metadata["tags"] = list(tags)
    cell.outputs = [nbformat.v4.new_output("display_data", data=data)]
    return cell


def page(*cells: Any) -> str:
    return notebook_page(executed(*cells), name="a", pages=[("a", "A title"), ("b", "B")], build_id="x")


def test_a_page_is_self_contained_and_has_one_h1() -> None:
    html = page(output({"text/html": drawing()._repr_html_(), "text/plain": "x"}))
    assert_self_contained(html)
    assert Reader(html).headings == [1]
    assert "<h1>A title</h1>" in html
    assert "<em>weight</em>" in html


def test_code_is_folded_but_there() -> None:
    html = page(output({"text/plain": "2"}, source="a < b & c"))
    assert "<summary>Code of step 1</summary>" in html
    assert "<code>a &lt; b &amp; c</code>" in html


def test_pictures_and_tables_come_through_unharmed() -> None:
    made = drawing()._repr_html_()
    reader = Reader(safe_html(made))
    assert reader.all("img") == Reader(made).all("img")
    assert reader.all("source") == Reader(made).all("source")
    assert reader.all("th") == Reader(made).all("th")
    assert reader.all("div") == Reader(made).all("div")


@pytest.mark.parametrize("tag", ["parameters", "injected-parameters"])
def test_parameters_and_their_local_paths_are_left_out(tag: str) -> None:
    html = page(output({"text/plain": "p"}, source="project = '/home/x'", tags=(tag,)))
    assert "/home/x" not in html


@pytest.mark.parametrize("kind", ["text/html", "text/markdown", "text/plain", "markdown", "code"])
@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_in_a_notebook_runs_or_loads(kind: str, text: str) -> None:
    if kind == "markdown":
        html = page(nbformat.v4.new_markdown_cell(text, id="m"))
    elif kind == "code":
        html = page(output({"text/plain": "x"}, source=text))
    else:
        html = page(output({kind: text}))
    assert_self_contained(html)


@pytest.mark.parametrize(
    "kind",
    ["application/javascript", "text/vnd.mermaid", "application/vnd.jupyter.widget-view+json", "text/latex"],
)
def test_outputs_that_need_a_script_are_shown_as_their_text(kind: str) -> None:
    html = page(output({kind: "alert(1)", "text/plain": "the plain text"}))
    assert_self_contained(html)
    assert "alert(1)" not in html
    assert "the plain text" in html


def test_raw_cells_are_left_out() -> None:
    assert "alert" not in page(nbformat.v4.new_raw_cell("<script>alert(1)</script>", id="r"))


def test_a_frame_of_pandas_loses_its_stylesheet_and_nothing_else() -> None:
    frame = "<div>\n<style scoped>\n .dataframe {}\n</style>\n<table><tr><td>1</td></tr></table></div>"
    assert "dataframe" not in safe_html(frame)
    assert "<td>1</td>" in safe_html(frame)


def test_streams_lose_their_colours_and_are_escaped() -> None:
    cell: Any = nbformat.v4.new_code_cell("x", id="c")
    cell.outputs = [nbformat.v4.new_output("stream", name="stderr", text="\x1b[38;5;208m<b>warm</b>\x1b[0m")]
    html = page(cell)
    assert_self_contained(html)
    assert '<pre class="stream">&lt;b&gt;warm&lt;/b&gt;</pre>' in html


def test_the_pages_of_a_report_link_to_each_other() -> None:
    links = [link["href"] for link in Reader(page()).all("a")]
    assert links == ["#main", "index.html", "a.html", "b.html"]


def test_the_title_is_that_of_the_metadata_or_the_first_heading_or_the_file() -> None:
    made = executed()
    assert title_of(made, "file") == "A title"
    made.metadata["title"] = "Set"
    assert title_of(made, "file") == "Set"
    assert title_of(nbformat.v4.new_notebook(), "file") == "file"


def test_the_same_notebook_gives_the_same_bytes() -> None:
    made = output({"text/html": drawing()._repr_html_()})
    assert page(made) == page(made)


def test_the_table_of_a_frame_is_a_region_that_the_keyboard_reaches_without_empty_headers() -> None:
    frame = pd.DataFrame({"option": ["<b>"], "cost": [1.0]})
    html = page(output({"text/html": frame._repr_html_()}))  # type: ignore[operator]
    assert_self_contained(html)
    regions = [region for region in Reader(html).all("div") if region.get("aria-label") == "A table"]
    assert [(region["class"], region["tabindex"]) for region in regions] == [("scroll", "0")]
    assert "<th></th>" not in html and "<th>cost</th>" in html and "&lt;b&gt;" in html


def test_an_image_that_lies_elsewhere_leaves_nothing_unless_it_says_what_it_shows() -> None:
    assert safe_html('a<img src="https://x.example/a.png">b<img src=x onerror=alert(1)>c') == "abc"
    assert 'alt="a curve"' in safe_html('<img src="x.png" alt="a curve">')


def test_a_heading_of_the_first_rank_in_an_output_is_one_of_the_second() -> None:
    output = nbformat.v4.new_output("display_data", {"text/html": "<h1>gotcha</h1>"})
    html = page(nbformat.v4.new_code_cell("x", id="c", outputs=[output]))
    assert "<h2>gotcha</h2>" in html and html.count("<h1") == 1
