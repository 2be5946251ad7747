"""Word of a report to those who read it: once an event, through Apprise, and never in a build's way.

Secrets stay in the environment: ``${NAME}`` in an address is replaced when something is sent, and neither
the replaced address nor what Apprise says of it is ever printed or kept. Imports nothing heavy before there
is something to send.
"""

import hashlib
import json
import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from toolkit.project.addresses import Unset, resolved
from toolkit.project.faults import printable
from toolkit.report.watched import Watched, after, told_since
from toolkit.report.writing import write

STATE = "notified.json"
"""Beside the builds: what each address was told last, by the hash of the address as it is written."""

SCHEMA = "toolkit.notified/1"
MOST_TOLD = 30
"""Lines of one message, and characters of one line; the report has the rest."""
LONGEST_LINE = 400


def notify(
    out: Path, *, title: str, addresses: Sequence[str], now: Watched, environment: Mapping[str, str]
) -> list[str]:
    """Tell every address what is new to it; what could not be sent, in words without any address.

    Args:
        out: the folder of all reports, which must be there.
        title: of the report.
        addresses: Apprise addresses as ``project.yaml`` has them.
        now: the state of what is watched.
        environment: values of the variables that the addresses name.
    """
    known, troubles = _read(out), []
    knows = {_key(address): known.get(_key(address)) for address in addresses}
    for number, address in enumerate(addresses):
        key = _key(address)
        told = told_since(knows[key], now)
        trouble = _send(address, title, told, environment) if told else None
        if trouble is not None:
            troubles.append(f"notify[{number}]: {trouble}; the report stands, and the next build tries again")
        else:
            knows[key] = after(knows[key], now)
    try:
        _write(out, {key: state for key, state in knows.items() if state is not None}, known)
    except OSError as error:
        troubles.append(f"notify: {STATE} cannot be written ({error.strerror}); all may be told again")
    return troubles


def _send(address: str, title: str, told: Sequence[str], environment: Mapping[str, str]) -> str | None:
    """Send one message; None, or why it could not be sent."""
    try:
        url = resolved(address, environment)
    except Unset as error:
        return str(error)
    import apprise

    # Apprise logs addresses with what is secret in them.
    logger = logging.getLogger("apprise")
    level, propagate = logger.level, logger.propagate
    logger.setLevel(logging.CRITICAL + 1)
    logger.propagate = False
    try:
        asset = apprise.AppriseAsset(app_id="toolkit", app_desc="toolkit", storage_mode="memory")
        sender = apprise.Apprise(asset=asset)
        if not sender.add(url):
            return "is no address that Apprise knows"
        sent = sender.notify(title=printable(title), body=_body(told), body_format="text")
        return None if sent else "could not be sent"
    except Exception as error:
        # Whatever a plugin raises may hold the address; its kind says enough.
        return f"could not be sent ({type(error).__name__})"
    finally:
        logger.setLevel(level)
        logger.propagate = propagate


def _body(told: Sequence[str]) -> str:
    """The message as plain lines: no name in it can forge a line or steer a terminal."""
    lines = [printable(line) for line in told[:MOST_TOLD]]
    lines = [line if len(line) <= LONGEST_LINE else f"{line[: LONGEST_LINE - 3]}..." for line in lines]
    more = len(told) - len(lines)
    return "\n".join([*lines, *([f"and {more} more, in the report"] if more else [])])


def _key(address: str) -> str:
    return hashlib.sha256(address.encode()).hexdigest()


def _read(out: Path) -> dict[str, Watched]:
    """What each address knows; a file that cannot be read is as good as none."""
    try:
        content = json.loads((out / STATE).read_text(encoding="utf-8"))
        told: dict[str, Watched] = dict(content["told"]) if content["schema"] == SCHEMA else {}
        kinds = [kind for state in told.values() for kind in state.values()]
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}
    return told if all(isinstance(kind, dict) for kind in kinds) else {}


def _write(out: Path, knows: Mapping[str, Any], known: Mapping[str, Any]) -> None:
    if knows != known:
        text = json.dumps({"schema": SCHEMA, "told": knows}, indent=1, sort_keys=True)
        write(out, STATE, f"{text}\n")
