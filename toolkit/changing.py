"""Why a decision is another one than an earlier report's: old and new inputs, evaluated in every mixture."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import Any

from toolkit import answers, deciding
from toolkit.cost.result import CostResult
from toolkit.decide.decision import Decision
from toolkit.decide.why.attribution import CODE, SOURCES, Sources
from toolkit.decide.why.changes import Changes, explained
from toolkit.decide.why.figures import Moved, moved
from toolkit.decide.why.outcome import Outcome
from toolkit.loading import Loaded, load
from toolkit.metrics.key import key_metrics
from toolkit.metrics.rollups import Rollups
from toolkit.project import Faults, InputError, shortened
from toolkit.report.fingerprint import code_digest, versions_now
from toolkit.report.kept import Kept
from toolkit.report.standing import MANIFEST

FILES = ("settings", "prices", "weights")
"""Sources that are files, which may only fit together; then they are told as the first one that changed."""


class Mixtures:
    """The outcomes where some sources are new and all others old, for one scenario.

    Args:
        old, new: all inputs before and now.
        scenario: its id.
        after: the outcome of the new inputs, which is known already.
        moved: the sources that differ.
    """

    def __init__(self, old: Kept, new: Kept, *, scenario: str, after: Outcome, moved: list[str]) -> None:
        self._old, self._new, self._scenario = old, new, scenario
        self._known = {frozenset(moved): after}
        self._loaded: dict[frozenset[str], Loaded] = {}
        self._costs: dict[frozenset[str], CostResult] = {}

    def __call__(self, taken: frozenset[str]) -> Outcome:
        """The outcome where these are new, by the code that runs now.

        Raises:
            InputError: their files do not fit together, or have no such scenario.
        """
        if taken not in self._known:
            self._known[taken] = self._evaluated(taken)
        return self._known[taken]

    def _evaluated(self, taken: frozenset[str]) -> Outcome:
        day = (self._new if "day" in taken else self._old).as_of
        key = taken - {"data"}
        if key not in self._loaded:
            with _folder(self._mixed(taken)) as root:
                # What the brief says of other scenarios changes no verdict.
                self._loaded[key] = replace(load(root, as_of=day), use_cases=[])
        loaded = self._loaded[key]
        if self._scenario not in loaded.scenarios:
            raise InputError.of_argument(
                "scenario", f"there was no {self._scenario!r}", "compare another one"
            )
        rolled = (self._new if "data" in taken else self._old).rollups.until(day)
        informed = answers.informed(loaded, rolled)
        # Recordings change a cost only where they say something of availability or delivery.
        costly = key if informed.options == loaded.options else taken
        if costly not in self._costs:
            self._costs[costly] = answers.costed(informed, self._scenario, whole=False)
        made = deciding.decided(informed, self._scenario, rolled, self._costs[costly])
        return Outcome.of_document(made.to_document())

    def _mixed(self, taken: frozenset[str]) -> dict[str, bytes]:
        """The files of the folder, each from before or from now."""
        return {
            name: data
            for kept, is_new in ((self._old, False), (self._new, True))
            for name, data in kept.files.items()
            if (source_of(name) in taken) == is_new
        }


@contextmanager
def _folder(files: Mapping[str, bytes]) -> Iterator[Path]:
    """A decision folder with these files, for as long as it is needed."""
    with TemporaryDirectory(prefix="toolkit-mixture-") as home:
        for name, data in files.items():
            path = Path(home) / name
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(data)
        yield Path(home)


def source_of(name: str) -> str:
    """The source of change that a file of the folder belongs to."""
    if PurePosixPath(name).parts[0] == "pricing":
        return "prices"
    return "weights" if name == "weights.yaml" else "settings"


def changes_since(
    build_id: str, published: Mapping[str, Any], old: Kept | None, new: Kept, decision: Decision
) -> Changes:
    """What changed since an earlier report, and why.

    Args:
        build_id: the report's.
        published: its decision under the same scenario, as its document says it.
        old: what it was made from. None where it keeps nothing of that.
        new: what the decision is made from.
        decision: as it is now.
    """
    before, after = Outcome.of_document(published), Outcome.of_document(decision.to_document())
    if old is None:
        verdicts, first, costs = explained(before, after, None)
        return Changes(since=build_id, verdicts=verdicts, first=first, costs=costs,
                       unexplained="that report keeps nothing of what it was made from")  # fmt: skip
    changed = sources_that_moved(old, new)
    mixtures = Mixtures(old, new, scenario=decision.scenario, after=after, moved=changed)
    (verdicts, first, costs), why_not = _told_apart(before, after, changed, mixtures)
    return Changes(
        since=build_id,
        verdicts=verdicts,
        first=first,
        costs=costs,
        inputs=[*_files_that_moved(old, new, changed), *_measures_that_moved(old, new, changed)],
        moved=[*changed, *([CODE] if old.code != new.code else [])],
        unexplained=why_not,
    )


def _told_apart(before: Outcome, after: Outcome, changed: list[str], mixtures: Mixtures) -> Any:
    """What changed with its parts; files that only fit together are one source, and else nothing is told."""
    together = [source for source in FILES if source in changed]
    for joined in ((), together) if len(together) > 1 else ((),):
        try:
            sources = Sources(moved=changed, evaluate=mixtures, joined=joined)
            return explained(before, after, sources), ""
        except InputError as error:
            reason = _why(error)
    why_not = f"the old inputs cannot be evaluated any more: {reason}"
    return explained(before, after, None), why_not


def _why(error: InputError) -> str:
    """What is wrong, without the temporary place where it lay."""
    first = error.faults.errors[0] if isinstance(error.faults, Faults) else None
    return "it cannot be read" if first is None else f"{first.field}: {first.wrong}"


def compared(decision: Decision, report: Path | None, *, new: Kept) -> Decision:
    """The decision with what changed since a published report, as far as that told the same scenario.

    Args:
        report: its folder. None where there is none.
        new: what the decision is made from.
    """
    published = None if report is None else published_under(report, decision.scenario)
    if report is None or published is None:
        return decision
    try:
        old, missing = Kept.read(report), "that report keeps nothing of what it was made from"
    except InputError as error:
        # A damaged report is no reason to publish no new one.
        old, missing = None, f"what that report keeps is damaged: {_why(error)}"
    changes = changes_since(report.name, published, old, new, decision)
    return replace(decision, changes=changes if old else replace(changes, unexplained=missing))


def published_under(report: Path, scenario: str) -> dict[str, Any] | None:
    """The decision that a report published under a scenario; None where it has none that can be read."""
    for path in sorted(report.glob("decision*.json")):
        try:
            document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
            found = document["scenario"] == scenario
            # One that lacks what is compared is as good as none.
            Outcome.of_document(document)
        except (AttributeError, KeyError, OSError, RecursionError, TypeError, ValueError):
            continue
        if found:
            return document
    return None


def report_at(path: Path, *, scenario: str) -> Path:
    """The folder of a published report that tells a scenario; its name is its build id.

    Raises:
        InputError: there is none.
    """
    folder = path.resolve()
    if not (folder / MANIFEST).is_file():
        wrong = f"{shortened(str(path))!r} is no folder of a published report"
        raise InputError.of_argument("since", wrong, "name one, reports/latest for example")
    if published_under(folder, scenario) is None:
        wrong = f"that report does not tell scenario {scenario!r}"
        raise InputError.of_argument("since", wrong, "name one that does, or another --scenario")
    return folder


def compared_now(loaded: Loaded, rolled: Rollups, decision: Decision, report: Path) -> Decision:
    """The decision with what changed since a published report, by the code that runs now.

    Args:
        rolled: the counts that it rests on.
    """
    code = code_digest(versions_now())
    new = Kept.of(loaded.folder, loaded.project, rolled, as_of=loaded.as_of, code=code)
    return compared(decision, report, new=new)


def sources_that_moved(old: Kept, new: Kept) -> list[str]:
    """The sources of which the content differs."""
    names = {*old.files, *new.files}
    differ = {source_of(name) for name in names if old.documents.get(name) != new.documents.get(name)}
    differ |= {"day"} if old.as_of != new.as_of else set()
    differ |= {"data"} if old.counts != new.counts else set()
    return [source for source in SOURCES if source in differ]


def _files_that_moved(old: Kept, new: Kept, changed: list[str]) -> Iterator[Moved]:
    if "day" in changed:
        yield Moved(source="day", name="as_of", was=old.as_of.isoformat(), now=new.as_of.isoformat())
    for name in sorted({*old.files, *new.files}):
        before, after = ({name: kept.documents.get(name) or {}} for kept in (old, new))
        yield from moved(source_of(name), before, after)


def _measures_that_moved(old: Kept, new: Kept, changed: list[str]) -> list[Moved]:
    return moved("data", _measures(old.rollups), _measures(new.rollups)) if "data" in changed else []


def _measures(rollups: Rollups) -> dict[str, Any]:
    """The estimate and the number of events of every metric, by option and environment."""
    pairs = rollups.counts[["option", "environment"]].astype("str").drop_duplicates()
    recorded = sorted(pairs.itertuples(index=False, name=None))
    return {
        f"{option} in {environment}": {
            metric: {"estimate": value.estimate, "n": value.n}
            for metric, value in key_metrics(rollups, option=option, environment=environment).items()
        }
        for option, environment in recorded
    }
