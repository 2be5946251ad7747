"""The two sides of a comparison: what was recorded of each, and whether they may be compared at all."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

import pandas as pd

from toolkit.evidence import Grade
from toolkit.metrics.clusters import RATIOS
from toolkit.metrics.durations import worth_of_an_end
from toolkit.metrics.hourly import Rollups
from toolkit.metrics.shares import US_PER_S, is_unclear
from toolkit.metrics.windows import hours_of

ALIKE = 1.25
"""Circumstances that differ by more than this factor make two recordings answer two questions."""

S_PER_HOUR = 3600

_SUMMED = (
    "attempts", "retry_attempts", "unclear_attempts", "opened", "opened_retry", "connected_us", "wanted_us",
    "unintended_ends", "ended_by_client", "ended_by_server", "ended_by_network", "expected", "bytes", "sized",
)  # fmt: skip


@dataclass(frozen=True)
class Arm:
    """What was recorded of an option in an environment.

    Args:
        clients: how many wanted a connection in an hour, in the middle one of the hours.
        connected_h, wanted_h: hours that clients were connected, and wanted to be.
        sessions: how many began. None where nobody knows which attempts were first ones.
        opened, opened_retry: connections, and those of them that were not the first of their session.
        ends: connections that ended unwanted. None where some end or handshake is unknown.
        ended_by: those ends by who ended them, ``client``, ``server`` or ``network``; less than all where
            that is not known of some.
        worth: what share of an independent end one is worth.
        message_bytes: mean size of a message. None where the size of some is unknown.
        messages_per_wanted_h: deliveries expected in an hour that a client wanted to be connected.
        deadline_ms: the shortest and the longest. None without deliveries.
        first_hour, newest_hour: of the evidence, UTC.
    """

    option: str
    environment: str
    grade: Grade
    clients: float
    connected_h: float
    wanted_h: float
    sessions: int | None
    opened: int
    opened_retry: int | None
    ends: int | None
    ended_by: Mapping[str, int]
    worth: float
    message_bytes: float | None
    messages_per_wanted_h: float | None
    deadline_ms: tuple[float, float] | None
    hours: int
    first_hour: datetime
    newest_hour: datetime

    @property
    def place(self) -> str:
        return f"{self.option} in {self.environment}"

    @property
    def window(self) -> tuple[float | None, str]:
        """How long it was watched, and in what unit.

        A run in a lab is as long as its script, and its rounds fall into one hour of the clock or into two;
        so what counts there is the time that its clients wanted.
        """
        if self.grade == "lab":
            return self.wanted_h, "hours that clients wanted to be connected"
        return self.hours, "hours of evidence"

    @property
    def crowd(self) -> tuple[float | None, str]:
        """How many clients there were, and in what unit: sessions in a lab, for the same reason.

        None where that is not known.
        """
        if self.grade == "lab":
            return self.sessions, "sessions"
        return self.clients, "clients an hour"


def arm_of(
    rollups: Rollups, option: str, environment: str, grade: Grade, *, since: date | None = None
) -> Arm | None:
    """What was recorded of an option in an environment; None where no connection was.

    Args:
        since: the UTC day on which evidence starts. None for all.
    """
    hours = hours_of(rollups, option=option, environment=environment, since=since)
    total = {name: int(hours[name].sum()) for name in _SUMMED}
    if hours.empty or not (total["attempts"] or total["connected_us"]):
        return None
    known_order = total["unclear_attempts"] == 0
    wanted_h = total["wanted_us"] / US_PER_S / S_PER_HOUR
    return Arm(
        option=option,
        environment=environment,
        grade=grade,
        clients=_clients(hours),
        connected_h=total["connected_us"] / US_PER_S / S_PER_HOUR,
        wanted_h=wanted_h,
        sessions=total["attempts"] - total["retry_attempts"] if known_order else None,
        opened=total["opened"],
        opened_retry=total["opened_retry"] if known_order else None,
        ends=None if is_unclear(hours) else total["unintended_ends"],
        ended_by={who: total[f"ended_by_{who}"] for who in ("client", "server", "network")},
        worth=worth_of_an_end(hours),
        message_bytes=total["bytes"] / total["sized"] if 0 < total["sized"] == total["expected"] else None,
        messages_per_wanted_h=total["expected"] / wanted_h if total["expected"] and wanted_h else None,
        deadline_ms=_deadlines(hours),
        hours=len(hours),
        first_hour=hours["hour"].min().to_pydatetime(),
        newest_hour=hours["hour"].max().to_pydatetime(),
    )


def _clients(hours: pd.DataFrame) -> float:
    """Clients in the middle one of the hours in which any wanted a connection; 0 without such an hour."""
    counts = hours[RATIOS["session_availability"].columns[0]]
    return float(counts[counts > 0].median()) if (counts > 0).any() else 0.0


def _deadlines(hours: pd.DataFrame) -> tuple[float, float] | None:
    known = hours[hours["expected"] > 0]
    if known.empty:
        return None
    return int(known["deadline_min_us"].min()) / 1000, int(known["deadline_us"].max()) / 1000


def unlike(one: float, other: float) -> bool:
    """Whether a circumstance differs by more than :data:`ALIKE`; both are more than 0."""
    return not 1 / ALIKE <= other / one <= ALIKE


def why_not_comparable(baseline: Arm, option: Arm) -> list[str]:
    """Why two recordings answer two questions, in words; empty where they answer one."""
    if baseline.grade != option.grade:
        return [f"one is {baseline.grade} evidence and the other {option.grade} evidence"]
    pairs = (
        (baseline.crowd[1], baseline.crowd[0], option.crowd[0]),
        ("bytes a message", baseline.message_bytes, option.message_bytes),
        ("messages an hour and client", baseline.messages_per_wanted_h, option.messages_per_wanted_h),
    )
    return [
        f"{old:,.0f} against {new:,.0f} {what}"
        for what, old, new in pairs
        if old and new and unlike(old, new)
    ]


def at_other_times(baseline: Arm, option: Arm) -> bool:
    """Whether no hour may hold evidence of both, so that whatever changed between them counts too."""
    return option.first_hour > baseline.newest_hour or baseline.first_hour > option.newest_hour
