"""The quantities that the cost model reads, with the unit that each must have."""

from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches

from toolkit.evidence import Figure

UNITS = {
    "service_unavailability_min_per_month": "min/month",
    "uptime_share": "share",
    "promised_uptime_share": "share",
    "latency_ms": "ms",
    "connections_per_node": "connections",
    "deliveries_per_s_per_node": "1/s",
    "node_cores": "cores",
    "node_memory_gib": "GiB",
    "connections_per_core": "connections",
    "deliveries_per_s_per_core": "1/s",
    "memory_kib_per_connection": "KiB",
    "node_usd_per_month": "USD/month",
    "load_balancer_usd_per_month": "USD/month",
    "load_balancer_capacity_unit_usd_per_month": "USD/month",
    "egress_usd_per_gib": "USD/GiB",
    "migration_person_days": "person-days",
    "operations_hours_per_month": "h/month",
    "labour_usd_per_hour": "USD/h",
    "usable_capacity_share": "share",
    "spare_nodes": "nodes",
    "busiest_second_factor": "ratio",
    "hours_per_person_day": "h",
    "degraded_min_per_month": "min/month",
    "degraded_share": "share",
    "degraded_severity": "share",
    "parallel_run_months": "months",
    "way_back_probability": "share",
    "way_back_person_days": "person-days",
    "way_back_effort_share": "share",
    "cache_usd_per_month": "USD/month",
    "nodes_per_cache": "nodes",
    "spare_caches": "nodes",
    "unscheduled_credit_share": "share",
    "delivery_success_share": "share",
}
"""Unit by quantity; an option's file may have figures of other names, which nothing here reads."""

COMPARED = ("uptime_share", "promised_uptime_share", "latency_ms")
"""Quantities that are shown and compared, and enter no cost."""

POSITIVE = (
    "connections_per_node",
    "deliveries_per_s_per_node",
    "node_cores",
    "node_memory_gib",
    "connections_per_core",
    "deliveries_per_s_per_core",
    "memory_kib_per_connection",
    "usable_capacity_share",
    "nodes_per_cache",
)
"""Quantities that something is divided by, and what these are made of."""

TYPING_ERROR = 0.92
"""Names more alike than this are taken for one name, mistyped."""


def misfits(figures: Mapping[str, Sequence[Figure]]) -> Iterator[tuple[str, str]]:
    """What is wrong with figures, and what would be right: units, capacities of 0, mistyped names."""
    for name, known in figures.items():
        if name not in UNITS:
            meant = get_close_matches(name, UNITS, n=1, cutoff=TYPING_ERROR)
            if meant:
                yield f"{name} is no quantity that is read", f"did you mean {meant[0]}?"
            continue
        for figure in known:
            if figure.unit != UNITS[name]:
                yield f"{name} is in {figure.unit!r}", f"convert it to {UNITS[name]}"
            if name in POSITIVE and figure.low <= 0:
                yield f"{name} may be 0", "write more than 0"
