"""The ledger: each delivery is decided once, at its deadline."""

from typing import NamedTuple

from hypothesis import given
from hypothesis import strategies as st

from toolkit.measure.batch import DeliveryBatch
from toolkit.measure.ledger import Ledger
from toolkit.measure.schedule import Message


class Receipt(NamedTuple):
    latency_s: float | None
    copies: int
    in_order: bool | None


def receipts(ledger: Ledger, name: str) -> dict[str, Receipt]:
    """What became of a message, by recipient, as it is recorded."""
    batch = DeliveryBatch(environment="lab", collector="one", deadline_s=ledger.deadline_s)
    batch.add(ledger.decide(name), scheduled_us=0)
    ((_, table),) = batch.take()
    return {
        row["recipient"]: Receipt(row["latency_s"], row["copies"], row["in_order"])
        for row in table.to_pylist()
    }


def message(name: str, due_s: float = 10.0, recipients: tuple[str, ...] = ("bob", "eve")) -> Message:
    return Message(name, "tea", "ann", due_s, recipients)


def test_latency_runs_from_the_scheduled_send() -> None:
    ledger = Ledger(5)
    ledger.due(message("m1"), at_s=10.0)
    ledger.received("m1", "bob", at_s=12.5)
    assert receipts(ledger, "m1") == {"bob": Receipt(2.5, 1, True), "eve": Receipt(None, 0, None)}
    assert (ledger.counts["expected"], ledger.counts["received"]) == (2, 1)


def test_a_message_that_is_handed_over_a_little_early_is_timed_from_then() -> None:
    ledger = Ledger(5)
    ledger.due(message("m1"), at_s=9.9995)
    ledger.received("m1", "bob", at_s=9.9999)
    ledger.received("m1", "eve", at_s=14.9999)
    found = receipts(ledger, "m1")
    assert found["bob"].latency_s is not None and abs(found["bob"].latency_s - 0.0004) < 1e-9
    assert found["eve"].latency_s is None


def test_what_comes_after_the_deadline_is_lost() -> None:
    ledger = Ledger(5)
    ledger.due(message("m1"), at_s=10.0)
    ledger.received("m1", "bob", at_s=15.0)
    ledger.received("m1", "eve", at_s=15.001)
    found = receipts(ledger, "m1")
    assert found["bob"].latency_s == 5.0
    assert found["eve"] == Receipt(None, 0, None)


def test_a_second_copy_counts_and_does_not_change_the_latency() -> None:
    ledger = Ledger(5)
    ledger.due(message("m1"), at_s=10.0)
    ledger.received("m1", "bob", at_s=10.1)
    ledger.received("m1", "bob", at_s=11.0)
    receipt = receipts(ledger, "m1")["bob"]
    assert receipt.copies == 2
    assert receipt.latency_s is not None and round(receipt.latency_s, 6) == 0.1
    assert ledger.counts["duplicated"] == 1


def test_an_overtaken_message_is_out_of_order_and_the_overtaker_is_not() -> None:
    ledger = Ledger(5)
    ledger.due(message("m1", 10.0), at_s=10.0)
    ledger.due(message("m2", 10.5), at_s=10.5)
    ledger.received("m2", "bob", at_s=11.0)
    ledger.received("m1", "bob", at_s=11.2)
    assert receipts(ledger, "m1")["bob"].in_order is False
    assert receipts(ledger, "m2")["bob"].in_order is True


def test_a_gap_is_no_disorder() -> None:
    ledger = Ledger(5)
    for name in ("m1", "m2", "m3"):
        ledger.due(message(name), at_s=10.0)
    ledger.received("m1", "bob", at_s=10.1)
    ledger.received("m3", "bob", at_s=10.2)
    assert receipts(ledger, "m3")["bob"].in_order is True


def test_the_uninvited_and_the_unknown_count_for_nothing() -> None:
    ledger = Ledger(5)
    ledger.due(message("m1"), at_s=10.0)
    ledger.received("m1", "mallory", at_s=10.1)
    ledger.received("m9", "bob", at_s=10.1)
    assert all(receipt.copies == 0 for receipt in receipts(ledger, "m1").values())
    ledger.received("m1", "bob", at_s=10.2)
    assert ledger.counts["received"] == 0


@given(st.lists(st.tuples(st.integers(0, 4), st.sampled_from(["bob", "eve"]), st.floats(0, 20)), max_size=40))
def test_every_intended_delivery_is_decided_once_whatever_arrives(
    arrivals: list[tuple[int, str, float]],
) -> None:
    ledger = Ledger(5)
    for number in range(5):
        ledger.due(message(f"m{number}", due_s=float(number)), at_s=float(number))
    for number, who, at_s in sorted(arrivals, key=lambda arrival: arrival[2]):
        ledger.received(f"m{number}", who, at_s=at_s)
    found = [receipt for number in range(5) for receipt in receipts(ledger, f"m{number}").values()]
    assert len(found) == ledger.counts["expected"] == 10
    for receipt in found:
        assert (receipt.latency_s is None) == (receipt.copies == 0) == (receipt.in_order is None)
        assert receipt.latency_s is None or 0 <= receipt.latency_s <= 5
