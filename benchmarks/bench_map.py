"""Draws a decision map of 512 x 512 points, beside billing as many usages by the vectorised path.

    python benchmarks/bench_map.py

Takes half a minute on one core; nothing that runs here has more than one thread. The peer bills usages, no
two alike, with the price book of every managed option, the cheapest plan included: as many as the map has
points, what a map would at least cost that looked at each of its points by itself. It gets its usages ready
made and does nothing with the bills. A map bills volumes times draws times months, whatever its levels, and
beside that works out usage, what the self-hosted options take, labour, moves and credits, who leads and where
that changes, with the volume at which it does looked up anew. So two ratios are told: to as many usages as
the map has points, and like for like to as many as it bills. Times are of the processor, ratios medians of
paired runs. Memory is what one map allocates at its peak.
"""

import statistics
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Callable
from functools import partial

import numpy as np

from toolkit.answers import in_service
from toolkit.cost.decisionmap import DecisionMap
from toolkit.cost.downtimemap import costs_of_an_hour, downtime_map
from toolkit.cost.ground import Ground
from toolkit.cost.sampling import SEED, Floats
from toolkit.cost.setting import Setting
from toolkit.cost.stack import Stack
from toolkit.cost.uptimemap import uptime_map
from toolkit.loading import Loaded, load
from toolkit.pricing.totals import cheapest
from toolkit.project import shipped

SIDE = 512
DRAWS = 32
MONTHS = 24
PAIRS = 15
SCENARIO = "production"
FACTORS: Floats = np.geomspace(0.01, 100, SIDE)
NEEDS: Floats = 1 - np.geomspace(0.1, 1e-5, SIDE)
MEASURED_ALONE = "--memory"


def ground(loaded: Loaded) -> Ground:
    """What a map is drawn on, at so many volumes."""
    return Ground.of(
        list(loaded.options.values()), loaded.books, loaded.scenarios[SCENARIO], scenario_id=SCENARIO,
        as_of=loaded.as_of, in_service=in_service(loaded), factors=FACTORS, draws=DRAWS, all_draws=DRAWS,
    )  # fmt: skip


def against_uptime(loaded: Loaded) -> DecisionMap:
    """The map over required uptime."""
    return uptime_map(ground(loaded), needs=NEEDS)


def against_downtime(loaded: Loaded) -> DecisionMap:
    """The map over the cost of downtime."""
    drawn_on = ground(loaded)
    return downtime_map(drawn_on, usd_per_hour=costs_of_an_hour(drawn_on, points=SIDE))


def usages(loaded: Loaded) -> dict[str, Floats]:
    """As many usages of a month as a map has points, each of its own."""
    month = Setting.of(loaded.scenarios[SCENARIO], as_of=loaded.as_of, draws=SIDE, seed=SEED).first_month()
    stacked = Stack.at(month, FACTORS).usage(range(1))
    return {name: np.broadcast_to(stacked[name], (SIDE, 1, SIDE)).ravel() for name in stacked}


def bill_all(loaded: Loaded, usage: dict[str, Floats]) -> int:
    """Bills every usage with the cheapest plan of every managed option."""
    books = [option.price_book for option in loaded.options.values() if option.price_book]
    return sum(cheapest(loaded.books[book], usage, as_of=loaded.as_of)[0].size for book in books)


def seconds(run: Callable[[], object]) -> float:
    """Processor time of one run."""
    start = time.process_time()
    run()
    return time.process_time() - start


def tell(what: str, ours: Callable[[], object], peer: Callable[[], object], billed: int) -> None:
    """Print how long both take and their ratio."""
    pairs = [(seconds(ours), seconds(peer)) for _ in range(PAIRS)]
    ratio = statistics.median(our / their for our, their in pairs)
    ours_s, peer_s = (statistics.median(times) for times in zip(*pairs, strict=True))
    own = SIDE * DRAWS * MONTHS * billed // SIDE**2
    print(f"{what}: {SIDE} x {SIDE} points over {DRAWS} draws and {MONTHS} months in {ours_s:.2f} s")
    print(f"  {ratio:.2f} x billing {billed:,} usages, in {peer_s:.2f} s")
    print(f"  {ratio * billed / own:.2f} x like for like: billing {own:,} usages, as many as the map bills")


def peak_memory_mib() -> float:
    """Of a process that loads the folder and draws one map."""
    run = subprocess.run(
        [sys.executable, __file__, MEASURED_ALONE], capture_output=True, text=True, check=True
    )
    return float(run.stdout)


def main() -> None:
    """Print the figures."""
    if MEASURED_ALONE in sys.argv:
        loaded = load(shipped("data"))
        tracemalloc.start()
        against_uptime(loaded)
        print(tracemalloc.get_traced_memory()[1] / 2**20)
        return
    loaded = load(shipped("data"))
    usage = usages(loaded)
    billed = bill_all(loaded, usage)
    peer = partial(bill_all, loaded, usage)
    tell("against uptime", partial(against_uptime, loaded), peer, billed)
    tell("against the cost of downtime", partial(against_downtime, loaded), peer, billed)
    print(f"peak memory of one map: {peak_memory_mib():.0f} MiB")


if __name__ == "__main__":
    main()
