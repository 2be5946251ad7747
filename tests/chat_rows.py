"""What a chat server records, kept for a test to look at."""

from typing import Any


class Rows:
    """A recorder that keeps what it is told."""

    def __init__(self) -> None:
        self.connections: list[dict[str, Any]] = []
        self.deliveries: list[dict[str, Any]] = []

    def connection(self, **row: Any) -> None:
        self.connections.append(row)

    def delivery(self, **row: Any) -> None:
        self.deliveries.append(row)

    @property
    def ends(self) -> list[tuple[int, str, bool]]:
        """Close code, who ended it, and whether that was wanted, of each connection that ended."""
        return [
            (row["close_code"], row["ended_by"], row["intended"])
            for row in self.connections
            if "ended_at" in row
        ]
