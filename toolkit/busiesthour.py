"""The busiest hour of a scenario as a workload that one machine can do."""

from __future__ import annotations

from toolkit.measure.workload import Bytes, RoomSize, Span, Workload
from toolkit.pricing.scenario import Scenario
from toolkit.pricing.traffic import traffic_of
from toolkit.project import InputError

MOST_CLIENTS = 500
MOST_DELIVERIES_PER_S = 1_000.0
"""What the load generator, the proxy and any of the servers can do together on two cores."""


def busiest_hour(
    name: str, scenario: Scenario, scale: float | None, duration_s: float, rounds: int, seed: int
) -> Workload:
    """The traffic of the busiest hour, at a share of the users; None takes as many as one machine can do.

    Raises:
        InputError: nobody is ever connected, or the scale is no share.
    """
    traffic = traffic_of(scenario)
    hours = float(traffic.connected_hours_per_user_day)
    peak = float(traffic.peak_concurrent_users)
    if hours <= 0 or peak <= 0:
        raise InputError.of_argument("scenario", f"nobody is connected in {name}", "choose another one")
    per_user_s = float(traffic.messages_per_user_day) * float(traffic.busiest_day_factor) / (hours * 3600)
    recipients = max(1, round(float(traffic.recipients_per_message)))
    if scale is None:
        deliveries_per_s = max(peak * per_user_s * recipients, 1e-9)
        scale = min(1.0, MOST_CLIENTS / peak, MOST_DELIVERIES_PER_S / deliveries_per_s)
    if not 0 < scale <= 1:
        raise InputError.of_argument("scale", f"{scale:g} is no share of the users", "write 0 to 1")
    clients = max(recipients + 1, round(peak * scale))
    # Bursts of one, so that a room's messages come at its members' rate.
    gap_s = 1 / max((recipients + 1) * per_user_s, 1e-9)
    return Workload(
        clients=clients,
        rooms_of=[RoomSize(value=recipients + 1, weight=1)],
        duration_s=duration_s,
        rounds=rounds,
        burst_messages=1,
        burst_interval_s=Span(low=0, high=0),
        pause_s=Span(low=0, high=2 * gap_s),
        session_s=Span(low=hours * 1800, high=hours * 5400),
        away_s=Span(low=0, high=5),
        message_bytes=[Bytes(value=min(32_768, max(1, round(float(traffic.message_bytes)))), weight=1)],
        seed=seed,
        stands_for=(
            f"scenario {name}: {clients:,} of its {peak:,.0f} users at the peak of the busiest day "
            f"({clients / peak:.3g}), {clients * per_user_s:.3g} messages and "
            f"{clients * per_user_s * recipients:.3g} deliveries a second"
        ),
    )
