"""A measurement that could be made, with what it would save and what it costs."""

from dataclasses import dataclass
from typing import Any

from toolkit.cost.evppi import Worth
from toolkit.cost.measurements import Measurement


@dataclass(frozen=True)
class MeasurementWorth:
    """One measurement, valued.

    Args:
        measurement: it.
        cost_usd: what it costs on average. None where that is not known yet.
        evsi: what it saves on average, and the error of that. None where the model cannot say.
        reason: why it cannot. Empty where it can.
    """

    measurement: Measurement
    cost_usd: float | None
    evsi: Worth | None
    reason: str = ""

    @property
    def enbs_usd(self) -> float | None:
        """The expected net benefit of sampling: what it saves less its cost. None where either is unknown."""
        return None if self.evsi is None or self.cost_usd is None else self.evsi.usd - self.cost_usd

    def to_document(self) -> dict[str, Any]:
        """The measurement as ``toolkit cost --json`` tells it, in whole cents."""
        cents = {
            "cost_usd": self.cost_usd,
            "evsi_usd": self.evsi and self.evsi.usd,
            "evsi_se_usd": self.evsi and self.evsi.error_usd,
            "enbs_usd": self.enbs_usd,
        }
        money = {name: None if usd is None else round(usd, 2) for name, usd in cents.items()}
        about = {"options": self.measurement.about, "informs": self.measurement.informs}
        head = {"id": self.measurement.id, "what": self.measurement.what, **about}
        return {**head, **money, "reason": self.reason or None}
