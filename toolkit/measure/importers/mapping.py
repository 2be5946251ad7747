"""The YAML file beside a foreign one that says what it does not tell itself."""

from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel

from toolkit.project.faults import Faults
from toolkit.project.validation import validate
from toolkit.project.yamlfile import read_yaml

Model = TypeVar("Model", bound=BaseModel)


def read_into(model: type[Model], path: Path | None, faults: Faults) -> Model | None:
    """The mapping, or its defaults where there is no file. None where it does not fit; faults say why."""
    if path is None:
        return model()
    document = read_yaml(path, faults)
    return None if document is None else validate(document, model, faults)


def line_in(path: Path, field: Sequence[str | int]) -> int:
    """The line of a field in a mapping that was read before."""
    document = read_yaml(path, Faults())
    return 1 if document is None else document.line(field)
