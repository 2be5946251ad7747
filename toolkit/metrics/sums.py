"""What is summed of each hour, by name. The room's expressions say how, and take long to import."""

ATTEMPT_SUMS = (
    "attempts", "opened", "opened_retry", "retry_attempts", "unclear_attempts", "unclear_handshakes",
)  # fmt: skip
ENDERS = ("client", "server", "network")
END_SUMS = (
    "unintended_ends", "intended_ends", "unclear_ends", "unintended_end_age_us", "intended_end_age_us",
    *(f"ended_by_{who}" for who in ENDERS),
)  # fmt: skip
TIME_SUMS = ("connected_us", "wanted_us")
CONNECTION_SUMS = (*ATTEMPT_SUMS, *END_SUMS, *TIME_SUMS)
"""What is summed over the connections of an option, environment and hour.

unclear_ends are opened connections of which nobody says whether they ended, or whether that was wanted;
ended_by_… are the unintended ends by who ended the connection, as far as that is known;
unclear_handshakes are opened ones of unknown handshake, unclear_attempts those that may be first attempts or
later ones. Metrics that need to know are absent then.
"""

DELIVERY_SUMS = (
    "expected", "in_time", "late_or_lost", "duplicated", "out_of_order", "round_trip", "latency_index",
    "latency_index_squares", "sized", "bytes",
)  # fmt: skip
"""What is summed over the deliveries of an option, environment and hour.

sized counts those of known size, and bytes adds their sizes up.

latency_index is the number of the latency's bucket, one beyond the deadline's for a delivery that missed it:
a scale on which every delivery has a place, for judging how latencies cluster.
"""

AGES = (
    "entered", "entered_age_us", "unintended_ends", "unintended_age_us", "intended_ends", "left_open",
    "left_age_us",
)  # fmt: skip
"""What is summed by the logarithmic bucket of a connection's age (:mod:`toolkit.metrics.buckets`).

entered counts connections that opened (at age 0) or were already open as their day began, left_open those
that were still open when observation, or their day, ended. The sums of ages are those of the entered, of the
unintended ends, and of all others that left; together they give back connected time exactly.
"""
