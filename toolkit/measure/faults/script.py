"""What is to go wrong, and when, as a workload writes it.

A fault is a *strike*, which ends or silences a connection that is open at that moment, or a *condition* of
the path, which holds for a while and for connections that open meanwhile too.
"""

from typing import Annotated, Literal, Self, get_args

from pydantic import Field, model_validator

from toolkit.evidence import Strict

Strike = Literal["reset", "close", "cut", "blackhole", "half_open"]
"""``reset``: RST to both ends. ``close``: FIN to both ends. ``cut``: RST in the midst of what is being sent,
once ``after_bytes`` more have passed. ``blackhole``: nothing passes, neither bytes nor the end of the
connection. ``half_open``: the path has forgotten the connection, as NAT does and as a crashed peer: silence,
and an end that sends is reset (RFC 9293, 3.5.1)."""

Scripted = Literal[
    "reset", "close", "cut", "blackhole", "half_open",
    "delay", "throttle", "slice", "refuse", "hang", "drop",
]  # fmt: skip
"""The strikes, and the conditions. ``delay``, ``throttle``, ``slice``: how bytes travel. ``refuse``: new
connections are reset before any byte. ``hang``: they are never answered. ``drop``: they are closed
``after_s`` after they opened."""

FaultKind = Scripted | Literal["idle"]
"""All that can be done to a connection."""

STRIKES: tuple[Strike, ...] = get_args(Strike)
HOLES: tuple[Strike, ...] = ("blackhole", "half_open")

Way = Literal["both", "to_server", "to_client"]
WAYS: tuple[Way, ...] = get_args(Way)

Seconds = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Rate = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Share = Annotated[float, Field(ge=0, le=1)]

_NEEDS: dict[str, tuple[str, ...]] = {
    "delay": ("delay_s", "jitter_s"),
    "throttle": ("bytes_per_s",),
    "slice": ("slice_bytes",),
    "cut": ("after_bytes",),
    "drop": ("after_s",),
}
"""The parameters of each fault that has some; of several one is enough."""

_NEVER_HEALS = ("reset", "close", "cut")


class Step(Strict):
    """One line of a script: at that second do this to these connections.

    Args:
        at_s: second of the run.
        fault: which one, see :data:`Strike` and :data:`Scripted`.
        way: which bytes it concerns: ``to_server``, ``to_client`` or ``both``. A half-open connection is
            so both ways.
        share: of the connections, each drawn for itself, the same ones for the same seed.
        connections: their numbers, in the order in which they were accepted, from 0. None: all of them.
        for_s: how long. None: a condition holds to the end of the run, a hole as long as the connection.
        delay_s: every byte comes so much later.
        jitter_s: and a uniform draw from 0 to this later than that; the order is kept.
        bytes_per_s: no more than so many bytes pass in a second.
        slice_bytes: bytes are sent on in writes of so many.
        after_bytes: so many more bytes pass before a ``cut``.
        after_s: so long a connection lives before a ``drop``.
    """

    at_s: float = Field(ge=0, allow_inf_nan=False)
    fault: Scripted
    way: Way = "both"
    share: Share = 1.0
    connections: list[int] | None = None
    for_s: Seconds | None = None
    delay_s: Rate = 0.0
    jitter_s: Rate = 0.0
    bytes_per_s: Annotated[float, Field(gt=0, allow_inf_nan=False)] | None = None
    slice_bytes: Annotated[int, Field(ge=1)] | None = None
    after_bytes: Annotated[int, Field(ge=0)] | None = None
    after_s: Rate | None = None

    @model_validator(mode="after")
    def _fits(self) -> Self:
        given = {name for names in _NEEDS.values() for name in names if name in self.model_fields_set}
        needed = _NEEDS.get(self.fault, ())
        if needed and not given & set(needed):
            raise ValueError(f"{self.fault} needs {' or '.join(needed)}|add it")
        if stray := sorted(given - set(needed)):
            raise ValueError(f"{self.fault} has no {stray[0]}|leave it out")
        if self.fault in _NEVER_HEALS and self.for_s is not None:
            raise ValueError(f"{self.fault} is over at once|leave out for_s")
        if self.fault == "half_open" and self.way != "both":
            raise ValueError("a half-open connection is so both ways|leave out way, or write blackhole")
        return self

    def scaled(self, factor: float) -> Self:
        """The same step, ``factor`` times as fast."""
        times = {name: _faster(getattr(self, name), factor) for name in _TIMES}
        rates = {"bytes_per_s": None if self.bytes_per_s is None else self.bytes_per_s * factor}
        kept = {name: value for name, value in {**times, **rates}.items() if name in self.model_fields_set}
        return self.model_copy(update=kept)


_TIMES = ("at_s", "for_s", "delay_s", "jitter_s", "after_s")


def _faster(seconds: float | None, factor: float) -> float | None:
    return None if seconds is None else seconds / factor


class WayRates(Strict):
    """Hazards per connection-hour of each way."""

    both: Rate = 0.0
    to_server: Rate = 0.0
    to_client: Rate = 0.0


class NetworkFaults(Strict):
    """What the network does to connections. Hazards are constant over a connection's life.

    A connection in a hole is not cut for being idle and meets no other strike: the hole would swallow it.

    Args:
        idle_s: a connection without a byte either way for so long is closed at both ends. None: never.
        reset_per_connection_hour: hazard of a TCP reset at both ends.
        close_per_connection_hour: hazard of a FIN to both ends.
        blackhole_per_connection_hour: hazard that nothing passes any more, by way.
        half_open_per_connection_hour: hazard that the path forgets the connection.
        hole_s: how long such a hole lasts. None: as long as the connection.
        refuse_share: share of connections (0 to 1) that are accepted and reset before any byte.
        drop_share: share of connections that are closed ``drop_after_s`` after they opened.
        script: what happens at fixed times.
    """

    idle_s: Seconds | None = None
    reset_per_connection_hour: Rate = 0.0
    close_per_connection_hour: Rate = 0.0
    blackhole_per_connection_hour: WayRates = WayRates()
    half_open_per_connection_hour: Rate = 0.0
    hole_s: Seconds | None = None
    refuse_share: Share = 0.0
    drop_share: Share = 0.0
    drop_after_s: Seconds = 1.0
    script: list[Step] = []

    def scaled(self, factor: float) -> Self:
        """The same faults, ``factor`` times as fast: minutes' worth of them in seconds."""
        rates = {name: getattr(self, name) * factor for name in _RATES}
        by_way = self.blackhole_per_connection_hour.model_dump()
        return self.model_copy(
            update={
                **rates,
                "idle_s": _faster(self.idle_s, factor),
                "hole_s": _faster(self.hole_s, factor),
                "drop_after_s": self.drop_after_s / factor,
                "blackhole_per_connection_hour": WayRates(
                    **{way: rate * factor for way, rate in by_way.items()}
                ),
                "script": [step.scaled(factor) for step in self.script],
            }
        )


_RATES = ("reset_per_connection_hour", "close_per_connection_hour", "half_open_per_connection_hour")
