"""Indices and values of information of every input, beside the draws themselves, at 16,384 draws.

    python benchmarks/bench_sensitivity.py

Takes half a minute on one core; nothing that runs here has more than one thread. The scenario and the options
are those that ship. Three parts are timed beside one run of the model on the same number of draws: the runs
of the model on Saltelli's design (a point for every eighth draw, so (inputs + 2) / 8 as many as draws), the
indices from them by SALib, and the value of information of each input from the draws at hand. At last half
and a quarter of the draws tell whether each part grows with them. Times are medians of several runs.
"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date

from toolkit.cost.evppi import evppi
from toolkit.cost.indices import saltelli_design, sobol_indices
from toolkit.cost.model import spend_all, totals_of
from toolkit.cost.option import Option
from toolkit.cost.sampling import Draws, Floats
from toolkit.cost.setting import Setting
from toolkit.pricing.book import books
from toolkit.pricing.scenario import Scenario
from toolkit.project import Faults, Folder, read_yaml, shipped, validate

DRAWS, SEED, RUNS = 16_384, 20261123, 5
DAY, SCENARIO, IN_SERVICE = date(2026, 11, 23), "production", "current"


class Case:
    """The folder that ships, drawn so many times."""

    def __init__(self, draws: int) -> None:
        folder, faults = Folder(shipped("data")), Faults()
        found = [validate(document, Option, faults) for document in folder.documents("options", faults)]
        document = read_yaml(folder.root / "scenarios" / f"{SCENARIO}.yaml", faults)
        scenario = None if document is None else validate(document, Scenario, faults)
        assert scenario is not None and not faults.errors, str(faults)
        self.books = books(folder.documents("pricing", faults), faults)
        self.options = [option for option in found if option is not None]
        self.setting = Setting.of(scenario, as_of=DAY, draws=draws, seed=SEED, in_service=IN_SERVICE)
        self.totals = self.compute(self.setting.draws)
        self.inputs = self.setting.draws.inputs
        self.design = saltelli_design(self.inputs, points=draws // 8, seed=SEED)

    def compute(self, draws: Draws) -> dict[str, Floats]:
        """Totals by option; a fresh setting, so that nothing kept from an earlier run is used."""
        return totals_of(spend_all(self.options, self.books, replace(self.setting, draws=draws)))

    def sampled(self) -> dict[str, Floats]:
        """The model on fresh draws."""
        return self.compute(replace(self.setting.draws, read=set()))

    def designed(self) -> dict[str, Floats]:
        """The model on Saltelli's design."""
        given = dict(zip(self.inputs, self.design.T.copy(), strict=True))
        return self.compute(replace(self.setting.draws, count=len(self.design), given=given, read=set()))

    def indexed(self, values: Mapping[str, Floats]) -> None:
        """The indices of one option's total."""
        sobol_indices(values["ably"], self.inputs)

    def valued(self) -> None:
        """The value of information of each input."""
        for name in self.inputs:
            evppi(self.totals, self.setting.draws.share(name))


def seconds(run: Callable[[], object]) -> float:
    """The median of several runs."""
    times = []
    for _ in range(RUNS):
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def parts(draws: int) -> tuple[dict[str, float], int]:
    """Seconds of every part, and how many inputs there are."""
    case = Case(draws)
    values = case.designed()
    times = {
        "the model on the draws": seconds(case.sampled),
        "the model on the design": seconds(case.designed),
        "indices from the design": seconds(lambda: case.indexed(values)),
        "values of information": seconds(case.valued),
    }
    return times, len(case.inputs)


def main() -> None:
    """Print the figures."""
    found = {draws: parts(draws) for draws in (DRAWS // 4, DRAWS // 2, DRAWS)}
    times, inputs = found[DRAWS]
    base = times["the model on the draws"]
    print(f"{DRAWS:,} draws, {inputs} uncertain inputs, {inputs + 2} / 8 as many runs on the design")
    for name, spent in times.items():
        growth = spent / found[DRAWS // 4][0][name]
        print(f"{name}: {spent:.3f} s, {spent / base:.2f} x the draws; x {growth:.1f} for 4 x the draws")
    rest = sum(times.values()) - base
    print(f"indices and values of all inputs take {rest / base:.1f} x the draws themselves")


if __name__ == "__main__":
    main()
