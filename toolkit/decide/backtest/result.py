"""The backtest of one plan, as typed results and as the document of ``toolkit backtest --json``."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from toolkit.decide.backtest.followed import Followed
from toolkit.decide.gates import Because, Verdict

SCHEMA = "toolkit.backtest/1"

LIMITS = (
    "The plan, the scenario and the options are those of today; of them only what is dated is replayed: "
    "recordings, prices, figures, and the day from which a phase counts its evidence.",
    "What followed is the rest of the recorded history, which gets shorter from day to day: near its end "
    "nearly nothing can be decided.",
    "What followed is judged by the same interval as the gate, without soak, age of the evidence or a least "
    "number of hours; costs and the scenario's fields as they are known on the last day.",
    "Days that follow one another share nearly all of their evidence, so that the counts are not so many "
    "independent trials.",
    "No probability is scored: a gate states none, and one made up afterwards could be made to look right.",
)


@dataclass(frozen=True, kw_only=True)
class Look:
    """One phase on one replayed day, and what followed."""

    day: date
    verdict: Verdict
    because: Because | None
    option: str | None
    sentence: str
    followed: Followed

    @property
    def outcome(self) -> str:
        """Whether what was said was right by what followed."""
        if self.followed.state == "unknown":
            return "undecided"
        if self.followed.state == "met":
            return "right_go" if self.verdict == "GO" else "missed_go"
        return "false_go" if self.verdict == "GO" else "rightly_not"


OUTCOMES = ("right_go", "false_go", "missed_go", "rightly_not", "undecided")


@dataclass(frozen=True, kw_only=True)
class PhaseBacktest:
    """All looks at one phase, in the order of the days."""

    phase: str
    looks: Sequence[Look]

    def days(self, verdict: Verdict) -> int:
        """On how many days that was said."""
        return sum(look.verdict == verdict for look in self.looks)

    @property
    def first_go(self) -> Look | None:
        """The first day on which it said GO; None where it never did."""
        return next((look for look in self.looks if look.verdict == "GO"), None)

    @property
    def days_lost_to_hold(self) -> int:
        """Days on HOLD before the first GO, on which what followed says that a GO would have been right."""
        until = self.first_go
        return sum(
            look.verdict == "HOLD"
            and look.followed.state == "met"
            and (until is None or look.day < until.day)
            for look in self.looks
        )

    def to_document(self) -> dict[str, Any]:
        outcomes = Counter(look.outcome for look in self.looks)
        return {
            "id": self.phase,
            "days": {verdict: self.days(verdict) for verdict in ("GO", "NO-GO", "HOLD")},
            **{name: outcomes[name] for name in OUTCOMES},
            "days_lost_to_hold": self.days_lost_to_hold,
            "first_go": self.first_go and _look(self.first_go, with_criteria=True),
            "said": [_stretch(looks) for looks in _stretches(self.looks)],
        }


@dataclass(frozen=True, kw_only=True)
class Backtest:
    """The whole history replayed.

    Args:
        as_of: the last day of what followed.
        days: those that were replayed, ascending.
        cost_evaluations: how often the costs were computed anew, as other prices or figures were known.
    """

    as_of: date
    scenario: str
    days: Sequence[date]
    phases: Sequence[PhaseBacktest]
    cost_evaluations: int
    limits: Sequence[str] = LIMITS
    left_out: Sequence[str] = ()

    def to_document(self) -> dict[str, Any]:
        """What ``toolkit backtest --json`` prints; every key is always there."""
        return {
            "schema": SCHEMA,
            "as_of": self.as_of.isoformat(),
            "scenario": self.scenario,
            "first_day": self.days[0].isoformat() if self.days else None,
            "days": len(self.days),
            "cost_evaluations": self.cost_evaluations,
            "phases": [phase.to_document() for phase in self.phases],
            "limits": list(self.limits),
        }


def _stretches(looks: Sequence[Look]) -> list[list[Look]]:
    """The looks in a row at which the same was said and the same followed."""
    found: list[list[Look]] = []
    for look in looks:
        if found and _alike(found[-1][-1]) == _alike(look):
            found[-1].append(look)
        else:
            found.append([look])
    return found


def _alike(look: Look) -> tuple[object, ...]:
    return look.verdict, look.because, look.option, look.outcome


def _stretch(looks: list[Look]) -> dict[str, Any]:
    told = _look(looks[0], with_criteria=False)
    del told["day"]
    return {"from": looks[0].day.isoformat(), "to": looks[-1].day.isoformat(), **told}


def _look(look: Look, *, with_criteria: bool) -> dict[str, Any]:
    told: dict[str, Any] = {
        "day": look.day.isoformat(), "verdict": look.verdict, "because": look.because, "option": look.option,
        "reason": look.sentence, "outcome": look.outcome, "followed": look.followed.state,
    }  # fmt: skip
    if with_criteria:
        told["criteria"] = [result.to_document() for result in look.followed.criteria]
    return told
