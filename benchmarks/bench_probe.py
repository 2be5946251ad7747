"""The probe beside k6, Locust and Artillery, and beside a closed loop: what it costs, and if it is true.

    python benchmarks/bench_probe.py [--only truth|speed] [--rounds N]

Takes about eleven minutes, and a few more the first time, while the peers are installed into the folder
benchmarks/.peers from requirements/bench.txt and the lock in benchmarks/probe_peers. Ratios are medians of
rounds in which the tools take turns on one and the same server, `current-unfixed`.
"""

import argparse
import asyncio
import statistics

from probe_load import TOOLS, Load, prepare
from probe_truth import told

from toolkit.measure.servers.processes import running

TARGETS = {"k6": 1.5, "Locust": 1.2}


async def speed(rounds: int) -> None:
    """Deliveries driven and timed for each processor second of the tool."""
    prepare()
    found: dict[str, list[Load]] = {}
    async with running("current-unfixed") as server:
        for _ in range(rounds):
            for tool in TOOLS:
                load = await tool(f"ws://127.0.0.1:{server.port}/ws")
                found.setdefault(load.tool, []).append(load)
    ours = found["probe"]
    print(f"{'tool':<12}{'deliveries':>12}{'CPU s':>8}{'per CPU s':>11}{'probe is':>10}{'target':>8}  keeps")
    for name, loads in found.items():
        ratio = statistics.median(
            one.per_cpu_s / load.per_cpu_s for one, load in zip(ours, loads, strict=True)
        )
        target = f">= {TARGETS[name]}" if name in TARGETS else ""
        middle = statistics.median(load.per_cpu_s for load in loads)
        cells = f"{loads[0].deliveries:>12,}{loads[0].cpu_s:>8.2f}{middle:>11,.0f}{ratio:>9.2f}x{target:>8}"
        print(f"{name:<12}{cells}  {loads[0].keeps}", flush=True)


async def truth() -> None:
    """The 99th percentile of a server with scripted stalls, as scripted and as each tells it."""
    found = await told()
    for name, p99_s in found.items():
        print(f"P99 {name:<22}{p99_s * 1000:>10,.0f} ms{p99_s / found['as scripted']:>8.3f} of the truth")


async def main() -> None:
    """Run the parts that are asked for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", choices=("truth", "speed"))
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    if asked.only != "speed":
        await truth()
    if asked.only != "truth":
        await speed(asked.rounds)


if __name__ == "__main__":
    asyncio.run(main())
