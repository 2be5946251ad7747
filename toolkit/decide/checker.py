"""Where the checks of a plan report what they find."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from toolkit.decide.plan import AnyOf, Criterion
from toolkit.evidence import Grade
from toolkit.project.faults import Faults, near
from toolkit.project.yamlfile import Document, dotted

Path = tuple[str | int, ...]


@dataclass(frozen=True)
class Checker:
    """The plan's surroundings, and where to report.

    Args:
        document: the file that the plan was read from.
        options: ids of the folder's options.
        environments: the project's environments with their grades.
        scenario_fields: the fields that a criterion may compare.
        faults: where they are noted.
        deadline_ms: past it a delivery counts as lost.
    """

    document: Document
    options: Collection[str]
    environments: Mapping[str, Grade]
    scenario_fields: Collection[str]
    faults: Faults
    deadline_ms: float

    def error(self, path: Path, wrong: str, right: str) -> None:
        self.faults.error(self.document.path, self.line(path), dotted(path), wrong, right)

    def warn(self, path: Path, wrong: str, right: str) -> None:
        self.faults.warn(self.document.path, self.line(path), dotted(path), wrong, right)

    def line(self, path: Path) -> int:
        return self.document.line(path)

    def known(self, path: Path, word: str, kind: str, choice: Collection[str]) -> None:
        """Report a word that is not among its choice."""
        if word not in choice:
            self.error(path, f"{word} is not {kind}", near(word, sorted(choice)))


def criteria_of(
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
