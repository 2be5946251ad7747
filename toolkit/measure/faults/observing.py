"""What one proxy sees of its connections and hears from their clients, as facts to record."""

from dataclasses import asdict, dataclass, field
from typing import cast

from toolkit.measure.clock import RunClock
from toolkit.measure.events import NetworkFault
from toolkit.measure.faults.line import Line
from toolkit.measure.faults.noticing import Noticing, Observation, Watched
from toolkit.measure.faults.script import FaultKind, Way
from toolkit.measure.faults.side import End


@dataclass
class FaultCounts:
    """What the proxy did so far."""

    accepted: int = 0
    refused: int = 0
    hung: int = 0
    idle_cuts: int = 0
    drops: int = 0
    resets: int = 0
    closes: int = 0
    cuts: int = 0
    blackholes: int = 0
    half_opens: int = 0

    def as_dict(self) -> dict[str, int]:
        return asdict(self)

    def add(self, fault: FaultKind) -> None:
        """One more of this fault."""
        name = "idle_cuts" if fault == "idle" else f"{fault}s"
        setattr(self, name, getattr(self, name) + 1)


@dataclass
class Observer:
    """Takes the reports of the connections (:class:`toolkit.measure.faults.line.Report`).

    Clients may tell by which port they are connected, when they lost a connection, and when they close one on
    purpose. Without that, the end of a session looks like a notice, and nothing is known of recovery.
    """

    clock: RunClock = field(default_factory=RunClock)
    counts: FaultCounts = field(default_factory=FaultCounts)
    noticing: Noticing = field(default_factory=Noticing)
    _numbers: dict[int, int] = field(default_factory=dict)
    _finished: bool = False

    def accepted(self, line: Line) -> None:
        """A connection is there; of one port the newest counts."""
        if line.client.port is not None:
            self._numbers[line.client.port] = line.number

    def struck(self, line: Line, fault: FaultKind, way: Way) -> None:
        if self._finished:
            return
        self.counts.add(fault)
        self.noticing.struck(line.number, fault, way, self.clock.now_s())

    def healed(self, line: Line) -> None:
        self.noticing.healed(line.number, self.clock.now_s())

    def closing(self, line: Line, end: End) -> None:
        self.noticing.closing(line.number, end, self.clock.now_s())

    def over(self, line: Line) -> None:
        self.noticing.over(line.number, self.clock.now_s())

    def joined(self, client: str, port: int | None) -> None:
        """A client has its room, over the connection from its own ``port``. None: it does not know."""
        number = None if port is None else self._numbers.get(port)
        self.noticing.joined(client, number, self.clock.now_s())

    def lost(self, client: str) -> None:
        """A client lost its connection."""
        self.noticing.lost(client, self.clock.now_s())

    def leaving(self, client: str) -> None:
        """A client is about to close on purpose, or wants no connection any more."""
        self.noticing.leaving(client, self.clock.now_s())

    def finish(self) -> None:
        """What happens from now on is neither observed nor counted."""
        self._finished = True
        self.noticing.finish(self.clock.now_s())

    def facts(self) -> list[NetworkFault]:
        """The facts that are new, or have changed since this was last asked."""
        return [self._fact(seen) for seen in self.noticing.changed()]

    def _fact(self, seen: Observation) -> NetworkFault:
        client, server = seen.ends["client"], seen.ends["server"]
        return NetworkFault(
            connection=seen.connection,
            fault=seen.fault,
            way=seen.way,
            struck_at=self.clock.utc(seen.struck_s),
            client=seen.client,
            healed_s=seen.healed_s,
            recovered_s=seen.recovered_s,
            wanted_s=seen.wanted_s,
            client_noticed_s=client.noticed_s,
            client_observed_s=client.observed_s,
            server_noticed_s=server.noticed_s,
            server_observed_s=server.observed_s,
        )


def observation(row: NetworkFault) -> Observation:
    """What was observed, from its recorded fact; the second in which it struck is not in it."""
    return Observation(
        connection=row.connection,
        fault=cast(FaultKind, row.fault),
        way=cast(Way, row.way),
        struck_s=0.0,
        client=row.client,
        healed_s=row.healed_s,
        recovered_s=row.recovered_s,
        wanted_s=row.wanted_s,
        ends={
            "client": Watched(row.client_noticed_s, row.client_observed_s, True),
            "server": Watched(row.server_noticed_s, row.server_observed_s, True),
        },
    )
