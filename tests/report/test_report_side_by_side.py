"""What recorded bake-offs say, option by option: from the folder that ships, and from one without any."""

import json
from pathlib import Path

import pytest

from toolkit import api
from toolkit.project import InputError, shipped


def test_every_option_that_was_run_has_a_row_with_its_own_counts() -> None:
    measured = api.side_by_side(shipped("data"))
    rows = measured.deliveries.set_index("option")
    assert {"current-unfixed", "current", "socketio", "socketcluster", "deepstream", "nats"} <= set(
        rows.index
    )
    for _, row in rows.iterrows():
        assert row["in_time_share"] == pytest.approx(row["in_time"] / row["expected"])
        assert row["in_time_share_low"] <= row["in_time_share"] <= row["in_time_share_high"]


def test_no_percentile_passes_the_deadline_and_they_rise() -> None:
    latencies = api.side_by_side(shipped("data")).latencies
    for _, row in latencies.iterrows():
        known = [row[name] for name in ("p50_ms", "p95_ms", "p99_ms", "p99.9_ms") if row[name] == row[name]]
        known = [value for value in known if value is not None]
        assert known == sorted(known)
        assert all(0 < value <= 5000 for value in known)


def test_what_servers_took_is_theirs_and_dated_by_as_of() -> None:
    taken = api.side_by_side(shipped("data")).servers.set_index("option")
    assert (taken["rounds"] == 2).all()
    assert (taken["peak_mib"] > 5).all()
    assert (taken["cpu_ms_per_delivery"] > 0).all()
    before = api.side_by_side(shipped("data"), as_of="2026-11-26")
    assert (before.environment, before.servers.empty, before.deliveries.empty) == (None, True, True)


def test_each_fault_has_its_times_by_end_and_a_censored_median_stays_open() -> None:
    noticed = api.side_by_side(shipped("data")).noticing
    assert {"blackhole", "half_open", "reset"} <= set(noticed["fault"])
    assert set(noticed["end"]) == {"client", "server"}
    hidden = noticed[noticed["noticed"] * 2 < noticed["n"]]
    assert not hidden.empty
    unseen = noticed[noticed["noticed"] == 0]
    assert unseen["median_s"].isna().all()


def test_another_environment_is_told_by_its_name_and_a_wrong_one_is_refused() -> None:
    assert api.side_by_side(shipped("data"), environment="lab").environment == "lab"
    with pytest.raises(InputError, match="there is no environment 'labb'; did you mean lab"):
        api.side_by_side(shipped("data"), environment="labb")


def test_a_folder_without_recordings_has_empty_tables(tmp_path: Path) -> None:
    measured = api.side_by_side(api.init(tmp_path / "ours"))
    assert measured.environment is None
    assert all(getattr(measured, name).empty for name in ("connections", "latencies", "servers", "brief"))


def test_the_notebook_asks_for_it() -> None:
    cells = json.loads((shipped("notebooks") / "2-options.ipynb").read_text())["cells"]
    assert any("api.side_by_side(" in "".join(cell["source"]) for cell in cells)
