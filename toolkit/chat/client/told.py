"""The timers and limits that a server tells its clients, over those that a client started with."""

from typing import Any

from toolkit.chat.protocol import TOLD, Message
from toolkit.chat.settings import Settings

LONGEST_S = 86_400


def learned(settings: Settings, hello: Message) -> Settings:
    """The settings with what the server said; a value that cannot be one is passed over.

    Args:
        settings: what the client goes by until it is told.
        hello: the server's first message.
    """
    said = {name: hello[name] for name in TOLD if name in hello}
    return settings.model_copy(update={name: value for name, value in said.items() if _fits(name, value)})


def _fits(name: str, value: Any) -> bool:
    if name == "acknowledge":
        return isinstance(value, bool)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    if name == "max_message_bytes":
        return isinstance(value, int) and value >= 1
    return 0 < value <= LONGEST_S
