"""Checks of a plan against the rest of its folder: names that nobody knows, rules that cannot work."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from toolkit.decide.plan import METRICS, SHARES, AnyOf, Criterion, Phase, Plan
from toolkit.decide.wording import plain, words
from toolkit.evidence import Grade, grade_rank
from toolkit.pricing.scenario import Scenario
from toolkit.project.faults import Faults, near
from toolkit.project.yamlfile import Document, dotted

NOT_NUMERIC = ("title", "needs")
SCENARIO_FIELDS = tuple(name for name in Scenario.model_fields if name not in NOT_NUMERIC)

Path = tuple[str | int, ...]


@dataclass(frozen=True)
class _Checker:
    """The plan's surroundings, and where to report."""

    document: Document
    options: Collection[str]
    environments: Mapping[str, Grade]
    scenario_fields: Collection[str]
    faults: Faults

    def error(self, path: Path, wrong: str, right: str) -> None:
        self.faults.error(self.document.path, self.document.line(path), dotted(path), wrong, right)

    def warn(self, path: Path, wrong: str, right: str) -> None:
        self.faults.warn(self.document.path, self.document.line(path), dotted(path), wrong, right)

    def known(self, path: Path, word: str, kind: str, choice: Collection[str]) -> None:
        """Report a word that is not among its choice."""
        if word not in choice:
            self.error(path, f"{word} is not {kind}", near(word, sorted(choice)))


def check_plan(
    plan: Plan,
    document: Document,
    *,
    options: Collection[str],
    environments: Mapping[str, Grade],
    faults: Faults,
    scenario_fields: Collection[str] = SCENARIO_FIELDS,
) -> None:
    """Note every fault of a plan that its own schema cannot see, each at its line.

    Args:
        plan: a plan that fits its schema.
        document: the file that it was read from.
        options: ids of the folder's options.
        environments: the project's environments with their grades.
        faults: where they are noted.
        scenario_fields: the fields that a criterion may compare.
    """
    checker = _Checker(document, options, environments, scenario_fields, faults)
    _check_ids(plan, checker)
    for index, phase in enumerate(plan.phases):
        at: Path = ("phases", index)
        if phase.option is not None:
            checker.known((*at, "option"), phase.option, "an option of this folder", options)
        for place, candidate in enumerate(phase.candidates or []):
            checker.known((*at, "candidates", place), candidate, "an option of this folder", options)
        _check_choice(phase, at, checker)
        for path, criterion, inside in _criteria(phase.entries(), at):
            _check_criterion(criterion, path, checker, chooses=phase.candidates is not None)
            if inside and "level" in criterion.model_fields_set:
                checker.warn((*path, "level"), "has no effect inside any_of", "write level beside any_of")


def _check_choice(phase: Phase, at: Path, checker: _Checker) -> None:
    """A phase that chooses, and then asks nothing of the chosen one, would pass without any."""
    asked = [*phase.needed_if, *phase.ready_if]
    speaks = any(one.option == "chosen" for entry in asked for one in _inside(entry) if entry.level == "must")
    if phase.candidates is not None and not speaks:
        wrong = "nothing that decides speaks of the candidate that is chosen"
        checker.warn((*at, "candidates"), wrong, "add a criterion with option: chosen")


def _inside(entry: AnyOf | Criterion) -> list[Criterion]:
    return [entry] if isinstance(entry, Criterion) else entry.any_of


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
        choice = [*options, "chosen"] if kind == "option" else list(known.get(kind, [name]))
        if name not in choice:
            wrong = f"{name} is not a known {kind.replace('_', ' ')}"
            faults.error(document.path, document.line(path), dotted(path), wrong, near(name, sorted(choice)))


def _names(data: object, at: Path) -> Iterator[tuple[Path, str]]:
    """Every text under a key that names something, wherever it stands."""
    if isinstance(data, dict):
        for key, value in data.items():
            if isinstance(value, str) and key in ("option", "metric", "scenario_field", "environment"):
                yield (*at, key), value
            elif key == "candidates" and isinstance(value, list):
                yield from (((*at, key, i), name) for i, name in enumerate(value) if isinstance(name, str))
            else:
                yield from _names(value, (*at, key))
    elif isinstance(data, list):
        for index, value in enumerate(data):
            yield from _names(value, (*at, index))


def _check_ids(plan: Plan, checker: _Checker) -> None:
    """Two phases of one id cannot be told apart in the report."""
    first: dict[str, int] = {}
    for index, phase in enumerate(plan.phases):
        if phase.id in first:
            line = checker.document.line(("phases", first[phase.id], "id"))
            wrong = f"{phase.id} is the id of another phase, on line {line}"
            checker.error(("phases", index, "id"), wrong, "give each phase an id of its own")
        first.setdefault(phase.id, index)


def _criteria(
    entries: list[tuple[str, int, AnyOf | Criterion]], at: Path
) -> Iterator[tuple[Path, Criterion, bool]]:
    """Every criterion with its path, and whether it stands inside an ``any_of``."""
    for name, index, entry in entries:
        path = (*at, name, index)
        if isinstance(entry, Criterion):
            yield path, entry, False
            continue
        for place, inner in enumerate(entry.any_of):
            yield (*path, "any_of", place), inner, True


def _check_criterion(criterion: Criterion, path: Path, checker: _Checker, *, chooses: bool) -> None:
    if criterion.scenario_field is not None:
        _check_scenario_field(criterion.scenario_field, path, checker)
    if criterion.metric is not None:
        checker.known((*path, "metric"), criterion.metric, "a metric", METRICS)
        _check_option(criterion, path, checker, chooses=chooses)
        _check_threshold(criterion, path, checker)
    _check_evidence(criterion, path, checker)


def _check_scenario_field(field: str, path: Path, checker: _Checker) -> None:
    if field in NOT_NUMERIC:
        right = f"use one of {', '.join(sorted(checker.scenario_fields))}"
        checker.error((*path, "scenario_field"), f"{field} is not a number", right)
        return
    checker.known((*path, "scenario_field"), field, "a field of a scenario", checker.scenario_fields)


def _check_option(criterion: Criterion, path: Path, checker: _Checker, *, chooses: bool) -> None:
    if criterion.option != "chosen":
        checker.known((*path, "option"), str(criterion.option), "an option of this folder", checker.options)
    elif not chooses:
        wrong = "chosen has no meaning in a phase without candidates"
        checker.error((*path, "option"), wrong, "name the option, or give the phase candidates")


def _check_threshold(criterion: Criterion, path: Path, checker: _Checker) -> None:
    """A bound at the end of a metric's range: no finite sample reaches it, or every one does."""
    at, comparator, bound = (*path, criterion.comparator), criterion.comparator, criterion.threshold
    is_share = criterion.metric in SHARES
    rule = (comparator, bound)
    never = rule == ("below", 0) or (is_share and rule in (("at_most", 0), ("at_least", 1), ("above", 1)))
    always = rule == ("at_least", 0) or (is_share and rule == ("at_most", 1))
    said = f"{words(comparator)} {plain(bound)}"
    if never:
        right = "leave room for an interval" if is_share else "no value is below 0"
        checker.error(at, f"{said} can never be met by {criterion.metric}", right)
    elif always:
        checker.warn(at, f"{said} is met by every {criterion.metric}", "write a bound that can fail")


def _check_evidence(criterion: Criterion, path: Path, checker: _Checker) -> None:
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


def _check_grade(grade: Grade, environment: str | None, path: Path, checker: _Checker) -> None:
    within = [environment] if environment is not None else list(checker.environments)
    if any(grade_rank(checker.environments[name]) >= grade_rank(grade) for name in within):
        return
    given = ", ".join(f"{name} gives {checker.environments[name]}" for name in within)
    wrong = f"{grade} evidence can never be had: {given}"
    checker.error((*path, "grade"), wrong, "ask for a grade that an environment gives")
