"""Whom the probe tells: who takes the facts, and who hears what clients say of their connections."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Protocol

import pyarrow as pa

from toolkit.measure.events import Connection, NetworkFault


class Sink(Protocol):
    """Takes the facts: a :class:`toolkit.measure.recorder.Recorder`, or nobody while a server warms up."""

    @property
    def observer(self) -> dict[str, str]:
        """Environment and collector of all rows."""

    def connection(self, row: Connection) -> None: ...

    def deliveries(self, day: date, rows: pa.Table) -> None: ...

    def fault(self, row: NetworkFault) -> None: ...

    def end_session(self, client: str, session: str, *, at: datetime) -> None: ...

    def close(self, *, at: datetime | None = None) -> None: ...


class Listener(Protocol):
    """Hears what clients tell of their connections: an observer of faults, in this process or another."""

    def joined(self, client: str, port: int | None) -> None: ...

    def lost(self, client: str) -> None: ...

    def leaving(self, client: str) -> None: ...

    def finish(self) -> None: ...

    def facts(self) -> Iterable[NetworkFault]: ...
