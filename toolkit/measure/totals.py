"""What a run adds up to: one object for a probe and a bake-off alike."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from toolkit.measure.faults.times import FaultTimes
from toolkit.measure.serveruse import ServerUse
from toolkit.measure.workload import Workload

SCHEMA = "toolkit.bakeoff/1"


@dataclass(frozen=True, kw_only=True)
class ProbeResult:
    """Totals of one run of one option.

    Args:
        sessions: episodes in which a client wanted to be connected.
        attempts, opened: connection attempts, and those that succeeded.
        outcomes: attempts by recorded outcome.
        ends: ends of connections by who ended them; ``intended`` are the wanted ones.
        expected, received, duplicated, out_of_order: deliveries.
        lag_p99_ms: 99th percentile of how late the probe's own event loop ran.
        late_p99_ms: 99th percentile of how late it began sessions and handed over messages.
        cpu_share: share of the time that its thread was busy; of several processes the busiest.
        clock_step_s: how far this machine's UTC was set during the run. None: it was not.
        invalid: why the run says nothing about the option. None where it is valid.
    """

    option: str
    sessions: int
    attempts: int
    opened: int
    outcomes: dict[str, int]
    ends: dict[str, int]
    expected: int
    received: int
    duplicated: int
    out_of_order: int
    lag_p99_ms: float
    late_p99_ms: float
    cpu_share: float
    clock_step_s: float | None
    invalid: str | None


def added(results: Sequence[ProbeResult]) -> ProbeResult:
    """The totals of several processes or rounds of one option: counts add, and of lateness the worst counts.

    Raises:
        ValueError: there are none.
    """
    if not results:
        raise ValueError("nothing was measured, so that there are no totals")
    steps = [one.clock_step_s for one in results if one.clock_step_s is not None]
    counts = {name: sum(getattr(one, name) for one in results) for name in _COUNTS}
    worst = {name: max(getattr(one, name) for one in results) for name in _WORST}
    return ProbeResult(
        option=results[0].option,
        outcomes=_sums(one.outcomes for one in results),
        ends=_sums(one.ends for one in results),
        clock_step_s=max(steps, key=abs, default=None),
        invalid="; ".join(one.invalid for one in results if one.invalid) or None,
        **counts,
        **worst,
    )


_COUNTS = ("sessions", "attempts", "opened", "expected", "received", "duplicated", "out_of_order")
_WORST = ("lag_p99_ms", "late_p99_ms", "cpu_share")


def _sums(parts: Iterable[dict[str, int]]) -> dict[str, int]:
    total: Counter[str] = Counter()
    for part in parts:
        total.update(part)
    return dict(sorted(total.items()))


@dataclass(frozen=True, kw_only=True)
class OptionResult:
    """One option's totals.

    Args:
        probe: of the clients. None where no round could be used.
        faults: how often the proxy did what. None: there was none.
        noticed: how long the ends took to notice, and the clients to be back, by fault. None: no proxy.
        rounds: how many were recorded.
        failures: in words, what became of the others.
        uses: what the server took in each round. Empty where it is not ours.
    """

    probe: ProbeResult | None
    faults: dict[str, int] | None
    noticed: dict[str, FaultTimes] | None
    rounds: int = 1
    failures: list[str] = field(default_factory=list)
    uses: list[ServerUse] = field(default_factory=list)

    def to_document(self) -> dict[str, Any]:
        """The totals as a JSON document."""
        totals: dict[str, Any] = dict.fromkeys(name.name for name in fields(ProbeResult))
        if self.probe is not None:
            totals.update(asdict(self.probe))
        del totals["option"]
        totals["invalid"] = totals["invalid"] or "; ".join(self.failures) or None
        times = {fault: asdict(one) for fault, one in (self.noticed or {}).items()}
        return {
            **totals,
            "faults": self.faults,
            "noticed": None if self.noticed is None else times,
            "rounds": self.rounds,
            "failures": self.failures,
            "servers": [use.to_document() for use in self.uses],
        }


@dataclass(frozen=True, kw_only=True)
class BakeoffResult:
    """Totals of all options of one run.

    Args:
        environment: under which name the facts are recorded.
        collector: the start of the name under which the rows of this run are found among the recorded ones.
        preset: with which settings ``current`` ran.
        workload: what the clients and the network did.
        options: by id.
        facts: folders with the facts of this run alone.
        finish: removes those folders, and what else was kept to go on with the run.
    """

    environment: str
    collector: str
    preset: str
    workload: Workload
    options: dict[str, OptionResult]
    facts: list[Path]
    finish: Callable[[], None]

    @property
    def failures(self) -> list[str]:
        """In words, what could not be measured or is not valid."""
        return [f"{name}: {why}" for name, result in self.options.items() for why in result.failures]

    def to_document(self) -> dict[str, Any]:
        """The result as a JSON document."""
        return {
            "schema": SCHEMA,
            "environment": self.environment,
            "collector": self.collector,
            "preset": self.preset,
            "workload": self.workload.model_dump(mode="json"),
            "options": {name: result.to_document() for name, result in self.options.items()},
        }
