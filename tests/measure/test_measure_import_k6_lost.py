"""k6 import: when a message was due that was counted as expected and never arrived."""

import random
from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from foreign_files import Rows, faults_of, rows_of, set_aside, take

NOON_S = 1_795_521_600  # 2026-11-24T12:00:00Z
MIDNIGHT_S = NOON_S + 12 * 3600
HEADER = "metric_name,timestamp,metric_value,scenario,status,extra_tags,metadata"
MAPPING = "latencies: [{trend: rtt, expected: sent, round_trip: true}]\n"

Message = tuple[float, float | None]
"""When it was due and how long it took, in seconds; None where it was lost."""


def point(metric: str, at_s: float, value: float, *, user: int = 1, decimals: int = 6) -> str:
    return f"{metric},{int(at_s * 10**decimals)},{value:f},s,101,,vu={user}"


def points(
    messages: list[Message], *, user: int = 1, decimals: int = 6, counted_after_s: float = 0
) -> list[str]:
    """The points of a script that counts each message and notes its latency once it is back."""
    found = [(due_s, "sent", due_s + counted_after_s, 1.0) for due_s, _ in messages]
    found += [
        (due_s + took, "rtt", due_s + took, took * 1000) for due_s, took in messages if took is not None
    ]
    return [point(name, at_s, value, user=user, decimals=decimals) for _, name, at_s, value in sorted(found)]


def put(folder: Path, lines: list[str]) -> dict[str, Path]:
    """A file of points and its mapping, as the arguments of an import."""
    (folder / "m.yaml").write_text(MAPPING)
    (folder / "x.csv").write_text("\n".join([HEADER, *lines]) + "\n")
    return {"file": folder / "x.csv", "mapping": folder / "m.yaml"}


def deliveries(folder: Path, lines: list[str]) -> Rows:
    files = put(folder, lines)
    return rows_of("deliveries", take("k6", files["file"], folder / "metrics", mapping=files["mapping"]))


def lost_at_s(rows: Rows) -> list[float]:
    return sorted(row["scheduled_at"].timestamp() for row in rows if row["copies"] == 0)


def chatter(seed: int, *, every_s: float, count: int = 400) -> list[Message]:
    """Messages of which a tenth is lost; latencies are up to a second."""
    rng = random.Random(seed)
    return [
        (NOON_S + number * every_s, None if rng.random() < 0.1 else rng.uniform(0.001, 1))
        for number in range(count)
    ]


def test_latencies_run_from_the_sending(tmp_path: Path) -> None:
    (row,) = deliveries(tmp_path, points([(NOON_S + 0.5, 1.5)]))
    assert (row["scheduled_at"].isoformat(), row["latency_s"]) == ("2026-11-24T12:00:00.500000+00:00", 1.5)


def test_losses_are_due_when_the_messages_were_that_did_not_arrive(tmp_path: Path) -> None:
    messages = chatter(1, every_s=0.2)
    rows = deliveries(tmp_path, points(messages))
    assert lost_at_s(rows) == pytest.approx([due_s for due_s, took in messages if took is None], abs=2e-6)
    assert len(rows) == len(messages)


@pytest.mark.parametrize("every_s", [0.0007, 0.2])
@pytest.mark.parametrize("decimals", [0, 6])
@pytest.mark.parametrize("counted_after_s", [0, 0.009])
def test_by_no_time_are_fewer_losses_told_than_had_been_counted(
    every_s: float, decimals: int, counted_after_s: float, tmp_path: Path
) -> None:
    messages = chatter(2, every_s=every_s)
    rows = deliveries(tmp_path, points(messages, decimals=decimals, counted_after_s=counted_after_s))
    true_s = [due_s + counted_after_s for due_s, took in messages if took is None]
    assert len(lost_at_s(rows)) == len(true_s) > 30
    assert all(told_s <= one_s for told_s, one_s in zip(lost_at_s(rows), true_s, strict=True))


def test_a_loss_that_hides_how_late_the_script_counts_stands_on_the_day_before(tmp_path: Path) -> None:
    messages: list[Message] = [(MIDNIGHT_S - 1, None), (MIDNIGHT_S - 0.3, 0.1)]
    rows = deliveries(tmp_path, points(messages, counted_after_s=0.4))
    assert lost_at_s(rows) == [pytest.approx(MIDNIGHT_S - 0.6)]


def test_a_loss_that_may_be_of_either_of_two_users_stands_on_the_day_before(tmp_path: Path) -> None:
    sent = [point("sent", MIDNIGHT_S - 1, 1, user=2), point("sent", MIDNIGHT_S + 1, 1, user=1)]
    rows = deliveries(tmp_path, [*sent, point("rtt", MIDNIGHT_S + 1.1, 100, user=2)])
    assert lost_at_s(rows) == [MIDNIGHT_S - 1]


def test_losses_of_one_user_do_not_hide_behind_the_arrivals_of_another(tmp_path: Path) -> None:
    quiet = points([(NOON_S + number, None) for number in range(5)], user=1)
    lively = points([(NOON_S + number, 0.01) for number in range(5)], user=2)
    rows = deliveries(tmp_path, quiet + lively)
    assert Counter(row["recipient"] for row in rows if row["copies"] == 0) == {"vu 1": 5}


def test_what_one_user_sends_and_another_receives_is_held_together(tmp_path: Path) -> None:
    sent = [point("sent", NOON_S + number, 2) for number in range(3)]
    got = [point("rtt", NOON_S + number + 0.01, 10, user=user) for number in (0, 2) for user in (2, 3)]
    rows = deliveries(tmp_path, sent + got)
    assert lost_at_s(rows) == [NOON_S + 1, NOON_S + 1]
    assert len(rows) == 6


def test_messages_of_one_instant_are_all_kept(tmp_path: Path) -> None:
    rows = deliveries(tmp_path, points([(NOON_S, 0.5), (NOON_S, 0.5), (NOON_S, None)]))
    assert Counter(row["copies"] for row in rows) == {None: 2, 0: 1}


def test_more_arrivals_than_were_expected_are_refused(tmp_path: Path) -> None:
    lines = points([(NOON_S, 0.5), (NOON_S + 1, 0.5)])
    files = put(tmp_path, [line for line in lines if line != lines[0]])
    assert faults_of("k6", files["file"], tmp_path, mapping=files["mapping"]) == [
        "m.yaml:1: latencies[0].expected: counts 1 messages, but rtt has 2 that arrived; "
        "let the script add each message for each recipient as it sends it"
    ]


def test_a_counter_that_is_added_to_long_after_the_sending_is_refused(tmp_path: Path) -> None:
    files = put(tmp_path, points(chatter(3, every_s=0.5), counted_after_s=60))
    assert faults_of("k6", files["file"], tmp_path, mapping=files["mapping"]) == [
        "m.yaml:1: latencies[0].expected: counts messages more than 1 s after they were sent; "
        "let the script add each message for each recipient as it sends it"
    ]


def test_a_counter_of_bytes_is_refused(tmp_path: Path) -> None:
    files = put(tmp_path, [point("sent", NOON_S, 50_000_000), point("rtt", NOON_S + 1, 10)])
    (line,) = faults_of("k6", files["file"], tmp_path, mapping=files["mapping"])
    assert line.endswith(
        "counts 50,000,000 messages, but rtt has only 1 that arrived; count messages, not bytes"
    )


def test_values_that_are_no_latency_and_no_count_are_set_aside(tmp_path: Path) -> None:
    bad = [point("sent", NOON_S, 1.5), point("sent", NOON_S, 2e9), point("rtt", NOON_S, NOON_S * 1000)]
    files = put(tmp_path, points([(NOON_S, 0.5)]) + bad)
    result = take("k6", files["file"], tmp_path / "metrics", mapping=files["mapping"])
    assert len(rows_of("deliveries", result)) == 1
    told = set_aside(result).splitlines()[1:]
    assert [line.split(",")[2] for line in told] == [
        "value: is no whole number",
        "value: is above 1000000000",
        "value: is above 1000000000",
    ]


def test_what_was_still_on_its_way_as_the_file_ends_is_told(tmp_path: Path) -> None:
    files = put(tmp_path, points([(NOON_S, None), (NOON_S + 60, 0.1), (NOON_S + 61, None)]))
    result = take("k6", files["file"], tmp_path / "metrics", mapping=files["mapping"])
    assert result.notes[-1] == (
        "2 of the 3 messages that sent counts never arrived and stand as lost; "
        "1 of them had not reached their deadline as the file ends."
    )


def test_losses_lie_in_the_partition_of_their_own_day(tmp_path: Path) -> None:
    messages: list[Message] = [(MIDNIGHT_S - 30, None), (MIDNIGHT_S - 1, 0.5), (MIDNIGHT_S + 1, 0.5)]
    files = put(tmp_path, points(messages))
    result = take("k6", files["file"], tmp_path / "metrics", mapping=files["mapping"])
    (row,) = [row for row in rows_of("deliveries", result) if row["copies"] == 0]
    assert row["scheduled_at"] == datetime(2026, 11, 24, 23, 59, 30, tzinfo=UTC)
    assert row["scheduled_at"].date() == date(2026, 11, 24)
