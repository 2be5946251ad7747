"""What a report is told from: typed results that were computed once, before any rendering."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from toolkit.project.faults import Fault
from toolkit.project.folder import Project

if TYPE_CHECKING:
    import pandas as pd

    from toolkit.cost.claims import Claim
    from toolkit.cost.curves import Curve
    from toolkit.cost.decisionmap import DecisionMap
    from toolkit.cost.option import Option
    from toolkit.cost.result import CostResult
    from toolkit.cost.whatifcosts import WhatIfCosts
    from toolkit.decide.backtest.result import Backtest
    from toolkit.decide.decision import Decision
    from toolkit.decide.plan import Plan
    from toolkit.metrics.result import MetricsResult
    from toolkit.metrics.rollups import Rollups
    from toolkit.metrics.worth import Worth
    from toolkit.pricing.quotes import Quote
    from toolkit.pricing.scenario import Scenario


@dataclass(frozen=True, kw_only=True)
class ScenarioInputs:
    """One scenario, costed and decided.

    Args:
        scenario: the team's traffic, needs and money.
        cost: total and monthly cost of every option.
        volume: recurring monthly cost of every option against messages a month.
        uptime: the cheapest option for each required uptime, as the cost room gives it.
        decision: verdict of every phase, ranking, flip points, next measurements.
        quotes: what every vendor would bill for the first month, beside what the brief quotes.
        map: the cheapest feasible option over message volume and uptime. None where nobody asked.
        teams: small maps against uptime, by how many times the team they are for.
        record: the decision record as the text of its file. Empty where none is written.
        whatif: what options cost at every point of the grid of a what-if page. None where nobody asked.
    """

    scenario: "Scenario"
    cost: "CostResult"
    volume: "Curve"
    uptime: "pd.DataFrame"
    decision: "Decision"
    quotes: "Sequence[Quote]" = ()
    map: "DecisionMap | None" = None
    teams: "Mapping[float, DecisionMap]" = field(default_factory=dict)
    record: str = ""
    whatif: "WhatIfCosts | None" = None


@dataclass(frozen=True, kw_only=True)
class ReportInputs:
    """Everything that the leadership page shows.

    Args:
        project: title, environments with their grades, and the rest of ``project.yaml``.
        plan: the phases as they stand in ``plan.yaml``.
        options: by id, in the order of the page.
        scenarios: by id, the default one first.
        metrics: key metrics of every option in every environment.
        rollups: the counts behind them, for the pictures.
        claims: the brief's statements with the verdicts on them.
        as_of: the day (UTC) that the report speaks of.
        worth: what the fixes are worth against the server without them. None where nobody asked.
        warnings: what ``toolkit check`` warns of.
        inputs: SHA-256 of every input file by its name.
        versions: version of each package by its name.
        backtest: recorded days replayed under the default scenario. None where nobody asked.
        kept: what all of it is made from, as the archive that lies beside the page. Empty where none does.
    """

    project: Project
    plan: "Plan"
    options: "Mapping[str, Option]"
    scenarios: Mapping[str, ScenarioInputs]
    metrics: "MetricsResult"
    rollups: "Rollups"
    claims: "Sequence[Claim]"
    as_of: date
    worth: "Worth | None" = None
    warnings: Sequence[Fault] = ()
    inputs: Mapping[str, str] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)
    kept: bytes = b""
    backtest: "Backtest | None" = None

    @property
    def default(self) -> tuple[str, ScenarioInputs]:
        """Id and content of the scenario that comes first."""
        return next(iter(self.scenarios.items()))
