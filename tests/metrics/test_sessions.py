"""What counts as wanted and as connected time (design: recorded facts)."""

from pathlib import Path

from metrics_facts import DAY, by_hour, failed, opened, rolled, total, write

from toolkit.metrics.buckets import latency_bucket

S = 1_000_000


def test_gaps_and_failed_attempts_are_wanted_but_not_connected(tmp_path: Path) -> None:
    rows = [
        opened("10:00", ended="10:10"),
        failed("10:11", until="10:12", attempt=2),
        opened("10:20", ended="10:30", attempt=3, intended=True, ended_by="client"),
    ]
    write(tmp_path, "connections", rows)
    rollups = rolled(tmp_path)
    assert total(rollups, "wanted_us") == 30 * 60 * S
    assert total(rollups, "connected_us") == 20 * 60 * S


def test_the_handshake_is_wanted_but_not_connected(tmp_path: Path) -> None:
    write(tmp_path, "connections", [opened("10:00:00", until="10:00:10", handshake_s=2.5)])
    rollups = rolled(tmp_path)
    assert total(rollups, "wanted_us") == 10 * S
    assert total(rollups, "connected_us") == 7_500_000


def test_a_session_is_over_at_its_intended_end_whatever_is_observed_later(tmp_path: Path) -> None:
    write(tmp_path, "connections", [opened("10:00", ended="10:10", until="10:40", intended=True)])
    assert total(rolled(tmp_path), "wanted_us") == 10 * 60 * S


def test_a_session_whose_connection_dropped_is_wanted_until_it_was_last_seen(tmp_path: Path) -> None:
    write(tmp_path, "connections", [opened("10:00", ended="10:10", until="10:40")])
    assert total(rolled(tmp_path), "wanted_us") == 40 * 60 * S


def test_a_connection_still_open_is_censored_not_ended(tmp_path: Path) -> None:
    write(tmp_path, "connections", [opened("10:00", until="10:30")])
    rollups = rolled(tmp_path)
    assert total(rollups, "connected_us") == 30 * 60 * S
    assert total(rollups, "unintended_ends") == total(rollups, "intended_ends") == 0


def test_a_connection_closed_on_purpose_is_no_failure(tmp_path: Path) -> None:
    write(tmp_path, "connections", [opened("10:00", ended="10:30", intended=True)])
    rollups = rolled(tmp_path)
    assert total(rollups, "unintended_ends") == 0
    assert total(rollups, "intended_ends") == 1


def test_time_is_split_over_hours(tmp_path: Path) -> None:
    write(tmp_path, "connections", [opened("09:45", ended="12:15")])
    quarter = 15 * 60 * S
    expected = {"20T09": quarter, "20T10": 4 * quarter, "20T11": 4 * quarter, "20T12": quarter}
    rollups = rolled(tmp_path)
    assert by_hour(rollups, "connected_us") == expected
    assert by_hour(rollups, "wanted_us") == expected
    assert by_hour(rollups, "attempts") == {"20T09": 1}
    assert by_hour(rollups, "unintended_ends") == {"20T12": 1}


def test_a_connection_enters_at_age_0_and_leaves_at_the_age_of_its_end(tmp_path: Path) -> None:
    write(tmp_path, "connections", [opened("10:00:00", ended="10:01:10")])
    ages = rolled(tmp_path).ages
    assert list(ages["bucket"]) == [0, latency_bucket(70 * S)]
    assert list(ages["entered"]) == [1, 0]
    assert list(ages["unintended_ends"]) == [0, 1]
    assert list(ages["unintended_age_us"]) == [0, 70 * S]


def test_two_sessions_of_one_client_at_once_are_wanted_twice(tmp_path: Path) -> None:
    rows = [opened("10:00", until="10:30"), opened("10:00", until="10:30", session="other")]
    write(tmp_path, "connections", rows)
    assert total(rolled(tmp_path), "wanted_us") == 2 * 30 * 60 * S


def test_the_same_session_name_of_two_collectors_is_two_sessions(tmp_path: Path) -> None:
    rows = [opened("10:00", until="10:30"), opened("11:00", until="11:30", collector="d")]
    write(tmp_path, "connections", rows)
    assert total(rolled(tmp_path), "wanted_us") == 2 * 30 * 60 * S


def test_a_session_without_its_first_attempt_starts_at_its_first_row(tmp_path: Path) -> None:
    write(tmp_path, "connections", [opened("10:00", until="10:30", attempt=4)])
    rollups = rolled(tmp_path)
    assert total(rollups, "wanted_us") == 30 * 60 * S
    assert total(rollups, "opened_retry") == total(rollups, "retry_attempts") == 1


def test_environments_and_options_are_kept_apart(tmp_path: Path) -> None:
    rows = [opened("10:00", until="10:30"), opened("10:00", until="10:10", environment="production")]
    write(tmp_path, "connections", rows)
    write(tmp_path, "connections", [opened("10:00", until="10:20")], option="ably")
    counts = rolled(tmp_path, environments=("lab", "production")).counts
    found = {(row.option, row.environment): row.wanted_us for row in counts.itertuples()}
    minute = 60 * S
    assert found == {
        ("ably", "lab"): 20 * minute,
        ("current", "lab"): 30 * minute,
        ("current", "production"): 10 * minute,
    }


def test_hours_are_utc_and_sorted(tmp_path: Path) -> None:
    rows = [opened("22:00", until="22:10"), opened("01:00", until="01:10", session="t")]
    write(tmp_path, "connections", rows)
    hours = rolled(tmp_path).counts["hour"]
    assert str(hours.dt.tz) == "UTC"
    assert list(hours) == sorted(hours)
    assert hours.iloc[0].date() == DAY


def test_handshakes_fall_into_buckets_of_two_percent(tmp_path: Path) -> None:
    rows = [opened("10:00", until="10:10", handshake_s=0.25), failed("10:00", until="10:01", session="t")]
    write(tmp_path, "connections", rows)
    found = rolled(tmp_path).handshake
    assert list(found["count"]) == [1]
    assert 1.02 ** (found["bucket"].iloc[0] - 1) < 250_000 <= 1.02 ** found["bucket"].iloc[0]
