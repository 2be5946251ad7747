"""What can be wrong, and the collector that tells all of it at once.

ToolkitError
├── InputError        the user's files or arguments are wrong; exit code 2
└── EnvironmentFault  the machine lacks something: a port, a package, disk; exit code 3
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Literal, TypeVar

Result = TypeVar("Result")


@dataclass(frozen=True, kw_only=True, order=True)
class Fault:
    """One thing that is wrong in a file, and its mend.

    Args:
        file: the file as the user would open it.
        line: 1-based. 1 where the fault is in the file as a whole.
        field: path of the field, such as ``phases[1].ready_if[0].at_least``.
        wrong: what is wrong.
        right: what would be right.
        severity: a warning does not stop anything.
    """

    file: str
    line: int
    field: str
    wrong: str
    right: str
    severity: Literal["error", "warning"] = "error"

    def __str__(self) -> str:
        label = "warning: " if self.severity == "warning" else ""
        return printable(f"{self.file}:{self.line}: {self.field}: {label}{self.wrong}; {self.right}")


MOST_SHOWN = 60


def shortened(text: str) -> str:
    """The text, cut where a message would repeat too much of it."""
    return text if len(text) <= MOST_SHOWN else f"{text[: MOST_SHOWN - 3]}..."


def printable(text: str) -> str:
    """The text without control characters: a hostile name must not forge a message or steer a terminal."""
    return "".join(char if char.isprintable() else repr(char)[1:-1] for char in text)


class ToolkitError(Exception):
    """Any error that a user can mend; its text is all that they see of it."""

    exit_code = 1


class InputError(ToolkitError):
    """The input is wrong. Nothing was written."""

    exit_code = 2

    def __init__(self, faults: "Faults | str") -> None:
        self.faults = faults
        super().__init__(str(faults))

    @classmethod
    def of_argument(cls, name: str, wrong: str, right: str) -> "InputError":
        """An argument of a command that is wrong."""
        return cls(Faults([Fault(file="arguments", line=1, field=name, wrong=wrong, right=right)]))


class EnvironmentFault(ToolkitError):
    """The input may be right, but this machine cannot do it."""

    exit_code = 3


@dataclass
class Faults:
    """Collects faults, so that one run names all of them."""

    found: list[Fault] = field(default_factory=list)

    def error(self, file: Path | str, line: int, where: str, wrong: str, right: str) -> None:
        """Note an error at ``file:line``, in the field ``where``."""
        self.found.append(Fault(file=str(file), line=line, field=where, wrong=wrong, right=right))

    def warn(self, file: Path | str, line: int, where: str, wrong: str, right: str) -> None:
        """Note a warning, which stops nothing."""
        self.found.append(
            Fault(file=str(file), line=line, field=where, wrong=wrong, right=right, severity="warning")
        )

    @property
    def errors(self) -> list[Fault]:
        return [fault for fault in self.found if fault.severity == "error"]

    @property
    def warnings(self) -> list[Fault]:
        return [fault for fault in self.found if fault.severity == "warning"]

    def attempt(self, step: Callable[[], Result]) -> Result | None:
        """The step's result, or None where its input is wrong; its faults are then among these."""
        try:
            return step()
        except InputError as error:
            if not isinstance(error.faults, Faults):
                raise
            self.found.extend(error.faults.found)
            return None

    def raise_errors(self) -> None:
        """Raise every error found so far as one :class:`InputError`; return if there is none."""
        if self.errors:
            raise InputError(Faults(self.errors))

    def __iter__(self) -> Iterator[Fault]:
        return iter(sorted(self.found, key=lambda fault: (fault.file, fault.line)))

    def __str__(self) -> str:
        return "\n".join(str(fault) for fault in self)


def near(word: str, known: list[str]) -> str:
    """Advice on a word that is not known: the near match if there is one, else the whole choice.

    >>> near("at_leest", ["at_least", "at_most"])
    'did you mean at_least?'
    >>> near("x", ["a", "b"])
    'use one of a, b'
    """
    if not known:
        return "there is none to choose from; add one first"
    meant = misspelt(word, known)
    return f"did you mean {meant}?" if meant else f"use one of {', '.join(known)}"


def misspelt(word: str, known: Sequence[str]) -> str | None:
    """The known word that is nearly this one; None where none is."""
    return next(iter(get_close_matches(word, known, n=1)), None)
