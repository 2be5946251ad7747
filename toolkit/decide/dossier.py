"""Everything that criteria may look at, and what their phase demands of evidence."""

from dataclasses import dataclass
from datetime import date

from toolkit.cost.result import CostResult
from toolkit.metrics.rollups import Rollups
from toolkit.pricing.scenario import Scenario
from toolkit.project.folder import Project


@dataclass(frozen=True, kw_only=True)
class Dossier:
    """The inputs of one decision, for one scenario on one UTC day."""

    scenario: Scenario
    cost: CostResult
    rollups: Rollups
    project: Project
    as_of: date


@dataclass(frozen=True, kw_only=True)
class Window:
    """What the phase of a criterion says about its evidence.

    Args:
        list_name: ``needed_if``, ``ready_if`` or ``rollback_if``.
        since: first day of evidence. None means the first that was recorded.
        duration_days: least soak before a ready criterion counts as met. None where there is none.
    """

    list_name: str
    since: date | None
    duration_days: float | None
