"""The key metrics of one run alone, whatever else the folder has recorded."""

from __future__ import annotations

import os
import shutil
import tempfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from toolkit.project import Faults

if TYPE_CHECKING:
    from toolkit.measure.totals import BakeoffResult
    from toolkit.metrics.key import MetricValue


def run_values(result: BakeoffResult) -> dict[str, dict[str, MetricValue]]:
    """The key metrics of this run alone, by option."""
    from toolkit.metrics.key import key_metrics
    from toolkit.metrics.rollups import roll_up

    usable = [name for name, one in result.options.items() if one.probe is not None]
    with tempfile.TemporaryDirectory() as folder:
        for number, facts in enumerate(result.facts):
            _gather(facts, Path(folder), f"{number:04d}-")
        faults = Faults()
        # A clock that was set back leaves rows of tomorrow.
        as_of = datetime.now(UTC).date() + timedelta(days=1)
        rolled = roll_up(Path(folder), as_of=as_of, environments=[result.environment], faults=faults)
        faults.raise_errors()
        found = {}
        for option in usable:
            values = key_metrics(rolled, option=option, environment=result.environment)
            found[option] = {**values, **_exact(Path(folder), rolled, option, result, values)}
        return found


def _gather(facts: Path, folder: Path, prefix: str) -> None:
    """Put the facts of one round beside those of the others, without copying them where that is possible."""
    for file in facts.rglob("*.parquet"):
        target = folder / file.relative_to(facts).parent / (prefix + file.name)
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            os.link(file, target)
        except OSError:
            shutil.copyfile(file, target)


def _exact(
    folder: Path, rolled: Any, option: str, result: BakeoffResult, values: dict[str, MetricValue]
) -> dict[str, MetricValue]:
    """The latency percentiles from the rows instead of from histograms; none without deliveries."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.parquet as pq

    from toolkit.metrics.key import PERCENTILES
    from toolkit.metrics.latency import latencies_of
    from toolkit.metrics.runlatency import exact_percentile

    files = sorted(folder.glob(f"deliveries/option={option}/*/*.parquet"))
    if not files:
        return {}
    rows = pa.concat_tables([pq.ParquetFile(file).read(["latency_s"]) for file in files])
    latencies_s = rows["latency_s"].to_numpy().astype(np.float64)
    found = {}
    for name, percent in PERCENTILES.items():
        known_by = latencies_of(rolled, option=option, environment=result.environment, percent=percent)
        if known_by is not None:
            one = exact_percentile(
                latencies_s, percent, deadline_s=result.workload.deadline_s, n_effective=known_by.n_effective
            )
            found[name] = replace(values[name], estimate=one.estimate, low=one.low, high=one.high)
    return found
