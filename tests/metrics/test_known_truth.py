"""Rollups of generated events reproduce their known truth exactly."""

from collections import Counter
from pathlib import Path
from random import Random

import pytest
from metrics_facts import Row, at, delivered, rolled, write_by_day
from metrics_world import HOUR, Truth, rows_of, simulate, truth_of

from toolkit.metrics.rollups import Rollups
from toolkit.metrics.sums import AGES

COUNTS = (
    "attempts", "opened", "opened_retry", "retry_attempts", "unintended_ends", "intended_ends",
    "connected_us", "wanted_us", "unintended_end_age_us", "intended_end_age_us",
)  # fmt: skip


@pytest.fixture(scope="module", params=[1, 2, 3])
def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Truth, Rollups]:
    sessions = simulate(request.param, sessions=120, days=4)
    metrics_dir = tmp_path_factory.mktemp("world")
    write_by_day(metrics_dir, "connections", [row for session in sessions for row in rows_of(session)])
    return truth_of(sessions), rolled(metrics_dir)


def hours_of(rollups: Rollups, name: str) -> dict[int, int]:
    hours = [int(hour.timestamp()) // 3600 for hour in rollups.counts["hour"]]
    return {hour: int(value) for hour, value in zip(hours, rollups.counts[name], strict=True) if value}


@pytest.mark.parametrize("name", COUNTS)
def test_every_count_of_every_hour_is_exact(world: tuple[Truth, Rollups], name: str) -> None:
    truth, rollups = world
    assert truth.found(name)
    assert hours_of(rollups, name) == truth.found(name)


def test_nothing_is_set_aside(world: tuple[Truth, Rollups]) -> None:
    assert world[1].set_aside == []


def test_every_age_bucket_of_every_hour_is_exact(world: tuple[Truth, Rollups]) -> None:
    truth, rollups = world
    found = {
        (int(row.hour.timestamp()) // 3600, int(row.bucket), name): int(getattr(row, name))
        for row in rollups.ages.itertuples()
        for name in AGES
        if getattr(row, name)
    }
    assert found == {place: value for place, value in truth.ages.items() if value}


def test_ages_and_counts_agree(world: tuple[Truth, Rollups]) -> None:
    _, rollups = world
    for name in ("unintended_ends", "intended_ends"):
        assert rollups.ages[name].sum() == rollups.counts[name].sum()
    left = rollups.ages[["unintended_age_us", "left_age_us"]].to_numpy().sum()
    assert left - rollups.ages["entered_age_us"].sum() == rollups.counts["connected_us"].sum()


def test_every_opened_connection_enters_the_first_age_bucket(world: tuple[Truth, Rollups]) -> None:
    _, rollups = world
    first = rollups.ages[rollups.ages["bucket"] == 0]
    assert first["entered"].sum() == rollups.counts["opened"].sum()


def test_cluster_sums_are_those_of_the_client_hours(world: tuple[Truth, Rollups]) -> None:
    truth, rollups = world
    x, y = truth.client_hours["opened"], truth.client_hours["attempts"]
    name = "connection_success_rate"
    assert rollups.counts[f"{name}_clusters"].sum() == len(y)
    assert rollups.counts[f"{name}_xx"].sum() == sum(value**2 for value in x.values())
    assert rollups.counts[f"{name}_xy"].sum() == sum(x[key] * y[key] for key in y)
    assert rollups.counts[f"{name}_yy"].sum() == sum(value**2 for value in y.values())


def test_cluster_sums_of_durations_are_in_centiseconds(world: tuple[Truth, Rollups]) -> None:
    truth, rollups = world
    wanted, connected = truth.client_hours["wanted_us"], truth.client_hours["connected_us"]
    y = {key: value // 10_000 for key, value in wanted.items()}
    assert rollups.counts["session_availability_yy"].sum() == sum(value**2 for value in y.values())
    assert rollups.counts["session_availability_xy"].sum() == sum(
        connected[key] // 10_000 * value for key, value in y.items()
    )


def random_deliveries(seed: int, count: int) -> list[Row]:
    random = Random(seed)
    rows = []
    for number in range(count):
        latency_s = None if random.random() < 0.1 else round(10 ** random.uniform(-4, 1), 6)
        day = at("00:00").date().replace(day=20 + random.randrange(2))
        row = delivered(
            f"{random.randrange(24):02}:{random.randrange(60):02}:{random.randrange(60):02}",
            latency_s=latency_s,
            day=day,
            message=f"m{number}",
            sender=f"u{random.randrange(5)}",
            recipient=f"u{random.randrange(5)}",
            deadline_s=random.choice([1.0, 5.0]),
        )
        if latency_s is not None:
            row |= {"copies": random.choice([1, 1, 1, 2]), "in_order": random.random() < 0.9}
        rows.append(row)
    return rows


def test_every_count_of_deliveries_is_exact(tmp_path: Path) -> None:
    rows = random_deliveries(4, 800)
    write_by_day(tmp_path, "deliveries", rows)
    rollups = rolled(tmp_path)
    truth: dict[str, Counter[int]] = {}

    def add(name: str, row: Row, value: int = 1) -> None:
        hour = int(row["scheduled_at"].timestamp()) * 1_000_000 // HOUR
        truth.setdefault(name, Counter())[hour] += value

    for row in rows:
        in_time = row["latency_s"] is not None and row["latency_s"] <= row["deadline_s"]
        add("expected", row)
        add("in_time" if in_time else "late_or_lost", row)
        add("duplicated", row, int(row["copies"] > 1))
        add("out_of_order", row, int(row["in_order"] is False))
    for name, hours in truth.items():
        assert hours_of(rollups, name) == {hour: value for hour, value in hours.items() if value}, name
    assert rollups.latency["count"].sum() == rollups.counts["in_time"].sum()


@pytest.mark.parametrize(("ratio", "client"), [("delivery_success_rate", "recipient"),
                                               ("delivery_success_rate_by_sender", "sender")])  # fmt: skip
def test_deliveries_cluster_by_recipient_and_by_sender(tmp_path: Path, ratio: str, client: str) -> None:
    rows = random_deliveries(5, 500)
    write_by_day(tmp_path, "deliveries", rows)
    rollups = rolled(tmp_path)
    in_time: Counter[object] = Counter()
    expected: Counter[object] = Counter()
    for row in rows:
        key = (row["scheduled_at"].replace(minute=0, second=0), row[client])
        expected[key] += 1
        in_time[key] += row["latency_s"] is not None and row["latency_s"] <= row["deadline_s"]
    assert rollups.counts[f"{ratio}_clusters"].sum() == len(expected)
    assert rollups.counts[f"{ratio}_xx"].sum() == sum(value**2 for value in in_time.values())
    assert rollups.counts[f"{ratio}_xy"].sum() == sum(in_time[key] * expected[key] for key in expected)
    assert rollups.counts[f"{ratio}_yy"].sum() == sum(value**2 for value in expected.values())
