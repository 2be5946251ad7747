"""Recordings of an option with a known number of drops, for comparing it with another."""

from datetime import datetime, timedelta
from pathlib import Path

from metrics_facts import Row, at, delivered, write

from toolkit.measure.events import Table

START = at("10:00")


def record(
    metrics_dir: Path,
    option: str,
    *,
    drops: int,
    environment: str = "lab",
    clients: int = 10,
    minutes: int = 60,
    start: datetime = START,
    messages: int = 60,
    late: int = 0,
    **more: object,
) -> None:
    """Clients that are connected for so many minutes and drop evenly, each back at once.

    Args:
        drops: of each client.
        messages: to each client; the first ``late`` of them never come.
        more: columns of every row of either table, where that has them: ``bytes``, ``deadline_s``,
            ``ended_by``, ``attempt``, ``intended``.
    """
    rows = [row for client in range(clients) for row in _connections(client, drops, minutes, start)]
    sent = [_message(client, n, n < late, start) for client in range(clients) for n in range(messages)]
    tables: list[tuple[Table, list[Row]]] = [("connections", rows), ("deliveries", sent)]
    for table, found in tables:
        for row in found:
            row |= {"environment": environment, **{name: more[name] for name in more if name in row}}
        if found:
            write(metrics_dir, table, found, option=option, name=f"{environment}.parquet")


def _connections(client: int, drops: int, minutes: int, start: datetime) -> list[Row]:
    lasts = timedelta(minutes=minutes) / (drops + 1)
    rows = []
    for number in range(drops + 1):
        dropped = number < drops
        until = start + (number + 1) * lasts
        rows.append({
            "environment": "lab", "collector": "c", "client": f"u{client}", "session": "s",
            "attempt": number + 1, "started_at": start + number * lasts, "handshake_s": 0.0,
            "outcome": "open", "ended_at": until if dropped else None,
            # A connection that is open at the end was last seen just before the hour is over.
            "observed_until": until if dropped else until - timedelta(microseconds=1),
            "close_code": 1006 if dropped else None, "ended_by": "network" if dropped else None,
            "intended": False if dropped else None,
        })  # fmt: skip
    return rows


def _message(client: int, number: int, lost: bool, start: datetime) -> Row:
    row = delivered(latency_s=None if lost else 0.02 + number * 0.001)
    when = start + timedelta(seconds=30 * number)
    return {
        **row, "message": f"m{number}", "sender": "bot", "recipient": f"u{client}", "scheduled_at": when,
    }  # fmt: skip
