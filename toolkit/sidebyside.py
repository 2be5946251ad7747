"""What the recorded bake-offs say, option by option, and what that says to the brief."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from statistics import median
from typing import TYPE_CHECKING, Any

from toolkit.loading import Loaded
from toolkit.project import InputError, near

if TYPE_CHECKING:
    import pandas as pd

    from toolkit.measure.serveruse import ServerUse
    from toolkit.metrics.key import MetricValue
    from toolkit.metrics.rollups import Rollups

PERCENTILES = {"p50_ms": 50.0, "p95_ms": 95.0, "p99_ms": 99.0, "p99.9_ms": 99.9}

KIB_PER_MIB = 1024.0


@dataclass(frozen=True)
class SideBySide:
    """Every option that was measured in one environment; each table has one row an option or more.

    Args:
        environment: where they were measured. None where nothing was recorded.
        connections: ``option``, attempts, opened, and the shares opened, reconnected and available, each with
            its 95 % interval.
        deliveries: ``option``, expected, in time, the share in time with its interval, duplicated, out of
            order.
        latencies: ``option`` and percentiles in ms with distribution-free intervals; missing beyond the
            deadline, and where the sample cannot bear one.
        noticing: seconds until each end noticed each fault, see :func:`~toolkit.metrics.noticing.noticing`.
        recovering: seconds until the client had its room again.
        servers: ``option``, rounds, memory and processor time of its server, medians of the rounds.
        brief: ``option``, statement, verdict and why: what this says to the brief's figures.
    """

    environment: str | None
    connections: pd.DataFrame
    deliveries: pd.DataFrame
    latencies: pd.DataFrame
    noticing: pd.DataFrame
    recovering: pd.DataFrame
    servers: pd.DataFrame
    brief: pd.DataFrame


def side_by_side(loaded: Loaded, rolled: Rollups, *, environment: str | None = None) -> SideBySide:
    """The options that were measured in an environment, beside one another and beside the brief.

    Args:
        rolled: counts of what was recorded.
        environment: where. None takes that of grade lab in which most options were measured, of equals the
            first: what users did in production is no bake-off.

    Raises:
        InputError: there is no such environment.
    """
    import pandas as pd

    from toolkit.cost.briefcheck import against_brief
    from toolkit.metrics.key import key_metrics
    from toolkit.metrics.noticing import noticing, noticing_frame, recovering

    environment = _environment(loaded, rolled, environment)
    counts = rolled.counts[rolled.counts["environment"] == environment]
    options = [name for name in loaded.options if (counts["option"] == name).any()]
    values = {name: key_metrics(rolled, option=name, environment=environment or "") for name in options}
    totals = {name: _totals(counts[counts["option"] == name]) for name in options}
    brief = [asdict(row) for row in against_brief(values, loaded.options, as_of=loaded.as_of)]
    ends, back = (
        noticing_frame([one for one in found if one.environment == environment]).drop(columns="environment")
        for found in (noticing(rolled), recovering(rolled))
    )
    return SideBySide(
        environment=environment,
        connections=pd.DataFrame(_connections(values, totals)),
        deliveries=pd.DataFrame(_deliveries(values, totals)),
        latencies=pd.DataFrame(_latencies(rolled, options, environment or "")),
        noticing=ends,
        recovering=back.drop(columns="end"),
        servers=pd.DataFrame(_servers(loaded, options, environment or "")),
        brief=pd.DataFrame(brief, columns=["option", "statement", "verdict", "why"]),
    )


def _environment(loaded: Loaded, rolled: Rollups, asked: str | None) -> str | None:
    known = list(loaded.project.environments)
    if asked is not None:
        if asked not in known:
            wrong = f"there is no environment {asked!r}"
            raise InputError.of_argument("environment", wrong, near(asked, known))
        return asked
    measured = rolled.counts.groupby("environment", observed=True)["option"].nunique()
    labs = [name for name, grade in loaded.project.environments.items() if grade == "lab"]
    return max(
        (name for name in labs if name in measured.index), key=lambda name: measured[name], default=None
    )


def _totals(counts: pd.DataFrame) -> Mapping[str, int]:
    names = ["attempts", "opened", "expected", "in_time", "duplicated", "out_of_order"]
    return {name: int(counts[name].sum()) for name in names}


Values = Mapping[str, Mapping[str, "MetricValue"]]
Totals = Mapping[str, Mapping[str, int]]


def _connections(values: Values, totals: Totals) -> Iterator[dict[str, Any]]:
    shares = {
        "opened_share": "connection_success_rate",
        "reconnected_share": "reconnection_frequency",
        "available_share": "session_availability",
    }
    for option, count in totals.items():
        row: dict[str, Any] = {
            "option": option, "attempts": count["attempts"], "opened": count["opened"]
        }  # fmt: skip
        for name, metric in shares.items():
            row |= _with_ends(name, values[option][metric])
        yield row


def _deliveries(values: Values, totals: Totals) -> Iterator[dict[str, Any]]:
    for option, count in totals.items():
        yield {
            "option": option,
            "expected": count["expected"],
            "in_time": count["in_time"],
            **_with_ends("in_time_share", values[option]["delivery_success_rate"]),
            "duplicated": count["duplicated"],
            "out_of_order": count["out_of_order"],
        }


def _with_ends(name: str, value: MetricValue) -> dict[str, float | None]:
    return {name: value.estimate, f"{name}_low": value.low, f"{name}_high": value.high}


def _latencies(rolled: Rollups, options: Iterable[str], environment: str) -> Iterator[dict[str, Any]]:
    from toolkit.metrics.latency import latencies_of, percentile

    for option in options:
        row: dict[str, Any] = {"option": option}
        for name, percent in PERCENTILES.items():
            found = latencies_of(rolled, option=option, environment=environment, percent=percent)
            if found is not None:
                known = percentile(found, percent)
                row |= {name: known.estimate, f"{name}_low": known.low, f"{name}_high": known.high}
        yield row


def _servers(loaded: Loaded, options: Iterable[str], environment: str) -> Iterator[dict[str, Any]]:
    from toolkit.measure.serveruse import recorded

    where = loaded.project.recordings or loaded.folder.metrics
    for option in options:
        uses = [use for use in recorded(where, option) if use.environment == environment]
        if uses := [use for use in uses if use.at.date() <= loaded.as_of]:
            yield {"option": option, "rounds": len(uses), **_medians(uses)}


def _medians(uses: list[ServerUse]) -> dict[str, float | None]:
    from toolkit.measure.serveruse import connections_per_core, memory_kib_per_connection

    told: dict[str, list[float | None]] = {
        "idle_kib_per_connection": [memory_kib_per_connection(use) for use in uses],
        "peak_mib": [use.rss_peak_kib / KIB_PER_MIB for use in uses],
        "cpu_ms_per_delivery": [use.cpu_s_per_1000_deliveries for use in uses],
        "idle_connections_per_core": [connections_per_core(use) for use in uses],
    }
    known = {name: [one for one in values if one is not None] for name, values in told.items()}
    return {name: median(values) if values else None for name, values in known.items()}
