"""Every figure in a headline position says its grade, n, window and source, and where it comes from."""

import dataclasses
import re
from datetime import date
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolkit.report.evidenced import Evidence, anchor
from toolkit.report.inputs import ReportInputs
from toolkit.report.sections import headlines
from toolkit.report.wording import DASH

TOLD = ("data-grade", "data-n", "data-window", "data-source")


class Headlines(HTMLParser):
    """Collects the attributes and the text of every element in a headline position."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[tuple[dict[str, str], str]] = []
        self.links: list[str] = []
        self.ids: list[str] = []
        self._open = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.ids += [given["id"]] if "id" in given else []
        if {"value", "total"} & set(given.get("class", "").split()):
            self._open = tag
            self.found.append((given, ""))
        elif tag == "a" and self._open:
            self.links.append(given["href"])

    def handle_endtag(self, tag: str) -> None:
        self._open = "" if tag == self._open else self._open

    def handle_data(self, data: str) -> None:
        if self._open:
            attributes, text = self.found[-1]
            self.found[-1] = attributes, text + data


def unproven(html: str) -> list[str]:
    """The figures in headline positions that do not say all that stands behind them."""
    return [
        text
        for attributes, text in Headlines(html).found
        if re.search(r"\d", text) and not all(attributes.get(name) for name in TOLD)
    ]


def bare_quotes(html: str) -> str:
    """The page without what the brief quotes, which stands in a column of its own as its word."""
    return re.sub(r"<table><caption>Bill of the first month.*?</table>", "", html, flags=re.DOTALL)


def test_no_number_in_a_headline_position_is_without_its_evidence(page: str) -> None:
    found = Headlines(page).found
    assert sum(bool(re.search(r"\d", text)) for _, text in found) > 8
    assert unproven(bare_quotes(page)) == []


@pytest.mark.parametrize("name", TOLD)
def test_a_page_with_one_that_lacks_something_would_be_noticed(page: str, name: str) -> None:
    broken = re.sub(rf' {name}="[^"]*"', "", bare_quotes(page), count=1)
    assert len(unproven(broken)) == 1


def test_every_headline_leads_to_a_row_or_a_table_of_the_page(page: str) -> None:
    read = Headlines(page)
    assert len(read.links) >= 3
    assert {link.removeprefix("#") for link in read.links} <= set(read.ids)


def test_every_estimate_that_was_measured_says_when_and_of_how_many(report: ReportInputs, page: str) -> None:
    table = page[page.index("<caption>Measured in lab (grade") :].partition("</table>")[0]
    told = re.findall(r'data-grade="lab" data-n="([\d,]+) events?" data-window="([^"]*)"', table)
    estimates = [
        value
        for by_environment in report.metrics.values.values()
        for value in by_environment.get("lab", {}).values()
        if value.estimate is not None
    ]
    assert len(told) == len(estimates) > 0
    assert {window for _, window in told} == {"2026-11-22 to 2026-11-22"}


def test_a_cost_by_old_prices_is_a_dash_with_the_old_value_and_its_age(report: ReportInputs) -> None:
    shown = headlines.cost_headlines(
        report.default[1], plan=report.plan, options=report.options, as_of=date(2028, 6, 1)
    )
    for headline in shown[:2]:
        assert headline.value == DASH and headline.evidence is None
        assert re.search(r"stale; it was \$[\d,]+ a month by a price from .* \d+ days old", headline.note)
    assert shown[2].value == DASH


def test_a_cost_of_which_a_line_has_no_grade_is_a_dash(report: ReportInputs) -> None:
    _, scenario = report.default
    costs = dict(scenario.cost.options)
    lines = [dataclasses.replace(line, grade=None) for line in costs["current"].lines]
    costs["current"] = dataclasses.replace(costs["current"], lines=lines)
    inputs = dataclasses.replace(scenario, cost=dataclasses.replace(scenario.cost, options=costs))
    now, _, change = headlines.cost_headlines(
        inputs, plan=report.plan, options=report.options, as_of=report.as_of
    )
    assert (now.value, change.value) == (DASH, DASH)
    assert "something in it has no grade; it was $" in now.note


@given(st.lists(st.text(max_size=20), min_size=1, max_size=3))
def test_an_anchor_holds_nothing_but_letters_digits_and_hyphens(parts: list[str]) -> None:
    assert re.fullmatch(r"[A-Za-z0-9_-]*", anchor(*parts))


@given(st.text(min_size=1, max_size=200))
def test_no_text_leaves_the_attribute_that_it_stands_in(text: str) -> None:
    made = str(Evidence(grade="claim", source=text, n=text, window=text).attributes)
    assert re.fullmatch(r'( data-(grade|n|window|source)="[^"<>]*"){4}', made)
