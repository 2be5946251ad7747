"""What the tests of the browser's client start from: Chromium, and what a page shows and complains of."""

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

import toolkit.chat

WEB = Path(toolkit.chat.__file__).parent / "web"

# The machine may be busy with other tests.
expect.set_options(timeout=15_000)


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
