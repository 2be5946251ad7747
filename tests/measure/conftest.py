"""What the tests of the measuring start from."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import settings as hypothesis_settings

from toolkit.measure.events import Connection, Delivery
from toolkit.measure.workload import Span, Workload

# A busy machine must not fail an example for being slow.
hypothesis_settings.register_profile("patient", deadline=None)
hypothesis_settings.load_profile("patient")

LIMIT_S = 30.0
NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)

Rows = list[dict[str, Any]]


@pytest.fixture
def run() -> Callable[[Awaitable[Any]], Any]:
    """Runs one scenario to its end, at most for ``LIMIT_S``."""

    def within_limit(scenario: Awaitable[Any]) -> Any:
        async def bounded() -> Any:
            async with asyncio.timeout(LIMIT_S):
                return await scenario

        return asyncio.run(bounded())

    return within_limit


@pytest.fixture
def facts() -> Callable[..., Rows]:
    """Reads all recorded rows of a table as any reader would: with hive partitioning, by column."""

    def read(metrics_dir: Path, table: str, order: str = "ALL") -> Rows:
        files = f"{metrics_dir}/{table}/*/*/*.parquet"
        with duckdb.connect() as engine:
            engine.execute("SET TimeZone = 'UTC'")
            query = f"SELECT * FROM read_parquet('{files}', hive_partitioning = true) ORDER BY {order}"
            rows: Rows = engine.sql(query).to_arrow_table().to_pylist()
            return rows

    return read


@pytest.fixture
def opened() -> Callable[..., Connection]:
    """A connection that opened at noon, with what a test names changed."""

    def connection(**values: Any) -> Connection:
        known = {
            "client": "ann",
            "session": "s1",
            "attempt": 1,
            "started_at": NOON,
            "observed_until": NOON + timedelta(seconds=0.1),
            "outcome": "open",
            "handshake_s": 0.1,
        }
        return Connection(**{**known, **values})

    return connection


@pytest.fixture
def delivered() -> Callable[..., Delivery]:
    """A delivery due at noon that came after 20 ms, with what a test names changed."""

    def delivery(**values: Any) -> Delivery:
        known = {
            "message": "m1",
            "sender": "ann",
            "recipient": "bob",
            "scheduled_at": NOON,
            "latency_s": 0.02,
            "copies": 1,
            "in_order": True,
            "bytes": 200,
        }
        return Delivery(**{**known, **values})

    return delivery


@pytest.fixture
def small() -> Callable[..., Workload]:
    """A workload of six clients for three seconds, with what a test names changed."""

    def workload(**values: Any) -> Workload:
        known: dict[str, Any] = {
            "clients": 6,
            "rooms_of": 3,
            "duration_s": 3.0,
            "burst_messages": 3,
            "burst_interval_s": Span(low=0.05, high=0.1),
            "pause_s": Span(low=0.1, high=0.3),
            "session_s": Span(low=60, high=60),
            "away_s": Span(low=0, high=0.1),
            "message_bytes": 100,
            "deadline_s": 1.0,
            "seed": 3,
            # Others may be at work on the machine that runs the tests.
            "lag_limit_ms": 5_000,
        }
        return Workload(**{**known, **values})

    return workload
