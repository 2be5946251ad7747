"""Draws what is in store for each connection, the same for the same seed, and so for every option."""

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from toolkit.measure.faults.script import WAYS, FaultKind, NetworkFaults, Step, Way


@dataclass(frozen=True, order=True)
class Blow:
    """What is in store for a connection, so long after it opened."""

    after_s: float
    fault: FaultKind
    way: Way = "both"


@dataclass(frozen=True)
class Fate:
    """Whether a connection is refused, and else the first blow of each kind, in the order of time."""

    refused: bool
    blows: tuple[Blow, ...]


def fate(faults: NetworkFaults, *, seed: int, number: int) -> Fate:
    """The fate of the connection ``number``, the same for the same seed.

    Each hazard has its own stream of draws, so that one more of them leaves the others as they are.
    """

    def draw(name: str) -> random.Random:
        return random.Random(f"{seed}:{name}:{number}")

    blows = [
        Blow(draw(f"{fault}:{way}").expovariate(rate / 3600), fault, way)
        for fault, way, rate in _hazards(faults)
        if rate > 0
    ]
    if draw("drop").random() < faults.drop_share:
        blows.append(Blow(faults.drop_after_s, "drop"))
    return Fate(refused=draw("refuse").random() < faults.refuse_share, blows=tuple(sorted(blows)))


def _hazards(faults: NetworkFaults) -> Iterator[tuple[FaultKind, Way, float]]:
    yield "reset", "both", faults.reset_per_connection_hour
    yield "close", "both", faults.close_per_connection_hour
    yield "half_open", "both", faults.half_open_per_connection_hour
    for way in WAYS:
        yield "blackhole", way, getattr(faults.blackhole_per_connection_hour, way)


def hits(step: Step, *, seed: int, place: int, number: int) -> bool:
    """Whether the step at ``place`` of the script concerns the connection ``number``."""
    if step.connections is not None and number not in step.connections:
        return False
    return step.share == 1 or random.Random(f"{seed}:step:{place}:{number}").random() < step.share


@dataclass(frozen=True)
class Shape:
    """How the bytes of one way travel.

    Args:
        delay_s, jitter_s: each comes so much later, and up to so much later than that, in order.
        bytes_per_s: the most that pass in a second. None: any number.
        slice_bytes: the most in one write. None: any number.
    """

    delay_s: float = 0.0
    jitter_s: float = 0.0
    bytes_per_s: float | None = None
    slice_bytes: int | None = None


def shape(conditions: Iterable[Step], way: Way) -> Shape:
    """How bytes travel one way under these conditions: delays add up, of limits the lowest counts."""
    own = [step for step in conditions if step.way in ("both", way)]
    return Shape(
        delay_s=sum(step.delay_s for step in own),
        jitter_s=sum(step.jitter_s for step in own),
        bytes_per_s=min((step.bytes_per_s for step in own if step.bytes_per_s), default=None),
        slice_bytes=min((step.slice_bytes for step in own if step.slice_bytes), default=None),
    )
