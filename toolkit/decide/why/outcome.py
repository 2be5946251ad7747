"""What of a decision is explained when it changes: verdicts, totals and the option that ranks first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

CENTS = 100


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """The gist of a decision.

    Args:
        verdicts: by phase.
        totals_cents: expected total over the horizon by option, in whole cents. None where unknown.
        first: the option that ranks first. None where none has a place.
    """

    verdicts: Mapping[str, str]
    totals_cents: Mapping[str, int | None]
    first: str | None

    @classmethod
    def of_document(cls, document: Mapping[str, Any]) -> "Outcome":
        """The gist of what ``decision.json`` says."""
        ranking: Sequence[Mapping[str, Any]] = document["ranking"]
        return cls(
            verdicts={phase["id"]: phase["verdict"] for phase in document["phases"]},
            totals_cents={entry["option"]: _cents(entry["total_mean"]) for entry in ranking},
            first=next((entry["option"] for entry in ranking if entry["rank"] == 1), None),
        )


def _cents(usd: float | None) -> int | None:
    return None if usd is None else round(usd * CENTS)
