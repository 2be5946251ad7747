"""A build of the folder that ships, beside papermill and nbconvert on the same notebooks with the same cores.

    python benchmarks/bench_report.py

Prints the median ratio of paired runs, the time of a build after one scenario has changed and of an unchanged
one, and the first paint of the page.
"""

import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from playwright.sync_api import sync_playwright

from toolkit.project import shipped

PAIRS = 3
PAINTS = 7
CORES = 2
BIN = Path(sys.executable).parent


def seconds(run: Callable[[], object]) -> float:
    """Wall time of one run."""
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def build(folder: Path, out: Path) -> None:
    """The toolkit's own build: models, notebooks, pages."""
    command = [BIN / "toolkit", "build", "--project", folder, "--out", out]
    subprocess.run(command, check=True, capture_output=True)


def by_hand(notebook: Path, work: Path) -> None:
    """Execute one notebook with papermill and convert it with nbconvert, as a user would."""
    executed = work / notebook.name
    run = [BIN / "papermill", "-k", "python3", "-p", "project", shipped("data"), notebook, executed]
    subprocess.run(run, check=True, capture_output=True)
    subprocess.run([BIN / "jupyter", "nbconvert", "--to", "html", executed], check=True, capture_output=True)


def all_by_hand(work: Path) -> None:
    """Every notebook, as many at once as there are cores."""
    with ThreadPoolExecutor(CORES) as pool:
        list(pool.map(lambda path: by_hand(path, work), sorted(shipped("notebooks").glob("*.ipynb"))))


def change(scenario: Path) -> None:
    """Give a scenario another title, as a team would that edits one."""
    text = scenario.read_text(encoding="utf-8")
    scenario.write_text(text.replace("title: ", "title: Marked ", 1), encoding="utf-8")


def first_paint_ms(page: Path) -> float:
    """Median milliseconds from navigation to the first contentful paint, from disk, without a network."""
    executable = shutil.which("chromium") or shutil.which("chromium-browser")
    painted = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime"
    found = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox"])
        for _ in range(PAINTS):
            # A new context has nothing of the page in its caches.
            context = browser.new_context(offline=True)
            tab = context.new_page()
            tab.goto(page.resolve().as_uri())
            while tab.evaluate(painted) is None:
                tab.wait_for_timeout(20)
            found.append(float(tab.evaluate(painted)))
            context.close()
        browser.close()
    return statistics.median(found)


def main() -> None:
    """Print the figures."""
    with tempfile.TemporaryDirectory() as scratch:
        ratios, times, changed = [], [], []
        folder = Path(scratch, "data")
        shutil.copytree(shipped("data"), folder)
        # Not the scenario that the page tells: what else used it is made again, and no more.
        scenario = folder / "scenarios" / "enterprise.yaml"
        original = scenario.read_bytes()
        for pair in range(PAIRS):
            out, work = Path(scratch, f"out{pair}"), Path(scratch, f"work{pair}")
            work.mkdir()
            scenario.write_bytes(original)
            times.append(seconds(lambda: build(folder, out)))  # noqa: B023
            ratios.append(times[-1] / seconds(lambda: all_by_hand(work)))  # noqa: B023
            change(scenario)
            changed.append(seconds(lambda: build(folder, out)))  # noqa: B023
        unchanged = statistics.median(seconds(lambda: build(folder, out)) for _ in range(PAIRS))
        page = out / "latest" / "index.html"
        full, ratio = statistics.median(times), statistics.median(ratios)
        print(f"full build {full:.1f} s, {ratio:.2f} x papermill + nbconvert")
        part = statistics.median(now / whole for now, whole in zip(changed, times, strict=True))
        print(f"one scenario changed {statistics.median(changed):.1f} s, {part:.2f} x the full build")
        print(f"unchanged build {unchanged:.2f} s, {unchanged / full:.3f} x the full build")
        size_kb = page.stat().st_size / 1e3
        print(f"leadership page {size_kb:.0f} kB, first paint {first_paint_ms(page):.0f} ms")


if __name__ == "__main__":
    main()
