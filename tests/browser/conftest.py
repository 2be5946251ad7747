"""A real Chromium without a network, and a whole report to open in it."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, sync_playwright
from views import VIEWS

ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip


@pytest.fixture(scope="session")
def built(published: Path) -> Path:
    """The folder of the report of the folder that ships; the index of all reports lies above it."""
    return published / "latest"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium, which `make test` asks for; closed with its module, as its event loop would stop others'."""
    executable = shutil.which("chromium") or shutil.which("chromium-browser")
    assert executable is not None, "install the package chromium"
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=executable, args=ARGUMENTS)
        yield running
        running.close()


@pytest.fixture(params=list(VIEWS))
def context(request: pytest.FixtureRequest, browser: Browser) -> Iterator[BrowserContext]:
    """A browser window without a network in each of three views."""
    made = browser.new_context(offline=True, **VIEWS[request.param])
    yield made
    made.close()


@pytest.fixture
def light(browser: Browser) -> Iterator[BrowserContext]:
    """A browser window without a network, wide and light."""
    made = browser.new_context(offline=True, **VIEWS["light"])
    yield made
    made.close()
