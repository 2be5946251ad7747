"""JSON Schemas (draft 2020-12) of every document that a command prints, one file each.

No object in them may have a key that its schema does not name, and every key that it names is there, so that
a document and its schema cannot part unnoticed.
"""

import json
from pathlib import Path
from typing import Any

DOCUMENTS = ("metrics", "bill", "prices-diff", "cost", "decision", "backtest", "bakeoff")
"""The documents that have one; ``decision`` is that of ``toolkit decide`` and of a report's decision.json."""


def schema_of(document: str) -> dict[str, Any]:
    """The schema of one of :data:`DOCUMENTS`.

    Raises:
        KeyError: there is no such document.

    >>> schema_of("bill")["$id"]
    'urn:toolkit:schema:bill'
    """
    if document not in DOCUMENTS:
        raise KeyError(document)
    text = Path(__file__).with_name(f"{document}.json").read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text)
    return found
