"""Faults that were made on purpose, and how long each end took to notice."""

import ibis.expr.types as ir

from toolkit.metrics.hours import hour_of


def fault_rows(good: ir.Table) -> ir.Table:
    """The faults, each in the hour in which it struck, as an expression that any engine can run."""
    rows = good.rename(struck_us="struck_at")
    return rows.select(
        "part", "environment", "connection", "fault", "way", "struck_us", "client", "healed_s", "recovered_s",
        "wanted_s", "client_noticed_s", "client_observed_s", "server_noticed_s", "server_observed_s",
        hour=hour_of(rows.struck_us),
    )  # fmt: skip
