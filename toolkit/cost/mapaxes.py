"""The axes that a map is asked for, checked: every fault at once."""

import math
from collections.abc import Mapping, Sequence
from itertools import pairwise
from numbers import Real

import numpy as np

from toolkit.cost.sampling import Floats
from toolkit.project import Fault, Faults

MOST_POINTS = 4096

RIGHT = {
    "uptime_need": (0.0, 1.0, "write shares of time such as 0.999"),
    "downtime_cost_usd_per_hour": (1e-6, 1e12, "write US dollars an hour, more than 0"),
    "growth_per_month": (0.0, 100.0, "write shares such as 0.05 for 5 %"),
    "message_factors": (
        1e-6,
        100.0,
        "write multiples of the scenario's messages, more than 0 and 100 at most",
    ),
    "team_times": (1e-3, 1e3, "write multiples of the team, such as 0.3 or 10"),
}
"""By axis: its least and its largest value, and what would be right."""


def checked_axes(axes: Mapping[str, Sequence[float] | Floats | None]) -> dict[str, Floats]:
    """The axes that were given, as arrays.

    Args:
        axes: by name, one of :data:`RIGHT`. None leaves an axis to its default.

    Raises:
        InputError: values out of range, not ascending, none or too many; all faults at once.
    """
    faults = Faults()
    found = {}
    for name, values in axes.items():
        if values is None:
            continue
        wrong = _wrong(name, values)
        if wrong is None:
            found[name] = np.asarray(values, dtype=np.float64)
        else:
            right = RIGHT[name][2]
            faults.found.append(Fault(file="arguments", line=1, field=name, wrong=wrong, right=right))
    faults.raise_errors()
    return found


def _wrong(name: str, values: Sequence[float] | Floats) -> str | None:
    least, most, _ = RIGHT[name]
    if isinstance(values, str) or not isinstance(values, Sequence | np.ndarray):
        return f"{values!r} is no list of numbers"
    if not 0 < len(values) <= MOST_POINTS:
        return f"has {len(values):,} values; take 1 to {MOST_POINTS:,}"
    numbers = [float(value) for value in values if isinstance(value, Real) and not isinstance(value, bool)]
    if len(numbers) < len(values):
        return "holds something that is no number"
    outside = [value for value in numbers if not (math.isfinite(value) and least <= value <= most)]
    if outside:
        return f"{outside[0]:g} is out of range"
    if any(second <= first for first, second in pairwise(numbers)):
        return "is not ascending"
    return None
