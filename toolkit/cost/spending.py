"""One line of an option's cost, draw by draw and month by month."""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from toolkit.cost.option import Option
from toolkit.cost.sampling import Floats
from toolkit.cost.setting import MONTHS_AT_ONCE, Drawn, Setting
from toolkit.evidence import Grade, grade_rank

FEW = 2**13
"""Draws of which it takes less to tell that they are the same than to work out anew what follows."""


@dataclass(frozen=True)
class Spending:
    """Draws of one line.

    Args:
        line: what is paid for.
        source: where the number comes from, or what is missing.
        usd: over the horizon, discounted where the setting does so, shape (draws,). None where unknown; nan
            without a price, inf without a plan.
        month_usd: of the first month, shape (draws,). None where unknown or where it does not recur.
        recurring: whether it belongs to the monthly cost.
        needs: what would have to be known. Empty where the line is known.
        months_usd: mean of every month, not discounted, shape (months,). None where unknown.
        grade: the weakest evidence that it rests on. None where unknown.
    """

    line: str
    source: str
    usd: Floats | None
    month_usd: Floats | None
    recurring: bool
    needs: tuple[str, ...] = ()
    months_usd: Floats | None = None
    grade: Grade | None = None


class Summed(NamedTuple):
    """A cost over the horizon: draws of its total and of its first month, and the mean of every month.

    The means are nan where the setting tells none.
    """

    total: Floats
    first: Floats
    means: Floats


def unknown(line: str, needs: Sequence[str], *, recurring: bool) -> Spending:
    """A line without a number, which says what it needs."""
    return Spending(line, f"unknown: needs {', '.join(needs)}", None, None, recurring, tuple(needs))


def gathered(option: Option, names: Sequence[str], setting: Setting) -> tuple[dict[str, Drawn], list[str]]:
    """The quantities that are known, by name, and what is missing of the others."""
    known: tuple[dict[str, Drawn], list[str]] = setting.of_option(
        option, tuple(names), lambda: _gathered(option, names, setting)
    )
    return dict(known[0]), list(known[1])


def _gathered(option: Option, names: Sequence[str], setting: Setting) -> tuple[dict[str, Drawn], list[str]]:
    found = {name: setting.drawn(option, name) for name in names}
    missing = [f"the figure {name}" for name, drawn in found.items() if drawn is None]
    return {name: drawn for name, drawn in found.items() if drawn is not None}, missing


def sources(drawn: Mapping[str, Drawn]) -> str:
    """The sources of several quantities, each once."""
    return "; ".join(dict.fromkeys(f"{name}: {found.source}" for name, found in drawn.items()))


def weakest(drawn: Iterable[Drawn]) -> Grade:
    """The weakest grade of some quantities."""
    return min((found.grade for found in drawn), key=grade_rank)


class _Told(NamedTuple):
    """What is told of a line, and what tells its numbers from those of others; None where they are many."""

    source: str
    grade: Grade
    key: Hashable | None


def every_month(
    line: str,
    option: Option,
    drawn: Mapping[str, Drawn],
    setting: Setting,
    blocks: Callable[[], Iterable[Floats]],
) -> Spending:
    """A recurring line, added up month by month, once for all options that draw the same numbers for it.

    Args:
        drawn: what it is made of, beside what is the same for all options.
        blocks: gives the cost of the setting's months, stretch by stretch, see :func:`summed`.
    """
    told: _Told = setting.of_option(option, line, lambda: _told(line, drawn, setting))
    if told.key is None:
        total, first, means = summed(setting, blocks())
    else:
        total, first, means = setting.once(told.key, lambda: summed(setting, blocks()))
    return Spending(line, told.source, total, first, True, months_usd=means, grade=told.grade)


def _told(line: str, drawn: Mapping[str, Drawn], setting: Setting) -> _Told:
    key = None
    if setting.draws.count <= FEW:
        numbers = tuple((name, found.values.tobytes()) for name, found in drawn.items())
        key = (line, setting.discount_rate_per_year, numbers)
    return _Told(sources(drawn), weakest(drawn.values()), key)


def alike(
    line: str, drawn: Mapping[str, Drawn], setting: Setting, month_usd: Floats, *, recurring: bool
) -> Spending:
    """A line that costs the same in every month."""
    means = np.full(setting.months, month_usd.mean())
    return Spending(
        line, sources(drawn), month_usd * setting.worth().sum(), month_usd if recurring else None, recurring,
        months_usd=means, grade=weakest(drawn.values()),
    )  # fmt: skip


def at_once(line: str, drawn: Mapping[str, Drawn], setting: Setting, once_usd: Floats) -> Spending:
    """A line that is paid in the first month and never again."""
    means = np.zeros(setting.months)
    means[0] = once_usd.mean()
    grade = weakest(drawn.values())
    return Spending(line, sources(drawn), once_usd, None, False, months_usd=means, grade=grade)


def stays(line: str, setting: Setting) -> Spending:
    """A line of a move, of the option that is in service: known to be 0, as nothing moves."""
    months, total = np.zeros(setting.months), np.zeros(setting.draws.count)
    told = "it is in service: nothing moves (claim)"
    return Spending(line, told, total, None, False, months_usd=months, grade="claim")


def summed(setting: Setting, blocks: Iterable[Floats], *, settled: NDArray[np.bool_] | None = None) -> Summed:
    """A cost added up over the horizon.

    Args:
        blocks: its months, stretch by stretch, shape (months, draws) or one that broadcasts to it; of a
            setting at many volumes with an axis of these in front.
        settled: the draws that the means run over, shape (draws,). None takes all.
    """
    worth, flat = setting.worth(), setting.discount_rate_per_year == 0
    total, means, at = np.zeros(setting.draws.count), np.full(setting.months, np.nan), 0
    first: Floats | None = None
    for span, block in zip(setting.spans(), blocks, strict=True):
        shape = (*block.shape[:-2], len(span), setting.draws.count)
        months = block if block.shape == shape else np.broadcast_to(block, shape)
        first = months[..., 0, :].copy() if first is None else first
        to = at + len(span)
        worthy = months if flat else months * worth[at:to, np.newaxis]
        # In the same stretches whatever comes at once, for the same sums to the last bit.
        for start in range(0, len(span), MONTHS_AT_ONCE):
            total = total + worthy[..., start : start + MONTHS_AT_ONCE, :].sum(axis=-2)
        if setting.tells_months:
            means[at:to] = (months if settled is None else months[:, settled]).mean(axis=1)
        at = to
    return Summed(total, np.zeros(setting.draws.count) if first is None else first, means)
