"""One file for each way to carry the messages; :func:`adapter` finds the one of an option."""

from toolkit.measure.adapters.base import Adapter
from toolkit.project.faults import EnvironmentFault

KNOWN = ("current-unfixed", "current", "socketio")


def adapter(option: str) -> Adapter:
    """The adapter that speaks the protocol of an option.

    Raises:
        EnvironmentFault: there is none, or it needs a package that is not installed.
    """
    if option == "current-unfixed":
        from toolkit.measure.adapters.plain import PlainAdapter

        return PlainAdapter()
    if option == "current":
        from toolkit.measure.adapters.websockets_chat import ChatAdapter

        return ChatAdapter()
    if option == "socketio":
        try:
            from toolkit.measure.adapters.socketio import SocketIOAdapter
        except ImportError as error:
            raise EnvironmentFault(
                f"the Python package {error.name} is missing; install the extra bakeoff"
            ) from error
        return SocketIOAdapter()
    raise EnvironmentFault(f"no adapter for {option} in this version; known: {', '.join(KNOWN)}")
