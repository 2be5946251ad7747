"""When each end noticed what was done to its connection, measured alike for every option.

An end notices when it begins to close: with a WebSocket close frame, FIN or RST, whichever comes first. Of a
reset the proxy cannot see that, as the socket is gone; there the client itself tells, and of the server
nothing is known.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from toolkit.measure.faults.script import FaultKind, Way
from toolkit.measure.faults.side import End

BY_RESET: tuple[FaultKind, ...] = ("reset", "cut")
"""Faults of which the proxy cannot see how the ends take them."""


@dataclass
class Watched:
    """One end after a fault.

    Args:
        noticed_s: seconds from the fault until it began to close. None: not while it was watched.
        observed_s: how long it was watched; to the notice, where there was one.
        over: whether it is watched no longer.
    """

    noticed_s: float | None = None
    observed_s: float = 0.0
    over: bool = False

    def stop(self, after_s: float, *, noticed: bool) -> bool:
        """Watch it no longer; whether it was until now."""
        if self.over:
            return False
        self.over, self.observed_s = True, after_s
        self.noticed_s = after_s if noticed else None
        return True


@dataclass(eq=False)
class Observation:
    """One fault on one connection, and what came of it. Times are seconds of the proxy's clock.

    Args:
        connection: its number.
        client: whose it was. None where nobody told.
        healed_s: seconds until the connection worked again. None: it did not.
        recovered_s: seconds until the client had its room again, over this connection or another. None: it
            did not while it wanted to, or nobody told.
        wanted_s: for how long the client was known to want its room back.
    """

    connection: int
    fault: FaultKind
    way: Way
    struck_s: float
    client: str | None = None
    healed_s: float | None = None
    recovered_s: float | None = None
    wanted_s: float = 0.0
    ends: dict[End, Watched] = field(default_factory=lambda: {"client": Watched(), "server": Watched()})


class Noticing:
    """Everything observed of one proxy."""

    def __init__(self) -> None:
        self.observations: list[Observation] = []
        self._watched: dict[int, Observation] = {}
        self._missing: dict[str, list[Observation]] = {}
        self._numbers: dict[str, int] = {}
        self._clients: dict[int, str] = {}
        self._changed: dict[int, Observation] = {}

    def changed(self) -> Iterator[Observation]:
        """Each observation that is new, or has changed since this was last asked, once."""
        found, self._changed = self._changed, {}
        yield from found.values()

    def struck(self, connection: int, fault: FaultKind, way: Way, at_s: float) -> None:
        """A connection was hit; its ends are watched from now on."""
        client = self._clients.get(connection)
        seen = Observation(connection, fault, way, at_s, client)
        if fault in BY_RESET:
            seen.ends["server"].stop(0.0, noticed=False)
            if client is None:
                seen.ends["client"].stop(0.0, noticed=False)
        self.observations.append(seen)
        self._watched[connection] = seen
        if client is not None:
            self._missing.setdefault(client, []).append(seen)
        self._change(seen)

    def closing(self, connection: int, end: End, at_s: float) -> None:
        """An end began to close its side."""
        seen = self._watched.get(connection)
        if seen is not None and seen.fault not in BY_RESET:
            self._stop(seen, end, at_s, noticed=True)

    def healed(self, connection: int, at_s: float) -> None:
        """The connection works again; who did not notice by now, never will."""
        seen = self._watched.pop(connection, None)
        if seen is None:
            return
        seen.healed_s = at_s - seen.struck_s
        if not seen.ends["client"].over and seen.client is not None:
            self._recover(seen.client, at_s)
        self._forget(seen, at_s)

    def over(self, connection: int, at_s: float) -> None:
        """The connection is gone at both ends."""
        seen = self._watched.get(connection)
        if seen is not None and seen.fault not in BY_RESET:
            del self._watched[connection]
            self._forget(seen, at_s)

    def joined(self, client: str, connection: int | None, at_s: float) -> None:
        """A client has its room, over this connection (None: nobody knows which)."""
        self._recover(client, at_s)
        if connection is not None:
            self._numbers[client] = connection
            self._clients[connection] = client

    def lost(self, client: str, at_s: float) -> None:
        """A client says that it has lost its connection."""
        seen = self._watched.get(self._numbers.get(client, -1))
        if seen is not None and seen.fault in BY_RESET:
            self._stop(seen, "client", at_s, noticed=True)

    def leaving(self, client: str, at_s: float) -> None:
        """A client goes on purpose: that it closes is no notice, and it need not come back."""
        self._give_up(client, at_s)
        number = self._numbers.pop(client, -1)
        seen = self._watched.get(number)
        if seen is None:
            return
        self._stop(seen, "client", at_s, noticed=False)
        if seen.way == "to_client":
            # The server hears of it as usual.
            self._stop(seen, "server", at_s, noticed=False)

    def finish(self, at_s: float) -> None:
        """Nothing is observed any more."""
        for client in list(self._missing):
            self._give_up(client, at_s)
        for seen in self._watched.values():
            self._forget(seen, at_s)
        self._watched.clear()

    def _recover(self, client: str, at_s: float) -> None:
        for seen in self._missing.pop(client, []):
            seen.recovered_s = seen.wanted_s = at_s - seen.struck_s
            self._change(seen)

    def _give_up(self, client: str, at_s: float) -> None:
        for seen in self._missing.pop(client, []):
            seen.wanted_s = at_s - seen.struck_s
            self._change(seen)

    def _forget(self, seen: Observation, at_s: float) -> None:
        for end in seen.ends:
            self._stop(seen, end, at_s, noticed=False)
        self._change(seen)

    def _stop(self, seen: Observation, end: End, at_s: float, *, noticed: bool) -> None:
        if seen.ends[end].stop(at_s - seen.struck_s, noticed=noticed):
            self._change(seen)

    def _change(self, seen: Observation) -> None:
        self._changed[id(seen)] = seen
