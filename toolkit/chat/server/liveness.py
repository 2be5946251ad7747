"""When a client is pinged and when it is given up, without clocks and sockets."""

from typing import Literal

from toolkit.chat.settings import Settings

Verdict = Literal["fine", "due", "silent"]


class Liveness:
    """Judges connections by when they were last heard and pinged.

    Args:
        settings: for ``server_ping_s``, ``server_timeout_s`` and ``sweep_s``.
    """

    def __init__(self, settings: Settings) -> None:
        self._timeout_s = settings.server_timeout_s
        # Sweeps come at their own pace; half of one early or late makes the interval right on average.
        self._ping_s = settings.server_ping_s - settings.sweep_s / 2
        self._noise_s = settings.sweep_s

    def judge(self, now_s: float, *, heard_s: float, pinged_s: float) -> Verdict:
        """What to do about a connection.

        Args:
            now_s: monotonic, as all times here.
            heard_s: when anything last came from it.
            pinged_s: when it was last pinged.
        """
        if now_s - heard_s >= self._timeout_s:
            return "silent"
        return "due" if now_s - pinged_s >= self._ping_s else "fine"

    def stalled_s(self, late_s: float) -> float:
        """How much of a sweep's lateness was a stall of the server itself; 0 where it is noise.

        A server that was blocked neither pinged nor read, so that the time counts against nobody.
        """
        return late_s if late_s > self._noise_s else 0.0
