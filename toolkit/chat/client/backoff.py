"""When a client comes back: full jitter under a range that doubles, and what the server asked for."""

import random

from toolkit.chat.settings import Settings

LONGEST_REQUEST_S = 600.0
"""A server that asks a client to stay away for longer is not believed."""


def backoff_s(failures: int, settings: Settings, draw: random.Random) -> float:
    """Seconds to wait before the next attempt: full jitter under a range that doubles up to a cap.

    Args:
        failures: attempts that failed since the last stable connection; 0 right after a loss.
        settings: for ``reconnect_base_s`` and ``reconnect_max_s``.
        draw: the source of randomness.

    Source: Marc Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015-03-04.
    """
    # The exponent is bounded because 2.0**1024 overflows.
    return draw.uniform(
        0.0, min(settings.reconnect_max_s, settings.reconnect_base_s * 2.0 ** min(failures, 60))
    )


class Backoff:
    """The waits of one client. Only a connection that lived for ``stable_after_s`` starts them anew.

    A server that accepts and then drops is therefore met as rarely as one that refuses.

    Args:
        draw: the source of randomness.
    """

    def __init__(self, draw: random.Random) -> None:
        self._draw = draw
        self._failures = 0

    def lived(self, lived_s: float, settings: Settings) -> None:
        """A connection is over that was open for so long."""
        if lived_s >= settings.stable_after_s:
            self._failures = 0

    def next_s(
        self, settings: Settings, *, come_back_s: float | None = None, retry_after_s: float | None = None
    ) -> float:
        """Seconds to wait before the next attempt.

        Args:
            settings: the timers as the server told them.
            come_back_s: what a server that went away assigned to this client, which is kept to the letter:
                it spreads its clients itself. After an unstable connection the jitter is added nevertheless,
                because a server that always says 0 would be met without any pause. None: nothing.
            retry_after_s: what a server told all whom it refused; the jitter comes on top, so that they do
                not return together. None: nothing.
        """
        failures, self._failures = self._failures, self._failures + 1
        if come_back_s is not None and failures == 0:
            return min(come_back_s, LONGEST_REQUEST_S)
        said_s = min(max(come_back_s or 0.0, retry_after_s or 0.0), LONGEST_REQUEST_S)
        return said_s + backoff_s(failures, settings, self._draw)
