"""Which rows a session takes: at open, at the end of each UTC day and at its end."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta

from toolkit.measure.events import Connection, day_of


@dataclass
class _Live:
    """The last known state of a session that has not ended.

    Args:
        day: all earlier days have their last row.
        until: the latest ``observed_until`` among the rows of this attempt.
    """

    row: Connection
    day: date
    until: datetime

    def last_of_days(self, before: date) -> list[Connection]:
        """The state as of the end of each day before ``before`` that has none yet."""
        rows = []
        while self.day < before:
            self.until = _end_of(self.day)
            rows.append(replace(self.row, observed_until=self.until))
            self.day += timedelta(days=1)
        return rows

    def waited_for(self, row: Connection) -> list[Connection]:
        """The state from midnight to the next attempt, where that began on a later day.

        That of a failed attempt is not told again, as it would read as under way at midnight; and from one to
        the next it is seconds.
        """
        later = day_of(self.row.observed_until) < day_of(row.started_at)
        if not later or row.attempt == self.row.attempt or self.row.ended_at is None:
            return []
        return [replace(self.row, observed_until=row.started_at)]


class Sessions:
    """The sessions that have not ended, and the rows that this takes."""

    def __init__(self) -> None:
        self._live: dict[tuple[str, str], _Live] = {}

    def see(self, row: Connection) -> tuple[list[Connection], list[Connection]]:
        """The rows to record before and after ``row``, the newest state of its attempt.

        After it, where the clock went back: rows with later stamps would win over this one, so it is said
        again with theirs.
        """
        key = (row.client, row.session)
        day, until = day_of(row.observed_until), row.observed_until
        before: list[Connection] = []
        after: list[Connection] = []
        live = self._live.get(key)
        if live is not None:
            before = [*live.last_of_days(day), *live.waited_for(row)]
            if live.row.attempt == row.attempt and until < live.until:
                after = _again(row, live.until)
                day, until = max(day, live.day), live.until
        if row.intended:
            self._live.pop(key, None)
        else:
            self._live[key] = _Live(row, day, until)
        return before, after

    def end(self, client: str, session: str, at: datetime) -> list[Connection]:
        """The rows of a session that ended at ``at`` without a connection; none where it ended before."""
        live = self._live.pop((client, session), None)
        if live is None:
            return []
        return [*live.last_of_days(day_of(at)), replace(live.row, observed_until=at)]

    def end_all(self, at: datetime) -> list[Connection]:
        """The rows of all sessions, observed until ``at``."""
        return [row for key in list(self._live) for row in self.end(*key, at)]

    def last_of_days(self, before: date) -> list[Connection]:
        """The state of every session as of the end of each day before ``before`` that has none yet."""
        return [row for live in self._live.values() for row in live.last_of_days(before)]


def _again(row: Connection, until: datetime) -> list[Connection]:
    days = (day_of(until) - day_of(row.observed_until)).days
    ends = [_end_of(day_of(row.observed_until) + timedelta(days=number)) for number in range(days + 1)]
    return [replace(row, observed_until=min(end, until)) for end in ends]


def _end_of(day: date) -> datetime:
    return datetime.combine(day, time.max, tzinfo=UTC)
