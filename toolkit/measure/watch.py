"""The probe's watch on itself: how late its event loop runs."""

import asyncio

import numpy as np

TICK_S = 0.05
LAG_LIMIT_MS = 100.0
"""Above this 99th percentile of lag a run is invalid: its latencies would be the probe's own."""


class LagWatch:
    """Measures how much later than asked the event loop wakes a sleeper."""

    def __init__(self) -> None:
        self._lags_s: list[float] = []

    async def run(self) -> None:
        """Measure until cancelled."""
        loop = asyncio.get_running_loop()
        while True:
            asked_s = loop.time() + TICK_S
            await asyncio.sleep(TICK_S)
            self._lags_s.append(max(0.0, loop.time() - asked_s))

    @property
    def p99_ms(self) -> float:
        """99th percentile of the lag, 0 before the first tick."""
        return float(np.quantile(self._lags_s, 0.99)) * 1000 if self._lags_s else 0.0

    def verdict(self) -> str | None:
        """Why the run is invalid. None where it is valid."""
        if self.p99_ms <= LAG_LIMIT_MS:
            return None
        return f"the probe's own event loop ran {self.p99_ms:.0f} ms late (p99), above {LAG_LIMIT_MS:.0f} ms"
