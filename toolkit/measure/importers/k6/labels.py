"""The tags and metadata of a point of k6: its series, who dialled, and what the server answered."""

import json
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from typing import Any


@dataclass(frozen=True)
class Labels:
    """What the tags and metadata of a point say.

    Args:
        series: the same for the same tags and metadata, in whatever order they stand.
        client: the virtual user; where it is not told, the scenario, as nobody knows how many users it has.
        status: of the HTTP answer to the handshake. None where there was none, or where it is not told.
        answered: whether there was an answer: only then does k6 set the tag ``subproto``
            (grafana/k6@8788307 internal/js/modules/k6/websockets/websockets.go ``establishConnection``).
    """

    series: str
    client: str
    status: str | None
    answered: bool


@lru_cache(maxsize=1 << 14)
def labels_of(tags: str | None, metadata: str | None) -> Labels:
    """What the JSON of a point's tags and metadata says; what is no mapping says nothing."""
    found = {**_mapping(tags), **_mapping(metadata)}
    content = json.dumps(sorted(found.items()))
    user = found.get("vu")
    return Labels(
        series=blake2b(content.encode(), digest_size=8).hexdigest(),
        client=f"vu {user}" if user else found.get("scenario") or "k6",
        status=found.get("status"),
        answered="subproto" in found,
    )


def _mapping(text: str | None) -> dict[str, str]:
    """Name to value, both as text, without null bytes, which no identifier may hold."""
    try:
        found: Any = json.loads(text or "{}")
    except (ValueError, RecursionError):
        return {}
    if not isinstance(found, dict):
        return {}
    return {name: str(value).replace("\0", "") for name, value in found.items()}
