"""What a server tells its clients counts, as far as it makes sense."""

from typing import Any

import pytest

from toolkit.chat.client.told import learned
from toolkit.chat.protocol import TOLD
from toolkit.chat.settings import preset

STABLE = preset("stable")


def test_everything_that_a_server_tells_is_learned() -> None:
    told = {name: 7 for name in TOLD} | {"acknowledge": True, "server_ping_s": 7.5, "drain_s": 1.0}
    settings = learned(STABLE, {"type": "hello", "connection": "c", **told})
    assert {name: getattr(settings, name) for name in TOLD} == {name: told[name] for name in TOLD}
    # A server's own business is not a client's.
    assert settings.drain_s == STABLE.drain_s


@pytest.mark.parametrize(
    "value", [0, -1, True, None, "25", [25], float("nan"), float("inf"), 10**400, 86_401]
)
def test_a_timer_that_is_none_is_passed_over(value: Any) -> None:
    hello = {"type": "hello", "client_interval_s": value, "client_wait_s": 3}
    settings = learned(STABLE, hello)
    assert (settings.client_interval_s, settings.client_wait_s) == (STABLE.client_interval_s, 3)


@pytest.mark.parametrize("value", [0, 1.5, True, "many"])
def test_a_limit_that_is_none_is_passed_over(value: Any) -> None:
    assert learned(STABLE, {"max_message_bytes": value}).max_message_bytes == STABLE.max_message_bytes


@pytest.mark.parametrize("value", [1, "yes", None])
def test_only_yes_or_no_says_whether_to_acknowledge(value: Any) -> None:
    assert learned(STABLE, {"acknowledge": value}).acknowledge is STABLE.acknowledge
