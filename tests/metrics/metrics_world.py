"""Sessions of known truth, the rows that a collector writes of them, and a plain loop that counts them."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random

from metrics_facts import Row

S = 1_000_000
HOUR = 3600 * S
DAY = 24 * HOUR
EPOCH_DAY = 20_777
START = EPOCH_DAY * DAY
"""2026-11-20, in microseconds since 1970."""


def bucket_of(age_us: int) -> int:
    """The first power of 1.02 that an age does not exceed, found by trying."""
    bucket, edge = 0, 1.0
    while edge < age_us:
        bucket, edge = bucket + 1, edge * 1.02
    return bucket


def moment(us: int) -> datetime:
    return datetime.fromtimestamp(us // S, UTC).replace(microsecond=us % S)


@dataclass
class Attempt:
    """Times in microseconds. Without ``open_at`` it failed at ``over_at``, else it was up until then."""

    number: int
    start: int
    open_at: int | None
    over_at: int
    intended: bool | None = None
    """None where it was still open when observation ended."""

    @property
    def known_at(self) -> int:
        return self.over_at if self.open_at is None else self.open_at


@dataclass
class Session:
    client: str
    name: str
    attempts: list[Attempt] = field(default_factory=list)
    end: int = 0

    @property
    def start(self) -> int:
        return self.attempts[0].start


def simulate(seed: int, *, sessions: int, days: int) -> list[Session]:
    """Sessions from half a minute to a day and a half that drop and reconnect, some over midnight."""
    random = Random(seed)
    made = []
    for number in range(sessions):
        start = START + random.randrange((days - 1) * DAY)
        if random.random() < 0.4:
            # Near midnight, where the rules are hardest.
            start = (
                START + random.randrange(1, days) * DAY - random.randrange(-30, 90) * S + random.randrange(S)
            )
        session = Session(client=f"u{random.randrange(6)}", name=f"s{number}")
        _live(session, start, start + round(10 ** random.uniform(1.5, 5.1) * S), random)
        made.append(session)
    return made


def _live(session: Session, now: int, leaves: int, random: Random) -> None:
    number = 0
    while True:
        number += 1
        took = round(10 ** random.uniform(-3, 1) * S)
        if random.random() < 0.3:
            session.attempts.append(Attempt(number, now, None, now + took))
            now += took
        else:
            open_at = now + took
            lasts = round(random.expovariate(1 / 1800) * S) + 1
            over_at = min(open_at + lasts, max(leaves, open_at + 1))
            left = over_at >= leaves
            session.attempts.append(
                Attempt(number, now, open_at, over_at, random.choice([True, None]) if left else False)
            )
            now = over_at
            if left:
                break
        if now >= leaves and number > 1:
            break
        now += round(random.uniform(0.5, 20) * S)
    session.end = now


def rows_of(session: Session) -> list[Row]:
    """What a collector writes: at each outcome, at the end of each day, and at the end."""
    rows = []
    for attempt, follower in zip(session.attempts, [*session.attempts[1:], None], strict=True):
        live_until = follower.known_at if follower else session.end
        rows.append(_row(session, attempt, attempt.known_at))
        for midnight in range(-(-attempt.known_at // DAY) * DAY, live_until + 1, DAY):
            if attempt.known_at < midnight <= live_until:
                rows.append(_row(session, attempt, midnight - 1))
        if attempt.open_at is not None and attempt.intended is not None:
            rows.append(_row(session, attempt, attempt.over_at))
        if follower is None:
            rows.append(_row(session, attempt, session.end))
    return rows


def _row(session: Session, attempt: Attempt, seen: int) -> Row:
    up = attempt.open_at is not None
    over = up and attempt.intended is not None and seen >= attempt.over_at
    return {
        "environment": "lab",
        "collector": "c",
        "client": session.client,
        "session": session.name,
        "attempt": attempt.number,
        "started_at": moment(attempt.start),
        "handshake_s": (attempt.open_at - attempt.start) / S if attempt.open_at is not None else None,
        "outcome": "open" if up else "refused",
        "ended_at": moment(attempt.over_at) if over else None,
        "observed_until": moment(seen),
        "close_code": 1006 if over else None,
        "ended_by": "network" if over else None,
        "intended": attempt.intended if over else None,
    }


@dataclass
class Truth:
    """Counts by hour since 1970, and by client and partition's day too; ages by hour, bucket and name."""

    counts: dict[str, Counter[int]] = field(default_factory=dict)
    ages: Counter[tuple[int, int, str]] = field(default_factory=Counter)
    client_hours: dict[str, Counter[tuple[int, str, int]]] = field(default_factory=dict)

    def add(self, name: str, hour: int, client: str, value: int = 1, *, day: int | None = None) -> None:
        self.counts.setdefault(name, Counter())[hour] += value
        self.client_hours.setdefault(name, Counter())[hour, client, hour // 24 if day is None else day] += (
            value
        )

    def found(self, name: str) -> dict[int, int]:
        return {hour: value for hour, value in self.counts.get(name, Counter()).items() if value}


def truth_of(sessions: list[Session]) -> Truth:
    truth = Truth()
    for session in sessions:
        for attempt in session.attempts:
            _count_attempt(truth, session, attempt)
        for day in range(session.start // DAY, session.end // DAY + 1):
            _count_wanted(truth, session, day * DAY)
    return truth


def _count_attempt(truth: Truth, session: Session, attempt: Attempt) -> None:
    client, hour, day = session.client, attempt.start // HOUR, attempt.known_at // DAY
    last = attempt is session.attempts[-1]
    if attempt.open_at is None and last and attempt.start // DAY < day:
        return
    truth.add("attempts", hour, client, day=day)
    if attempt.number > 1:
        truth.add("retry_attempts", hour, client)
    if attempt.open_at is None:
        return
    truth.add("opened", hour, client, day=day)
    if attempt.number > 1:
        truth.add("opened_retry", hour, client)
    _count_connected(truth, client, attempt.open_at, attempt.over_at)
    _count_ages(truth, attempt, attempt.open_at)
    if attempt.intended is not None:
        age = attempt.over_at - attempt.open_at
        name = "intended_end" if attempt.intended else "unintended_end"
        over = attempt.over_at // HOUR
        truth.add(f"{name}s", over, client)
        truth.add(f"{name}_age_us", over, client, age)


def _count_ages(truth: Truth, attempt: Attempt, open_at: int) -> None:
    how = {True: "intended_ends", False: "unintended_ends", None: "left_open"}[attempt.intended]
    for start, end in _days(open_at, attempt.over_at):
        ends = how if end == attempt.over_at else "left_open"
        age_sum = "unintended_age_us" if ends == "unintended_ends" else "left_age_us"
        for at, name, age_name in ((start, "entered", "entered_age_us"), (end, ends, age_sum)):
            place = at // HOUR, bucket_of(at - open_at)
            truth.ages[(*place, name)] += 1
            truth.ages[(*place, age_name)] += at - open_at


def _days(start: int, end: int) -> list[tuple[int, int]]:
    """The interval by days; one that goes on over midnight was seen until a microsecond before it."""
    parts = []
    for day in range(start // DAY, end // DAY + 1):
        low, high = max(start, day * DAY), end if end < (day + 1) * DAY else (day + 1) * DAY - 1
        if high > low:
            parts.append((low, high))
    return parts


def _count_connected(truth: Truth, client: str, open_at: int, over_at: int) -> None:
    for start, end in _days(open_at, over_at):
        now = start
        while now < end:
            stop = min(end, (now // HOUR + 1) * HOUR)
            truth.add("connected_us", now // HOUR, client, stop - now)
            now = stop


def _count_wanted(truth: Truth, session: Session, midnight: int) -> None:
    """A day knows of the attempts that had an outcome by its end and no successor before it."""
    known = [
        attempt
        for attempt, follower in zip(session.attempts, [*session.attempts[1:], None], strict=True)
        if attempt.known_at < midnight + DAY and (follower is None or follower.known_at > midnight)
    ]
    # The last row of an ended connection stands on the day of its end, whenever the next attempt came.
    known = [a for a in known if a.start >= midnight or _has_row_on(session, a, midnight)]
    if not known:
        return
    start = max(midnight, min(attempt.start for attempt in known))
    end = session.end if session.end < midnight + DAY else midnight + DAY - 1
    while start < end:
        stop = min(end, (start // HOUR + 1) * HOUR)
        truth.add("wanted_us", start // HOUR, session.client, stop - start)
        start = stop


def _has_row_on(session: Session, attempt: Attempt, midnight: int) -> bool:
    return any(
        row["attempt"] == attempt.number
        and moment(midnight) <= row["observed_until"] < moment(midnight + DAY)
        for row in rows_of(session)
    )
