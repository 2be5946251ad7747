"""Criteria of one phase that cannot hold together, and alarms that strike what is ready."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

from toolkit.decide.checker import Checker, Path
from toolkit.decide.plan import AnyOf, Criterion, Phase
from toolkit.decide.ranges import Span, is_sampled, range_of, span_of
from toolkit.decide.wording import plain

Key = tuple[str, ...]


@dataclass(frozen=True)
class _Placed:
    """A criterion where it stands.

    Args:
        key: what it speaks of; two of one key speak of the same number.
        must: whether the verdict depends on it.
    """

    path: Path
    criterion: Criterion
    key: Key
    must: bool

    @property
    def span(self) -> Span:
        return span_of(self.criterion)

    @property
    def at(self) -> Path:
        return (*self.path, self.criterion.comparator)


def check_contradictions(phase: Phase, at: Path, checker: Checker) -> None:
    """Note what in a phase's lists can never hold together, each at the line of the later one."""
    asked = [*_singles(phase, "needed_if", at, checker), *_singles(phase, "ready_if", at, checker)]
    for first, second in combinations(asked, 2):
        if first.key == second.key and _apart(first, second, checker):
            _note_pair(first, second, checker)
    for path, members in _groups(phase, at, checker):
        _check_group(path, members, [one for one in asked if one.must], checker)
    _check_alarms(phase, at, [one for one in asked if one.must and one.path[2] == "ready_if"], checker)


def _singles(phase: Phase, name: str, at: Path, checker: Checker) -> Iterator[_Placed]:
    for list_name, index, entry in phase.entries():
        if list_name == name and isinstance(entry, Criterion):
            yield _placed(entry, (*at, name, index), entry.level == "must", phase, checker)


def _groups(phase: Phase, at: Path, checker: Checker) -> Iterator[tuple[Path, list[_Placed]]]:
    """The ``any_of`` entries that decide."""
    for name, index, entry in phase.entries():
        if isinstance(entry, AnyOf) and entry.level == "must":
            path = (*at, name, index)
            yield (
                path,
                [
                    _placed(one, (*path, "any_of", place), True, phase, checker)
                    for place, one in enumerate(entry.any_of)
                ],
            )


def _placed(criterion: Criterion, path: Path, must: bool, phase: Phase, checker: Checker) -> _Placed:
    return _Placed(path, criterion, _key(criterion, phase, checker), must)


def _key(criterion: Criterion, phase: Phase, checker: Checker) -> Key:
    """What it speaks of; the only candidate and the only environment are the same as their names."""
    if criterion.scenario_field is not None:
        return ("scenario", criterion.scenario_field)
    option, environment = str(criterion.option), criterion.environment
    if option == "chosen" and phase.candidates is not None and len(phase.candidates) == 1:
        option = phase.candidates[0]
    if len(checker.environments) == 1 or not is_sampled(criterion):
        environment = None
    return (str(criterion.metric), option, criterion.baseline or "", environment or "")


def _apart(first: _Placed, second: _Placed, checker: Checker) -> bool:
    """Whether no value satisfies both; of what is sampled, one value alone is none."""
    both = first.span.meet(second.span).meet(range_of(first.criterion, deadline_ms=checker.deadline_ms))
    return both.empty or (both.point and is_sampled(first.criterion))


def _note_pair(first: _Placed, second: _Placed, checker: Checker) -> None:
    wrong = f"can never hold beside {_told(first)} on line {checker.line(first.path)}"
    if first.must and second.must:
        checker.error(second.at, wrong, "change one of the two, else this phase can never be GO")
    else:
        checker.warn(second.at, wrong, "change one of the two, else one of them always warns")


def _told(one: _Placed) -> str:
    what = one.criterion.scenario_field or f"{one.criterion.metric} of {one.criterion.option}"
    comparator = one.criterion.comparator.replace("_", " ")
    return f"{what} {comparator} {plain(one.criterion.threshold)}"


def _check_group(path: Path, members: list[_Placed], asked: list[_Placed], checker: Checker) -> None:
    """An ``any_of`` of which no condition can hold, or of which one always does."""
    if path[2] != "rollback_if":
        dead = [(one, beside) for one in members if (beside := _excluded(one, asked, checker))]
        for one, beside in dead:
            wrong = f"can never hold beside {_told(beside)} on line {checker.line(beside.path)}"
            if len(dead) == len(members):
                checker.error(one.at, wrong, "change it, else nothing of this any_of can ever hold")
            else:
                checker.warn(one.at, wrong, "leave it out of the any_of, or change one of the two")
    for first, second in combinations(members, 2):
        if first.key == second.key and _complete(first, second, checker):
            wrong = f"every value satisfies this or {_told(first)} on line {checker.line(first.path)}"
            checker.warn(second.at, wrong, "leave a stretch that satisfies neither")


def _excluded(one: _Placed, asked: list[_Placed], checker: Checker) -> _Placed | None:
    return next((other for other in asked if other.key == one.key and _apart(other, one, checker)), None)


def _complete(first: _Placed, second: _Placed, checker: Checker) -> bool:
    whole = range_of(first.criterion, deadline_ms=checker.deadline_ms)
    lower, upper = sorted((first.span, second.span), key=lambda span: span.low)
    starts, ends = Span(whole.low, whole.low), Span(whole.high, whole.high)
    return lower.covers(starts) and upper.covers(ends) and lower.joins(upper)


def _check_alarms(phase: Phase, at: Path, ready: list[_Placed], checker: Checker) -> None:
    """A rollback criterion that holds in a state which is ready makes a GO and an alarm at once."""
    alarms = list(_singles(phase, "rollback_if", at, checker))
    for path, members in _groups(phase, at, checker):
        alarms += members if path[2] == "rollback_if" else []
    for alarm in alarms:
        same = [one for one in ready if one.key == alarm.key]
        if not alarm.must or not same or _apart_of_all(alarm, same, checker):
            continue
        lines = ", ".join(str(checker.line(one.path)) for one in same)
        wrong = f"holds where ready_if does too ({_told(same[-1])}, line {lines}): ready and an alarm at once"
        checker.error(alarm.at, wrong, "leave no value that satisfies both")


def _apart_of_all(alarm: _Placed, ready: list[_Placed], checker: Checker) -> bool:
    both = alarm.span.meet(range_of(alarm.criterion, deadline_ms=checker.deadline_ms))
    for one in ready:
        both = both.meet(one.span)
    return both.empty or (both.point and is_sampled(alarm.criterion))
