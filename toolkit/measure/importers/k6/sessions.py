"""Which duration of k6 belongs to which attempt to connect.

Of each attempt k6 writes ``ws_sessions`` and ``ws_connecting``, stamped with its beginning, whether it opened
or not. The module ``k6/ws`` stamps its ``ws_session_duration`` with the beginning too, and writes one for
failed attempts; ``k6/websockets`` stamps it with the end (grafana/k6@8788307 internal/js/modules/k6/ws/ws.go
``pushSessionMetrics``; internal/js/modules/k6/websockets/websockets.go ``emitConnectionMetrics``, ``loop``).
A connection that was open when its virtual user was stopped has none.
"""

from bisect import bisect_left, insort
from collections import defaultdict, deque
from collections.abc import Iterator
from dataclasses import dataclass

SLACK_NS = 100_000_000
"""So much later than its module read the clock an attempt may begin, on a busy machine."""

ROUNDING_NS = 1_000
"""What the rounding of a length may add up to, amply."""

COARSE_NS = 1_000_000
"""Stamps as coarse as this do not tell two attempts apart."""

WHOLE_SECONDS_NS = 1_000_000_000
"""Of stamps as coarse as this only all together tell which belongs to which."""


@dataclass(slots=True)
class Attempt:
    """One dial.

    Args:
        start_ns: when it began, in nanoseconds since 1970.
        series: of its tags.
        rank: which one of its series at that time, 0 for the first, where stamps are coarse.
        is_coarse: whether its stamp alone does not tell it apart from those of another machine.
        status: of the HTTP answer. None where there was none.
        handshake_ms: how long it took until it opened or failed. None where that is not told.
        duration_ms: from its beginning to its end. None where it has no end.
    """

    start_ns: int
    series: str
    rank: int
    client: str
    status: str | None
    handshake_ms: float | None = None
    duration_ms: float | None = None
    is_coarse: bool = False

    @property
    def opened(self) -> bool:
        return self.status == "101"


@dataclass(slots=True)
class Point:
    """One point of an attempt.

    Args:
        resolution_ns: how fine the stamp ``ns`` is.
        clock_ns: the latest stamp so far in the file, near to when k6 wrote this one.
    """

    line: int
    metric: str
    ns: int
    resolution_ns: int
    clock_ns: int
    value: float
    series: str
    client: str
    status: str | None

    @property
    def is_coarse(self) -> bool:
        return self.resolution_ns >= COARSE_NS

    @property
    def start_ns(self) -> int:
        """When the connection began, if the stamp of this duration is that of its end."""
        return self.ns - round(self.value * 1_000_000)

    @property
    def stamped_at_start(self) -> bool:
        """Whether the stamp of this duration lies back so far that it must be that of the beginning."""
        return (self.clock_ns - self.ns) * 2 > self.value * 1_000_000


class _Waiting:
    """Opened attempts of one series that have no end yet, by their beginning."""

    def __init__(self) -> None:
        self._found: list[tuple[int, int, Attempt]] = []
        self._gone = 0
        """So many at the front have been taken."""
        self._count = 0

    def __iter__(self) -> Iterator[Attempt]:
        return (attempt for _, _, attempt in self._found[self._gone :])

    def add(self, attempt: Attempt) -> None:
        # The count keeps those of one beginning in the order of the file.
        self._count += 1
        insort(self._found, (attempt.start_ns, self._count, attempt), lo=self._gone)

    def take(self, earliest_ns: int, latest_ns: int) -> Attempt | None:
        """The first attempt that began between the two, which waits no longer."""
        place = bisect_left(self._found, (earliest_ns,), lo=self._gone)
        if place == len(self._found) or self._found[place][0] > latest_ns:
            return None
        attempt = self._found[place][2]
        self._remove(place)
        return attempt

    def _remove(self, place: int) -> None:
        """Close the gap from its shorter side: attempts mostly leave in the order in which they came."""
        if place - self._gone > len(self._found) - place:
            del self._found[place]
            return
        self._found[self._gone + 1 : place + 1] = self._found[self._gone : place]
        self._gone += 1
        if self._gone * 2 > len(self._found):
            del self._found[: self._gone]
            self._gone = 0


class Pairing:
    """Takes the points of attempts in the order of the file, and gives each attempt once all is known of it.

    Only attempts that are still open are held.
    """

    def __init__(self) -> None:
        self._waiting: dict[str, _Waiting] = defaultdict(_Waiting)
        self._dialled: dict[tuple[str, int], deque[Attempt]] = defaultdict(deque)
        self._ranks: dict[tuple[str, int], int] = defaultdict(int)
        self._left: list[Point] = []
        self.stray: list[int] = []
        """Lines that belong to no attempt."""

    def see(self, point: Point) -> Attempt | None:
        """The attempt that this point completes. None where it completes none."""
        match point.metric:
            case "ws_sessions":
                self._dial(point)
            case "ws_connecting":
                return self._answer(point)
            # k6/ws writes how long a failed attempt took, too.
            case "ws_session_duration" if point.status == "101":
                return self._end(point)
        return None

    def rest(self) -> Iterator[Attempt]:
        """The attempts that no point completed, once the file is at its end."""
        for point in sorted(self._left, key=lambda point: (point.start_ns, point.line)):
            attempt = self._first(point, [_soon(point), (point.ns, point.ns)])
            if attempt is None:
                self.stray.append(point.line)
            else:
                yield attempt
        for unanswered in self._dialled.values():
            yield from (attempt for attempt in unanswered if not attempt.opened)
        for waiting in self._waiting.values():
            yield from waiting

    def _dial(self, point: Point) -> None:
        key, rank = (point.series, point.ns), 0
        if point.is_coarse:
            rank = self._ranks[key]
            self._ranks[key] += 1
        attempt = Attempt(point.ns, point.series, rank, point.client, point.status, is_coarse=point.is_coarse)
        self._dialled[key].append(attempt)
        if attempt.opened:
            self._waiting[point.series].add(attempt)

    def _answer(self, point: Point) -> Attempt | None:
        key = (point.series, point.ns)
        if key not in self._dialled:
            self.stray.append(point.line)
            return None
        attempt = self._dialled[key].popleft()
        if not self._dialled[key]:
            del self._dialled[key]
        attempt.handshake_ms = point.value
        return None if attempt.opened else attempt

    def _end(self, point: Point) -> Attempt | None:
        """The attempt of a duration: that which began at its stamp, or when stamp and length tell."""
        at_start, by_end = (point.ns, point.ns), _soon(point)
        if point.stamped_at_start or not point.is_coarse:
            attempt = self._first(point, [at_start, by_end])
        elif point.resolution_ns < WHOLE_SECONDS_NS:
            attempt = self._first(point, [by_end, at_start])
        else:
            attempt = None
        if attempt is None:
            self._left.append(point)
        return attempt

    def _first(self, point: Point, beginnings: list[tuple[int, int]]) -> Attempt | None:
        """The first attempt that began in the first of these spans that has one; it has its end now."""
        waiting = self._waiting[point.series]
        for earliest_ns, latest_ns in beginnings:
            if (attempt := waiting.take(earliest_ns, latest_ns)) is not None:
                attempt.duration_ms = point.value
                return attempt
        return None


def _soon(point: Point) -> tuple[int, int]:
    """When the attempt may have begun, if the stamp of its duration is that of the end.

    The module k6/websockets reads the clock a little before it dials, so that the attempt begins later; and
    stamps are cut to whole units, lengths rounded to nanoseconds.
    """
    unit_ns = point.resolution_ns
    return point.start_ns - unit_ns - ROUNDING_NS, point.start_ns + max(SLACK_NS, unit_ns)
