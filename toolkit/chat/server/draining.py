"""How a server goes away: every client is told when to come back, each at a time of its own."""

import random
from collections.abc import Iterable

from toolkit.chat.protocol import encode
from toolkit.chat.server.hub import Hub
from toolkit.chat.server.members import Member
from toolkit.chat.server.sockets import text_frame


def spread_s(clients: int, over_s: float, draw: random.Random) -> list[float]:
    """When each of the clients should come back, in no order: one at random in each equal part of the time.

    So their rate is even, whatever the seed; drawn freely, some would meet by chance.
    """
    delays_s = [(number + draw.random()) / clients * over_s for number in range(clients)]
    draw.shuffle(delays_s)
    return delays_s


def say_goodbye(
    members: Iterable[Member], hub: Hub, *, code: int, over_s: float, draw: random.Random
) -> None:
    """Tell each client when to come back, and begin to close its connection.

    Args:
        code: the close code.
        over_s: time over which they come back.
    """
    leaving = [member for member in members if member.socket.is_open]
    for member, delay_s in zip(leaving, spread_s(len(leaving), over_s, draw), strict=True):
        message = {"type": "closing", "code": code, "reconnect_after_s": round(delay_s, 3)}
        member.socket.write(text_frame(encode(message)))
        hub.close(member, code, "the server is going away")
