"""Whether this machine lets a workload open as many connections as it wants."""

import resource

from toolkit.measure.workload import Workload
from toolkit.project.faults import EnvironmentFault

SPARE = 128
"""For the files, pipes and libraries of the process itself."""


def needed(workload: Workload, *, proxied: bool) -> int:
    """Open files that the busiest process needs: a socket a client, and two more a client for a proxy."""
    clients = max(workload.clients, workload.idle_connections)
    return (3 if proxied else 1) * clients + SPARE


def allow_files(workload: Workload, *, proxied: bool) -> None:
    """Raise this process's own limit as far as is needed; what it starts inherits that.

    Raises:
        EnvironmentFault: the machine allows fewer.
    """
    wanted = needed(workload, proxied=proxied)
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY or soft >= wanted:
        return
    if hard != resource.RLIM_INFINITY and hard < wanted:
        clients = max(workload.clients, workload.idle_connections)
        raise EnvironmentFault(
            f"{clients:,} clients need {wanted:,} open files, and only {hard:,} are allowed (ulimit -n); "
            f"raise it to {wanted:,} or more, or write a workload of fewer clients"
        )
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
