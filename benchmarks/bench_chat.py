"""The chat server beside the bare websockets library and Socket.IO: speed, memory, crowds held and lost.

    python benchmarks/bench_chat.py [--only PART …] [--hold-s SECONDS]

Takes about four minutes on two cores. Each server is a process of its own; this process drives them all with
the same cheap clients (``chat_wire.py``). Servers in Python run on uvloop, compression is off everywhere,
limits are out of the way but for the part ``storm``, which has those of ``stable``. Ratios are medians of
alternating rounds; processor time of the server stands beside wall time, since others may be at work on the
machine. Of idle connections the peer ``bare`` has the library's keepalive, and ``silent`` has none.
"""

import argparse
import asyncio
import signal
import statistics
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack

import uvloop
from chat_idle import crowd, hold, memory
from chat_processes import running
from chat_rounds import Rate, broadcast_round, echo_round, gather_audience, gather_callers
from chat_storm import Storm, storm
from chat_wire import disconnect

ROUNDS = 5
ROUND_S = 1.5
RECEIVERS = 1_000
CALLERS = (1, 50)
CROWDS = (2_000, 10_000)
CLIENTS = 5_000
HOLD_S = 60.0
LIMIT_S = 900.0

ROW = "{:<52} {:>12} {:>12} {:>7} {:>8}  {}"


def tell(
    what: str, ours: str, peer: str = "", ratio: float | None = None, target: str = "", more: str = ""
) -> None:
    """Print one line of the table."""
    shown = "" if ratio is None else f"{ratio:.2f}"
    print(ROW.format(what, ours, peer, shown, target, more).rstrip(), flush=True)


async def rounds(of: dict[str, Callable[[], Awaitable[Rate]]]) -> dict[str, list[Rate]]:
    """Alternating rounds of each, after one of each that does not count."""
    found: dict[str, list[Rate]] = {kind: [] for kind in of}
    for number in range(ROUNDS + 1):
        for kind, run in of.items():
            rate = await run()
            if number:
                found[kind].append(rate)
    return found


def compare(what: str, ours: list[Rate], peer: list[Rate], target: str = "") -> None:
    """One line of the wall-clock rates, and their ratio on the processor."""
    ratio = statistics.median(our.per_s / their.per_s for our, their in zip(ours, peer, strict=True))
    by_cpu = statistics.median(their.cpu_us / our.cpu_us for our, their in zip(ours, peer, strict=True))
    rates = [statistics.median(rate.per_s for rate in some) for some in (ours, peer)]
    costs = [statistics.median(rate.cpu_us for rate in some) for some in (ours, peer)]
    more = f"{by_cpu:.2f} by processor time, {costs[0]:.1f} and {costs[1]:.1f} µs each"
    tell(what, f"{rates[0]:,.0f}/s", f"{rates[1]:,.0f}/s", ratio, target, more)


async def broadcasts() -> None:
    """Deliveries of one message to a thousand."""
    async with AsyncExitStack() as stack:
        kinds = ("ours", "bare", "recording", "socketio")
        servers = {kind: await stack.enter_async_context(running(kind)) for kind in kinds}
        audiences = {kind: await gather_audience(kind, servers[kind], RECEIVERS) for kind in kinds}
        found = await rounds(
            {kind: lambda kind=kind: broadcast_round(audiences[kind], ROUND_S) for kind in kinds}  # type: ignore[misc]
        )
        said = await servers["recording"].metrics()
        if said["chat_unrecorded_total"] or said["chat_misunderstood_total"]:
            raise RuntimeError(f"not all was recorded: {said}")
    what = f"deliveries to {RECEIVERS:,}"
    compare(f"{what}, peer bare broadcast()", found["ours"], found["bare"], ">= 0.9")
    compare(f"{what}, peer Socket.IO", found["ours"], found["socketio"])
    compare(f"{what}, peer ours, here recording", found["recording"], found["ours"])


async def echoes() -> None:
    """A frame and its answer: an echo there, a publish and its acknowledgement here."""
    async with running("ours") as server, running("bare") as peer:
        for count in CALLERS:
            ours = await gather_callers("ours", server, count)
            bare = await gather_callers("bare", peer, count)
            found = await rounds(
                {"ours": lambda: echo_round(ours, ROUND_S), "bare": lambda: echo_round(bare, ROUND_S)}  # noqa: B023
            )
            compare(
                f"round trips of {count} at once, peer bare echo", found["ours"], found["bare"], ">= 0.85"
            )


async def idle(hold_s: float) -> None:
    """Memory of idle connections; the largest crowd of ours is held for a while."""
    for count in CROWDS:
        peers = {}
        for kind in ("silent", "bare", "socketio"):
            async with running(kind) as server:
                peers[kind] = await memory(kind, server, count)
        async with running("ours") as server:
            connections, tally, ours = await crowd("ours", server, count)
            for kind, peer in peers.items():
                ratio = ours.rss_bytes / peer.rss_bytes
                tell(
                    f"memory of one idle among {count:,}, peer {kind}", f"{ours.rss_bytes / 1024:.1f} KiB",
                    f"{peer.rss_bytes / 1024:.1f} KiB", ratio, "<= 1.3" if kind != "socketio" else "",
                    f"PSS {ours.pss_bytes / 1024:.1f} and {peer.pss_bytes / 1024:.1f} KiB",
                )  # fmt: skip
            if count == max(CROWDS):
                held = await hold(server, connections, tally, hold_s)
                tell(
                    f"processor share of {count:,} held for {hold_s:g} s", f"{held.cpu_share:.1%}",
                    target="< 50%", more=f"{sum(held.lost.values())} lost {held.lost or ''}, "
                    f"{held.heartbeats:,} heartbeats; driver {held.driver_cpu_share:.1%}",
                )  # fmt: skip
            await disconnect(connections)


async def storms() -> None:
    """Five thousand that lose the server: killed, or told to stop."""
    tell_storm("SIGKILL", await storm(clients=CLIENTS, ends=signal.SIGKILL))
    tell_storm("SIGTERM", await storm(clients=CLIENTS, ends=signal.SIGTERM))


def tell_storm(what: str, found: Storm) -> None:
    """Three lines on one storm."""
    tell(
        f"{what}: first attempts of {found.clients:,}", f"{found.peak}/0.1 s",
        target=f"<= {found.peak_bound}", more=f"over {found.spread_s:g} s, {found.hinted:,} told when; "
        f"all attempts {found.peak_made}/0.1 s",
    )  # fmt: skip
    tell(
        f"{what}: Kolmogorov-Smirnov distance", f"{found.arrived_distance:.3f}", target="<= 0.05",
        more=f"drawn p = {found.drawn_p:.2g}; driver late by at most {found.lag_s * 1e3:.0f} ms",
    )  # fmt: skip
    back = "never" if found.all_back_s is None else f"{found.all_back_s:.1f} s"
    tell(
        f"{what}: all back after its return", back, target="<= 45 s",
        more=f"{found.attempts:,} attempts, limits refused {found.refused:.1%}",
    )  # fmt: skip


async def run(parts: list[str], hold_s: float) -> None:
    """The chosen parts, bounded in time."""
    print(ROW.format("", "ours", "peer", "ratio", "target", "").rstrip())
    known: dict[str, Callable[[], Awaitable[None]]] = {
        "broadcast": broadcasts, "echo": echoes, "idle": lambda: idle(hold_s), "storm": storms,
    }  # fmt: skip
    async with asyncio.timeout(LIMIT_S + hold_s):
        for part in parts:
            await known[part]()


def main() -> None:
    """Print the figures."""
    parts = ["broadcast", "echo", "idle", "storm"]
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", nargs="+", choices=parts, default=parts)
    parser.add_argument("--hold-s", type=float, default=HOLD_S)
    asked = parser.parse_args()
    uvloop.run(run(asked.only, asked.hold_s))


if __name__ == "__main__":
    main()
