"""Keys and tokens of the environment, kept out of what is published."""

import json
import re
from collections.abc import Mapping

SHORTEST = 8
"""Characters of a value that is hidden; a shorter one would hide words that mean something else."""

HIDDEN = "[hidden]"

_SECRET = re.compile(r"key|token|secret|passw|credential|auth|cookie|dsn", re.IGNORECASE)
_WITH_PASSWORD = re.compile(r"^[a-z][a-z0-9+.-]*://[^/@\s]*:[^/@\s]+@", re.IGNORECASE)


def without_secrets(text: str, environment: Mapping[str, str]) -> str:
    """The text, as JSON or as it is, without any value that a variable named like a secret has.

    Args:
        environment: variables by name; a URL with a password in it is a secret whatever its name.

    >>> without_secrets('{"text": "sent s3cr3t-t0ken"}', {"API_TOKEN": "s3cr3t-t0ken"})
    '{"text": "sent [hidden]"}'
    """
    for value in sorted(_secrets(environment), key=len, reverse=True):
        for written in {value, json.dumps(value)[1:-1], json.dumps(value, ensure_ascii=False)[1:-1]}:
            text = text.replace(written, HIDDEN)
    return text


def _secrets(environment: Mapping[str, str]) -> set[str]:
    found = set()
    for name, value in environment.items():
        for line in {value.strip(), *value.splitlines()}:
            if len(line) >= SHORTEST and (_SECRET.search(name) or _WITH_PASSWORD.match(line)):
                found.add(line)
    return found
