"""Observations of faults, from the recorded facts."""

from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq

from toolkit.measure.events import FAULTS, NetworkFault
from toolkit.measure.faults.noticing import Observation
from toolkit.measure.faults.observing import observation

_OBSERVER = ("environment", "collector")


def observations_in(facts: Path) -> Iterator[Observation]:
    """What was observed of each fault below a folder of facts that were compacted."""
    for file in sorted(facts.rglob("*.parquet")):
        if file.relative_to(facts).parts[0] != "faults":
            continue
        for row in pq.ParquetFile(file).read(FAULTS.names).to_pylist():
            yield observation(
                NetworkFault(**{name: value for name, value in row.items() if name not in _OBSERVER})
            )
