"""One file for each way to carry the messages, named after its option; :func:`kind` finds it.

A new way is a file here whose ``KIND`` is a :class:`~toolkit.measure.adapters.base.Kind`, and its name below.
"""

from importlib import import_module

from toolkit.chat.settings import PresetName
from toolkit.measure.adapters.base import Adapter, Kind
from toolkit.project.faults import EnvironmentFault

LOCAL = ("current-unfixed", "current", "socketio", "socketcluster", "deepstream", "nats")
"""Served here and measured side by side unless others are asked for."""

OPT_IN = ("socketio-redis", "soketi")
"""Served here only where they are named: they need more than `make setup` installs."""

MANAGED: tuple[str, ...] = ()
"""Served by their vendors only."""

KNOWN = LOCAL + OPT_IN + MANAGED


def kind(option: str) -> Kind:
    """How to speak and serve an option.

    Raises:
        EnvironmentFault: there is no file for it, or it needs a package that is not installed.
    """
    if option not in KNOWN:
        raise EnvironmentFault(f"no adapter for {option} in this version; known: {', '.join(KNOWN)}")
    try:
        found = import_module(f"{__name__}.{option.replace('-', '_')}").KIND
    except ImportError as error:
        missing = f"the Python package {error.name} is missing; install the extra bakeoff"
        raise EnvironmentFault(missing) from error
    assert isinstance(found, Kind)
    return found


def adapter(option: str, chosen: PresetName = "stable") -> Adapter:
    """The adapter that speaks the protocol of an option.

    Args:
        chosen: with which settings the client of ``current`` runs until its server tells its own.

    Raises:
        EnvironmentFault: there is none, or it needs a package that is not installed.
    """
    return kind(option).speaks(chosen)
