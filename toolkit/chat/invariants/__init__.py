"""The proof that settings fit together: a rule for each thing that the field learned the hard way.

Each rule is one function. Its docstring says what must hold and where that was learned; what it finds says
what contradicts what, what that causes, and the mend with its numbers.
"""

from toolkit.chat.invariants import heartbeat, limits, recovery
from toolkit.chat.invariants.finding import Finding, Rule
from toolkit.chat.settings import Settings

RULES: tuple[Rule, ...] = (
    heartbeat.client_gives_up_first,
    heartbeat.not_in_the_same_instant,
    heartbeat.heartbeat_before_timeout,
    heartbeat.one_heartbeat_may_be_lost,
    heartbeat.clients_own_timer_is_not_needed,
    heartbeat.wait_takes_a_slow_round_trip,
    heartbeat.wait_is_shorter_than_the_heartbeat,
    heartbeat.heartbeat_outpaces_the_proxies,
    recovery.backoff_has_a_range,
    recovery.stable_is_longer_than_the_backoff,
    recovery.session_outlives_an_absence,
    recovery.history_reaches_back,
    recovery.everybody_can_come_back,
    recovery.an_address_can_come_back,
    limits.buffer_takes_a_message,
    limits.history_takes_a_message,
    limits.gone_in_time,
    limits.deadline_within_the_session,
    limits.both_tls_files,
    limits.addresses_behind_a_proxy,
)

__all__ = ["RULES", "Finding", "findings"]


def findings(settings: Settings) -> list[Finding]:
    """How the settings contradict each other; empty where they fit."""
    return [finding for rule in RULES for finding in rule(settings)]
