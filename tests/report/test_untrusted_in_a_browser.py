"""A real browser shows hostile text as text: nothing runs, loads, turns round or sticks out, on any page."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from chromium import chromium
from commands import forked_in
from once import SECRET, made_once
from playwright.sync_api import Browser, BrowserContext, Page
from report_folders import record, silence
from untrusted import HEBREW, HOSTILE, LONG, MARKUP, notebook, poisoned, with_scenario_named

DATA = Path(__file__).parent.parent.parent / "data"
NAME = f'"><img src=x onerror=alert(1)> {HEBREW} {{{{ 7*7 }}}}'
"""Of a file, and so of at most 255 bytes and without a slash."""

PRINTS = f"""
import os
import pandas as pd
print({HOSTILE!r}, os.environ["API_TOKEN"])
display({{"text/html": {MARKUP!r}, "text/markdown": {MARKUP!r}, "text/plain": "x"}}, raw=True)
display(pd.DataFrame({{{HOSTILE!r}: [{HOSTILE!r}]}}))
"""
FAILS = f"""
import os
print(os.environ["API_TOKEN"])
raise ValueError({HOSTILE!r} + os.environ["API_TOKEN"] + {LONG!r})
"""

PAGES = (
    "index.html",
    "index-failed.html",
    "latest/index.html",
    "latest/what-if.html",
    f"latest/1-{NAME}.html",
)


@pytest.fixture(scope="module")
def reports(published: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The reports of a hostile folder: a build that failed, and a good one with a decision on record."""

    def make(home: Path) -> None:
        folder, run = _hostile_folder(home), forked_in(home)
        with pytest.MonkeyPatch.context() as environment:
            environment.setenv("API_TOKEN", SECRET)
            (folder / "records").mkdir()
            text = (published / "latest" / "decision-record.md").read_text()
            makers = yaml.safe_dump({"decision-makers": [HOSTILE]})
            text = text.replace("decision-makers: []\n", makers).replace(
                "status: proposed", "status: accepted"
            )
            (folder / "records" / f"1 {NAME}.md").write_text(text)
            (folder / "notebooks" / "2-fails.ipynb").write_text(notebook(FAILS))
            _build(run, folder, code=2)
            shutil.copy(home / "reports" / "index.html", home / "index-failed.html")
            kept = [path.read_text() for path in (home / "reports" / "failed").rglob("*.ipynb")]
            assert len(kept) == 1 and "[hidden]" in kept[0] and SECRET not in kept[0]
            (folder / "notebooks" / "2-fails.ipynb").unlink()
            _build(run, folder, code=0)
            shutil.copy(home / "index-failed.html", home / "reports")

    return made_once(tmp_path_factory, "hostile", make) / "reports"


def _hostile_folder(home: Path) -> Path:
    folder = home / "data"
    shutil.copytree(DATA, folder, ignore=shutil.ignore_patterns("metrics"))
    for environment in ("lab", "bakeoff"):
        record(folder / "metrics", clients=5, minutes=5, environment=f"{environment}{HOSTILE}")
    silence(folder / "metrics", environment=f"lab{HOSTILE}")
    poisoned(folder, HOSTILE, names=HOSTILE)
    for name, old in (
        ("project.yaml", "title: "), ("plan.yaml", "  title: "), ("options/current.yaml", "name: "),
        ("scenarios/production.yaml", "title: "), ("claims.yaml", "  statement: "),
    ):  # fmt: skip
        text = (folder / name).read_text()
        assert f'{old}"' in text, name
        (folder / name).write_text(text.replace(f'{old}"', f'{old}"{LONG} ', 1))
    path = folder / "scenarios" / "production.yaml"
    path.write_text(re.sub(r"horizon_months: \d+", "horizon_months: 1", path.read_text()))
    with_scenario_named(folder, NAME)
    (folder / "notebooks").mkdir()
    (folder / "notebooks" / f"1-{NAME}.ipynb").write_text(notebook(PRINTS, title=f"{HOSTILE} {LONG}"))
    return folder


def _build(run: Any, folder: Path, *, code: int) -> None:
    done = run("build", "--project", folder, timeout_s=300)
    assert done.returncode == code, done.stderr[-2000:]
    assert "Traceback" not in done.stderr and SECRET not in done.stderr + done.stdout
    assert "\x1b" not in done.stderr and "\u202e" not in done.stderr


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture
def narrow(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(offline=True, viewport={"width": 360, "height": 740})
    yield context
    context.close()


def opened(context: BrowserContext, reports: Path, name: str) -> tuple[Page, list[str]]:
    """The page with everything unfolded, and all that it asked for, complained of or said."""
    page, heard = context.new_page(), []
    page.on("console", lambda message: heard.append(f"console: {message.text}"))
    page.on("pageerror", lambda error: heard.append(f"error: {error}"))
    page.on("dialog", lambda dialog: (heard.append(f"dialog: {dialog.message}"), dialog.dismiss()))
    page.on("request", lambda request: None if request.url.startswith("data:") else heard.append(request.url))
    page.goto((reports / name).resolve().as_uri())
    page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
    return page, heard


@pytest.mark.parametrize("name", PAGES)
def test_hostile_text_is_shown_and_does_nothing(narrow: BrowserContext, reports: Path, name: str) -> None:
    page, heard = opened(narrow, reports, name)
    page.wait_for_load_state("networkidle")
    # Its own address is the only one that a page asks for.
    assert len(heard) == 1 and heard[0].startswith("file:")
    assert page.locator("h1").count() == 1
    assert page.locator("img[src='x'], [onerror], iframe, object, embed").count() == 0
    assert "<script>alert(1)</script>" in page.locator("body").inner_text()
    assert page.evaluate("[...document.images].every(image => image.complete && image.naturalWidth > 100)")


@pytest.mark.parametrize("name", PAGES)
def test_a_word_of_ten_thousand_letters_does_not_widen_a_narrow_page(
    narrow: BrowserContext, reports: Path, name: str
) -> None:
    page, _ = opened(narrow, reports, name)
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    # Of a failed attempt the index tells the beginning of the reason.
    assert "x" * 200 in page.content() or name == "index-failed.html"


# Every letter that runs to the left stands in an element of its own, and what follows it stands to its right.
TURNED = """() => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), found = [];
  let seen = 0;
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    if (!/[\\u0590-\\u05ff]/.test(node.data)) continue;
    if (node.parentElement.closest("script, svg")) continue;
    seen += 1;
    const inside = node.parentElement.closest("bdi");
    if (/\\u2068[^\\u2069]*[\\u0590-\\u05ff]/.test(node.data)) continue;  // Between marks.
    if (!inside) { found.push(node.data.slice(0, 80)); continue; }
    const after = inside.nextSibling;
    if (!after || after.nodeType !== Node.TEXT_NODE || !/^ 5/.test(after.data)) continue;
    const range = document.createRange();
    range.setStart(after, 1); range.setEnd(after, 2);
    const five = range.getBoundingClientRect(), name = inside.getBoundingClientRect();
    const beside = five.width && Math.abs(five.top - name.top) < 2;
    if (beside && five.left < name.right - 1) found.push("turned: " + after.data.slice(0, 40));
  }
  return [seen, found];
}"""


@pytest.mark.parametrize("name", PAGES)
def test_a_name_from_right_to_left_turns_nothing_around_it(
    narrow: BrowserContext, reports: Path, name: str
) -> None:
    page, _ = opened(narrow, reports, name)
    seen, turned = page.evaluate(TURNED)
    assert seen > 0 and turned == []


def test_no_file_holds_the_token_of_the_environment(reports: Path) -> None:
    files = [path for path in reports.rglob("*") if path.is_file()]
    assert len(files) > 15
    assert [path.name for path in files if SECRET.encode() in path.read_bytes()] == []
    assert "[hidden]" in (reports / "latest" / f"1-{NAME}.html").read_text()


def test_the_decision_on_record_and_the_failure_are_told(reports: Path) -> None:
    page = (reports / "latest" / "index.html").read_text()
    assert "records/1 &#34;&gt;&lt;img" in page or "records/1 &quot;&gt;&lt;img" in page
    assert "The last attempt failed" in (reports / "index-failed.html").read_text()
