"""What a picture says where little was watched, and where its words stand: no dash for a finding."""

import re
from dataclasses import replace
from html import unescape
from pathlib import Path

import pandas as pd
import pytest
from report_folders import record

from toolkit import api, mapping
from toolkit.loading import load
from toolkit.metrics.rollups import Rollups
from toolkit.report import plots, tables
from toolkit.report.wording import NBSP

DATA = Path(__file__).parent.parent.parent / "data"


@pytest.fixture(scope="module")
def short(tmp_path_factory: pytest.TempPathFactory) -> Rollups:
    """Two options, watched for three minutes."""
    folder = api.init(tmp_path_factory.mktemp("short") / "ours")
    record(folder / "metrics", minutes=3, lives_s={"current": 400.0, "socketio": 900.0})
    return api.rollups(folder)


def test_survival_tells_the_oldest_age_that_was_watched(short: Rollups) -> None:
    alt = plots.survival_curves(short, environment="lab").alt.replace(NBSP, " ")
    watched = "Still connected after 2 minutes in lab, as none was watched for 5 minutes: "
    assert re.match(rf"{watched}current [\d.]+ %, socketio [\d.]+ %\.$", alt)


def test_a_share_that_missed_the_deadline_is_not_called_never(short: Rollups) -> None:
    counts = short.counts.assign(expected=short.counts["expected"] * 2)
    halved = Rollups(counts=counts, latency=short.latency)
    alt = plots.latency_distribution(halved, environment="lab").alt.replace(NBSP, " ")
    assert "95 % not by the deadline" in alt and "never" not in alt


def test_words_on_the_threshold_stand_above_the_names_of_the_curves(short: Rollups) -> None:
    svg = plots.survival_curves(short, environment="lab").svg.replace(NBSP, " ")
    heights = {unescape(word): float(y) for y, word in re.findall(r'y="(-?[\d.]+)"[^>]*>([^<]+)</text>', svg)}
    names = min(heights["current"], heights["socketio"])
    assert heights["5 min: the brief's threshold"] < heights["100 %"] < names


@pytest.mark.parametrize(("share", "told"), [(0.9999, "0.9999"), (0.999995, "0.999995"), (0.5, "0.500")])
def test_a_share_that_is_not_whole_never_reads_as_one(share: float, told: str) -> None:
    table = tables.from_frame(pd.DataFrame({"option": ["ably"], "promised": [share]}), caption="Promises")
    assert f"<td>{told}</td>" in table.__html__()


def test_a_map_says_that_what_it_leaves_out_may_lack_a_price() -> None:
    drawn = mapping.decision_map(load(DATA), "production", message_factors=[0.1, 1.0, 10.0])
    told = plots.decision_map(replace(drawn, apart={"ours": {"needs": ["servers: needs a figure"]}})).alt
    assert "Not drawn, as a price or their outages are not known: ours." in told
    assert "No evidence on any option that is drawn reaches more than" in told
