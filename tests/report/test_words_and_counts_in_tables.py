"""Tables of notebooks keep counts exact and words whole, on a screen as wide or narrow as it is."""

from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
from chromium import chromium
from playwright.sync_api import Browser

from toolkit import report
from toolkit.report import tables

STYLE = (Path(report.__file__).parent / "templates" / "style.css").read_text()
FRAME = pd.DataFrame(
    {
        "statement": ["Its uptime is 98 % and its latency 25 ms."] * 2,
        "option": ["socketcluster", "current-unfixed"],
        "verdict": ["unsupported", "outdated"],
        "evidence": ["One user reports trouble past 25,000 connections on two cores; " * 4] * 2,
        "source": ["transcription at https://example.org/" + "reliability-by-the-numbers" * 6] * 2,
    }
)
BROKEN = """() => [...document.querySelectorAll('td, th')].flatMap(cell => {
    const found = [], walker = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) for (const match of walker.currentNode.data.matchAll(/[A-Za-z_0-9]{4,20}/g)) {
        const range = document.createRange();
        range.setStart(walker.currentNode, match.index);
        range.setEnd(walker.currentNode, match.index + match[0].length);
        if (new Set([...range.getClientRects()].map(rect => rect.top)).size > 1) found.push(match[0]);
    }
    return found;
}).filter(word => !'reliability-by-the-numbers'.includes(word))"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.mark.parametrize("width", [1280, 390])
def test_no_word_is_broken_and_the_page_stays_as_wide_as_the_screen(browser: Browser, width: int) -> None:
    page = browser.new_page(viewport={"width": width, "height": 800})
    html = tables.from_frame(FRAME, caption="The statements of the brief").__html__()
    page.set_content(f"<!doctype html><style>{STYLE}</style><body class='notebook'><main>{html}</main>")
    assert page.evaluate(BROKEN) == []
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    page.close()


def test_counts_keep_all_their_digits() -> None:
    frame = pd.DataFrame({"option": ["nats"], "expected": [25252], "in_time_share": [0.907123]})
    html = tables.from_frame(frame, caption="Deliveries").__html__()
    assert "25,252" in html and "0.907<" in html
    assert "25,252" in tables.from_records([{"option": "nats", "n": 25252}], caption="C").__html__()
