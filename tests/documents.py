"""Whether a printed document is what its schema says."""

from typing import Any

from jsonschema import Draft202012Validator, FormatChecker

from toolkit.schemas import schema_of


def misfits(document: str, printed: Any) -> list[str]:
    """Where a document differs from the schema of this name, in words."""
    validator = Draft202012Validator(schema_of(document), format_checker=FormatChecker())
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(printed)]
