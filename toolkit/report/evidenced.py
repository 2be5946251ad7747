"""What stands behind a figure, as a reader's tool finds it in the page."""

import re
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from markupsafe import Markup

from toolkit.evidence import grade_rank
from toolkit.report.wording import clean, plural, shorten

if TYPE_CHECKING:
    from toolkit.cost.result import CostResult, OptionCost

NO_SAMPLE = "stated, not sampled"
"""Said in place of n of a figure that somebody published, promised or set."""


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """The evidence of one figure in words, none of which may be empty.

    Args:
        grade: of :data:`toolkit.evidence.GRADES`, or ``set`` for what the team itself set.
        source: who says so.
        n: how many events or draws it rests on, or :data:`NO_SAMPLE`.
        window: the time that it speaks of.
        anchor: id of the row or table of the page with all of it. Empty where there is none.
    """

    grade: str
    source: str
    n: str
    window: str
    anchor: str = ""

    @property
    def attributes(self) -> Markup:
        """As attributes of the element that shows the figure."""
        told = {"grade": self.grade, "n": self.n, "window": self.window, "source": self.source}
        # Markup: every value is escaped here.
        return Markup("".join(f' data-{name}="{_attribute(text)}"' for name, text in told.items()))


def _attribute(text: str) -> str:
    return escape(clean(shorten(text, 240)), quote=True)


def anchor(*parts: str) -> str:
    """The id of an element of the page, of names that a user may have chosen.

    >>> anchor("figure", "my option", "latency_ms")
    'figure-my_20option-latency_ms'
    """
    return "-".join(re.sub(r"[^A-Za-z0-9_]", lambda found: f"_{ord(found[0]):x}", part) for part in parts)


def weakest_grade(cost: "OptionCost") -> str | None:
    """The weakest grade among the lines of an option; None where a line that is known has none."""
    grades = [line.grade for line in cost.lines if line.band is not None]
    known = [grade for grade in grades if grade is not None]
    return min(known, key=grade_rank) if known and len(known) == len(grades) else None


def of_cost(cost: "OptionCost", result: "CostResult", *, window: str) -> Evidence | None:
    """The evidence of a modelled amount; None where something in it has no grade.

    Args:
        result: the run of the model that it comes from.
        window: the time that the amount is for.
    """
    grade = weakest_grade(cost)
    if grade is None:
        return None
    sources = "; ".join(f"{line.line}: {line.source}" for line in cost.lines if line.band is not None)
    return Evidence(
        grade=grade,
        source=f"cost model of {sources}",
        n=plural(result.draws, "draw"),
        window=window,
        anchor=anchor("lines", result.scenario, cost.option),
    )
