"""What a run adds up to: one object for a probe and a bake-off alike."""

from dataclasses import asdict, dataclass
from typing import Any

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
    invalid: str | None


@dataclass(frozen=True, kw_only=True)
class OptionResult:
    """One option's totals, and what the fault proxy did to it (None: there was none)."""

    probe: ProbeResult
    faults: dict[str, int] | None


@dataclass(frozen=True, kw_only=True)
class BakeoffResult:
    """Totals of all options of one run; ``collector`` finds its rows among the recorded ones."""

    environment: str
    collector: str
    options: dict[str, OptionResult]

    def to_document(self) -> dict[str, Any]:
        """The result as a JSON document."""
        options = {}
        for name, result in self.options.items():
            totals = asdict(result.probe)
            del totals["option"]
            options[name] = {**totals, "faults": result.faults}
        return {
            "schema": SCHEMA,
            "environment": self.environment,
            "collector": self.collector,
            "options": options,
        }
