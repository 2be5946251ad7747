"""Rates as token buckets: so many at any speed, then no more than so many a second."""

MOST_KEYS = 100_000
"""A table that is full refuses keys it does not know, so that no crowd of addresses fills the memory."""

_NEGLIGIBLE_S = 1e-9
"""Sums of intervals miss their exact value by less than this."""


class Bucket:
    """One token bucket, kept as the one time at which it will be full again.

    Args:
        per_s: tokens that come back each second.
        burst: tokens of a full bucket.

    Source: the generic cell rate algorithm, ITU-T I.371, in its form of virtual scheduling.
    """

    __slots__ = ("_full_at_s", "_interval_s", "_slack_s")

    def __init__(self, *, per_s: float, burst: int) -> None:
        self._interval_s = 1.0 / per_s
        self._slack_s = (burst - 1) * self._interval_s
        self._full_at_s = float("-inf")

    def wait_s(self, now_s: float) -> float:
        """Seconds until there is a token; 0 if there is one. None is taken."""
        wait_s = self._full_at_s - self._slack_s - now_s
        return wait_s if wait_s > _NEGLIGIBLE_S else 0.0

    def try_take(self, now_s: float) -> bool:
        """Whether there was a token, which is then taken."""
        full_at_s = self._full_at_s
        if full_at_s - self._slack_s - now_s > _NEGLIGIBLE_S:
            return False
        self._full_at_s = (now_s if full_at_s < now_s else full_at_s) + self._interval_s
        return True

    def take(self, now_s: float) -> float:
        """Seconds to wait for the token that is taken with this; 0 if there was one."""
        full_at_s = self._full_at_s
        if full_at_s < now_s:
            self._full_at_s = now_s + self._interval_s
            return 0.0
        self._full_at_s = full_at_s + self._interval_s
        wait_s = full_at_s - self._slack_s - now_s
        return wait_s if wait_s > _NEGLIGIBLE_S else 0.0


class Buckets:
    """A bucket for each key, which takes memory only until it is full again.

    Args:
        per_s, burst: of each bucket, see :class:`Bucket`.
        most: keys that are known at a time.
    """

    def __init__(self, *, per_s: float, burst: int, most: int = MOST_KEYS) -> None:
        self._interval_s = 1.0 / per_s
        self._slack_s = (burst - 1) * self._interval_s
        self._most = most
        self._full_at_s: dict[str, float] = {}

    def __len__(self) -> int:
        return len(self._full_at_s)

    def wait_s(self, key: str, now_s: float) -> float:
        """Seconds until the key has a token; 0 if it has one. None is taken."""
        full_at_s = self._full_at_s.get(key)
        if full_at_s is None:
            return 0.0 if len(self._full_at_s) < self._most else self._interval_s
        wait_s = full_at_s - self._slack_s - now_s
        return wait_s if wait_s > _NEGLIGIBLE_S else 0.0

    def try_take(self, key: str, now_s: float) -> float:
        """0 if a token was taken, else the seconds until there is one; asking too early costs nothing."""
        if key not in self._full_at_s and len(self._full_at_s) >= self._most:
            self.prune(now_s)
        wait_s = self.wait_s(key, now_s)
        if not wait_s:
            self._full_at_s[key] = max(self._full_at_s.get(key, now_s), now_s) + self._interval_s
        return wait_s

    def prune(self, now_s: float) -> None:
        """Forget every bucket that is full."""
        self._full_at_s = {key: at_s for key, at_s in self._full_at_s.items() if at_s > now_s}
