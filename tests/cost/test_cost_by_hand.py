"""Every total of the folder that ships, draw by draw, against a model that was written by hand."""

import importlib
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
DRAWS = 512


def test_every_total_is_that_of_the_model_by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    bench = importlib.import_module("bench_cost")
    case = bench.Case()
    bench.agree(case, DRAWS)
    assert {"current", "socketio", "nats", "ably", "pusher", "pubnub"} <= case.ours(DRAWS).keys()
