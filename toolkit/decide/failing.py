"""Which verdicts a scheduler asked to fail on; reads the document, so a published report needs no new run."""

from collections.abc import Mapping
from typing import Any, Literal

FailOn = Literal["no-go", "hold"]


def exit_code(document: Mapping[str, Any], fail_on: FailOn | None) -> int:
    """1 where a decision document is one to fail on, else 0.

    Args:
        document: what ``toolkit decide --json`` prints, or a report's ``decision.json``.
        fail_on: ``no-go`` fails on any rollback alarm and when the first unfinished phase is not ready;
            ``hold`` fails on its HOLD too. None never fails.
    """
    if fail_on is None:
        return 0
    if any(phase["rollback"] for phase in document["phases"]):
        return 1
    first = next((phase for phase in document["phases"] if phase["status"] != "done"), None)
    if first is None:
        return 0
    held = fail_on == "hold" and first["verdict"] == "HOLD"
    return int(held or first["because"] == "not_ready")
