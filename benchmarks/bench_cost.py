"""Costs all options over 36 months in 131,072 draws, beside the same arithmetic written by hand in NumPy.

    python benchmarks/bench_cost.py

Takes a minute on one core; nothing that runs here has more than one thread. The peer is ``cost_by_hand.py``.
Before any timing, it and the toolkit have to agree on every total of every draw. Times are medians, ratios
the medians of paired runs, with freed memory kept at hand for both. Peak memory is of the toolkit alone, in
a process of its own. At last the time for half and a quarter of the draws tells whether it grows with them.
"""

import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date
from functools import partial

import numpy as np
from bench_pricing import keep_freed_memory
from cost_by_hand import Floats, World, totals

from toolkit.cost.model import spend_all
from toolkit.cost.option import Option
from toolkit.cost.setting import Setting
from toolkit.pricing.book import PriceBook, books
from toolkit.pricing.scenario import Scenario
from toolkit.project import Faults, Folder, read_yaml, shipped, validate

DRAWS, MONTHS, SEED, PAIRS = 131_072, 36, 20261123, 5
DAY, SCENARIO, IN_SERVICE = date(2026, 11, 28), "production", "current"
MOST_RATIO, MOST_GIB = 3.0, 2.0
"""What the project set itself."""

PARTS = (1, 2, 4)
"""Of the draws, to see whether the time grows with them."""

MEASURED_ALONE = "--memory"


class Case:
    """The folder that ships, over 36 months."""

    def __init__(self) -> None:
        folder, faults = Folder(shipped("data")), Faults()
        found = [validate(document, Option, faults) for document in folder.documents("options", faults)]
        document = read_yaml(folder.root / "scenarios" / f"{SCENARIO}.yaml", faults)
        scenario = None if document is None else validate(document, Scenario, faults)
        self.books: dict[str, PriceBook] = books(folder.documents("pricing", faults), faults)
        assert scenario is not None and not faults.errors, str(faults)
        self.options = {option.id: option for option in found if option is not None}
        self.scenario = scenario.model_copy(update={"horizon_months": MONTHS})

    def ours(self, draws: int = DRAWS) -> dict[str, Floats]:
        """Totals by option, shape (draws,)."""
        setting = Setting.of(self.scenario, as_of=DAY, draws=draws, seed=SEED, in_service=IN_SERVICE)
        spent = spend_all(list(self.options.values()), self.books, setting)
        return {found.option: found.total_usd for found in spent if found.total_usd is not None}

    def by_hand(self, draws: int = DRAWS) -> dict[str, Floats]:
        """The same from the peer."""
        world = World(self.scenario, self.options, DAY, draws=draws, seed=SEED)
        return totals(world, list(self.options), in_service=IN_SERVICE)


def seconds(run: Callable[[], object]) -> float:
    """Wall time of one run."""
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def agree(case: Case, draws: int = DRAWS) -> None:
    """Raise AssertionError where an option is missing or a total differs."""
    ours, peer = case.ours(draws), case.by_hand(draws)
    assert list(ours) == list(peer), f"{list(ours)} are not {list(peer)}"
    for option, usd in ours.items():
        np.testing.assert_allclose(usd, peer[option], rtol=1e-9, atol=0.005, err_msg=option)


def peak_gib() -> float:
    """The most memory that a process which costs all options once ever held."""
    run = [sys.executable, __file__, MEASURED_ALONE]
    return float(subprocess.run(run, capture_output=True, text=True, check=True).stdout)


def tell_memory() -> None:
    """Cost all options once, and print the most memory held, GiB."""
    Case().ours()
    unit_bytes = 1 if sys.platform == "darwin" else 1024
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit_bytes / 2**30)


def main() -> None:
    """Print the figures."""
    keep_freed_memory()
    case = Case()
    agree(case)
    pairs = [(seconds(case.ours), seconds(case.by_hand)) for _ in range(PAIRS)]
    ours_s = statistics.median(pair[0] for pair in pairs)
    ratio = statistics.median(ours / peer for ours, peer in pairs)
    what = f"{len(case.options)} options x {MONTHS} months x {DRAWS:,} draws"
    print(f"{what} in {ours_s:.2f} s, {ratio:.2f} x NumPy by hand (target {MOST_RATIO:g} at most)")
    print(f"peak memory {peak_gib():.2f} GiB (target {MOST_GIB:g} at most)")
    runs = [[seconds(partial(case.ours, DRAWS // part)) for part in PARTS] for _ in range(PAIRS)]
    for index, part in enumerate(PARTS[1:], start=1):
        ratio = statistics.median(run[0] / run[index] for run in runs)
        print(f"1/{part} of the draws takes 1/{ratio:.2f} of the time")


if __name__ == "__main__":
    tell_memory() if MEASURED_ALONE in sys.argv else main()
