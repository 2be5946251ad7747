"""Thousands of clients that lose their server at once, and how they come back.

    python benchmarks/chat_storm.py CLIENTS SIGKILL|SIGTERM [SETTINGS]

The clients are cheap, but when they come back is decided by the product's own functions: the backoff of its
client after a server that died, and the server's own hint after one that said when to come back. Run as a
program it prints the figures as JSON; SETTINGS are JSON too.
"""

import asyncio
import json
import math
import signal
import sys
from collections import Counter
from dataclasses import asdict, dataclass

import uvloop
from chat_crowd import Client, Crowd
from chat_processes import ROOMY, start
from scipy.stats import kstest

from toolkit.chat.settings import Settings, preset

DOWN_S = 2.0
BIN_S = 0.1
LIMIT_S = 120.0


@dataclass(frozen=True)
class Storm:
    """What a loss of the server was like.

    Args:
        clients: how many lost it.
        hinted: how many were told when to come back.
        spread_s: within which the first attempts were meant to be, evenly.
        drawn_p: how likely draws from there differ as much as the first attempts' times when they were due.
        arrived_distance: the same test's distance (0 to 1), of when they were made; a busy driver adds to it.
        lag_s: by how much the driver made an attempt too late, at most.
        peak: first attempts that were due in the busiest tenth of a second,
        peak_bound: and what an even spread stays under, five deviations above its mean.
        peak_made: attempts that were made in the busiest tenth, those after a failure too.
        refused: share of attempts that a limit turned away, of those that met a server.
        attempts: of all clients together.
        all_back_s: from the new server's start, until the last one was back. None: some never were.
    """

    clients: int
    hinted: int
    spread_s: float
    drawn_p: float
    arrived_distance: float
    lag_s: float
    peak: int
    peak_bound: int
    peak_made: int
    refused: float
    attempts: int
    all_back_s: float | None


async def storm(*, clients: int, ends: signal.Signals, settings: Settings | None = None) -> Storm:
    """One loss of the server and the return of all.

    Args:
        clients: how many, 100 from each address of loopback.
        ends: SIGKILL, then a server is back after two seconds, or SIGTERM, then at once.
        settings: of the server that is back, and of the clients. None: the preset ``stable``, with all its
            limits. The server that they lose is the same without limits.
    """
    settings = settings or preset("stable")
    values = settings.model_dump(mode="json", exclude_defaults=True)
    server = await start("ours", settings=values | ROOMY)
    crowd = Crowd(clients, settings, server.port)
    try:
        await crowd.enter()
        lost_s = asyncio.get_running_loop().time()
        server.process.send_signal(ends)
        await asyncio.wait_for(server.process.wait(), settings.drain_s + 5.0)
        if ends == signal.SIGKILL:
            await asyncio.sleep(DOWN_S)
        server = await start("ours", port=server.port, settings=values)
        server_up_s = asyncio.get_running_loop().time()
        await crowd.all_back(server_up_s + LIMIT_S)
        spread_s = settings.reconnect_base_s if ends == signal.SIGKILL else settings.reconnect_spread_s
        return told(crowd.clients, spread_s, lost_s, server_up_s)
    finally:
        await crowd.stop()
        await server.stop()


def told(clients: list[Client], spread_s: float, lost_s: float, server_up_s: float) -> Storm:
    """The figures of a storm."""
    came = [client for client in clients if client.attempts_s]
    drawn = kstest([client.due_s[0] - client.lost_s for client in came], "uniform", args=(0.0, spread_s))
    made = kstest([client.attempts_s[0] - client.lost_s for client in came], "uniform", args=(0.0, spread_s))
    firsts = Counter(int((client.due_s[0] - lost_s) / BIN_S) for client in came)
    every = Counter(int((at_s - lost_s) / BIN_S) for client in came for at_s in client.attempts_s)
    mean = len(clients) * BIN_S / spread_s
    limited = sum(client.limited for client in clients)
    backs = [client.back_s for client in clients if client.back_s is not None]
    return Storm(
        clients=len(clients),
        hinted=sum(client.hint_s is not None for client in clients),
        spread_s=spread_s,
        drawn_p=float(drawn.pvalue),
        arrived_distance=float(made.statistic),
        lag_s=max(client.attempts_s[0] - client.due_s[0] for client in came),
        peak=max(firsts.values()),
        peak_bound=math.ceil(mean + 5 * math.sqrt(mean)),
        peak_made=max(every.values()),
        refused=limited / max(1, limited + len(backs)),
        attempts=sum(every.values()),
        all_back_s=max(backs) - server_up_s if len(backs) == len(clients) else None,
    )


def main(clients: str, ends: str, values: str = "{}") -> None:
    """Print the figures of one storm."""
    settings = Settings.model_validate_json(values)
    found = uvloop.run(storm(clients=int(clients), ends=signal.Signals[ends], settings=settings))
    print(json.dumps(asdict(found)))


if __name__ == "__main__":
    main(*sys.argv[1:])
