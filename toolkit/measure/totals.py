"""What a run adds up to: one object for a probe and a bake-off alike."""

from dataclasses import asdict, dataclass
from typing import Any

from toolkit.measure.faults.times import FaultTimes

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


@dataclass(frozen=True, kw_only=True)
class OptionResult:
    """One option's totals.

    Args:
        probe: of the clients.
        faults: how often the proxy did what. None: there was none.
        noticed: how long the ends took to notice, and the clients to be back, by fault. None: no proxy.
    """

    probe: ProbeResult
    faults: dict[str, int] | None
    noticed: dict[str, FaultTimes] | None


@dataclass(frozen=True, kw_only=True)
class BakeoffResult:
    """Totals of all options of one run.

    Args:
        environment: under which name the facts are recorded.
        collector: finds the rows of this run among the recorded ones.
        preset: with which settings ``current`` ran.
        options: by id.
    """

    environment: str
    collector: str
    preset: str
    options: dict[str, OptionResult]

    def to_document(self) -> dict[str, Any]:
        """The result as a JSON document."""
        options = {}
        for name, result in self.options.items():
            totals = asdict(result.probe)
            del totals["option"]
            times = {fault: asdict(one) for fault, one in (result.noticed or {}).items()}
            options[name] = {
                **totals,
                "faults": result.faults,
                "noticed": None if result.noticed is None else times,
            }
        return {
            "schema": SCHEMA,
            "environment": self.environment,
            "collector": self.collector,
            "preset": self.preset,
            "options": options,
        }
