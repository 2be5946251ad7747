"""Checks of a plan against the rest of its folder: names that nobody knows, rules that cannot work."""

from collections.abc import Collection, Iterator, Mapping

from toolkit.decide.alertchecks import check_alerts
from toolkit.decide.checker import Checker, Path, criteria_of
from toolkit.decide.contradictions import check_contradictions
from toolkit.decide.plan import METRICS, REDUCTION, SHARES, Criterion, Phase, Plan, criteria_in
from toolkit.decide.ranges import Span, is_sampled, range_of, span_of
from toolkit.decide.reachchecks import Circumstances, check_reach
from toolkit.decide.wording import plain, words
from toolkit.evidence import Grade, grade_rank
from toolkit.pricing.scenario import Scenario
from toolkit.project.faults import Faults, near
from toolkit.project.yamlfile import Document, dotted

NOT_NUMERIC = ("title", "needs")
NAMING = ("option", "baseline", "metric", "scenario_field", "environment")
"""Keys whose text is the name of something."""
SCENARIO_FIELDS = tuple(name for name in Scenario.model_fields if name not in NOT_NUMERIC)


def check_plan(
    plan: Plan,
    document: Document,
    *,
    options: Collection[str],
    environments: Mapping[str, Grade],
    faults: Faults,
    scenario_fields: Collection[str] = SCENARIO_FIELDS,
    deadline_ms: float = 5000.0,
    known: Circumstances | None = None,
) -> None:
    """Note every fault of a plan that its own schema cannot see, each at its line.

    Args:
        plan: a plan that fits its schema.
        document: the file that it was read from.
        options: ids of the folder's options.
        environments: the project's environments with their grades.
        faults: where they are noted.
        scenario_fields: the fields that a criterion may compare.
        deadline_ms: past it a delivery counts as lost.
        known: the traffic that evidence comes from. None leaves unchecked whether it can suffice.
    """
    checker = Checker(document, options, environments, scenario_fields, faults, deadline_ms)
    _check_ids(plan, checker)
    check_alerts(plan.alerts, checker)
    for index, phase in enumerate(plan.phases):
        at: Path = ("phases", index)
        if phase.option is not None:
            checker.known((*at, "option"), phase.option, "an option of this folder", options)
        for place, candidate in enumerate(phase.candidates or []):
            checker.known((*at, "candidates", place), candidate, "an option of this folder", options)
        _check_choice(phase, at, checker)
        for path, criterion, inside in criteria_of(phase.entries(), at):
            _check_criterion(criterion, path, checker, chooses=phase.candidates is not None)
            _check_baseline(criterion, path, checker, phase.candidates or [])
            if inside and "level" in criterion.model_fields_set:
                checker.warn((*path, "level"), "has no effect inside any_of", "write level beside any_of")
        check_contradictions(phase, at, checker)
        if known is not None and phase.status != "done":
            check_reach(phase, at, checker, known)


def _check_choice(phase: Phase, at: Path, checker: Checker) -> None:
    """A phase that chooses, and then asks nothing of the chosen one, would pass without any."""
    asked = [*phase.needed_if, *phase.ready_if]
    speaks = any(
        one.option == "chosen" for entry in asked for one in criteria_in(entry) if entry.level == "must"
    )
    if phase.candidates is not None and not speaks:
        wrong = "nothing that decides speaks of the candidate that is chosen"
        checker.warn((*at, "candidates"), wrong, "add a criterion with option: chosen")


def check_names(
    document: Document,
    *,
    options: Collection[str],
    environments: Collection[str] | None,
    faults: Faults,
) -> None:
    """Note the names that nobody knows in a plan that does not fit its schema, so that they are told too.

    Args:
        document: the file; only what has the right shape is looked at.
        options: ids of the folder's options.
        environments: of the project. None where they are not known.
        faults: where they are noted.
    """
    known: dict[str, Collection[str]] = {"metric": METRICS, "scenario_field": SCENARIO_FIELDS}
    known |= {} if environments is None else {"environment": environments}
    for path, name in _names(document.data, ()):
        kind = str(path[-1]) if not isinstance(path[-1], int) else "option"
        known_options = {"option": [*options, "chosen"], "baseline": [*options]}
        choice = known_options.get(kind) or list(known.get(kind, [name]))
        if name not in choice:
            wrong = f"{name} is not a known {kind.replace('_', ' ')}"
            faults.error(document.path, document.line(path), dotted(path), wrong, near(name, sorted(choice)))


def _names(data: object, at: Path) -> Iterator[tuple[Path, str]]:
    """Every text under a key that names something, wherever it stands."""
    if isinstance(data, dict):
        for key, value in data.items():
            if isinstance(value, str) and key in NAMING:
                yield (*at, key), value
            elif key == "candidates" and isinstance(value, list):
                yield from (((*at, key, i), name) for i, name in enumerate(value) if isinstance(name, str))
            else:
                yield from _names(value, (*at, key))
    elif isinstance(data, list):
        for index, value in enumerate(data):
            yield from _names(value, (*at, index))


def _check_ids(plan: Plan, checker: Checker) -> None:
    """Two phases of one id cannot be told apart in the report."""
    first: dict[str, int] = {}
    for index, phase in enumerate(plan.phases):
        if phase.id in first:
            line = checker.document.line(("phases", first[phase.id], "id"))
            wrong = f"{phase.id} is the id of another phase, on line {line}"
            checker.error(("phases", index, "id"), wrong, "give each phase an id of its own")
        first.setdefault(phase.id, index)


def _check_criterion(criterion: Criterion, path: Path, checker: Checker, *, chooses: bool) -> None:
    if criterion.scenario_field is not None:
        _check_scenario_field(criterion.scenario_field, path, checker)
        _check_threshold(criterion, path, checker)
    if criterion.metric is not None:
        checker.known((*path, "metric"), criterion.metric, "a metric", METRICS)
        _check_option(criterion, path, checker, chooses=chooses)
        _check_threshold(criterion, path, checker)
    _check_evidence(criterion, path, checker)


def _check_scenario_field(field: str, path: Path, checker: Checker) -> None:
    if field in NOT_NUMERIC:
        right = f"use one of {', '.join(sorted(checker.scenario_fields))}"
        checker.error((*path, "scenario_field"), f"{field} is not a number", right)
        return
    checker.known((*path, "scenario_field"), field, "a field of a scenario", checker.scenario_fields)


def _check_option(criterion: Criterion, path: Path, checker: Checker, *, chooses: bool) -> None:
    if criterion.option != "chosen":
        checker.known((*path, "option"), str(criterion.option), "an option of this folder", checker.options)
    elif not chooses:
        wrong = "chosen has no meaning in a phase without candidates"
        checker.error((*path, "option"), wrong, "name the option, or give the phase candidates")


def _check_baseline(criterion: Criterion, path: Path, checker: Checker, candidates: Collection[str]) -> None:
    """What is compared with must be another option than any that may be chosen."""
    if criterion.baseline is None:
        return
    at = (*path, "baseline")
    checker.known(at, criterion.baseline, "an option of this folder", checker.options)
    if criterion.option == "chosen" and criterion.baseline in candidates:
        wrong = f"{criterion.baseline} may be chosen itself, and would be compared with itself"
        checker.error(at, wrong, "name an option that is no candidate")


def _check_threshold(criterion: Criterion, path: Path, checker: Checker) -> None:
    """A bound outside of what can be, or at its end, where no finite sample reaches it or every one does."""
    at, what = (*path, criterion.comparator), criterion.metric or criterion.scenario_field
    whole = range_of(criterion, deadline_ms=checker.deadline_ms)
    met = span_of(criterion).meet(whole)
    said = f"{words(criterion.comparator)} {plain(criterion.threshold)}"
    if str(criterion.metric).startswith("latency_") and criterion.threshold > whole.high:
        wrong = f"{plain(criterion.threshold)} ms is past the deadline, {plain(whole.high)} ms, of deliveries"
        checker.error(at, wrong, "a later one counts as lost; write a bound within the deadline")
    elif met.empty or (met.point and is_sampled(criterion) and _is_at_an_end(met, whole, criterion)):
        checker.error(at, f"{said} can never be met by {what}", _room(criterion, whole))
    elif met == whole:
        checker.warn(at, f"{said} is met by every {what}", "write a bound that can fail")


def _is_at_an_end(met: Span, whole: Span, criterion: Criterion) -> bool:
    """An interval of a share never shrinks to its end; a latency at the deadline is a share of its own."""
    return criterion.metric in (*SHARES, REDUCTION) or met.low == whole.low


def _room(criterion: Criterion, whole: Span) -> str:
    if criterion.metric in (*SHARES, REDUCTION):
        return "leave room for an interval"
    if criterion.comparator in ("below", "at_most"):
        return f"no value is below {plain(whole.low)}"
    return f"no value is above {plain(whole.high)}"


def _check_evidence(criterion: Criterion, path: Path, checker: Checker) -> None:
    """Demands on evidence that no environment of the project can satisfy, or that mean nothing here."""
    environments, environment = checker.environments, criterion.environment
    if environment is not None:
        checker.known((*path, "environment"), environment, "an environment of project.yaml", environments)
    if criterion.metric is None or criterion.metric == "monthly_cost_usd":
        for name in ("environment", "grade", "max_age_days"):
            if getattr(criterion, name) is not None:
                checker.warn((*path, name), "has no effect: this is not measured", "leave it out")
        return
    if criterion.grade is not None and (environment is None or environment in environments):
        _check_grade(criterion.grade, environment, path, checker)


def _check_grade(grade: Grade, environment: str | None, path: Path, checker: Checker) -> None:
    within = [environment] if environment is not None else list(checker.environments)
    if any(grade_rank(checker.environments[name]) >= grade_rank(grade) for name in within):
        return
    given = ", ".join(f"{name} gives {checker.environments[name]}" for name in within)
    wrong = f"{grade} evidence can never be had: {given}"
    checker.error((*path, "grade"), wrong, "ask for a grade that an environment gives")
