"""The what-if page in a real browser: its sliders show what the cost model says."""

import json
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page
from views import VIEWS

SLIDERS = ("messages", "growth", "need", "downtime")


def opened(context: BrowserContext, page_file: Path) -> tuple[Page, list[str]]:
    """The page, and everything that it complained of or asked for."""
    page, heard = context.new_page(), []
    page.on("console", lambda message: heard.append(f"console: {message.text}"))
    page.on("pageerror", lambda error: heard.append(f"error: {error}"))
    page.on(
        "request",
        lambda request: None if request.url.startswith(("data:", "file:")) else heard.append(request.url),
    )
    page.goto(page_file.resolve().as_uri())
    return page, heard


@pytest.fixture
def what_if(built: Path) -> Path:
    return built / "what-if.html"


@pytest.fixture
def page(light: BrowserContext, what_if: Path) -> Iterator[Page]:
    """The page in a wide and light window, which must not complain of anything until its test ends."""
    found, heard = opened(light, what_if)
    yield found
    assert heard == []


def move(page: Page, slider: str, steps: int) -> None:
    """Press an arrow key on a slider so many times, to the right or to the left."""
    page.locator(f"#{slider}").focus()
    for _ in range(abs(steps)):
        page.keyboard.press("ArrowRight" if steps > 0 else "ArrowLeft")


def shown(page: Page) -> dict[str, tuple[str, str]]:
    """The total and the range of every option in the table, by its name."""
    rows = page.locator("#totals tr").all()
    told = [[cell.inner_text() for cell in row.locator("th, td").all()] for row in rows]
    letters = [row.locator(".key").inner_text() for row in rows]
    names = [cells[0].removeprefix(letter).strip() for cells, letter in zip(told, letters, strict=True)]
    return {
        name: (cells[1].split("\n")[0].strip(), cells[2]) for name, cells in zip(names, told, strict=True)
    }


def priced(folder: Path, toolkit: Callable[..., Any], lines: str) -> dict[str, tuple[str, str]]:
    """What `toolkit cost` says of the default scenario with these lines in its file, as the page tells it."""
    file = folder / "scenarios" / "production.yaml"
    fields = [line.split(":")[0] for line in lines.splitlines()]
    kept = [line for line in file.read_text().splitlines() if line.split(":")[0] not in fields]
    file.write_text("\n".join([*kept, lines]) + "\n")
    done = toolkit("cost", "--project", folder, "--json")
    assert done.returncode == 0, done.stderr
    names = {
        path.stem: re.search(r"^name: (.*)$", path.read_text(), re.MULTILINE)[1]  # type: ignore[index]
        for path in (folder / "options").glob("*.yaml")
    }
    options = json.loads(done.stdout)["options"]
    return {
        names[option]: (
            f"${found['total']['mean']:,.2f}",
            f"${found['total']['p5']:,.0f} to ${found['total']['p95']:,.0f}",
        )
        for option, found in options.items()
        if found["total"] is not None
    }


def test_the_page_shows_what_the_command_says_of_a_scenario_with_these_values(
    page: Page, folder: Path, toolkit: Callable[..., Any]
) -> None:
    for slider, steps in zip(SLIDERS, (2, 2, 1, 2), strict=True):
        move(page, slider, steps)
    told = {name: cells for name, cells in shown(page).items() if cells[0].startswith("$")}
    lines = page.locator("#file").text_content()
    assert lines is not None and len(lines.splitlines()) == len(SLIDERS)
    assert told == priced(folder, toolkit, lines)
    best = page.locator("#totals tr.best th").inner_text()
    assert page.locator("#answer strong").inner_text().split(":")[0] in best


def test_the_start_is_the_scenario_as_it_stands(page: Page) -> None:
    assert page.locator("#before").inner_text() == "This is the scenario as it stands."
    rows = page.locator("#still tbody").first.locator("tr").all()
    cells = [[cell.text_content() or "" for cell in row.locator("th, td").all()] for row in rows]
    still = {name: f"${total}" for name, total, *_ in cells if not total.startswith("—")}
    assert len(still) == 9
    assert {name: total for name, (total, _) in shown(page).items()} == still


def test_moving_a_slider_moves_the_curves_the_team_and_the_words(page: Page) -> None:
    def drawn() -> list[str]:
        return [
            page.evaluate("document.querySelector('#map circle.team').getAttribute('cx')"),
            page.evaluate("document.querySelector('#map circle.team').getAttribute('cy')"),
            page.evaluate("document.querySelector('#curves').innerHTML"),
            page.evaluate("document.querySelector('#map').getAttribute('aria-label')"),
            page.locator("#answer").inner_text(),
        ]

    before = drawn()
    move(page, "messages", 1)
    at_more = drawn()
    assert float(at_more[0]) > float(before[0]) and at_more[1] == before[1]
    move(page, "need", 1)
    assert float(drawn()[1]) < float(at_more[1])
    move(page, "downtime", 1)
    dearer = drawn()
    assert dearer[2] != at_more[2] and dearer[3] != at_more[3] and dearer[4] != at_more[4]
    page.get_by_role("button", name="Back to the scenario").click()
    assert drawn() == before


def test_a_need_that_no_evidence_reaches_is_not_filled_in(page: Page) -> None:
    page.locator("#need").focus()
    page.keyboard.press("End")
    answer = page.locator("#answer").inner_text()
    assert answer.startswith("No option.") and "A promise is not evidence" in answer
    assert page.locator("#totals tr.best").count() == 0
    assert set(page.locator("#totals tr td:last-child").all_inner_texts()) == {"no"}


def test_a_screen_reader_hears_what_each_position_means(page: Page) -> None:
    for slider, label in zip(
        SLIDERS, ("Messages", "Growth of users", "Uptime need", "Cost of downtime"), strict=True
    ):
        control = page.get_by_role("slider", name=label, exact=True)
        assert control.get_attribute("aria-valuetext") == page.locator(f"#{slider}-said").inner_text()
    assert page.locator("[aria-live]").count() == 1
    assert page.locator("#answer").get_attribute("aria-live") == "polite"


def test_the_pictures_have_their_numbers_as_tables(page: Page) -> None:
    page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
    for name in (
        "The cheapest option for each uptime and message volume",
        "Mean total over 24 months in US dollars",
    ):
        table = page.get_by_role("table", name=name)
        assert table.locator("tbody tr").count() == 13
        widths = {row.locator("th, td").count() for row in table.locator("tr").all()}
        assert len(widths) == 1 and widths.pop() > 5


def test_axe_finds_no_violation(context: BrowserContext, what_if: Path) -> None:
    bare = context.new_page()
    # The policy of the page forbids the script of the test; without it the page is the same.
    bare.set_content(re.sub(r"<meta http-equiv[^>]*>", "", what_if.read_text()))
    bare.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
    for position in ("Home", "End"):
        bare.locator("#need").focus()
        bare.keyboard.press(position)
        found: dict[str, Any] = Axe().run(bare).response
        assert [(rule["id"], rule["nodes"][0]["html"][:200]) for rule in found["violations"]] == []
        assert len(found["passes"]) > 10


def test_nothing_sticks_out_of_a_narrow_screen(browser: Browser, what_if: Path) -> None:
    context = browser.new_context(offline=True, **VIEWS["narrow"])
    page, heard = opened(context, what_if)
    page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    sizes = page.evaluate(
        "[...document.querySelectorAll('svg text')].map(one => one.getBoundingClientRect().height)"
    )
    assert min(sizes) > 11
    assert heard == []
    context.close()


def test_without_its_script_the_page_says_so_and_shows_still_pictures(
    browser: Browser, what_if: Path
) -> None:
    context = browser.new_context(offline=True, java_script_enabled=False, **VIEWS["light"])
    page = context.new_page()
    page.goto(what_if.resolve().as_uri())
    assert "The sliders are not running." in page.locator("#still").inner_text()
    assert page.locator("#still img").count() == 2
    assert page.locator("#still img").first.bounding_box()["width"] > 300  # type: ignore[index]
    assert not page.locator("#live").is_visible()
    context.close()


def test_a_script_of_anybody_else_does_not_run(light: BrowserContext, what_if: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copy(what_if, tmp_path / "what-if.html"))
    copy.write_text(copy.read_text().replace("</body>", "<script>document.title = 'taken'</script></body>"))
    page, heard = opened(light, copy)
    assert page.title().startswith("What if?")
    assert any("Content Security Policy" in entry for entry in heard)


def test_the_report_leads_to_it_and_back(light: BrowserContext, built: Path) -> None:
    page, _ = opened(light, built / "index.html")
    page.get_by_role("navigation", name="Contents").get_by_role("link", name="What if?").click()
    assert page.locator("h1").inner_text() == "What if?"
    page.get_by_role("link", name="The report", exact=True).click()
    assert page.title().startswith("Chat that stays connected")
