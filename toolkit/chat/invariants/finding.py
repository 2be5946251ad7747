"""What a rule says where settings contradict each other."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from toolkit.chat.settings import Settings
from toolkit.project.yamlfile import dotted

Field = tuple[str | int, ...]
"""The path of a setting: ``("sweep_s",)``, or ``("proxies", 0, "idle_s")``."""


@dataclass(frozen=True, kw_only=True)
class Finding:
    """A contradiction between settings.

    Args:
        fields: the settings concerned, the one to mend first.
        wrong: what contradicts what, and what that causes.
        right: the mend, with numbers.
        severity: an ``error`` cannot work, a ``warning`` is risky.
    """

    fields: tuple[Field, ...]
    wrong: str
    right: str
    severity: Literal["error", "warning"] = "warning"

    def __str__(self) -> str:
        return f"{dotted(self.fields[0])}: {self.wrong}; {self.right}"


Rule = Callable[[Settings], Iterator[Finding]]


def named(*names: str) -> tuple[Field, ...]:
    """The settings of these names, as fields."""
    return tuple((name,) for name in names)


def either(*mends: str | None) -> str:
    """The mends that there are, as a choice."""
    return ", or ".join(mend for mend in mends if mend)
