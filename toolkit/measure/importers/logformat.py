r"""From a ``log_format`` of nginx to the values of its variables in a line.

Syntax and escapes: nginx documentation, *Module ngx_http_log_module*, directive ``log_format``
(nginx.org/en/docs/http/ngx_http_log_module.html). By default a quote in a variable is written as ``\x22``,
with ``escape=json`` as ``\"``; a variable without a value is ``-`` by default and empty otherwise.
"""

import re
from collections.abc import Collection, Iterable

from toolkit.measure.importers.sql import quoted

COMBINED = (
    '$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent '
    '"$http_referer" "$http_user_agent"'
)
"""The format that nginx uses where none is configured."""

_VARIABLE = re.compile(r"\$(?:\{(\w+)\}|(\w+))")
_SHAPES = {
    "status": r"\d{3}",
    "request_time": r"\d+\.\d+",
    "msec": r"\d+\.\d+",
    "time_iso8601": r"\d{4}-\S+",
    "time_local": r"\d\d/\w{3}/\d{4}:\S+ \S+",
    "remote_addr": r"\S+",
}
_QUOTED = r'(?:[^"\\]|\\.)*'
_ANY = ".*?"


def whole_format(told: str) -> str:
    """The format as a user tells it, by its text with or without ``escape=…``, or as ``combined``."""
    log_format = re.sub(r"^escape=\w+\s+", "", told.strip())
    return COMBINED if log_format == "combined" else log_format


def variables(log_format: str) -> tuple[str, ...]:
    """The names of the variables in a format, in their order."""
    return tuple(first or second for first, second in _VARIABLE.findall(log_format))


def pattern(log_format: str, wanted: Collection[str] = ()) -> str:
    """A regular expression for a whole line, with a group for each variable that is wanted, once each.

    >>> print(pattern("<$status> $uri", ["uri"]))
    ^<(?:\\d{3})>\\ (.*?)\\s*$
    """
    left, parts, end = list(wanted), ["^"], 0
    for found in _VARIABLE.finditer(log_format):
        name = found[1] or found[2]
        before, after = log_format[end : found.start()], log_format[found.end() : found.end() + 1]
        is_quoted = before.endswith('"') and after == '"'
        shape = _SHAPES.get(name, _QUOTED if is_quoted else _ANY)
        group = "(" if name in left else "(?:"
        left = [other for other in left if other != name]
        parts += [re.escape(before), group, shape, ")"]
        end = found.end()
    return "".join([*parts, re.escape(log_format[end:]), r"\s*$"])


def fields_by_format(log_format: str, wanted: Iterable[str]) -> str:
    """SQL for a struct of the wanted variables of a line; all are empty where the line does not fit."""
    present = [name for name in dict.fromkeys(variables(log_format)) if name in set(wanted)]
    names = ", ".join(map(quoted, present))
    return f"regexp_extract(line, {quoted(pattern(log_format, present))}, [{names}])"


def fields_by_key(keys: Iterable[str]) -> str:
    """SQL for a struct of the values of a line that is a JSON object; all are null where it is none."""
    values = ", ".join(f"{key} := json_extract_string(object, {quoted('$.' + key)})" for key in keys)
    return f"struct_pack({values})"
