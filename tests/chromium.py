"""A real Chromium, for whichever tests look at pages."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

# Debian's Chromium asks its maker for updates unless told not to.
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
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
