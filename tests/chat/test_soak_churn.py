"""Two thousand connections, a tenth replaced each minute, for five minutes or ``TOOLKIT_SOAK_S`` seconds."""

import os
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
SECONDS = float(os.environ.get("TOOLKIT_SOAK_S", "300"))
WARM_S = 60.0

GROWTH = 0.05
"""By how much the last third may lie above the first; memory comes in pages."""

CHANCE = {"sessions": 0.1, "history_bytes": 0.25}
"""What is drawn at random, how many vanish and publish in twenty seconds, varies by more than that."""


@pytest.mark.soak
def test_under_churn_nothing_grows(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    import uvloop
    from chat_churn import CONNECTIONS, churned

    found = uvloop.run(churned(seconds=SECONDS, warm_s=WARM_S))
    with capsys.disabled():
        print(f"\n{found.summary()}")  # noqa: T201
    assert found.replaced > 0 and found.resumed > 0 and found.delivered > 0
    assert found.lost == 0
    for name, growth in found.growths().items():
        assert growth < CHANCE.get(name, GROWTH), f"{name} grew by {growth:.1%}: {found.summary()}"
    last = found.samples[-1]
    assert last.connections == CONNECTIONS
    # Sessions of those that vanished wait for their return, for twenty seconds.
    assert CONNECTIONS <= last.sessions <= CONNECTIONS * 1.1
