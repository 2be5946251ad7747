"""Ten thousand idle connections, held for ten minutes or for ``TOOLKIT_SOAK_S`` seconds."""

import os
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
CONNECTIONS = 10_000
SECONDS = float(os.environ.get("TOOLKIT_SOAK_S", "600"))


@pytest.mark.soak
def test_ten_thousand_connections_are_held_without_a_false_disconnect(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    import uvloop
    from chat_idle import Held, crowd, hold
    from chat_processes import running
    from chat_wire import disconnect

    async def held() -> Held:
        async with running("ours") as server:
            peers, tally, _ = await crowd("ours", server, CONNECTIONS)
            found = await hold(server, peers, tally, SECONDS)
            await disconnect(peers)
            return found

    found = uvloop.run(held())
    with capsys.disabled():
        print(f"\n{found}")  # noqa: T201
    assert found.lost == {}
    # The server says one every 20 s, and those of the last round may be on their way.
    assert found.heartbeats >= CONNECTIONS * (SECONDS // 21 - 1)
    assert found.cpu_share < 0.5
