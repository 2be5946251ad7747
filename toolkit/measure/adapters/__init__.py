"""One file for each way to carry the messages; :func:`adapter` finds the one of an option."""

import os

from toolkit.chat.settings import PresetName, preset
from toolkit.measure.adapters.base import Adapter
from toolkit.measure.adapters.managed import MANAGED, managed_adapter
from toolkit.project.faults import EnvironmentFault

KNOWN = ("current-unfixed", "current", "socketio")


def adapter(option: str, chosen: PresetName = "stable") -> Adapter:
    """The adapter that speaks the protocol of an option.

    Args:
        chosen: with which settings the client of ``current`` runs until its server tells its own.

    Raises:
        EnvironmentFault: there is none, or it needs a package that is not installed.
    """
    if option == "current-unfixed":
        from toolkit.measure.adapters.plain import PlainAdapter

        return PlainAdapter()
    if option == "current":
        from toolkit.measure.adapters.websockets_chat import ChatAdapter

        return ChatAdapter(preset(chosen))
    if option == "socketio":
        try:
            from toolkit.measure.adapters.socketio import SocketIOAdapter
        except ImportError as error:
            raise EnvironmentFault(
                f"the Python package {error.name} is missing; install the extra bakeoff"
            ) from error
        return SocketIOAdapter()
    if option in MANAGED:
        return managed_adapter(option, os.environ)
    known = ", ".join((*KNOWN, *MANAGED))
    raise EnvironmentFault(f"no adapter for {option} in this version; known: {known}")
