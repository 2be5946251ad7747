"""When the Pusher client comes again, whoever serves its protocol.

The real client's rules: pusher/pusher-js@f53faf9 src/core/connection/connection_manager.ts:242-287.
"""

from dataclasses import replace

from toolkit.measure.adapters.base import End

RETRY_LOST_S = 1.0

# A failed attempt uses its time up: src/runtimes/isomorphic/default_strategy.ts:62-66 and
# src/core/strategies/sequential_strategy.ts:106-110.
RETRY_FAILED_S, RETRY_MAX_S = 15.0, 60.0


def retry_after_s(retries: int) -> float:
    """The real client's delay: a second, then what a failed attempt leaves of 15 s, 30 s, 60 s.

    >>> [retry_after_s(retries) for retries in range(5)]
    [1.0, 15.0, 30.0, 60.0, 60.0]
    """
    if retries == 0:
        return RETRY_LOST_S
    return min(RETRY_MAX_S, RETRY_FAILED_S * 2.0 ** min(retries - 1, 60))


def at_once_where_told(end: End) -> End:
    """The same end; with a code by which the server asks for the next attempt now, that comes at once.

    The same, src/core/connection/protocol/protocol.ts:122.
    """
    return replace(end, retry_s=0.0) if 4200 <= end.code < 4300 else end
