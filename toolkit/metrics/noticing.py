"""How long each end of a connection takes to notice a fault that was made on purpose.

Kaplan and Meier's estimate (JASA 53, 1958), as SciPy has it: an end that noticed nothing while it was watched
counts for as long as it was watched, as nobody knows how long it would have taken. The intervals are
Greenwood's on the scale of log(−log), and for times Brookmeyer and Crowley's (Biometrics 38, 1982).
"""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from scipy import stats

from toolkit.measure.faults.times import first_with
from toolkit.metrics.hourly import Rollups
from toolkit.metrics.intervals import CONFIDENCE
from toolkit.metrics.ratios import Estimate

End = Literal["client", "server", "back"]
ENDS: tuple[End, ...] = ("client", "server")


@dataclass(frozen=True)
class Noticed:
    """How long one end of an option's connections takes to notice one kind of fault.

    Args:
        fault, way: what was done, and which way: ``both``, ``to_server`` or ``to_client``. way is None
            where nobody says.
        end: of the connection, ``client`` or ``server``; or ``back``, where what is waited for is that the
            client has its room again.
        n: faults after which that end was watched at all.
        noticed: after how many of them it began to close, or was back.
        median_s: seconds within which half of them are noticed, with its interval. A value or an end that is
            None is not reached.
        p95_s: seconds within which 95 % are noticed. None where that is not reached.
        watched_s: the longest that any was watched.
    """

    option: str
    environment: str
    fault: str
    way: str | None
    end: End
    n: int
    noticed: int
    median_s: Estimate
    p95_s: float | None
    watched_s: float

    @property
    def share(self) -> float:
        """The share that was noticed while it was watched. It grows with how long that was."""
        return self.noticed / self.n


def noticing(rollups: Rollups) -> list[Noticed]:
    """One entry an option, environment, fault, way and end that was watched; empty without recordings."""
    return _each(rollups.faults, ENDS)


def recovering(rollups: Rollups) -> list[Noticed]:
    """The same for how long a client takes until it has its room again, over whatever connection.

    Of clients whose name is known: of another nobody can tell whether it came back.
    """
    faults = rollups.faults
    return _each(faults[faults["client"].notna()], ("back",))


def _each(faults: pd.DataFrame, ends: Sequence[End]) -> list[Noticed]:
    found = []
    keys = ["option", "environment", "fault", "way"]
    named = faults.assign(way=faults["way"].fillna(""))
    for names, rows in named.groupby(keys, sort=True, observed=True):
        option, environment, fault, way = names
        for end in ends:
            took_s, noticed = _watched(rows, end)
            if len(took_s):
                where = (str(option), str(environment), str(fault), str(way) or None)
                found.append(_noticed(where, end, took_s, noticed))
    return found


_COLUMNS: dict[End, tuple[str, str]] = {
    "client": ("client_noticed_s", "client_observed_s"),
    "server": ("server_noticed_s", "server_observed_s"),
    "back": ("recovered_s", "wanted_s"),
}
"""When it happened, and for how long it was watched."""


def _watched(faults: pd.DataFrame, end: End) -> tuple[np.ndarray, np.ndarray]:
    """How long each end was watched that was watched at all, and whether it noticed."""
    happened, watched_s = _COLUMNS[end]
    noticed_s = faults[happened].to_numpy("float64")
    noticed = ~np.isnan(noticed_s)
    took_s = np.where(noticed, noticed_s, faults[watched_s].to_numpy("float64"))
    watched = noticed | (took_s > 0)
    return took_s[watched], noticed[watched]


def _noticed(
    where: tuple[str, str, str, str | None], end: End, took_s: np.ndarray, noticed: np.ndarray
) -> Noticed:
    curve = stats.ecdf(stats.CensoredData.right_censored(took_s, ~noticed)).sf
    with warnings.catch_warnings():
        # Where all have noticed the variance is not defined; the interval has no end there.
        warnings.simplefilter("ignore", RuntimeWarning)
        band = curve.confidence_interval(CONFIDENCE, method="log-log")
    ages_s = np.asarray(curve.quantiles)
    low, middle, high = (
        first_with(ages_s, np.asarray(part.probabilities), 0.5) for part in (band.low, curve, band.high)
    )
    return Noticed(
        *where,
        end=end,
        n=len(took_s),
        noticed=int(noticed.sum()),
        median_s=Estimate(middle, low, high),
        p95_s=first_with(ages_s, np.asarray(curve.probabilities), 0.05),
        watched_s=float(took_s.max()),
    )


def struck(rollups: Rollups, option: str, environment: str) -> dict[str, int] | None:
    """How many faults of each kind struck an option's connections; None where none were recorded."""
    faults = rollups.faults
    own = faults[(faults["option"] == option) & (faults["environment"] == environment)]
    return None if own.empty else {str(kind): int(n) for kind, n in own["fault"].value_counts().items()}


def noticing_frame(found: Sequence[Noticed]) -> pd.DataFrame:
    """The entries as a table, one row each."""
    rows = [
        {
            "option": each.option, "environment": each.environment, "fault": each.fault, "way": each.way,
            "end": each.end, "n": each.n, "noticed": each.noticed, "share": each.share,
            "median_s": each.median_s.value, "median_low_s": each.median_s.low,
            "median_high_s": each.median_s.high, "p95_s": each.p95_s, "watched_s": each.watched_s,
        }
        for each in found
    ]  # fmt: skip
    columns = [
        "option", "environment", "fault", "way", "end", "n", "noticed", "share", "median_s", "median_low_s",
        "median_high_s", "p95_s", "watched_s",
    ]  # fmt: skip
    seconds = ["median_s", "median_low_s", "median_high_s", "p95_s"]
    return pd.DataFrame(rows, columns=columns).astype(dict.fromkeys(seconds, "float64"))
