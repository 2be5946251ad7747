"""How much uptime an option reaches, by the outages of experience; and how much it promises, beside it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from toolkit.cost.formulas import MINUTES_PER_MONTH
from toolkit.cost.option import Option
from toolkit.cost.sampling import Floats
from toolkit.cost.setting import Setting

LIKELY = 0.5
"""An uptime counts as reached where at least this share of the draws stays within what it allows."""


@dataclass(frozen=True)
class Reach:
    """What an option reaches and promises, as shares of time.

    Args:
        uptime: the most that is reached as likely as not. None where nothing is known of its outages.
        low, high: reached with 95 % and with 5 % of the probability. None likewise.
        promised: None where nothing is. It is no evidence of what is reached.
    """

    uptime: float | None
    low: float | None
    high: float | None
    promised: float | None

    def to_document(self) -> dict[str, Any]:
        """The shares to seven digits, which tell 99.99999 % from 100 %."""
        shares = {"uptime": self.uptime, "p5": self.low, "p95": self.high, "promised": self.promised}
        return {name: None if share is None else round(share, 7) for name, share in shares.items()}


def reach_of(option: Option, setting: Setting) -> Reach:
    """What an option reaches in the draws of a setting, and what it promises on its day."""
    promise = option.figure("promised_uptime_share", as_of=setting.as_of)
    promised = None if promise is None else promise.central
    drawn = setting.drawn(option, "service_unavailability_min_per_month")
    if drawn is None:
        return Reach(None, None, None, promised)
    likely = np.sort(drawn.values)[int(np.ceil(LIKELY * drawn.values.size)) - 1]
    p5, p95 = np.percentile(drawn.values, [5, 95])
    return Reach(_share(likely), _share(p95), _share(p5), promised)


def _share(unavailable_min: float) -> float:
    return max(0.0, 1 - float(unavailable_min) / MINUTES_PER_MONTH)


def reaching(options: Sequence[Option], setting: Setting, needs: Sequence[float]) -> NDArray[np.bool_]:
    """Which options reach which uptimes as likely as not, shape (options, needs)."""
    allowed_min = (1 - np.asarray(needs, dtype=np.float64)) * MINUTES_PER_MONTH
    return np.array([_within(option, setting, allowed_min) for option in options], dtype=bool)


def _within(option: Option, setting: Setting, allowed_min: Floats) -> NDArray[np.bool_]:
    """Where at least :data:`LIKELY` of the draws stay within what is allowed, shape (needs,)."""
    drawn = setting.drawn(option, "service_unavailability_min_per_month")
    if drawn is None:
        return np.zeros(allowed_min.size, dtype=bool)
    within = np.searchsorted(np.sort(drawn.values), allowed_min, side="right")
    return np.asarray(within / drawn.values.size >= LIKELY)


def promising(found: Sequence[Reach], needs: Floats) -> NDArray[np.bool_]:
    """Which options promise which uptimes, shape (options, needs)."""
    promised = np.array([np.nan if reach.promised is None else reach.promised for reach in found])
    return np.asarray(promised[:, np.newaxis] >= needs[np.newaxis, :])
