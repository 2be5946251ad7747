"""Addresses that messages are sent to, with what is secret in them left to the environment as ``${NAME}``."""

import re
from collections.abc import Mapping
from urllib.parse import quote, urlsplit

_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
_TOKEN = re.compile(r"(?=[^/?&=@:]*[0-9])(?=[^/?&=@:]*[A-Za-z])[A-Za-z0-9_.~%+-]{16,}")


class Unset(ValueError):
    """An address names a variable that the environment does not have."""


def resolved(address: str, environment: Mapping[str, str]) -> str:
    """The address with the values of its variables; one that is a part of it is escaped as URLs want it.

    >>> resolved("mailto://bot:${PASSWORD}@example.org", {"PASSWORD": "a/b"})
    'mailto://bot:a%2Fb@example.org'
    >>> resolved("${ALL}", {"ALL": "json://127.0.0.1:80/x"})
    'json://127.0.0.1:80/x'

    Raises:
        Unset: a variable is not set, or empty.
    """
    if missing := [name for name in _VARIABLE.findall(address) if not environment.get(name)]:
        raise Unset(f"the environment variable {missing[0]} is not set")
    if whole := _VARIABLE.fullmatch(address):
        return environment[whole[1]]
    return _VARIABLE.sub(lambda found: quote(environment[found[1]], safe=""), address)


def holds_secret(address: str) -> bool:
    """Whether an address seems to have a password or a token written into it.

    >>> holds_secret("mailto://bot:hunter2@example.org"), holds_secret("mailto://bot:${PASSWORD}@example.org")
    (True, False)
    >>> holds_secret("slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ"), holds_secret("json://127.0.0.1/x")
    (True, False)
    """
    try:
        password = urlsplit(address).password
    except ValueError:
        return False
    return bool(password and not _VARIABLE.fullmatch(password)) or bool(
        _TOKEN.search(_VARIABLE.sub("", address.partition("://")[2]))
    )
