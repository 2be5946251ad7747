"""What a client sends: in order, again after a loss, no more at once than a server can recognise again."""

from toolkit.chat.client.outbox import IN_FLIGHT, Outbox, Outgoing
from toolkit.chat.settings import Settings


def filled(count: int) -> Outbox:
    outbox = Outbox()
    for number in range(count):
        outbox.add(Outgoing(f"m{number}", "x" * number))
    return outbox


def sent(outbox: Outbox) -> list[str]:
    return [message.id for message in iter(outbox.next, None)]


def test_messages_go_out_in_the_order_in_which_they_were_given() -> None:
    assert sent(filled(5)) == ["m0", "m1", "m2", "m3", "m4"]


def test_what_was_not_acknowledged_goes_out_again_before_what_waits() -> None:
    outbox = filled(5)
    for _ in range(4):
        outbox.next()
    outbox.drop("m1")
    outbox.lost()
    assert sent(outbox) == ["m0", "m2", "m3", "m4"]


def test_a_second_loss_keeps_the_order() -> None:
    outbox = filled(4)
    for out in (3, 1, 2):
        for _ in range(out):
            outbox.next()
        outbox.lost()
    assert sent(outbox) == ["m0", "m1", "m2", "m3"]


def test_no_more_is_out_than_a_server_recognises_again() -> None:
    outbox = filled(IN_FLIGHT + 10)
    assert len(sent(outbox)) == IN_FLIGHT <= Settings().dedup_messages / 2
    outbox.drop("m0")
    assert sent(outbox) == [f"m{IN_FLIGHT}"]


def test_a_message_that_is_given_up_before_it_was_sent_is_not_sent() -> None:
    outbox = filled(3)
    outbox.drop("m1")
    assert sent(outbox) == ["m0", "m2"]
    assert "m0" in outbox
    assert "m1" not in outbox


def test_the_largest_is_one_that_is_out() -> None:
    outbox = filled(4)
    assert outbox.largest() is None
    outbox.next()
    outbox.next()
    largest = outbox.largest()
    assert largest is not None
    assert largest.id == "m1"
