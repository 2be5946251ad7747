"""What changed since an earlier report, and why, as typed results and as a part of the document."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from toolkit.decide.why.attribution import CODE, SOURCES, Sources, parts_of_cost, parts_of_verdict
from toolkit.decide.why.figures import Moved
from toolkit.decide.why.outcome import CENTS, Outcome
from toolkit.decide.wording import share, usd

SOURCE_WORDS = {
    "data": "new recordings",
    "prices": "the price books",
    "day": "the day",
    "settings": "plan, scenario or options",
    "weights": "the weights",
    CODE: "the toolkit's code",
}


@dataclass(frozen=True, kw_only=True)
class WordChange:
    """A verdict, or the option that ranks first, that is another one now.

    Args:
        phase: of the verdict. None for the option that ranks first.
        was, now: None where there was, or is, none.
        because: the share of each source; they add up to 1. None where the sources cannot be told apart.
    """

    phase: str | None
    was: str | None
    now: str | None
    because: Mapping[str, float] | None

    @property
    def text(self) -> str:
        """The change with its sources, the largest first."""
        told = f"{self.phase or 'ranked first'}: {self.was or 'none'} became {self.now or 'none'}"
        if self.because is None:
            return f"{told}; what brought it cannot be told apart"
        parts = sorted(self.because.items(), key=lambda part: -abs(part[1]))
        return f"{told}, because of {', '.join(_part(*part) for part in parts)}"

    def to_document(self) -> dict[str, Any]:
        because = None if self.because is None else [
            {"source": name, "share": part} for name, part in self.because.items()
        ]  # fmt: skip
        return {"phase": self.phase, "from": self.was, "to": self.now, "because": because, "text": self.text}


def _part(source: str, part: float) -> str:
    against = f"{share(-part)} against it" if part < 0 else share(part)
    return f"{SOURCE_WORDS[source]} ({against})"


@dataclass(frozen=True, kw_only=True)
class CostChange:
    """An expected total over the horizon that is another one now, in whole cents.

    Args:
        was, now: None where unknown.
        by: the part of each source that changed, and of the code; they add up to the difference. None where
            a total is unknown, before, now or in between.
        day_first: see :class:`toolkit.decide.why.attribution.CostParts`.
        joined: sources of which the first one's part is that of all of them.
    """

    option: str
    was: int | None
    now: int | None
    by: Mapping[str, int] | None
    day_first: bool = False
    joined: Sequence[str] = ()

    @property
    def text(self) -> str:
        """The change with its parts, the largest first."""
        ends = ["unknown" if cents is None else usd(cents / CENTS) for cents in (self.was, self.now)]
        told = f"{self.option}: {ends[0]} became {ends[1]}"
        if self.by is None:
            return f"{told}; what brought it cannot be told apart"
        parts = sorted(((name, cents) for name, cents in self.by.items() if cents), key=lambda p: -abs(p[1]))
        by = ", ".join(f"{SOURCE_WORDS[name]} {'+' if cents > 0 else '−'}{usd(abs(cents) / CENTS)}"
                       for name, cents in parts)  # fmt: skip
        note = " (the day counted first: what is new was not known before)" if self.day_first else ""
        return f"{told}: {by}{note}"

    def to_document(self) -> dict[str, Any]:
        """Amounts in US dollars; a source that did not change has 0, one that is told with another null."""
        whole = None if self.was is None or self.now is None else (self.now - self.was) / CENTS
        return {
            "option": self.option,
            "from": None if self.was is None else self.was / CENTS,
            "to": None if self.now is None else self.now / CENTS,
            "difference": whole,
            "by": None if self.by is None else {name: self._usd(name) for name in (*SOURCES, CODE)},
            "text": self.text,
        }

    def _usd(self, source: str) -> float | None:
        if self.by is None or source in self.joined[1:]:
            return None
        return self.by.get(source, 0) / CENTS


@dataclass(frozen=True, kw_only=True)
class Changes:
    """Everything that differs from an earlier report.

    Args:
        since: that report's build id.
        verdicts: those that are others now.
        first: the option that ranks first, where it is another one.
        costs: totals that are others now.
        inputs: figures that moved.
        moved: the sources that changed; with ``code`` where the toolkit or a package did.
        unexplained: why nothing can be attributed. Empty where it can.
    """

    since: str
    verdicts: Sequence[WordChange] = ()
    first: WordChange | None = None
    costs: Sequence[CostChange] = ()
    inputs: Sequence[Moved] = ()
    moved: Sequence[str] = ()
    unexplained: str = ""

    @property
    def text(self) -> str:
        """What changed, in one sentence, also where nothing did."""
        found = [
            *([f"{len(self.verdicts)} of the verdicts"] if self.verdicts else []),
            *(["the option that ranks first"] if self.first else []),
            *([f"{len(self.costs)} of the totals"] if self.costs else []),
        ]
        moved = ", ".join(SOURCE_WORDS[source] for source in self.moved)
        if not found:
            beside = f"; {moved} changed without a consequence" if moved else ""
            return f"No change of a verdict or a total since {self.since}{beside}."
        why = f" ({self.unexplained})" if self.unexplained else ""
        return f"Since {self.since} changed: {', '.join(found)}; what was new: {moved or 'nothing'}{why}."

    def to_document(self) -> dict[str, Any]:
        """The part ``changes`` of the decision's document."""
        return {
            "since": self.since,
            "text": self.text,
            "sources": list(self.moved),
            "verdicts": [change.to_document() for change in self.verdicts],
            "ranked_first": self.first and self.first.to_document(),
            "costs": [change.to_document() for change in self.costs],
            "inputs": [moved.to_document() for moved in self.inputs],
            "unexplained": self.unexplained or None,
        }


def explained(
    before: Outcome, after: Outcome, sources: Sources | None
) -> tuple[list[WordChange], WordChange | None, list[CostChange]]:
    """The verdicts, the option that ranks first and the totals that differ, each with what brought it.

    Args:
        before, after: as they were published, and as they are.
        sources: None where nothing can be attributed.
    """
    phases = dict.fromkeys([*before.verdicts, *after.verdicts])
    verdicts = [
        change
        for phase in phases
        if (change := _word(phase, before.verdicts.get(phase), after.verdicts.get(phase), sources))
    ]
    return verdicts, _word(None, before.first, after.first, sources), list(_costs(before, after, sources))


def _word(phase: str | None, was: str | None, now: str | None, sources: Sources | None) -> WordChange | None:
    if was == now:
        return None

    def told(outcome: Outcome) -> str | None:
        return outcome.first if phase is None else outcome.verdicts.get(phase)

    because = None if sources is None else parts_of_verdict(sources, told, now=now)
    return WordChange(phase=phase, was=was, now=now, because=because)


def _costs(before: Outcome, after: Outcome, sources: Sources | None) -> Iterator[CostChange]:
    for option in dict.fromkeys([*before.totals_cents, *after.totals_cents]):
        was, now = before.totals_cents.get(option), after.totals_cents.get(option)
        if was == now:
            continue
        parts = None
        if sources is not None and was is not None and now is not None:
            parts = parts_of_cost(sources, option, was=was, now=now)
        yield CostChange(
            option=option, was=was, now=now, by=None if parts is None else parts.cents,
            day_first=parts is not None and parts.day_first,
            joined=() if sources is None else sources.joined,
        )  # fmt: skip
