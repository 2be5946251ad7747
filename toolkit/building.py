"""A report from a decision folder: computed once, published in one step, not again when nothing changed."""

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from toolkit.decide.failing import FailOn, exit_code
from toolkit.opening import AsOf, open_folder, pinned_day, read_project
from toolkit.project import Faults, Folder, InputError, Project, ToolkitError, shipped
from toolkit.project.remembered import remembering
from toolkit.report.fingerprint import Fingerprint, fingerprint
from toolkit.report.lock import Busy, in_turn
from toolkit.report.publish import cache_of, published
from toolkit.report.standing import about, following, in_the_way

if TYPE_CHECKING:
    from toolkit.loading import Loaded
    from toolkit.metrics.rollups import Rollups
    from toolkit.report.watched import Watched

DAYS_REPLAYED = 90
"""Of the backtest on the page, so that a night costs no more for a longer history; the command has all."""


@dataclass(frozen=True)
class Built:
    """A published report.

    Args:
        path: its folder.
        fresh: False where it stood already, because nothing had changed.
        notes: what the reader of standard error should know.
    """

    path: Path
    fresh: bool
    notes: list[str] = field(default_factory=list)


def build(
    project: Path | str = "data",
    *,
    out: Path | str = "reports",
    scenarios: Sequence[str] = (),
    as_of: AsOf = None,
    pdf: bool = False,
) -> Built:
    """The published report of a decision folder.

    Args:
        project: the decision folder; its own ``notebooks/`` replace the toolkit's.
        out: the folder of all reports.
        scenarios: ids of the scenarios to tell, the default one first on the page. None: the default.
        as_of: the UTC day of the question. None takes the folder's own, else today.
        pdf: print its page as `report.pdf` too, once it is published.

    Raises:
        InputError: the folder has faults, a notebook fails, or in ``out`` lies something that is not a
            build's; nothing was published.
        EnvironmentFault: the machine cannot build or publish it.

    Either has as its notes which messages of the failure could not be sent.
    """
    folder, target = open_folder(project), Path(out)
    _refuse_among_inputs(folder, target)
    _refuse_among_others(target)
    settings = read_project(folder, Faults())
    day = pinned_day(settings, as_of)
    try:
        built = _published(folder, settings, target, list(scenarios), day)
    except ToolkitError as error:
        if settings is not None and target.is_dir() and not isinstance(error, Busy):
            for trouble in _tell_failed(settings, target, error):
                error.add_note(trouble)
        raise
    if settings is not None and settings.notify:
        built.notes.extend(_tell(settings, target, about(built.path).get("watched", {})))
    if pdf:
        from toolkit.report.pdf import print_page

        print_page(built.path, as_of=day)
    return built


def _published(
    folder: Folder, settings: Project | None, target: Path, scenarios: list[str], day: date
) -> Built:
    """The build of this state, which may stand already."""
    notebooks = folder.notebooks if folder.notebooks.is_dir() else shipped("notebooks")
    state = fingerprint(
        folder.root,
        notebooks=notebooks,
        as_of=day,
        scenarios=scenarios,
        out=target,
        recordings=None if settings is None else settings.recordings,
    )
    state = following(target, state)
    standing = published(target, fingerprint=state)
    if standing is not None:
        return Built(standing, fresh=False)
    from toolkit import answers
    from toolkit.loading import load
    from toolkit.report.build import notebook_files

    loaded = load(folder.root, as_of=day)
    # What is wrong is told before anything is written, be it only a lock.
    names, rolled = _scenarios(loaded, scenarios), answers.counts(loaded)
    notebook_files(notebooks)
    with in_turn(target):
        # While this one waited, another may have built the very same.
        state = following(target, state)
        standing = published(target, fingerprint=state)
        if standing is not None:
            return Built(standing, fresh=False)
        with remembering(cache_of(target) / f"results-{state.code[:16]}"):
            return _build(loaded, names, rolled, target, notebooks, state)


def _scenarios(loaded: "Loaded", asked: list[str]) -> list[str]:
    """Ids of the scenarios to tell, each once, the default one first.

    Raises:
        InputError: there is no such scenario.
    """
    from toolkit.loading import scenario_name

    names = [scenario_name(loaded, name) for name in asked] or [scenario_name(loaded, None)]
    first = loaded.project.default_scenario
    return sorted(dict.fromkeys(names), key=lambda name: name != first)


def _tell(settings: Project, out: Path, now: "Watched") -> list[str]:
    """Send word of what is new to those who read the report; what could not be sent."""
    from toolkit.report.notify import notify

    return notify(out, title=settings.title, addresses=settings.notify, now=now, environment=os.environ)


def _tell_failed(settings: Project, out: Path, error: ToolkitError) -> list[str]:
    if not settings.notify:
        return []
    from toolkit.report.watched import failed

    return _tell(settings, out, failed(_reasons(error)))


def _reasons(error: ToolkitError) -> list[str]:
    """Why there is no report, in words that name no folder of the machine."""
    if failing := getattr(error, "failed", ()):
        return [outcome.reason for outcome in failing]
    if isinstance(error, InputError) and isinstance(error.faults, Faults):
        return [f"{Path(fault.file).name}: {fault.field}: {fault.wrong}" for fault in error.faults.errors]
    return ["the input is wrong" if isinstance(error, InputError) else "the machine lacks something"]


def _refuse_among_inputs(folder: Folder, out: Path) -> None:
    right = "choose a folder of its own"
    if out.resolve() == folder.root.resolve():
        raise InputError(f"{out}:1: out: is the decision folder itself; {right}")
    for name in ("options", "pricing", "scenarios", "metrics", "notebooks", "records"):
        if out.resolve().is_relative_to((folder.root / name).resolve()):
            wrong = f"lies in {name}/, among what the report is made from"
            raise InputError(f"{out}:1: out: {wrong}; {right}")


def _refuse_among_others(out: Path) -> None:
    """A build replaces its index and removes what is out of date; what is not its own is neither."""
    if (found := in_the_way(out)) is not None:
        wrong = f"{found.relative_to(out)} stands there and is not a build's"
        raise InputError(f"{out}:1: out: {wrong}; choose a folder of its own")


def _build(
    loaded: "Loaded", names: list[str], rolled: "Rollups", out: Path, notebooks: Path, state: Fingerprint
) -> Built:
    from toolkit import answers, changing, deciding, mapping, records
    from toolkit.report.build import build as publish_report
    from toolkit.report.inputs import ReportInputs, ScenarioInputs
    from toolkit.report.kept import Kept

    kept = Kept.of(loaded.folder, loaded.project, rolled, as_of=loaded.as_of, code=state.code)
    before = None if state.since is None else out / state.since
    loaded = answers.informed(loaded, rolled)
    told = {}
    for name in names:
        cost = answers.costed(loaded, name)
        decision = deciding.decided(loaded, name, rolled, cost)
        told[name] = ScenarioInputs(
            scenario=loaded.scenarios[name],
            cost=cost,
            volume=answers.against_volume(loaded, name),
            uptime=answers.against_uptime(loaded, name),
            decision=changing.compared(decision, before, new=kept),
            quotes=answers.quoted(loaded, name),
            record=records.record_of(loaded, decision, cost=cost, inputs=state.inputs),
            map=mapping.decision_map(loaded, name),
            # Small maps and the what-if page are of one scenario, the one that comes first.
            teams=mapping.team_maps(loaded, name) if name == names[0] else {},
            whatif=mapping.what_if_costs(loaded, name) if name == names[0] else None,
        )
    inputs = ReportInputs(
        project=loaded.project,
        plan=loaded.plan,
        options=loaded.options,
        scenarios=told,
        metrics=answers.measured(loaded, rolled),
        rollups=rolled,
        claims=loaded.claims,
        as_of=loaded.as_of,
        worth=answers.worth(loaded, rolled),
        warnings=list(loaded.warnings),
        inputs=state.inputs,
        versions=state.versions,
        kept=kept.packed(),
        backtest=deciding.backtested(loaded, names[0], rolled, most_days=DAYS_REPLAYED),
    )
    path = publish_report(inputs, out=out, fingerprint=state, project=loaded.folder.root, notebooks=notebooks)
    notes = [str(warning) for warning in loaded.warnings] + answers.left_out(loaded, rolled)
    return Built(path, fresh=True, notes=notes)


def fail_code(report: Path, fail_on: FailOn | None) -> int:
    """1 where a decision of a published report is one to fail on, else 0."""
    documents = sorted(report.glob("decision*.json"))
    return max(exit_code(json.loads(path.read_text(encoding="utf-8")), fail_on) for path in documents)
