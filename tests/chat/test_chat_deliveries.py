"""Acknowledgements: one row a message and recipient, at its acknowledgement or once the deadline is past."""

from datetime import UTC, datetime
from typing import Any

from toolkit.chat.server.deliveries import Deliveries
from toolkit.chat.server.history import Channel
from toolkit.chat.server.sessions import Session, User
from toolkit.measure.events import Delivery

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


class Bench:
    """A log, three recipients, and what was told about them."""

    def __init__(self) -> None:
        self.rows: list[dict[str, Any]] = []
        self.deliveries = Deliveries(deadline_s=5.0, tell=self.rows.append, now=lambda: NOON)
        self.channel = Channel()
        self.sessions = [Session(User(name, anonymous=True)) for name in ("ann", "bob", "eve")]

    def publish(self, at_s: float = 0.0) -> int:
        self.channel.newest += 1
        self.deliveries.expect(self.channel, sender="carol", recipients=self.sessions, bytes=12, now_s=at_s)
        return self.channel.newest

    def fates(self) -> dict[str, tuple[float | None, int]]:
        return {row["recipient"]: (row["latency_s"], row["copies"]) for row in self.rows}


def test_an_acknowledgement_is_a_row_at_once_and_the_rest_is_lost_at_the_deadline() -> None:
    bench = Bench()
    ann, bob, eve = bench.sessions
    offset = bench.publish()
    bench.deliveries.acknowledge(ann, bench.channel, [offset], 0.25)
    assert bench.fates() == {ann.id: (0.25, 1)}
    bench.deliveries.acknowledge(bob, bench.channel, [offset], 5.0)
    bench.deliveries.expire(5.0)
    assert len(bench.rows) == 2
    bench.deliveries.expire(5.001)
    assert bench.fates() == {ann.id: (0.25, 1), bob.id: (5.0, 1), eve.id: (None, 0)}


def test_one_that_comes_too_late_counts_as_lost() -> None:
    bench = Bench()
    offset = bench.publish()
    bench.deliveries.acknowledge(bench.sessions[0], bench.channel, [offset], 5.001)
    assert bench.rows == []
    bench.deliveries.expire(6.0)
    bench.deliveries.acknowledge(bench.sessions[0], bench.channel, [offset], 6.5)
    assert [row["latency_s"] for row in bench.rows] == [None] * 3


def test_nobody_acknowledges_twice_or_for_others_or_what_never_was() -> None:
    bench = Bench()
    ann, stranger = bench.sessions[0], Session(User("mallory", anonymous=True))
    offset = bench.publish()
    bench.deliveries.acknowledge(ann, bench.channel, [offset, offset, 99], 1.0)
    bench.deliveries.acknowledge(stranger, bench.channel, [offset], 1.0)
    bench.deliveries.acknowledge(ann, Channel(), [offset], 1.0)
    assert bench.fates() == {ann.id: (1.0, 1)}


def test_what_comes_before_an_earlier_one_is_out_of_order() -> None:
    bench = Bench()
    ann = bench.sessions[0]
    first, second = bench.publish(), bench.publish()
    bench.deliveries.acknowledge(ann, bench.channel, [second, first], 1.0)
    assert [(row["message"], row["in_order"]) for row in bench.rows] == [
        (f"{bench.channel.epoch}.2", True),
        (f"{bench.channel.epoch}.1", False),
    ]


def test_the_table_holds_no_more_than_a_deadlines_worth() -> None:
    bench = Bench()
    for number in range(1000):
        bench.publish(at_s=number * 0.1)
        bench.deliveries.expire(number * 0.1)
    assert len(bench.deliveries) <= 51
    assert len(bench.rows) == 3 * (1000 - len(bench.deliveries))


def test_rows_are_recorded_facts() -> None:
    bench = Bench()
    offset = bench.publish()
    bench.deliveries.acknowledge(bench.sessions[0], bench.channel, [offset], 1.0)
    bench.deliveries.expire(9.0)
    facts = [Delivery(**row) for row in bench.rows]
    assert all(fact.round_trip and fact.scheduled_at == NOON and fact.bytes == 12 for fact in facts)
    assert {fact.deadline_s for fact in facts} == {5.0}
