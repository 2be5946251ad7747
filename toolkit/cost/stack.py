"""A setting at many message volumes at once: the draws of one volume after those of the other."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import ClassVar, TypeVar

import numpy as np
from numpy.typing import NDArray

from toolkit.cost.option import Option
from toolkit.cost.sampling import Draws, Floats
from toolkit.cost.setting import Setting
from toolkit.evidence import Figure
from toolkit.pricing.traffic import DAYS, Traffic, egress_gib, usage_arrays

Kind = TypeVar("Kind", np.float64, np.intp)

ONE: Floats = np.ones(1)


@dataclass(frozen=True)
class Stack(Setting):
    """A setting whose draws are those of another one, once for every message volume.

    What is said of options as a whole, such as whether a plan carries them at the medians, does not hold for
    a stack: it has as many medians as volumes.

    Args:
        base: the setting at the scenario's own volume.
        factors: multiples of the scenario's messages, shape (volumes,).
    """

    tells_months: ClassVar[bool] = False
    base: Setting | None = None
    factors: Floats = field(default_factory=lambda: ONE)

    @classmethod
    def at(cls, base: Setting, factors: Floats) -> "Stack":
        """The setting at these multiples of its messages."""
        tiled = Tiled(base.draws, len(factors))
        draws = replace(base.draws, count=base.draws.count * len(factors), given=tiled, read=set())
        return cls(
            base.scenario, base.as_of, draws, base.months, assumptions=base.assumptions, start=base.start,
            in_service=base.in_service, base=base, factors=factors,
        )  # fmt: skip

    def only(self, month: int) -> "Stack":
        """The same circumstances for one month, 0 for the first."""
        return Stack.at(self._base.only(month), self.factors)

    def broad_usage(self, months: range) -> dict[str, Floats]:
        """What vendors meter, by usage field, as arrays that broadcast to (volumes, months, draws of one).

        Only messages depend on the volume, so all else is there once.
        """
        usage: dict[str, Floats] = self.of_months(
            "broad", months, lambda: usage_arrays(self._broad_traffic(months))
        )
        return usage

    def usage(self, months: range) -> Mapping[str, Floats]:
        """What vendors meter in some months, by usage field, each of shape (months, draws)."""
        wide: Wide = self.once(("wide", months), lambda: Wide(self, months))
        return wide

    def egress_gib(self, months: range) -> Floats:
        """Payload that leaves the servers in some months, GiB, shape (months, draws)."""
        gib: Floats = self.of_months(
            "egress",
            months,
            lambda: self.wide(self._broad_gib(months), months),
        )
        return gib

    def wide(self, broad: NDArray[Kind], months: range) -> NDArray[Kind]:
        """An array that broadcasts to (volumes, months, draws of one), as (months, draws)."""
        shape = (len(self.factors), len(months), self._base.draws.count)
        return np.broadcast_to(broad, shape).transpose(1, 0, 2).reshape(len(months), -1)

    def _values(self, option: Option, name: str, figure: Figure) -> Floats:
        """Drawn once and repeated for every volume."""
        return np.tile(self._base._values(option, name, figure), len(self.factors))

    def _broad_gib(self, months: range) -> Floats:
        return np.asarray(egress_gib(self._broad_traffic(months), days=DAYS))

    def _broad_traffic(self, months: range) -> Traffic:
        traffic = self._base.traffic(months)
        messages = np.asarray(traffic.messages_per_user_day) * self.factors[:, np.newaxis, np.newaxis]
        return replace(traffic, messages_per_user_day=messages)

    @property
    def _base(self) -> Setting:
        if self.base is None:
            raise ValueError("a stack needs the setting that it repeats; use Stack.at")
        return self.base


@dataclass(frozen=True)
class Tiled(Mapping[str, Floats]):
    """The probabilities of some draws, again and again, by name."""

    draws: Draws
    times: int

    def __getitem__(self, name: str) -> Floats:
        return np.tile(self.draws.share(name), self.times)

    def __iter__(self) -> Iterator[str]:
        return iter(self.draws.order)

    def __len__(self) -> int:
        return len(self.draws.order)


class Wide(Mapping[str, Floats]):
    """Usage of a stack, each field laid out only where it is read."""

    def __init__(self, stack: Stack, months: range) -> None:
        self._stack, self._months = stack, months
        self._broad = stack.broad_usage(months)
        self._laid: dict[str, Floats] = {}

    def __getitem__(self, name: str) -> Floats:
        if name not in self._laid:
            self._laid[name] = self._stack.wide(self._broad[name], self._months)
        return self._laid[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._broad)

    def __len__(self) -> int:
        return len(self._broad)
