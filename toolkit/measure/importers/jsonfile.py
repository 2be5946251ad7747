"""Reads a foreign file that is one JSON document, and says what it may be where it is something else."""

import json
import math
import re
from pathlib import Path
from typing import Any, NoReturn

from toolkit.measure.importers.source import UNREADABLE, opened, why_unreadable
from toolkit.project.faults import Faults

_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")

LARGEST = 1 << 28
"""Bytes beyond which a document is refused, as it is read as a whole; the tools write a few MB."""


def read_json(path: Path, faults: Faults) -> Any:
    """The document. None where it cannot be read; a fault says why.

    ``NaN`` and ``Infinity``, which JSON does not have, are refused.
    """
    try:
        with opened(path) as file:
            content = file.read(LARGEST + 1)
        text = content.decode("utf-8-sig")
    except UNREADABLE as error:
        faults.error(path, 1, "file", why_unreadable(error), "give the file as the tool wrote it")
        return None
    if len(content) > LARGEST:
        faults.error(path, 1, "file", f"is larger than {LARGEST >> 20} MiB", "split it by time")
        return None
    if not text.strip():
        faults.error(path, 1, "file", "is empty", "give the file as the tool wrote it")
        return None
    return _parsed(path, text, faults)


def _parsed(path: Path, text: str, faults: Faults) -> Any:
    try:
        return loads(text)
    except json.JSONDecodeError as error:
        line, wrong = error.lineno, f"is no JSON ({error.msg})"
        if error.msg == "Extra data" and "\n" in text:
            wrong = "holds more than one JSON document"
    except ValueError as error:
        line, wrong = 1, f"is no JSON ({error})"
    faults.error(path, line, "file", wrong, "give the file as the tool wrote it")
    return None


def loads(text: str) -> Any:
    """The document, of which every text can be written again.

    Raises:
        ValueError: it is no JSON, is nested too deeply, or has half of a pair of surrogates in a text.
    """
    try:
        document = json.loads(text, parse_constant=_refuse)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    if _SURROGATE.search(text):
        try:
            json.dumps(document, ensure_ascii=False).encode()
        except UnicodeEncodeError:
            raise ValueError("a text has half of a pair of surrogates") from None
    return document


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no number of JSON")


def not_this(path: Path, document: Any, kind: str, expected: str, faults: Faults) -> None:
    """A fault: the document is not of the kind that was said; of which kind it may be instead.

    Args:
        expected: what a file of the kind has, in words.
    """
    other = _looks_like(document)
    right = f"it looks like one of the kind {other}" if other and other != kind else f"it has {expected}"
    faults.error(path, 1, "file", f"is not of the kind {kind}", right)


def _looks_like(document: Any) -> str | None:
    if not isinstance(document, dict):
        return None
    known = {
        "artillery": {"aggregate", "intermediate"},
        "prometheus": {"status", "data"},
        "k6": {"metric", "type", "data"},
        "k6-summary": {"metrics"},
    }
    return next((kind for kind, keys in known.items() if keys <= document.keys()), None)


def number(value: object) -> float | None:
    """The value as a finite number; None where it is none, as true and text are."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        found = float(value)
    except OverflowError:
        return None
    return found if math.isfinite(found) else None
