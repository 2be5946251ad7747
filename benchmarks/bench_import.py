"""Imports an access log of a load balancer, beside DuckDB's own CSV reader and beside pandas.

    python benchmarks/bench_import.py [MEGABYTES]

Writes a log of 200 MB (1000 makes the gigabyte of the target) of connections, failed handshakes and other
requests, and reads it in each way on one core. Figures are MB per second of processor time, so that others on
the machine disturb little; of several runs the median counts. Before any timing, all have to find the same
connections. Only the import checks every entry, knows its line, removes duplicates and may not lose any; one
way has DuckDB's reader do two of these duties too, the digest of the file and the look for repeated keys.
"""

import hashlib
import os
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pyarrow.dataset as ds

from toolkit.measure.importers import import_file

SEED = 1
RUNS = 3
MEGABYTES = 200
TARGET = 200
"""MB a second on one core that the project set itself."""

LINES = 10_000
FIELDS = 30
START_S = datetime(2026, 11, 20, tzinfo=UTC).timestamp()
AGENTS = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/129 Safari/537",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1 (KHTML, like Gecko) Safari/604",
    r"okhttp/4.12.0 \x22build 7\x22",
)

Found = tuple[int, float]
"""How many connections opened, and how many seconds they lasted in all."""


def write_log(path: Path, megabytes: int, *, sockets: float) -> None:
    """Write a log of so many MB, of whose entries a share of ``sockets`` are connections."""
    draw = np.random.Generator(np.random.PCG64(SEED))
    at_s, size = START_S, 0
    with path.open("w") as file:
        while size < megabytes * 1_000_000:
            at_s, lines = entries(draw, at_s, sockets)
            size += file.write("".join(lines))


def entries(draw: np.random.Generator, at_s: float, sockets: float) -> tuple[float, list[str]]:
    """Some entries from a time on, and the time of the last."""
    starts = at_s + np.cumsum(draw.exponential(0.05, LINES))
    lasted = 0.02 + draw.exponential(300, LINES)
    kinds = np.where(draw.random(LINES) < sockets, "wss", "https")
    failed = draw.random(LINES) < 0.03
    numbers = draw.integers(0, 2**31, (LINES, 4))
    rows = zip(
        starts.tolist(), lasted.tolist(), kinds.tolist(), failed.tolist(), numbers.tolist(), strict=True
    )
    return float(starts[-1]), [entry(*row) for row in rows]


def entry(start_s: float, lasted_s: float, kind: str, failed: bool, numbers: list[int]) -> str:
    """One entry, with the fields that a load balancer writes today."""
    a, b, c, d = numbers
    is_socket = kind == "wss" and not failed
    kind = "https" if failed else kind
    status, path = (
        ("502 -", "ws") if failed else ("101 101", "ws") if is_socket else ("200 200", f"rooms/{a % 999}")
    )
    agent = AGENTS[a % 2 if a % 999 else 2]
    end_s = start_s + (lasted_s if is_socket else 0.02)
    return (
        f"{kind} {shown(end_s)} app/chat/50dc6c495c0c9188 "
        f"10.{a % 256}.{b % 256}.{c % 256}:{1024 + d % 60000} 10.0.1.{d % 20}:8080 "
        f"0.001 0.004 0.000 {status} {a % 5000} {b % 90000} "
        f'"GET https://chat.example.com:443/{path}?token={c:x}{d:x} HTTP/1.1" "{agent}" '
        "ECDHE-RSA-AES128-GCM-SHA256 TLSv1.2 "
        "arn:aws:elasticloadbalancing:eu-central-1:123456789012:targetgroup/chat/73e2d6bc24d8a067 "
        f'"Root=1-{int(start_s):08x}-{a:08x}{b:08x}{c:08x}" "chat.example.com" '
        '"arn:aws:acm:eu-central-1:123456789012:certificate/12345678-1234-1234-1234-123456789012" '
        f'1 {shown(start_s)} "forward" "-" "-" "10.0.1.{d % 20}:8080" "{status[:3]}" "-" "-" TID_{a:032x}\n'
    )


def shown(seconds: float) -> str:
    """A time as ISO 8601."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def by_import(path: Path, folder: Path) -> None:
    """The import itself, up to the recorded facts."""
    import_file("alb", path, option="current", environment="production", metrics_dir=folder)


def recorded(folder: Path) -> Found:
    """What an import recorded."""
    facts = ds.dataset(folder / "connections", format="parquet", partitioning=None).to_table()
    frame = facts.to_pandas()
    ended = frame[(frame["outcome"] == "open") & frame["ended_at"].notna()]
    return len(ended), float((ended["ended_at"] - ended["started_at"]).dt.total_seconds().sum())


def csv_reader(path: Path) -> str:
    """DuckDB's own reader of such a file; quotes are escaped as this log has them."""
    columns = ", ".join(f"'c{place}': 'VARCHAR'" for place in range(1, FIELDS + 1))
    return (
        f"read_csv('{path}', columns = {{{columns}}}, delim = ' ', quote = '\"', escape = '\"', "
        "header = false, auto_detect = false, null_padding = true, strict_mode = false)"
    )


def by_count(path: Path, folder: Path) -> int:
    """DuckDB's own reader, only counting the rows."""
    return int(duckdb.connect().execute(f"SELECT count(*) FROM {csv_reader(path)}").fetchall()[0][0])


def by_duckdb(path: Path, folder: Path) -> Found:
    """DuckDB's own reader, the same columns into Parquet, unchecked."""
    engine = duckdb.connect()
    engine.execute("SET TimeZone = 'UTC'")
    folder.mkdir(parents=True)
    engine.execute(f"""
        COPY (
            SELECT 'production' AS environment, 'import' AS collector, split_part(c4, ':', 1) AS client,
                split_part(c4, ':', 2) || ' ' || c22 AS session, 1 AS attempt, c22::TIMESTAMP AS started_at,
                c6::DOUBLE + c7::DOUBLE + c8::DOUBLE AS handshake_s,
                CASE c9 WHEN '101' THEN 'open' ELSE 'http_' || c9 END AS outcome, c2::TIMESTAMP AS ended_at
            FROM {csv_reader(path)} WHERE c1 IN ('ws', 'wss') OR (c9 >= '300' AND c13 LIKE '%/ws?%')
            ORDER BY started_at, client, session
        ) TO '{folder}/found.parquet' (COMPRESSION zstd)""")
    query = f"""SELECT count(*), sum(epoch(ended_at - started_at)) FROM '{folder}/found.parquet'
        WHERE outcome = 'open'"""
    opened, lasted_s = engine.execute(query).fetchall()[0]
    return int(opened), float(lasted_s)


def by_duckdb_with_duties(path: Path, folder: Path) -> Found:
    """The same with the digest of the file and a look for repeated keys, as the import has to."""
    found = by_duckdb(path, folder)
    with path.open("rb") as file:
        hashlib.file_digest(file, "sha256")
    query = f"SELECT count(DISTINCT hash(client, session)) = count(*) FROM '{folder}/found.parquet'"
    duckdb.connect().execute(query).fetchall()
    return found


def by_pandas(path: Path, folder: Path) -> Found:
    """As one would in a notebook."""
    names = [f"c{place}" for place in range(1, FIELDS + 1)]
    used = {
        "c1": "kind", "c2": "ended_at", "c4": "client", "c6": "a", "c7": "b", "c8": "c", "c9": "status",
        "c22": "started_at",
    }  # fmt: skip
    frame = pd.read_csv(path, sep=" ", header=None, names=names, usecols=list(used), dtype="str")
    frame = frame.rename(columns=used)
    frame = frame[frame["kind"].isin(["ws", "wss"]) | (frame["status"] >= "300")].copy()
    for column in ("started_at", "ended_at"):
        frame[column] = pd.to_datetime(frame[column], format="ISO8601")
    frame["handshake_s"] = frame[["a", "b", "c"]].astype("float64").sum(axis=1)
    frame["outcome"] = np.where(frame["status"] == "101", "open", "http_" + frame["status"])
    frame = frame.sort_values(["started_at", "client"])
    folder.mkdir(parents=True)
    frame[["client", "started_at", "handshake_s", "outcome", "ended_at"]].to_parquet(folder / "found.parquet")
    opened = frame[frame["outcome"] == "open"]
    return len(opened), float((opened["ended_at"] - opened["started_at"]).dt.total_seconds().sum())


def processor_s(run: Callable[[Path], object]) -> float:
    """Seconds of processor time of one run in a fresh folder."""
    with tempfile.TemporaryDirectory() as folder:
        start = time.process_time()
        run(Path(folder, "out"))
        return time.process_time() - start


def compared(path: Path) -> Iterator[tuple[str, float]]:
    """Each way with its median of MB a second."""
    ways: dict[str, Callable[[Path, Path], object]] = {
        "the import": by_import,
        "DuckDB's reader, count(*) only": by_count,
        "DuckDB's reader to Parquet, unchecked": by_duckdb,
        "DuckDB's reader to Parquet, with digest and repeated keys": by_duckdb_with_duties,
        "pandas to Parquet, unchecked": by_pandas,
    }
    megabytes = path.stat().st_size / 1e6
    for way, run in ways.items():
        yield way, megabytes / statistics.median(processor_s(partial(run, path)) for _ in range(RUNS))


def same_connections(path: Path) -> None:
    """Raise AssertionError where the ways do not find the same."""
    with tempfile.TemporaryDirectory() as folder:
        by_import(path, Path(folder, "import"))
        ours = recorded(Path(folder, "import"))
        for peer in (by_duckdb, by_pandas):
            theirs = peer(path, Path(folder, peer.__name__))
            assert ours[0] == theirs[0], f"{peer.__name__}: {theirs[0]} connections are not {ours[0]}"
            assert abs(ours[1] - theirs[1]) < 1e-6 * ours[1], (
                f"{peer.__name__}: {theirs[1]} s are not {ours[1]} s"
            )


def main() -> None:
    """Print the figures."""
    megabytes = int(sys.argv[1]) if len(sys.argv) > 1 else MEGABYTES
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    with tempfile.TemporaryDirectory() as folder:
        for name, sockets in (("all connections", 1.0), ("one connection in ten entries", 0.1)):
            path = Path(folder, "alb.log")
            write_log(path, megabytes, sockets=sockets)
            same_connections(path)
            tell(f"{megabytes} MB, {name}", dict(compared(path)))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"most memory of the whole process: {peak:,.0f} MiB")


def tell(log: str, rates: dict[str, float]) -> None:
    """Print one table."""
    ours = rates["the import"]
    print(f"{log} (target {TARGET} MB a second on one core):")
    for way, rate in rates.items():
        print(f"  {way}: {rate:,.0f} MB a second, the import runs at {ours / rate:.2f} of that")


if __name__ == "__main__":
    main()
