"""A document against its schema: every misfit at its line, with what would be right."""

from collections.abc import Sequence
from datetime import date
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from toolkit.project.addresses import holds_secret
from toolkit.project.faults import Faults, near, shortened
from toolkit.project.yamlfile import Document, KeyPath, dotted

Model = TypeVar("Model", bound=BaseModel)

TAGS = ("<number>", "<range>", "<criterion>", "<any of>")
"""How schemas name the members of their unions; no part of a path in the file."""


def validate(document: Document, model: type[Model], faults: Faults) -> Model | None:
    """The document as ``model``, or None where it does not fit; faults name every misfit."""
    try:
        return model.model_validate(document.data)
    except ValidationError as error:
        for detail in error.errors(include_url=False):
            path = _real_path(detail["loc"], document.data)
            wrong, right = _explain(dict(detail), model, path)
            faults.error(document.path, document.line(path), dotted(path), wrong, right)
        return None


def _real_path(loc: Sequence[str | int], data: Any) -> KeyPath:
    """The part of pydantic's location that the file has: the tags of union members, in <>, drop out."""
    path: list[str | int] = []
    for index, part in enumerate(loc):
        if part in TAGS and not (isinstance(data, dict) and part in data):
            continue
        if isinstance(data, dict) and (part in data or index == len(loc) - 1):
            path.append(part)
            data = data.get(part)
        elif isinstance(data, list) and isinstance(part, int) and part < len(data):
            path.append(part)
            data = data[part]
    return tuple(path)


YAML_WORDS = {"True": "true", "False": "false", "None": "null"}

RIGHT = {
    "float_type": "write a number",
    "int_type": "write a whole number",
    "int_from_float": "write a whole number",
    "string_type": "write text (in quotes if it looks like a number)",
    "bool_type": "write true or false",
    "date_type": "write a date as YYYY-MM-DD",
    "list_type": "write a list",
    "dict_type": "write a mapping",
    "model_type": "write a mapping",
    "finite_number": "write a finite number",
    "greater_than_equal": "write {ge:g} or more",
    "greater_than": "write more than {gt:g}",
    "less_than_equal": "write {le:g} or less",
    "less_than": "write less than {lt:g}",
    "string_pattern_mismatch": "write lower-case letters, digits and hyphens",
    "string_too_short": "write some text",
    "too_short": "write at least one entry",
}


def _explain(detail: dict[str, Any], model: type[BaseModel], path: KeyPath) -> tuple[str, str]:
    kind, value = detail["type"], detail.get("input")
    if kind == "missing":
        return "is missing", "add it"
    if kind == "extra_forbidden":
        return "is not a known key", near(str(path[-1]), _keys_at(model, path[:-1]))
    if kind == "literal_error":
        return f"{_shown(value)} is not one of the choices", f"use {detail['ctx']['expected']}"
    message = str(detail["msg"]).removeprefix("Value error, ")
    if kind in ("value_error", "assertion_error") and "|" in message:
        wrong, _, right = message.partition("|")
        return wrong, right
    if kind == "less_than_equal" and detail["ctx"]["le"] == 1 and isinstance(value, int | float):
        example = f", {value / 100:g} for {value:g} %" if value <= 100 else ""
        return f"{value:g} is not a share", f"write 0 to 1{example}"
    right = RIGHT.get(kind, "see docs/files.md").format(**detail.get("ctx", {}))
    return f"{_shown(value)}: {message[:1].lower()}{message[1:]}", right


def _shown(value: Any) -> str:
    if isinstance(value, dict | list):
        return "a mapping" if isinstance(value, dict) else "a list"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str) and holds_secret(value):
        # Errors end in logs, and are sent to those who read the report.
        return repr(f"{value.partition('://')[0]}://[hidden]")
    text = YAML_WORDS.get(str(value), repr(value)) if not isinstance(value, str) else repr(value)
    return shortened(text)


def _keys_at(model: type[BaseModel], path: KeyPath) -> list[str]:
    """The keys that the schema knows at a path; those of the whole model where it branches."""
    fields = model.model_json_schema(mode="validation")
    defs = fields.get("$defs", {})
    found = _walk(fields, defs, list(path))
    return sorted(found) or sorted(model.model_fields)


def _walk(schema: dict[str, Any], defs: dict[str, Any], path: list[str | int]) -> set[str]:
    if "$ref" in schema:
        return _walk(defs[schema["$ref"].rsplit("/", 1)[-1]], defs, path)
    branches = schema.get("anyOf", []) + schema.get("oneOf", []) + schema.get("allOf", [])
    if branches:
        return set().union(*(_walk(branch, defs, path) for branch in branches))
    if not path:
        return set(schema.get("properties", {}))
    step, rest = path[0], path[1:]
    if isinstance(step, int):
        return _walk(schema["items"], defs, rest) if "items" in schema else set()
    inner = schema.get("properties", {}).get(step) or schema.get("additionalProperties")
    return _walk(inner, defs, rest) if isinstance(inner, dict) else set()
