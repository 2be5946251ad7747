"""The published report in a real browser, opened from disk without a network."""

import io
import re
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import BrowserContext, Page
from views import VIEWS

from toolkit.report.palette import SCHEMES, SchemeName

PAGES = ["index", "1-stability", "2-options", "3-cost", "4-decision"]
ALL = ["../index", *PAGES]


def opened(context: BrowserContext, built: Path, name: str = "index") -> tuple[Page, list[str]]:
    """The page, and everything that it complained of or asked for."""
    page, heard = context.new_page(), []
    page.on("console", lambda message: heard.append(f"console: {message.text}"))
    page.on("pageerror", lambda error: heard.append(f"error: {error}"))
    page.on("request", lambda request: None if request.url.startswith("data:") else heard.append(request.url))
    page.goto((built / f"{name}.html").resolve().as_uri())
    return page, [entry for entry in heard if not entry.startswith("file:")]


@pytest.mark.parametrize("name", ALL)
def test_nothing_is_loaded_and_nothing_complains(light: BrowserContext, built: Path, name: str) -> None:
    page, heard = opened(light, built, name)
    page.wait_for_load_state("networkidle")
    assert heard == []
    assert page.evaluate("[...document.images].every(image => image.complete && image.naturalWidth > 100)")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"


@pytest.mark.parametrize("name", ALL)
def test_axe_finds_no_violation(context: BrowserContext, built: Path, name: str) -> None:
    page, _ = opened(context, built, name)
    # The policy of the page forbids scripts, also those of the test; without it the page is the same.
    page.close()
    bare = context.new_page()
    html = (built / f"{name}.html").read_text()
    bare.set_content(re.sub(r"<meta http-equiv[^>]*>", "", html))
    bare.evaluate("for (const details of document.querySelectorAll('details')) details.open = true")
    found: dict[str, Any] = Axe().run(bare).response
    told = [(rule["id"], rule["nodes"][0]["html"][:200], len(rule["nodes"])) for rule in found["violations"]]
    assert told == []
    assert len(found["passes"]) > 10


@pytest.mark.parametrize("name", ALL)
def test_nothing_sticks_out_of_a_narrow_screen(context: BrowserContext, built: Path, name: str) -> None:
    page, _ = opened(context, built, name)
    page.evaluate("for (const details of document.querySelectorAll('details')) details.open = true")
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def test_every_verdict_and_its_reason_are_on_the_first_screen(light: BrowserContext, built: Path) -> None:
    page, _ = opened(light, built)
    cards = page.locator("main > section").first.locator(".phase")
    assert cards.count() == 3
    for index in range(3):
        card = cards.nth(index)
        assert card.locator(".verdict").is_visible()
        assert card.locator(".verdict").inner_text() in ("GO", "NO-GO", "HOLD")
        assert len(card.locator("p").first.inner_text()) > 40
        box = card.bounding_box()
        assert box is not None and box["y"] + box["height"] < 900


def grounds(page: Page) -> set[str]:
    """The colours in the corners of the first pictures, as they are painted."""
    found = set()
    for picture in page.locator("figure img").all()[:3]:
        painted = Image.open(io.BytesIO(picture.screenshot())).convert("RGB")
        found.add("#{:02x}{:02x}{:02x}".format(*painted.getpixel((3, 3))))
    return found


@pytest.mark.parametrize("name", ["index", "3-cost"])
@pytest.mark.parametrize("view", ["light", "dark"])
def test_pictures_stand_on_the_ground_of_their_page(
    browser: Any, built: Path, view: SchemeName, name: str
) -> None:
    context = browser.new_context(offline=True, **VIEWS[view])
    page, _ = opened(context, built, name)
    assert grounds(page) == {SCHEMES[view].paper}
    context.close()


def test_paper_is_light_whatever_the_screen_is(browser: Any, built: Path) -> None:
    context = browser.new_context(offline=True, **VIEWS["dark"])
    page, _ = opened(context, built)
    page.emulate_media(media="print", color_scheme="dark")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert grounds(page) == {"#ffffff"}
    context.close()


def pages_of_headings(pdf: bytes) -> dict[str, int]:
    """The page, counted from 1, of the first heading of each name, from the outline of a PDF by Chromium."""
    order = re.findall(rb"/Type /Pages.*?/Kids \[([^\]]*)\]", pdf, re.DOTALL)
    leaves = {int(number) for number in re.findall(rb"(\d+) 0 obj\s*<</Type /Page\n", pdf)}
    sequence = [
        int(number) for kids in order for number in re.findall(rb"(\d+) 0 R", kids) if int(number) in leaves
    ]
    found: dict[str, int] = {}
    for title, target in re.findall(rb"/Title \((.*?)\)\n/Dest \[(\d+) 0 R", pdf):
        found.setdefault(title.decode("latin-1"), sequence.index(int(target)) + 1)
    return found


@pytest.mark.parametrize("paper", ["A4", "Letter"])
def test_the_first_printed_page_holds_the_summary_and_nothing_else(
    light: BrowserContext, built: Path, paper: str
) -> None:
    page, _ = opened(light, built)
    headings = pages_of_headings(page.pdf(format=paper, outline=True, tagged=True))
    on_first = [title for title, number in headings.items() if number == 1]
    for wanted in (
        "Chat that stays connected",
        "What it costs",
        "Availability",
        "The largest risks",
        "What would change the answer",
        "What to do next",
    ):
        assert wanted in on_first
    assert sum(title.startswith(("Immediate", "Short-term", "Long-term")) for title in on_first) == 3
    assert headings["What changed since the last good build"] == 2


def test_a_headline_leads_to_where_it_comes_from_though_that_is_folded(
    light: BrowserContext, built: Path
) -> None:
    page, _ = opened(light, built)
    page.locator(".tile .value a").first.click()
    target = page.locator(":target")
    assert target.is_visible() and target.locator("table").first.is_visible()


def test_details_are_open_on_paper(light: BrowserContext, built: Path) -> None:
    page, _ = opened(light, built)
    page.emulate_media(media="print")
    hidden = page.evaluate(
        """[...document.querySelectorAll('details table')]
        .filter(table => !table.checkVisibility({contentVisibilityAuto: true})).length"""
    )
    assert hidden == 0


def test_the_keyboard_reaches_the_content_first_and_every_scroll_region(
    light: BrowserContext, built: Path
) -> None:
    page, _ = opened(light, built)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the verdicts"
    assert page.evaluate("document.activeElement.getBoundingClientRect().left >= 0")
    page.keyboard.press("Enter")
    assert page.url.endswith("#main")
    assert page.evaluate("[...document.querySelectorAll('.scroll')].every(region => region.tabIndex === 0)")
    assert page.evaluate("[...document.querySelectorAll('[tabindex]')].every(one => one.tabIndex === 0)")


def test_the_screen_reader_hears_headings_tables_and_pictures(light: BrowserContext, built: Path) -> None:
    page, _ = opened(light, built)
    tree = page.locator("body").aria_snapshot()
    assert 'heading "Chat that stays connected" [level=1]' in tree
    assert re.search(r'table "What the brief says, and what the sources say"', tree)
    assert re.search(r'img "Recurring monthly cost of each option against messages a month', tree)
    assert "contentinfo" in tree and "banner" in tree and 'navigation "Contents"' in tree


def test_notebooks_and_report_link_to_each_other(light: BrowserContext, built: Path) -> None:
    page, _ = opened(light, built)
    page.get_by_role("link", name="Notebook: Is the connection stable?").click()
    assert page.title() == "Is the connection stable?"
    page.get_by_role("link", name="The report", exact=True).click()
    assert page.title().startswith("Chat that stays connected")
