"""What is rolled up before and after compaction is the same, whatever the rows and their files."""

import math
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import pandas as pd
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from toolkit.measure.compaction import compact, compact_partitions
from toolkit.measure.events import Table, partition
from toolkit.measure.recorder import table_of, write_part
from toolkit.metrics.rollups import Rollups, roll_up
from toolkit.project.faults import Faults

DAY = date(2026, 11, 23)
START = datetime(2026, 11, 23, tzinfo=UTC)

Row = dict[str, Any]


def after(*seconds: float) -> list[datetime]:
    """Instants so many seconds after the day began."""
    return [START + timedelta(seconds=second) for second in seconds]


ODD_INSTANTS = after(-1.0, 5400.0, 86_399.999999, 86_400.0, -401 * 86_400.0)
ODD_SECONDS = [None, 3600.0, -1.0, 2e9, math.inf, math.nan]

GOOD: dict[Table, dict[str, list[Any]]] = {
    "connections": {
        "environment": ["lab"],
        "collector": ["a"],
        "client": ["ann"],
        "session": ["s1", "s2"],
        "attempt": [None, 1, 1, 2],
        "started_at": after(0.0, 1800.0),
        "handshake_s": [0.0, 0.1],
        "outcome": ["open", "open", "refused"],
        "ended_at": [None, *after(3600.0, 5400.0)],
        "observed_until": after(5400.0, 7200.0),
        "close_code": [None, 1000, 1006],
        "ended_by": [None, "client", "network"],
        "intended": [None, True, False],
    },
    "deliveries": {
        "environment": ["lab"],
        "collector": ["a"],
        "message": ["m1", "m\n2"],
        "sender": [None, "ann", "bob"],
        "recipient": ["eve"],
        "scheduled_at": after(0.0, 1800.0),
        "latency_s": [None, 0.02, 0.1, 4.0],
        "deadline_s": [5.0, 2.0],
        "copies": [None, 1, 2],
        "in_order": [None, True, False],
        "bytes": [None, 1, 2],
        "round_trip": [True, False],
    },
    "aggregates": {
        "environment": ["lab"],
        "collector": ["a"],
        "source": ["k6-summary"],
        "from_at": [None, *after(0.0)],
        "until_at": after(1800.0),
        "name": ["ws_ping", "opened"],
        "kind": ["count", "mean"],
        "quantile": [None],
        "value": [0.0, 1.0, 2.0],
        "unit": ["1", "ms"],
    },
    "faults": {
        "environment": ["lab"],
        "collector": ["a"],
        "connection": [1, 2],
        "fault": ["blackhole", "reset"],
        "way": ["both", "to_client"],
        "struck_at": after(0.0, 1800.0),
        "client": [None, "ann"],
        "healed_s": [None, 30.0],
        "recovered_s": [None, 1.0, 2.0],
        "wanted_s": [0.0, 2.0],
        "client_noticed_s": [None, 1.0],
        "client_observed_s": [0.0, 1.0],
        "server_noticed_s": [None, 2.0],
        "server_observed_s": [0.0, 2.0],
    },
}
"""Rows of few keys, which differ in all else, so that most compete with others."""

ODD: dict[Table, dict[str, list[Any]]] = {
    "connections": {
        "collector": ["b"],
        "attempt": [0, -1],
        "started_at": ODD_INSTANTS,
        "handshake_s": ODD_SECONDS,
        "outcome": ["http_503", "http_99", "odd"],
        "ended_at": ODD_INSTANTS,
        "observed_until": ODD_INSTANTS,
    },
    "deliveries": {
        "collector": ["b"],
        "scheduled_at": ODD_INSTANTS,
        "latency_s": ODD_SECONDS,
        "deadline_s": [0.0, -1.0, math.nan, math.inf],
        "copies": [-1, 0],
    },
    "aggregates": {
        "collector": ["b"],
        "from_at": ODD_INSTANTS,
        "until_at": ODD_INSTANTS,
        "kind": ["quantile", "odd"],
        "quantile": [0.5, math.nan],
        "value": [2.5, -1.0, math.inf, math.nan],
    },
    "faults": {
        "collector": ["b"],
        "struck_at": ODD_INSTANTS,
        "healed_s": ODD_SECONDS,
        "wanted_s": [-1.0, math.inf, math.nan],
        "client_noticed_s": ODD_SECONDS,
        "server_observed_s": [-1.0, math.inf, math.nan],
    },
}
"""What may stand in one column of a row instead; most of it makes the row a bad one."""


Placed = list[tuple[int, Row]]
"""Rows that differ, each with the file in which it stands."""

OPTIONS = 12
"""Rolling up many costs hardly more than one."""


def row_of(table: Table, draw: Random) -> Row:
    row = {name: draw.choice(values) for name, values in GOOD[table].items()}
    if draw.randrange(4) == 0:
        name = draw.choice(sorted(ODD[table]))
        row[name] = draw.choice(ODD[table][name])
    return row


def placed_rows(table: Table, draw: Random) -> Placed:
    rows = {repr(row): row for row in (row_of(table, draw) for _ in range(draw.randint(1, 15)))}
    return [(draw.randrange(4), row) for row in rows.values()]


def write(metrics_dir: Path, table: Table, options: list[Placed]) -> None:
    for option, placed in enumerate(options):
        folder = partition(metrics_dir, table, option=f"o{option}", day=DAY)
        for number in {number for number, _ in placed}:
            rows = [row for at, row in placed if at == number]
            write_part(folder, f"{number}.parquet", table_of(table, rows))


def rolled(metrics_dir: Path) -> Rollups:
    faults = Faults()
    found = roll_up(metrics_dir, as_of=date(2100, 1, 1), environments=["lab"], faults=faults)
    assert not faults.found
    return found


def frames(found: Rollups) -> Iterator[tuple[str, pd.DataFrame]]:
    for name in ("counts", "latency", "handshake", "ages", "aggregates", "faults"):
        frame = getattr(found, name)
        yield name, frame.sort_values(list(frame.columns)).reset_index(drop=True)


# A seed has nothing in it that could be made smaller.
a_few = settings(max_examples=3, phases=[Phase.generate])


@pytest.mark.parametrize("table", GOOD)
def test_compaction_changes_no_figure(table: Table) -> None:
    @a_few
    @given(seed=st.integers(0, 2**32))
    def same(seed: int) -> None:
        draw = Random(seed)
        with TemporaryDirectory() as folder:
            metrics_dir = Path(folder)
            write(metrics_dir, table, [placed_rows(table, draw) for _ in range(OPTIONS)])
            before = rolled(metrics_dir)
            assert compact_partitions(metrics_dir).left == ()
            after = rolled(metrics_dir)
            for (name, left), (_, right) in zip(frames(before), frames(after), strict=True):
                pd.testing.assert_frame_equal(left, right, obj=name)
            assert before.set_aside == after.set_aside

    same()


@pytest.mark.parametrize("table", GOOD)
def test_merged_files_do_not_depend_on_the_order_of_rows_and_files(table: Table) -> None:
    @a_few
    @given(seed=st.integers(0, 2**32))
    def same(seed: int) -> None:
        draw = Random(seed)
        placed = placed_rows(table, draw)
        contents = set()
        for _ in range(2):
            with TemporaryDirectory() as folder:
                write(Path(folder), table, [placed])
                compact(folder)
                (path,) = Path(folder).rglob("*.parquet")
                contents.add(path.read_bytes())
            placed = [(draw.randrange(4), row) for _, row in draw.sample(placed, len(placed))]
        assert len(contents) == 1

    same()
