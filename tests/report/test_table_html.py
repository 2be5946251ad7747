"""Tables can be walked by a screen reader, and no text in them is ever HTML."""

import re
from html.parser import HTMLParser

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from toolkit.report.html import TEMPLATES
from toolkit.report.tables import (
    LAST_PLACED,
    Column,
    Mark,
    Missing,
    Table,
    bullets,
    from_frame,
    from_records,
)

HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</td></table><h1>",
    "{{ 7*7 }}",
    "&lt;",
]


class Tags(HTMLParser):
    """Collects tags and text as a browser would see them."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        self.text += data


def parsed(html: str) -> Tags:
    tags = Tags()
    tags.feed(html)
    return tags


def table(cell: object, *, caption: str = "A caption") -> Table:
    return Table(caption, [Column("Name"), Column("Value", "ms", numeric=True)], [["row", cell]])  # type: ignore[list-item]


def test_caption_and_header_cells_have_their_scope() -> None:
    html = table(1.0)._repr_html_()
    assert "<caption>A caption</caption>" in html
    assert '<th scope="row">row</th>' in html
    assert '<th scope="col">Name</th>' in html
    assert html.count('scope="col"') == 2


def test_the_scroll_region_can_be_reached_and_says_what_it_is() -> None:
    assert '<div class="scroll" role="group" tabindex="0" aria-label="A caption">' in table(1.0)._repr_html_()


def test_numbers_stand_right_with_their_unit_in_the_header() -> None:
    html = table(1234.5)._repr_html_()
    assert '<table class="n2">' in html
    assert "<td>1,230</td>" in html
    assert '<span class="unit">ms</span>' in html


def test_the_stylesheet_knows_how_each_placed_column_stands_and_later_cells_say_so_themselves() -> None:
    columns = [Column("Name"), *(Column(f"c{place}", numeric=True) for place in range(2, LAST_PLACED + 3))]
    html = Table("C", columns, [["row", *[1.0] * (LAST_PLACED + 1)]])._repr_html_()
    (placed,) = re.findall(r'<table class="([^"]*)">', html)
    assert placed.split() == [f"n{place}" for place in range(2, LAST_PLACED + 1)]
    assert html.count('<td class="number">1</td>') == 2
    style = (TEMPLATES / "style.css").read_text()
    for kind in "nsw":
        for place in range(2, LAST_PLACED + 1):
            assert f".{kind}{place} td:nth-child({place})" in style


def test_none_is_a_dash_whose_meaning_is_told_to_everyone() -> None:
    html = table(None)._repr_html_()
    assert '—<span class="hidden"> not available</span>' in html
    assert "— means: not available." in html


def test_a_dash_can_have_a_reason_of_its_own() -> None:
    assert '— <span class="why">no price is known</span>' in table(Missing("no price is known"))._repr_html_()


def test_zero_is_a_number_and_no_dash() -> None:
    html = table(0.0)._repr_html_()
    assert "<td>0</td>" in html
    assert "—" not in html


def test_no_text_is_taken_for_html() -> None:
    plain = parsed(table("x")._repr_html_()).tags
    for text in HOSTILE:
        for html in (
            table(text, caption=text)._repr_html_(),
            table(Missing(text))._repr_html_(),
            table(Mark(text, text, text))._repr_html_(),
        ):
            found = parsed(html)
            assert [tag for tag in found.tags if tag != "span"] == [tag for tag in plain if tag != "span"]
            assert text in found.text


@given(st.text(max_size=200))
def test_any_text_leaves_the_structure_alone(text: str) -> None:
    assert parsed(table(text, caption=text)._repr_html_()).tags == parsed(table("x")._repr_html_()).tags


def test_direction_marks_cannot_turn_a_row_around() -> None:
    assert "\u202e" not in table("a\u202eb")._repr_html_()


def test_a_frame_becomes_a_table_with_dashes_for_what_is_missing() -> None:
    frame = pd.DataFrame({"option": ["a", "b"], "usd_per_month": [1.5, None], "note": [None, "<b>"]})
    html = from_frame(frame, caption="C", units={"usd_per_month": "USD"})._repr_html_()
    assert '<th scope="col" class="number">usd per month <span class="unit">USD</span></th>' in html
    assert "&lt;b&gt;" in html
    assert html.count("—<span") == 2


def test_records_become_rows_and_lists_are_joined() -> None:
    records = [{"option": "a", "feasible": True, "reasons": ["x", "y"], "more": {"events": 3, "days": None}}]
    html = from_records(records, caption="C")._repr_html_()
    assert "<td>yes</td><td>x; y</td><td>events 3.0</td>" in html.replace("events 3<", "events 3.0<")


def test_a_table_without_rows_says_so() -> None:
    assert from_records([], caption="Flips")._repr_html_() == '<p class="note">Flips: nothing.</p>'


def test_bullets_escape_and_say_when_there_are_none() -> None:
    assert bullets(["<i>"])._repr_html_() == "<ul><li>&lt;i&gt;</li></ul>"
    assert bullets([])._repr_html_() == "<p>Nothing.</p>"
