"""Every setting with unit, values and meaning, as the table of docs/chat.md.

``python -m toolkit.chat.glossary`` prints it. The meaning stands once, in the docstring of :class:`Settings`.
"""

import inspect
import re
import sys
from collections.abc import Iterator
from typing import Any, NamedTuple

from toolkit.chat.settings import Proxy, Settings, preset

COUNTED = {
    "history_messages": "messages",
    "dedup_messages": "messages",
    "message_burst": "messages",
    "max_connections": "connections",
    "max_connections_per_address": "connections",
    "max_rooms_per_connection": "rooms",
    "handshake_burst": "handshakes",
    "handshake_burst_per_address": "handshakes",
    "log_burst": "records",
    "messages_per_s": "messages per second",
    "handshakes_per_s": "handshakes per second",
    "handshakes_per_address_per_s": "handshakes per second",
    "slow_client": "`close` or `drop`",
    "allowed_origins": "list of origins",
    "trusted_proxies": "list of addresses or networks",
    "tls_certificate": "file",
    "tls_key": "file",
    "proxies": "list of `{name, idle_s}`",
}
"""The units that a name does not end in."""


class Entry(NamedTuple):
    """One setting, under the heading of its group."""

    group: str
    name: str
    unit: str
    meaning: str


def entries() -> Iterator[Entry]:
    """Every setting, in the order of the docstring."""
    group = ""
    for line in _logical_lines(inspect.cleandoc(Settings.__doc__ or "")):
        names, colon, meaning = line.strip().partition(": ")
        if not line.startswith(" "):
            group = line.removesuffix(":")
        elif colon:
            for name in names.split(", "):
                yield Entry(group, name, unit(name), meaning)


def _logical_lines(text: str) -> Iterator[str]:
    """Lines of which each that is indented twice continues the one before."""
    return iter(re.sub(r"\n {8,}", " ", text).splitlines())


def unit(name: str) -> str:
    """The unit of a setting, or the kind of its values."""
    if name in COUNTED:
        return COUNTED[name]
    if isinstance(getattr(preset("stable"), name), bool):
        return "`true` or `false`"
    return "bytes" if name.endswith("_bytes") else "seconds"


def value(setting: Any) -> str:
    """A value as a settings file would write it; what is not set is shown as none."""
    match setting:
        case bool():
            return str(setting).lower()
        case float():
            return f"{setting:g}"
        case None | ():
            return "none"
        case tuple():
            return ", ".join(value(item) for item in setting)
        case Proxy():
            return f"{setting.name}, {setting.idle_s:g}"
    return str(setting)


def table() -> str:
    """All settings as a Markdown table."""
    rows = ["| field | unit | `stable` | `brief` | what |", "|---|---|---|---|---|"]
    group = ""
    for entry in entries():
        if entry.group != group:
            group = entry.group
            rows.append(f"| **{group}** | | | | |")
        stable, brief = (value(getattr(preset(name), entry.name)) for name in ("stable", "brief"))
        meaning = entry.meaning.replace("``", "`")
        rows.append(f"| `{entry.name}` | {entry.unit} | {stable} | {brief} | {meaning} |")
    return "\n".join(rows)


if __name__ == "__main__":
    sys.stdout.write(table() + "\n")
