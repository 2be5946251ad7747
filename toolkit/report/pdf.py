"""The leadership page as PDF, printed by a Chromium of this machine."""

import os
import re
import shutil
import subprocess
import tempfile
from datetime import date
from pathlib import Path

from toolkit.project.faults import EnvironmentFault
from toolkit.report.writing import write_bytes

NAME = "report.pdf"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
LIMIT_S = 120.0
_STAMP = re.compile(rb"/(CreationDate|ModDate) \(D:\d{14}")


def print_page(build: Path, *, as_of: date) -> Path:
    """The PDF of a published report's page, printed now unless it is there.

    It is no part of what the build's digests cover, as another Chromium prints other bytes; the same one
    prints the same.

    Args:
        build: the folder of the report.
        as_of: its day (UTC), which the PDF gives as its date.

    Raises:
        EnvironmentFault: there is no Chromium, or it does not print.
    """
    target = build / NAME
    if target.is_file():
        return target
    page = build / "index.html"
    browser = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if browser is None:
        raise EnvironmentFault(f"{page}: is published; no Chromium was found to print it, install chromium")
    with tempfile.TemporaryDirectory(prefix="toolkit-pdf-") as home:
        printed = Path(home) / NAME
        _print(browser, page, printed, home=home)
        content = printed.read_bytes()
    # Its clock is the only thing in which two prints of one page differ.
    day = as_of.strftime("%Y%m%d").encode()
    write_bytes(build, NAME, _STAMP.sub(rb"/\g<1> (D:" + day + rb"000000", content))
    return target


def _print(browser: str, page: Path, printed: Path, *, home: str) -> None:
    # Chromium's sandbox does not work for root, and the page that is printed is our own, without scripts.
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    command = [
        browser, "--headless", "--disable-gpu", "--no-first-run", "--disable-background-networking",
        "--disable-component-update", "--disable-sync", *sandbox, f"--user-data-dir={home}/profile",
        "--no-pdf-header-footer", f"--print-to-pdf={printed}", page.resolve().as_uri(),
    ]  # fmt: skip
    try:
        subprocess.run(command, capture_output=True, timeout=LIMIT_S, check=False, env=_environment(home))
    except subprocess.TimeoutExpired:
        raise EnvironmentFault(
            f"{page}: is published; {browser} took longer than {LIMIT_S:.0f} s to print it"
        ) from None
    except OSError as error:
        raise EnvironmentFault(f"{page}: is published; {browser}: {error.strerror}") from error
    if not printed.is_file():
        raise EnvironmentFault(f"{page}: is published; {browser} did not print it, try it by hand")


def _environment(home: str) -> dict[str, str]:
    """Only what a browser needs: no secret of the build, and nothing of the user's home."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "LD_LIBRARY_PATH") if name in os.environ}
    return {**kept, "HOME": home, "TZ": "UTC"}
