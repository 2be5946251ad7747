"""What the clients and the network do in a run, as a YAML file writes it."""

import random
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from toolkit.evidence import Strict
from toolkit.measure.events import DEADLINE_S
from toolkit.measure.faults.script import NetworkFaults
from toolkit.project.faults import Faults, InputError
from toolkit.project.validation import validate
from toolkit.project.yamlfile import read_yaml

Shipped = Literal["recording", "quick", "probe", "capacity"]
"""Workloads that come with the toolkit."""

LAG_LIMIT_MS = 100.0
"""A generator that is later than this measures itself."""


MOST = 1_000_000
"""Of whatever a workload counts: more than one machine can make, and soon more than it can draw."""


class Span(Strict):
    """A uniform range of seconds."""

    low: float = Field(ge=0, allow_inf_nan=False)
    high: float = Field(ge=0, allow_inf_nan=False)

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.low > self.high:
            raise ValueError(f"low {self.low:g} is above high {self.high:g}|write low <= high")
        return self

    def draw(self, source: random.Random) -> float:
        """Seconds drawn from the range."""
        return source.uniform(self.low, self.high)

    def scaled(self, factor: float) -> Self:
        """The same range, ``factor`` times as fast."""
        return self.model_copy(update={"low": self.low / factor, "high": self.high / factor})


class Weighted(Strict):
    """One value of several, and how often it is drawn beside the others."""

    value: int = Field(ge=1, le=MOST)
    weight: float = Field(gt=0, allow_inf_nan=False)


class RoomSize(Weighted):
    """How many clients share a room."""

    value: int = Field(ge=2, le=MOST)


class Bytes(Weighted):
    """The size of a payload."""

    value: int = Field(ge=1, le=32_768)


def _one(value: Any) -> Any:
    """A single number is a list of one."""
    return [{"value": value, "weight": 1}] if isinstance(value, int) else value


class Workload(Strict):
    """One run: who is connected when, who sends what when, and what the network does meanwhile.

    Args:
        clients: how many clients.
        rooms_of: how many of them share a room: a number, or several with their weights.
        duration_s: how long each option is measured, all rounds together.
        burst_messages: messages of one burst in one room.
        burst_interval_s: seconds between two messages of a burst.
        pause_s: seconds between two bursts of a room.
        session_s: how long a client wants to stay connected.
        away_s: how long it then stays away, before it begins a new session.
        message_bytes: size of a payload: a number, or several with their weights.
        deadline_s: a delivery later than this counts as lost.
        publishers_share: share of the clients of a room that send; the others only receive.
        seed: of everything drawn.
        faults: what the network does; the seconds of its script count from the start of a round.
        rounds: in how many parts the options take turns, so that a noisy hour hurts all alike.
        warm_up_s: seconds of the same load before each round that are neither counted nor recorded.
        processes: how many processes make the load; a room's clients are spread over them.
        idle_connections: so many are opened and left alone before each round, to see what they cost the
            server. 0: that is not measured.
        idle_s: seconds for which they are left alone.
        lag_limit_ms: above this 99th percentile of the load generator's own lateness a run is invalid.
        stands_for: in words, whose traffic this is. None: nobody's.
    """

    clients: int = Field(ge=2, le=MOST)
    rooms_of: Annotated[list[RoomSize], BeforeValidator(_one), Field(min_length=1)]
    duration_s: float = Field(gt=0, allow_inf_nan=False)
    burst_messages: int = Field(ge=1, le=MOST)
    burst_interval_s: Span
    pause_s: Span
    session_s: Span
    away_s: Span
    message_bytes: Annotated[list[Bytes], BeforeValidator(_one), Field(min_length=1)]
    deadline_s: float = Field(default=DEADLINE_S, gt=0, allow_inf_nan=False)
    publishers_share: float = Field(default=1.0, gt=0, le=1)
    seed: int = Field(ge=0)
    faults: NetworkFaults = NetworkFaults()
    rounds: int = Field(default=1, ge=1, le=MOST)
    warm_up_s: float = Field(default=0.0, ge=0, allow_inf_nan=False)
    processes: int = Field(default=1, ge=1, le=64)
    idle_connections: int = Field(default=0, ge=0, le=MOST)
    idle_s: float = Field(default=1.0, gt=0, allow_inf_nan=False)
    lag_limit_ms: float = Field(default=LAG_LIMIT_MS, gt=0, allow_inf_nan=False)
    stands_for: str | None = None

    @model_validator(mode="after")
    def _makes_progress(self) -> Self:
        if self.session_s.high <= 0:
            raise ValueError("session_s.high must be above 0|write the longest session in seconds")
        if self.burst_messages * self.burst_interval_s.high + self.pause_s.high <= 0:
            raise ValueError("bursts without interval or pause never end|give pause_s above 0")
        return self

    @model_validator(mode="after")
    def _rounds_are_long_enough(self) -> Self:
        if self.round_s <= self.deadline_s:
            a_round = f" in each of {self.rounds} rounds" if self.rounds > 1 else ""
            wrong = f"duration_s {self.duration_s:g} leaves no message time for its deadline{a_round}"
            raise ValueError(f"{wrong}|make it longer")
        late = [step.at_s for step in self.faults.script if step.at_s >= self.round_s]
        if self.rounds > 1 and late:
            wrong = f"the script has a fault at {late[0]:g} s, and a round ends at {self.round_s:g} s"
            raise ValueError(f"{wrong}|count from the start of a round, or write fewer rounds")
        if self.processes > self.clients:
            raise ValueError(f"{self.processes} processes for {self.clients} clients|write fewer processes")
        return self

    @property
    def round_s(self) -> float:
        """Seconds of one round."""
        return self.duration_s / self.rounds

    def of_round(self, number: int) -> Self:
        """The workload of one round, counted from 0: the same for all options, and drawn anew for each."""
        return self.model_copy(update={"duration_s": self.round_s, "rounds": 1, "seed": self.seed + number})

    def scaled(self, factor: float) -> Self:
        """The same run, ``factor`` times as fast, faults included: minutes' worth of them in seconds.

        What the machine needs for a message does not shrink with it, so keep deadlines well above that.
        """
        spans = ("burst_interval_s", "pause_s", "session_s", "away_s")
        faster = {name: getattr(self, name).scaled(factor) for name in spans}
        times = {name: getattr(self, name) / factor for name in ("duration_s", "deadline_s", "warm_up_s")}
        return self.model_copy(update={**faster, **times, "faults": self.faults.scaled(factor)})


def read_workload(source: Shipped | Path) -> Workload:
    """The workload of a YAML file.

    Args:
        source: the file, or the name of a workload that comes with the toolkit: ``recording`` takes an hour,
            ``quick`` a minute and a half, ``probe`` two minutes at an endpoint that others use too,
            ``capacity`` twenty minutes, to see what a node holds and delivers.

    Raises:
        InputError: the file has faults; all of them are told.
    """
    path = source if isinstance(source, Path) else Path(__file__).with_name("workloads") / f"{source}.yaml"
    faults = Faults()
    document = read_yaml(path, faults)
    workload = validate(document, Workload, faults) if document is not None else None
    faults.raise_errors()
    if workload is None:
        raise InputError(faults)
    return workload
