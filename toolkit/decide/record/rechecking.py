"""Checks the assumptions of a record against what holds today."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from toolkit.cost.option import Option
from toolkit.decide.amounts import judge_cost
from toolkit.decide.decision import Decision
from toolkit.decide.dossier import Dossier, Window
from toolkit.decide.kleene import State, compared
from toolkit.decide.measured import judge_measured
from toolkit.decide.plan import Criterion
from toolkit.decide.record.assumption import Assumption
from toolkit.decide.record.drawing import median_of, price_of
from toolkit.decide.record.filed import Filed
from toolkit.pricing.book import PriceBook

Value = float | str | None


@dataclass(frozen=True, kw_only=True)
class Today:
    """What an assumption is held against: the decision of today and all that it was made on."""

    decision: Decision
    dossier: Dossier
    options: Mapping[str, Option]
    books: Mapping[str, PriceBook]


@dataclass(frozen=True, kw_only=True)
class Finding:
    """An assumption that does not hold, or of which it is not known; both values in words."""

    assumption: Assumption
    now: Value
    why: str

    def to_document(self) -> dict[str, Any]:
        was = self.assumption.was
        return {"assumption": self.assumption.text, "was": was, "now": self.now, "why": self.why}

    @property
    def text(self) -> str:
        """The assumption with its old and its new value."""
        one = self.assumption
        return f"{one.text}: was {one.shown(one.was)}, now {one.shown(self.now)} ({self.why})"


@dataclass(frozen=True, kw_only=True)
class Rechecked:
    """A record of the folder on a later day.

    Args:
        filed: the record; one that is not proposed or accepted any more is not checked.
        as_of: the UTC day of the check.
        broken: assumptions that do not hold any more.
        unknown: those of which that cannot be told today.
    """

    filed: Filed
    as_of: date
    broken: tuple[Finding, ...] = ()
    unknown: tuple[Finding, ...] = ()

    @property
    def expired(self) -> bool | None:
        """Whether its last day is over; None of a record that does not stand any more."""
        return self.filed.record.expired(self.as_of) if self.filed.stands else None

    def to_document(self) -> dict[str, Any]:
        """The entry of ``record`` in the decision's document."""
        record = self.filed.record
        return {
            "file": self.filed.file,
            "status": self.filed.status,
            "as_of": record.as_of.isoformat(),
            "expires": record.expires and record.expires.isoformat(),
            "expires_because": record.expires_because,
            "expired": self.expired,
            "broken": [finding.to_document() for finding in self.broken],
            "unknown": [finding.to_document() for finding in self.unknown],
        }


def recheck(filed: Filed, today: Today) -> Rechecked:
    """The record, checked against today; only one that is proposed or accepted is."""
    day = today.decision.as_of
    if not filed.stands:
        return Rechecked(filed=filed, as_of=day)
    states = [(one, *_CHECKS[one.kind](one, today)) for one in filed.record.assumptions]
    found = {
        state: tuple(
            Finding(assumption=one, now=now, why=why) for one, its, now, why in states if its == state
        )
        for state in ("not met", "unknown")
    }
    return Rechecked(filed=filed, as_of=day, broken=found["not met"], unknown=found["unknown"])


Check = Callable[[Assumption, Today], tuple[State, Value, str]]
"""Gives the state, the value of today and why it is so."""


def _verdict(one: Assumption, today: Today) -> tuple[State, Value, str]:
    now = next((phase for phase in today.decision.phases if phase.phase.id == one.phase), None)
    if now is None:
        return "not met", None, "the plan has no such phase any more"
    return _same(one, now.verdict), now.verdict, now.sentence


def _first(one: Assumption, today: Today) -> tuple[State, Value, str]:
    ranking = today.decision.ranking
    now = next((entry.option for entry in ranking if entry.rank == 1), None)
    why = "no option has a place" if now is None else f"{now} ranks first of {len(ranking)} options"
    return _same(one, now), now, why


def _same(one: Assumption, now: str | None) -> State:
    return "met" if now == one.expected else "not met"


def _criterion(one: Assumption, today: Today) -> tuple[State, Value, str]:
    comparison = {str(one.comparator): one.threshold}
    given = {} if one.confidence is None else {"confidence": one.confidence}
    speaks_of = {name: getattr(one, name) for name in ("option", "baseline", "metric", "environment")}
    criterion = Criterion.model_validate({**speaks_of, **comparison, **given})
    option = str(one.option)
    if one.metric == "monthly_cost_usd":
        result = judge_cost(criterion, option=option, cost=today.dossier.cost, list_name="ready_if")
    else:
        window = Window(list_name="ready_if", since=one.since, duration_days=None)
        result = judge_measured(criterion, option=option, dossier=today.dossier, window=window)
    return result.state, result.estimate, result.reason


def _scenario(one: Assumption, today: Today) -> tuple[State, Value, str]:
    return _number(one, median_of(today.dossier.scenario, str(one.field)), "the scenario does not state it")


def _figure(one: Assumption, today: Today) -> tuple[State, Value, str]:
    option = today.options.get(str(one.option))
    figure = option and option.figure(str(one.field), as_of=today.decision.as_of)
    return _number(one, figure.central if figure else None, "no figure of it is known")


def _price(one: Assumption, today: Today) -> tuple[State, Value, str]:
    book = today.books.get(str(one.vendor))
    fee = None if book is None else price_of(book, str(one.plan), today.decision.as_of)
    return _number(one, fee, "it is not on offer, or its price is not known")


def _number(one: Assumption, now: float | None, missing: str) -> tuple[State, Value, str]:
    if now is None or one.comparator is None or one.threshold is None:
        return "unknown", None, missing
    state = compared(now, now, comparator=one.comparator, threshold=one.threshold)
    return state, now, f"{one.shown(now)} is {'' if state == 'met' else 'not '}{one.limit}"


_CHECKS: dict[str, Check] = {
    "verdict": _verdict,
    "first": _first,
    "criterion": _criterion,
    "scenario": _scenario,
    "figure": _figure,
    "price": _price,
}
