"""The machine block of a decision record: what it rests on and what it assumes."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from toolkit.decide.record.assumption import Assumption
from toolkit.evidence import Day, Strict

Word = Annotated[str, Field(min_length=1)]
Sha256 = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]


class PhaseDecision(Strict):
    """What was said of one phase; ``option`` is what it puts into service, null where none was chosen."""

    phase: Word
    verdict: Literal["GO", "NO-GO", "HOLD"]
    option: Word | None


class Window(Strict):
    """The first and the last day of evidence behind a criterion."""

    option: Word
    environment: Word
    metric: Word
    since: Day
    until: Day


class Record(Strict):
    """The machine block.

    Args:
        format: of this block.
        scenario: id of the scenario that it is for.
        as_of: the UTC day that it speaks of.
        expires: the last UTC day on which it holds without another look. None where nothing ends it.
        expires_because: what ends it. None likewise.
        first: the option that ranked first. None where none had a place.
        phases: what was said of each.
        windows: the days of evidence.
        assumptions: what it takes to be so.
        inputs: SHA-256 of every file of the decision folder by its name.
    """

    format: Literal["toolkit.record/1"] = "toolkit.record/1"
    scenario: Word
    as_of: Day
    expires: Day | None
    expires_because: Word | None
    first: Word | None
    phases: list[PhaseDecision] = Field(min_length=1)
    windows: list[Window]
    assumptions: list[Assumption]
    inputs: dict[str, Sha256]

    def expired(self, day: date) -> bool:
        """Whether its last day is over on a UTC day."""
        return self.expires is not None and day > self.expires
