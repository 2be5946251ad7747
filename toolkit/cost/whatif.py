"""A scenario with some of its fields changed, and checked like the scenario itself."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from toolkit.cost.countable import growth_fault
from toolkit.cost.setting import TEAM_SIZE
from toolkit.evidence import Range, central
from toolkit.pricing.scenario import Scenario
from toolkit.pricing.traffic import inconsistencies
from toolkit.project import Document, Faults, InputError, validate

ARGUMENT = Path("where")
"""What faults of the changes stand in."""

Where = Mapping[str, Any]
"""Fields of a scenario by name: numbers, ranges as ``{"p5": …, "p50": …, "p95": …}``, or None."""


@dataclass(frozen=True)
class WhatIf:
    """A scenario that nobody wrote down.

    Args:
        scenario: with the changes.
        notes: what was changed, and what does not fit together any more. Empty where nothing was changed.
    """

    scenario: Scenario
    notes: list[str]


def what_if(scenario: Scenario, where: Where | None) -> WhatIf:
    """The scenario with some fields changed.

    Args:
        scenario: stays as it is.
        where: the fields to change. None changes nothing.

    Raises:
        InputError: a field is not known, a number makes no sense, or the traffic outgrows what is metered;
            all faults at once.
    """
    if where is not None and not isinstance(where, Mapping):
        wrong, right = f"{where!r} names no fields", "write such as {'growth_per_month': 0.05}"
        raise InputError.of_argument(ARGUMENT.name, wrong, right)
    if not where:
        return WhatIf(scenario, [])
    changes = {str(name): _plain(value) for name, value in where.items()}
    faults = Faults()
    document = Document(ARGUMENT, {**scenario.model_dump(), **changes}, {})
    changed = validate(document, Scenario, faults)
    overflow = None if changed is None else growth_fault(changed)
    if overflow:
        right = "lower the growth, the traffic or the horizon"
        faults.error(ARGUMENT, 1, "growth_per_month", overflow, right)
    faults.raise_errors()
    if changed is None:
        raise InputError(faults)
    told = [f"What if: {name} is {_words(value)} instead of {_words(getattr(scenario, name))}."
            for name, value in changes.items() if value != _plain(getattr(scenario, name))]  # fmt: skip
    return WhatIf(changed, [*told, *(f"What if: {wrong}." for _, wrong, _ in inconsistencies(changed))])


def fits(scenario: Scenario, field: str, value: Any) -> bool:
    """Whether a field of a scenario may be so much: it makes sense, and the traffic stays countable."""
    try:
        what_if(scenario, {field: value})
    except InputError:
        return False
    return True


def _plain(value: Any) -> Any:
    """The value as a file would hold it: ranges as mappings, tuples as lists."""
    if isinstance(value, Range):
        return value.model_dump()
    return list(value) if isinstance(value, tuple) else value


def _words(value: Any) -> str:
    if isinstance(value, Range):
        value = value.model_dump()
    if isinstance(value, dict):
        return "–".join(f"{part:g}" for part in value.values())
    return f"{value:g}" if isinstance(value, float | int) else "not stated" if value is None else str(value)


def scaled_team(scenario: Scenario, times: float) -> Scenario:
    """The scenario of a team so many times as large that sends as many messages.

    The three measures of its size go together, so that its average stays below its peak and its peak below
    its users; each user sends less, so that the month's messages stay what they are.

    Args:
        times: more than 0.

    Raises:
        InputError: each message would go to more others than there are.
    """
    sizes = {name: scaled(getattr(scenario, name), times) for name in TEAM_SIZE}
    sent = scaled(scenario.messages_per_user_day, 1 / times)
    found = scenario.model_copy(update={**sizes, "messages_per_user_day": sent})
    others = central(found.monthly_active_users) - 1
    if central(scenario.recipients_per_message) > max(others, 0):
        most = central(scenario.recipients_per_message)
        wrong = f"a team of {others + 1:,.0f} users is too small for {most:g} recipients"
        raise InputError.of_argument("team_times", wrong, "take a larger team, or fewer recipients")
    return found


def scaled(quantity: float | Range, times: float) -> float | Range:
    """So many times the quantity; all of a range together.

    >>> scaled(Range(p5=1, p50=2, p95=4), 3)
    Range(p5=3.0, p50=6.0, p95=12.0)
    """
    if isinstance(quantity, Range):
        return Range(p5=quantity.p5 * times, p50=quantity.p50 * times, p95=quantity.p95 * times)
    return quantity * times
