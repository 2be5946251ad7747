"""What the brief recommends for each use case, beside what the model ranks first, and why they differ."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import inf
from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from toolkit.cost.claims import Claim
from toolkit.decide.ranking import Ranked
from toolkit.decide.wording import share, usd
from toolkit.evidence import Strict, Text
from toolkit.project import Document, Faults, check_name, dotted, read_optional

Agreement = Literal["agrees", "differs", "open"]


class Recommendation(Strict):
    """One option that the brief recommends.

    Args:
        option: its id.
        says: what the brief says for it, in our words.
        line: where, in the brief's file.
        claims: ids of the claims that the statement rests on.
    """

    option: Text
    says: Text
    line: int = Field(ge=1)
    claims: list[str] = []


class UseCase(Strict):
    """One use case of the brief.

    Args:
        id: a short name, unique in the file.
        title: what the brief calls it.
        scenario: id of the scenario that stands for it.
        line: of its heading, in the brief's file.
        recommends: in the brief's order.
    """

    id: Text
    title: Text
    scenario: Text
    line: int = Field(ge=1)
    recommends: list[Recommendation] = Field(min_length=1)


class UseCases(Strict):
    """``use-cases.yaml``."""

    source: Text
    use_cases: list[UseCase]


def read_use_cases(
    path: Path, faults: Faults, *, options: Sequence[str], scenarios: Sequence[str], claims: Sequence[str]
) -> list[UseCase]:
    """The use cases of a decision folder, in their order; none where it has no such file.

    Args:
        path: its ``use-cases.yaml``.
        faults: takes every misfit, ids that stand twice, and misspelt names. A name that is like none of the
            folder's is of something that it does not have: that is warned of and left out.
        options, scenarios, claims: ids that exist.
    """
    read = read_optional(path, UseCases, faults)
    if read is None:
        return []
    document, found = read
    seen: set[str] = set()
    for index, case in enumerate(found.use_cases):
        at = ("use_cases", index)
        if case.id in seen:
            _note(document, faults, (*at, "id"), f"{case.id!r} stands twice", "give each its own")
        seen.add(case.id)
        _known(document, faults, (*at, "scenario"), case.scenario, "scenario", scenarios)
        for place, one in enumerate(case.recommends):
            where = (*at, "recommends", place)
            _known(document, faults, (*where, "option"), one.option, "option", options)
            for number, claim in enumerate(one.claims):
                _known(document, faults, (*where, "claims", number), claim, "claim", claims)
    return [_own(case, claims) for case in found.use_cases if case.scenario in scenarios]


def _own(case: UseCase, claims: Sequence[str]) -> UseCase:
    """The use case with the claims that the folder has."""
    kept = [
        one.model_copy(update={"claims": [claim for claim in one.claims if claim in claims]})
        for one in case.recommends
    ]
    return case.model_copy(update={"recommends": kept})


def _known(
    document: Document, faults: Faults, at: tuple[str | int, ...], word: str, kind: str, known: Sequence[str]
) -> None:
    check_name(document, at, word, known, kind=kind, faults=faults, what="it")


def _note(document: Document, faults: Faults, at: tuple[str | int, ...], wrong: str, right: str) -> None:
    faults.error(document.path, document.line(at), dotted(at), wrong, right)


@dataclass(frozen=True, kw_only=True)
class Compared:
    """One use case, with the ranking of its scenario.

    Args:
        ranking: every option, best first, under that scenario.
        claims: the brief's statements with what sources say, by id.
    """

    case: UseCase
    ranking: Sequence[Ranked]
    claims: Mapping[str, Claim]

    @property
    def first(self) -> Ranked | None:
        """The option that the model ranks first; None where none may be chosen."""
        return next((entry for entry in self.ranking if entry.rank == 1), None)

    @property
    def agreement(self) -> Agreement:
        """Whether the brief names what ranks first; open where nothing does, or a must-have is not known."""
        if self.first is None:
            return "differs"
        if self.first.option not in [one.option for one in self.case.recommends]:
            return "differs"
        return "agrees" if self.first.feasible else "open"

    @property
    def text(self) -> str:
        """What the model finds, in one sentence."""
        first = self.first
        if first is None:
            return self._nothing_fits()
        known = "" if first.feasible else ", as far as its must-haves are known"
        chance = "" if first.p_cheapest is None else f", the cheapest in {share(first.p_cheapest)} of draws"
        total = "" if first.total_mean is None else f" at {usd(round(first.total_mean))} over the horizon"
        return f"{first.option} ranks first{total}{chance}{known}."

    def _nothing_fits(self) -> str:
        """Which option comes nearest where none fits: the one that fails least, then the cheapest."""
        if any(entry.feasible is not False for entry in self.ranking):
            return "No option that may meet the must-haves of this scenario has a known total."
        nearest = min(self.ranking, key=lambda entry: (len(entry.reasons), entry.total_mean or inf))
        return (
            f"No option meets the must-haves; {nearest.option} comes nearest: {'; '.join(nearest.reasons)}."
        )

    def to_document(self) -> dict[str, Any]:
        """The entry of the decision document."""
        return {
            "id": self.case.id,
            "title": self.case.title,
            "scenario": self.case.scenario,
            "line": self.case.line,
            "first": self.first and self.first.option,
            "agreement": self.agreement,
            "text": self.text,
            "recommends": [self._recommended(one) for one in self.case.recommends],
        }

    def _recommended(self, one: Recommendation) -> dict[str, Any]:
        entry = next((ranked for ranked in self.ranking if ranked.option == one.option), None)
        return {
            "option": one.option,
            "says": one.says,
            "line": one.line,
            "rank": entry and entry.rank,
            "feasible": entry and entry.feasible,
            "why": self._why(entry),
            "claims": [{"id": name, "verdict": self.claims[name].verdict} for name in one.claims],
        }

    def _why(self, entry: Ranked | None) -> list[str]:
        """Why it is where it is: what puts it out or is not known of it, and what it costs more."""
        if entry is None:
            return ["it is no option of this folder"]
        first = self.first
        why = list(entry.reasons)
        known = first is not None and first.total_mean is not None and entry.total_mean is not None
        if known and first is not None and first.option != entry.option:
            more = round((entry.total_mean or 0) - (first.total_mean or 0))
            than = f"{usd(abs(more))} {'dearer' if more >= 0 else 'cheaper'} than {first.option}"
            why.append(f"{than} over the horizon, on average")
        return why
