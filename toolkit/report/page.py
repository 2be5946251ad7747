"""The leadership page: verdicts first, then what they cost, then as deep as a reader likes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from toolkit.report import plots
from toolkit.report.evidenced import anchor
from toolkit.report.html import render
from toolkit.report.inputs import ReportInputs, ScenarioInputs
from toolkit.report.metricwords import METRICS
from toolkit.report.pictures import Picture
from toolkit.report.sections import (
    backtest,
    changes,
    choosing,
    costs,
    headlines,
    next_steps,
    options,
    provenance,
    records,
    risks,
    sensitivity,
    stability,
    verdicts,
    worth,
)
from toolkit.report.tables import Table
from toolkit.report.wording import day, plural

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class ScenarioView:
    """One scenario as the page shows it; each table of lines stands beside its anchor."""

    id: str
    title: str
    phases: list[verdicts.PhaseView]
    cost: list[headlines.Headline]
    availability: list[headlines.Headline]
    risks: list[str]
    flips: list[str]
    measure: list[str]
    steps: next_steps.NextSteps
    sensitivity: sensitivity.SensitivityView
    maps: list[Picture]
    pictures: list[Picture]
    totals: Table
    lines: list[tuple[str, Table]]
    bills: Table
    side_by_side: Table
    choosing: choosing.ChoosingView
    limits: list[str]
    changes: changes.ChangesView
    records: Table


def leadership_page(inputs: ReportInputs, *, build_id: str, notebooks: Sequence[tuple[str, str]] = ()) -> str:
    """The page as HTML that needs nothing but itself.

    Args:
        inputs: the computed results.
        build_id: id of the build, for the footer.
        notebooks: stem and title of each notebook's page, for the links to them.
    """
    views = [
        scenario_view(inputs, scenario, several=len(inputs.scenarios) > 1) for scenario in inputs.scenarios
    ]
    first = views[0]
    return render(
        "leadership.html.j2",
        title=inputs.project.title,
        as_of=day(inputs.as_of),
        lead=lead_sentence(first.phases),
        first=first,
        others=views[1:],
        has_what_if=inputs.default[1].whatif is not None,
        stability=_stability(inputs),
        backtest=_backtest(inputs),
        none_filed=records.NONE_FILED,
        claims=provenance.claims_table(inputs.claims, inputs.options) if inputs.claims else "",
        figures=[provenance.figures_table(option, as_of=inputs.as_of) for option in inputs.options.values()],
        inputs=provenance.inputs_table(inputs.inputs),
        versions=sorted(inputs.versions.items()),
        warnings=[str(warning) for warning in inputs.warnings],
        notebooks=list(notebooks),
        build_id=build_id,
    )


def scenario_view(inputs: ReportInputs, scenario: str, *, several: bool = False) -> ScenarioView:
    """Everything of one scenario.

    Args:
        scenario: its id.
        several: whether the page holds others, so that captions name this one.
    """
    its = inputs.scenarios[scenario]
    names, titles = _names(inputs), _titles(inputs)
    decision = its.decision.to_document()
    title = its.scenario.title
    suffix = title if several else ""
    return ScenarioView(
        id=scenario,
        title=title,
        phases=verdicts.phase_views(inputs.plan, its.decision, names=names, scenario=suffix),
        cost=headlines.cost_headlines(
            its, plan=inputs.plan, options=inputs.options, as_of=inputs.as_of
        ),
        availability=headlines.availability_headlines(
            its, plan=inputs.plan, options=inputs.options, as_of=inputs.as_of
        ),
        risks=risks.largest_risks(
            decision, its.cost, names=names, now=headlines.baseline(inputs.plan, inputs.options),
            after=headlines.target(decision), titles=titles,
        ),
        flips=headlines.flip_points(decision, names),
        measure=verdicts.next_measurements(its.decision, names),
        steps=next_steps.next_steps(
            decision, names, title=suffix, titles=titles, found=its.decision.measurements
        ),
        sensitivity=sensitivity.sensitivity_view(its.cost, names, title=suffix),
        maps=_maps(its, names, title),
        pictures=_cost_pictures(its, names, title),
        totals=costs.totals_table(its.cost, names, title=title),
        lines=[
            (
                anchor("lines", scenario, entry.option),
                costs.lines_table(entry, names, months=its.cost.horizon_months, title=title),
            )
            for entry in its.cost.options.values()
        ],
        bills=costs.bills_table(its.quotes, title=title),
        side_by_side=options.side_by_side(
            inputs.options, its, do_nothing=headlines.baseline(inputs.plan, inputs.options),
            as_of=inputs.as_of, title=title,
        ),
        choosing=choosing.choosing_view(decision, names, title=title),
        limits=_unique([*decision["limits"], *its.cost.limits]),
        changes=changes.changes_view(decision["changes"], title=suffix, titles=titles, names=names),
        records=records.records_table(decision["record"], title=suffix),
    )  # fmt: skip


def _cost_pictures(its: ScenarioInputs, names: "Mapping[str, str]", title: str) -> list[Picture]:
    return [
        plots.cost_curve(its.volume, names=names, title=title),
        plots.uptime_curve(its.uptime, need=its.scenario.uptime_need, names=names, title=title),
    ]


def _maps(its: ScenarioInputs, names: "Mapping[str, str]", title: str) -> list[Picture]:
    """The decision maps against uptime; others are left to the notebook, for the page must stay small."""
    found = [] if its.map is None else [plots.decision_map(its.map, names=names, title=title)]
    if its.teams:
        found.append(plots.team_maps(its.teams, names=names, title=title))
    return found


def _names(inputs: ReportInputs) -> dict[str, str]:
    return {option: entry.name for option, entry in inputs.options.items()}


def _titles(inputs: ReportInputs) -> dict[str, str]:
    return {phase.id: phase.title for phase in inputs.plan.phases}


def _backtest(inputs: ReportInputs) -> "backtest.BacktestView | None":
    if inputs.backtest is None:
        return None
    document = inputs.backtest.to_document()
    return backtest.backtest_view(document, titles=_titles(inputs), names=_names(inputs))


def _stability(inputs: ReportInputs) -> dict[str, Any]:
    names = _names(inputs)
    environments = inputs.project.environments
    measured = [name for name in environments if stability.measured_options(inputs.metrics, name)]
    pictures = []
    for environment in measured:
        claims = _claims(inputs)
        pictures.append(
            plots.metric_forest(inputs.metrics, environment=environment, names=names, claims=claims)
        )
        pictures.append(plots.survival_curves(inputs.rollups, environment=environment, names=names))
        pictures.append(plots.latency_distribution(inputs.rollups, environment=environment, names=names))
    return {
        "tables": stability.stability_tables(
            inputs.metrics,
            inputs.options,
            environments=environments,
            rollups=inputs.rollups,
            as_of=inputs.as_of,
        ),
        "pictures": pictures,
        "worth": _worth(inputs, names),
        "missing": stability.not_measured(inputs.metrics, inputs.options, environments),
        "limits": [
            *stability.limits_of(inputs.metrics, inputs.rollups.left_out_rows, len(inputs.rollups.set_aside)),
            *(inputs.worth.limits if inputs.worth else ()),
        ],
    }


def _worth(inputs: ReportInputs, names: "Mapping[str, str]") -> worth.WorthView | None:
    if inputs.worth is None:
        return None
    return worth.worth_view(inputs.worth, names=names, claimed=worth.claimed_share(inputs.claims))


def _claims(inputs: ReportInputs) -> dict[tuple[str, str], float]:
    """The brief's value by metric and option, where it states one for a quantity of the same name."""
    found = {}
    for metric, word in METRICS.items():
        for option, entry in inputs.options.items():
            claim = stability.claim_of(entry, word, inputs.as_of)
            if claim is not None:
                found[metric, option] = claim.central
    return found


def lead_sentence(phases: Sequence[verdicts.PhaseView]) -> str:
    """The whole plan in two sentences: how many phases go, wait and stop, and who decides what by when."""
    counts = {word: sum(phase.verdict == word for phase in phases) for word in verdicts.TONES}
    told = ", ".join(f"{count} {word}" for word, count in counts.items() if count)
    alarms = sum(bool(phase.alarm) for phase in phases)
    alarm = f" {plural(alarms, 'rollback alarm')} to act on now." if alarms else ""
    open_ones = [phase for phase in phases if phase.decide_by]
    first = min(open_ones, key=lambda phase: phase.decide_by, default=None)
    asked = f" The decision asked for: {_asked(first)}." if first else ""
    return f"Of {plural(len(phases), 'phase')}: {told}.{alarm}{asked}"


def _asked(phase: verdicts.PhaseView) -> str:
    whose = f"of {phase.owner}, " if phase.owner else ""
    return f"“{phase.title}”, {whose}by {day(date.fromisoformat(phase.decide_by))}"


def _unique(texts: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(texts))
