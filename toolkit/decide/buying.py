"""Measurements that could be made: what each settles, and whether it is worth its price."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from toolkit.cost.valued import MeasurementWorth
from toolkit.decide.agenda import NextMeasurement
from toolkit.decide.flippoints import FlipPoint
from toolkit.decide.wording import counted, plain, usd

Verdict = Literal[
    "worth its price",
    "not worth it",
    "free, but settles a gate",
    "settles a gate, at a price",
    "its worth is unknown",
]


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """One measurement of ``measurements.yaml``, judged.

    Args:
        worth: what it would save and what it costs.
        settles: the open questions that it answers, by phase.
        hinges: where the choice changes as a plain number that it tells about does.
    """

    worth: MeasurementWorth
    settles: tuple[NextMeasurement, ...]
    hinges: tuple[FlipPoint, ...] = ()

    @property
    def id(self) -> str:
        """The measurement's own id."""
        return self.worth.measurement.id

    @property
    def verdict(self) -> Verdict:
        """Whether to buy it: by money first, then by the gates that wait for it."""
        net = self.worth.enbs_usd
        if net is not None and net > 0:
            return "worth its price"
        if self.settles:
            return "free, but settles a gate" if self.worth.cost_usd == 0 else "settles a gate, at a price"
        return "its worth is unknown" if net is None else "not worth it"

    @property
    def reason(self) -> str:
        """The verdict with its numbers, as one phrase, phases and options by their ids."""
        return f"{self.verdict}: {self.grounds()}"

    def grounds(
        self, *, titles: Mapping[str, str] | None = None, names: Mapping[str, str] | None = None
    ) -> str:
        """The numbers that the verdict rests on, as one phrase.

        Args:
            titles: of phases, by id. One that is not in it keeps its id; None leaves all of them.
            names: of options, alike.
        """
        titles, names = titles or {}, names or {}
        worth = self.worth
        parts = [worth.reason if worth.evsi is None else f"it saves {_told(worth.evsi.usd)} on average"]
        if worth.evsi is not None and worth.enbs_usd is not None:
            within = abs(worth.enbs_usd) < 2 * worth.evsi.error_usd
            parts += ["its net worth is within the error of the estimate"] if within else []
        parts.append(f"it costs {'an unknown price' if worth.cost_usd is None else _told(worth.cost_usd)}")
        parts += [
            f"the choice changes at {plain(flip.value)} {flip.unit} of {names.get(flip.option, flip.option)}"
            if flip.option
            else f"the choice changes at {plain(flip.value)} {flip.unit} of all"
            for flip in self.hinges
        ]
        if self.settles:
            phases = dict.fromkeys(titles.get(one.phase, one.phase) for one in self.settles)
            settled = counted(len(self.questions), "open condition")
            parts.append(f"it settles {settled} of {' and '.join(phases)}")
        return "; ".join(parts)

    def to_document(self) -> dict[str, Any]:
        """The measurement among the next ones of ``toolkit decide --json``; every key is always there."""
        told, measurement = self.worth.to_document(), self.worth.measurement
        about = measurement.about
        return {
            "what": measurement.what,
            "option": about[0] if len(about) == 1 else None,
            "metric": None,
            "environment": measurement.environment,
            "phase": self.settles[0].phase if self.settles else None,
            "reason": self.reason,
            "more_needed": None,
            "value_usd": told["evsi_usd"],
            "id": self.id,
            "verdict": self.verdict,
            **{name: told[name] for name in ("cost_usd", "evsi_usd", "evsi_se_usd", "enbs_usd")},
            "settles": self.questions,
        }

    @property
    def questions(self) -> list[str]:
        """What it settles, as PHASE/CRITERION, each once."""
        return list(dict.fromkeys(f"{one.phase}/{one.metric}" for one in self.settles))


def _told(amount_usd: float) -> str:
    return usd(float(round(amount_usd)))


def candidates(
    worths: Iterable[MeasurementWorth], questions: Sequence[NextMeasurement], flips: Sequence[FlipPoint] = ()
) -> list[Candidate]:
    """The measurements, the best buy first; those of unknown worth come last.

    Args:
        worths: what each saves and costs.
        questions: all that is open, of every phase.
        flips: where the choice changes.
    """
    found = [
        Candidate(
            worth=worth,
            settles=tuple(one for one in questions if _settles(worth, one)),
            hinges=tuple(flip for flip in flips if worth.evsi is None and _tells(worth, flip)),
        )
        for worth in worths
    ]
    return sorted(found, key=lambda one: -_net(one))


def _tells(worth: MeasurementWorth, flip: FlipPoint) -> bool:
    about = worth.measurement.about
    return flip.input in worth.measurement.informs and (flip.option in about or not about)


def _net(candidate: Candidate) -> float:
    net = candidate.worth.enbs_usd
    return float("-inf") if net is None else net


def _settles(worth: MeasurementWorth, question: NextMeasurement) -> bool:
    """Whether it measures what is asked, there, and for long enough if today's rate holds."""
    measurement = worth.measurement
    if question.option is None:
        return question.metric in measurement.informs and not measurement.about
    days = question.more_needed.days if question.more_needed else None
    lasts = measurement.sample.days
    enough = days is None or lasts is None or days <= lasts
    where = question.environment in (None, measurement.environment)
    whole = {question.option, question.baseline} - {None} <= set(measurement.about)
    return whole and question.metric in measurement.metrics and where and enough


def valued(question: NextMeasurement, found: Sequence[Candidate]) -> NextMeasurement:
    """The question with what the best measurement that settles it would save."""
    asked = (question.option, question.metric, question.environment)
    worths = [
        one.worth.evsi.usd
        for one in found
        if one.worth.evsi is not None
        and any((each.option, each.metric, each.environment) == asked for each in one.settles)
    ]
    return replace(question, value_usd=max(worths)) if worths else question


def best_next(found: Sequence[Candidate]) -> Candidate | None:
    """The measurement to make next: the best buy, else the cheapest that settles a gate; None without either.

    Args:
        found: the best buy first.
    """
    if found and found[0].verdict == "worth its price":
        return found[0]
    gates = [one for one in found if one.settles]
    return min(
        gates, key=lambda one: (one.worth.cost_usd is None, one.worth.cost_usd or 0.0, one.id), default=None
    )


def what_next(
    found: Sequence[Candidate],
    *,
    questions: Sequence[NextMeasurement],
    titles: Mapping[str, str] | None = None,
    names: Mapping[str, str] | None = None,
) -> str | None:
    """What to do next, in one sentence; None where a folder names no measurements.

    Args:
        found: the best buy first.
        questions: all that is open.
        titles: of phases, by id. None leaves the ids.
        names: of options, alike.
    """
    if not found:
        return None
    best = best_next(found)
    if best is None:
        return _nothing(found, questions)
    what, why = best.worth.measurement.what, f"{best.verdict}: {best.grounds(titles=titles, names=names)}"
    if best.verdict == "worth its price":
        return f"Measure next: {what} ({why})."
    return (
        f"{what[:1].upper()}{what[1:]}: nothing left would save more than it costs, but this is the cheapest "
        f"that the gates wait for ({why})."
    )


def _nothing(found: Sequence[Candidate], questions: Sequence[NextMeasurement]) -> str:
    unknown = [one.id for one in found if one.verdict == "its worth is unknown"]
    blind = f" (of {', '.join(unknown)} the worth is unknown)" if unknown else ""
    open_ones = "; what the gates still wait for is settled by none of them" if questions else ""
    return f"Nothing left is worth its price{blind}{open_ones}."
