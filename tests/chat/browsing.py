"""What the tests of the browser's client start from: Chromium, and what a page shows and complains of."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, expect, sync_playwright

import toolkit.chat

WEB = Path(toolkit.chat.__file__).parent / "web"

# The machine may be busy with other tests.
expect.set_options(timeout=15_000)

# Debian's Chromium asks its maker for updates unless told not to.
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip


@contextmanager
def chromium() -> Iterator[Browser]:
    """A running Chromium. A fixture of it ends with its module, as its event loop would stop others'."""
    executable = shutil.which("chromium") or shutil.which("chromium-browser")
    assert executable is not None, "install the package chromium"
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=executable, args=ARGUMENTS)
        yield running
        running.close()


def until(page: Page, holds: Callable[[], object], what: str, *, within_s: float = 15.0) -> None:
    """Wait while the page lives on."""
    for _ in range(round(within_s / 0.05)):
        if holds():
            return
        page.wait_for_timeout(50)
    raise AssertionError(what)


def complaints(page: Page) -> list[str]:
    """What the page will have complained of: uncaught errors, and whatever lands on the console."""
    heard: list[str] = []
    page.on("pageerror", lambda error: heard.append(f"error: {error}"))
    page.on("console", lambda message: heard.append(f"console: {message.text}"))
    return heard


def say(page: Page, text: str) -> None:
    page.get_by_label("Message", exact=True).fill(text)
    page.get_by_role("button", name="Send").click()
