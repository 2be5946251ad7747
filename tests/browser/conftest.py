"""A real Chromium without a network, and a whole report built for it."""

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, sync_playwright
from views import VIEWS

ROOT = Path(__file__).parent.parent.parent
sys.path.insert(0, str(ROOT / "tests" / "report"))

ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a published report of the folder that ships, with three options recorded from a seed."""
    from report_folders import record

    from toolkit import api

    home = tmp_path_factory.mktemp("built")
    shutil.copytree(ROOT / "data", home / "data", ignore=shutil.ignore_patterns("metrics"))
    record(home / "data" / "metrics")
    return api.build(home / "data", out=home / "reports").path


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
