"""A setting at many message volumes at once."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, ClassVar, Self

import numpy as np

from toolkit.cost.option import Option
from toolkit.cost.sampling import Floats
from toolkit.cost.setting import ASSUMED, Setting
from toolkit.pricing.totals import Checked
from toolkit.pricing.traffic import DAYS, DRIVERS, Traffic, egress_gib
from toolkit.pricing.usagearrays import UsageArrays

ONE: Floats = np.ones(1)

MONTHLY = 2
"""Axes of what grows from month to month: months and draws."""


@dataclass(frozen=True)
class Stack(Setting):
    """A setting at many message volumes, whose draws are those of another one.

    What depends on the volume has an axis of volumes in front, (volumes, months, draws); all else is there
    once and broadcasts. What is said of options as a whole, such as whether a plan carries them at the
    medians, does not hold for a stack: it has as many medians as volumes.

    Args:
        base: the setting at the scenario's own volume.
        factors: multiples of the scenario's messages, shape (volumes,).
    """

    tells_months: ClassVar[bool] = False
    base: Setting | None = None
    factors: Floats = field(default_factory=lambda: ONE)

    @classmethod
    def at(cls, base: Setting, factors: Floats) -> Self:
        """The setting at these multiples of its messages."""
        return cls(
            base.scenario, base.as_of, base.draws, base.months, assumptions=base.assumptions,
            start=base.start, in_service=base.in_service, base=base, factors=factors,
        )  # fmt: skip

    def only(self, month: int) -> "Stack":
        """The same circumstances for one month, 0 for the first."""
        return Stack.at(self._base.only(month), self.factors)

    def month_by_month(
        self, months: int, cost: Callable[[Setting], Floats | None]
    ) -> Sequence[Floats] | None:
        """What a cost of a single month comes to in each of the first ones, which are worked out at once."""
        if not months:
            return []
        first: Setting = self._base.once((ASSUMED, "first"), partial(self._base.only, 0))
        found = cost(Months.starting_at(first, self.factors, months))
        shape = (months, len(self.factors), self.draws.count)
        return None if found is None else list(np.broadcast_to(found, shape))

    def usage(self, months: range) -> Mapping[str, Floats]:
        """What vendors meter in some months, by usage field, as arrays that broadcast to (volumes, months,
        draws)."""
        usage: Mapping[str, Floats] = self.of_months(
            "usage", months, lambda: UsageArrays(self._traffic(months), alike=self._alike(months))
        )
        return usage

    def to_bill(self, months: range) -> Checked:
        """The usage of some months; made of traffic it is whole and 0 or more, and needs no second look."""
        return Checked(self.usage(months), (len(self.factors), len(months), self.draws.count))

    def egress_gib(self, months: range) -> Floats:
        """Payload that leaves the servers in some months, GiB, shape (volumes, months, draws)."""
        gib: Floats = self.of_months(
            "egress", months, lambda: np.asarray(egress_gib(self._traffic(months), days=DAYS))
        )
        return gib

    def of_option(self, option: Option, name: Hashable, work_out: Callable[[], Any]) -> Any:
        """What ``work_out`` gives for an option, asked once for all stacks of the same setting."""
        # The option is kept beside what is known of it, so that no other one can come to have its identity.
        _, known = self._base.once((ASSUMED, id(option)), lambda: (option, dict[Hashable, Any]()))
        if name not in known:
            known[name] = work_out()
        return known[name]

    def spans(self) -> list[range]:
        """All months of the horizon at once: a stack has few volumes where draws are many."""
        return [range(self.start, self.start + self.months)]

    def _alike(self, months: range) -> UsageArrays | None:
        """Usage of the setting that is repeated: all but its messages is that of every volume."""
        found: UsageArrays = self._base.of_months("alike", months, lambda: UsageArrays(self._own(months)))
        return found

    def _own(self, months: range) -> Traffic:
        """Traffic of the setting that is repeated."""
        found: Traffic = self._base.of_months("traffic", months, lambda: self._base.traffic(months))
        return found

    def _traffic(self, months: range) -> Traffic:
        traffic = self._own(months)
        messages = np.asarray(traffic.messages_per_user_day) * self.factors[:, np.newaxis, np.newaxis]
        return replace(traffic, messages_per_user_day=messages)

    @property
    def _base(self) -> Setting:
        if self.base is None:
            raise ValueError("a stack needs the setting that it repeats; use Stack.at")
        return self.base


@dataclass(frozen=True)
class Months(Stack):
    """Some months at many volumes, each as if it were the only one: with one more axis in front, of months.

    Args:
        count: of months, from the start on.
    """

    count: int = 1

    @classmethod
    def starting_at(cls, first: Setting, factors: Floats, count: int) -> "Months":
        """So many months from a setting of the first one on."""
        return replace(cls.at(first, factors), count=count)

    def to_bill(self, months: range) -> Checked:
        shape = (self.count, len(self.factors), 1, self.draws.count)
        return Checked(self.usage(months), shape)

    def _alike(self, months: range) -> UsageArrays | None:
        return None

    def _traffic(self, months: range) -> Traffic:
        traffic = self._base.traffic(range(self.start, self.start + self.count))
        apart = {name: np.asarray(getattr(traffic, name)) for name in DRIVERS}
        # What grows has axes of months and draws; volumes and the one month that there is come between.
        monthly = [name for name, values in apart.items() if values.ndim == MONTHLY]
        grown = {name: apart[name][:, np.newaxis, np.newaxis] for name in monthly}
        messages = apart["messages_per_user_day"] * self.factors[:, np.newaxis, np.newaxis]
        return replace(traffic, **grown, messages_per_user_day=messages)
