"""A real Chromium without a network, and a whole report to open in it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from chromium import chromium
from playwright.sync_api import Browser, BrowserContext
from views import VIEWS


@pytest.fixture(scope="session")
def built(published: Path) -> Path:
    """The folder of the report of the folder that ships; the index of all reports lies above it."""
    return published / "latest"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium, which `make test` asks for; closed with its module, as its event loop would stop others'."""
    with chromium() as running:
        yield running


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
