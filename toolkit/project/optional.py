"""Files that a decision folder may have, and names in them of what it may not have."""

from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel

from toolkit.project.faults import Faults, misspelt
from toolkit.project.validation import validate
from toolkit.project.yamlfile import Document, dotted, read_yaml

Model = TypeVar("Model", bound=BaseModel)


def read_optional(path: Path, model: type[Model], faults: Faults) -> tuple[Document, Model] | None:
    """The document of a file that a folder may have, and the same as ``model``.

    None where there is no such file, or it does not fit; faults name every misfit.
    """
    document = read_yaml(path, faults) if path.exists() else None
    found = None if document is None else validate(document, model, faults)
    return None if document is None or found is None else (document, found)


def check_name(
    document: Document,
    at: Sequence[str | int],
    word: str,
    known: Sequence[str],
    *,
    kind: str,
    faults: Faults,
    what: str,
) -> None:
    """Note a name of nothing that the folder has: a misspelt one as wrong, another one as left out.

    Args:
        at: where it stands in the document.
        kind: of what it names.
        what: is left out with it.
    """
    if word in known:
        return
    line, where = document.line(at), dotted(at)
    if meant := misspelt(word, known):
        faults.error(document.path, line, where, f"{word!r} is no {kind}", f"did you mean {meant}?")
    else:
        faults.warn(
            document.path, line, where, f"{word!r} is no {kind} of this folder", f"{what} is left out"
        )
