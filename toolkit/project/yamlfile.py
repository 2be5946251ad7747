"""YAML with positions: every fault of a file is told at its line, all of them at once."""

import re
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from toolkit.project.faults import Faults, near, shortened

Model = TypeVar("Model", bound=BaseModel)
Path_ = tuple[str | int, ...]

TAGS = ("<number>", "<range>", "<criterion>", "<any of>")
"""How schemas name the members of their unions; no part of a path in the file."""

PLAIN_NUMBER = re.compile(r"[-+]?(0|[1-9]\d*|\d*\.\d*)([eE][-+]?\d+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")

LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""libyaml's parser, ten times as fast, where PyYAML was built with it."""

MAX_DEPTH = 50
"""Deeper YAML is refused: no file of a decision folder nests as far."""

MAX_NODES = 200_000
"""Larger YAML is refused, so that aliases of aliases cannot fill the memory."""


@dataclass(frozen=True)
class Document:
    """A parsed file.

    Args:
        path: the file.
        data: its content, with plain dicts, lists and scalars.
        lines: the 1-based line of each key and list item, by its path from the root.
    """

    path: Path
    data: dict[str, Any]
    lines: dict[Path_, int]

    def line(self, path: Sequence[str | int]) -> int:
        """The line of the field, or of the nearest field above it that the file has."""
        for length in range(len(path), 0, -1):
            if (line := self.lines.get(tuple(path[:length]))) is not None:
                return line
        return 1


class Written(float):
    """A number that remembers its digits, so that a price is billed as it was written."""

    written: str

    def __new__(cls, value: float, written: str = "") -> "Written":
        number = super().__new__(cls, value)
        number.written = written
        return number


class _Reader:
    """Turns YAML nodes into plain data, noting lines and duplicate keys on the way."""

    def __init__(self, path: Path, faults: Faults) -> None:
        self.path = path
        self.faults = faults
        self.lines: dict[Path_, int] = {}
        self._nodes = 0
        self._scalars = yaml.SafeLoader("")

    def read(self, node: yaml.Node, at: Path_ = ()) -> Any:
        self._nodes += 1
        if len(at) > MAX_DEPTH or self._nodes > MAX_NODES:
            raise yaml.MarkedYAMLError(problem="too large or nested too deeply", problem_mark=node.start_mark)
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, at)
        if isinstance(node, yaml.SequenceNode):
            return [self._item(item, (*at, index)) for index, item in enumerate(node.value)]
        return self._scalar(node)

    def _scalar(self, node: yaml.Node) -> Any:
        """The scalar's value; what only looks like a date or a number stays text for its schema to refuse.

        YAML 1.1 reads 017 as 15, 1:30 as 90 and 1_000 as 1000. Nobody who writes a price means the first two.
        """
        if node.tag.endswith((":int", ":float")) and not PLAIN_NUMBER.fullmatch(node.value):
            return str(node.value)
        try:
            value = self._scalars.construct_object(node, deep=True)
        except ValueError:
            return str(node.value)
        return Written(value, node.value) if isinstance(value, float) else value

    def _item(self, node: yaml.Node, at: Path_) -> Any:
        self.lines[at] = node.start_mark.line + 1
        return self.read(node, at)

    def _mapping(self, node: yaml.MappingNode, at: Path_) -> dict[Hashable, Any]:
        mapping: dict[Hashable, Any] = {}
        for key_node, value_node in node.value:
            key = self._key(key_node)
            line = key_node.start_mark.line + 1
            if key in mapping:
                first = self.lines[(*at, key)]
                self.faults.error(
                    self.path, line, dotted((*at, key)), f"the key stands twice, first on line {first}",
                    "keep one of the two",
                )  # fmt: skip
            self.lines[(*at, key)] = line
            mapping[key] = self.read(value_node, (*at, key))
        return mapping

    def _key(self, node: yaml.Node) -> str:
        """Keys are text as written: `on:` stays `on` and `1:` stays `1`."""
        if not isinstance(node, yaml.ScalarNode):
            raise yaml.MarkedYAMLError(problem="a key must be plain text", problem_mark=node.start_mark)
        return str(node.value)


def dotted(path: Sequence[str | int]) -> str:
    """The path as text.

    >>> dotted(("phases", 1, "ready_if", 0, "at_least"))
    'phases[1].ready_if[0].at_least'
    """
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text or "file"


def read_yaml(path: Path, faults: Faults) -> Document | None:
    """The file's content with its lines, or None where it cannot be read; faults say why."""
    text = read_text(path, faults)
    return None if text is None else yaml_document(path, text, faults)


def read_text(path: Path, faults: Faults) -> str | None:
    """The file's text, or None where it cannot be read; faults say why."""
    # A pipe among the files would be waited for, for ever; one that a shell made stands under /dev.
    try:
        if path.exists() and not path.is_file() and not path.is_dir() and path.parts[:2] != ("/", "dev"):
            faults.error(path, 1, "file", "is no regular file", "replace it by one, or remove it")
            return None
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        faults.error(path, 1, "file", "the file is missing", "create it, or name one that exists")
    except (OSError, UnicodeDecodeError) as error:
        faults.error(path, 1, "file", f"cannot be read ({_reason(error)})", "write it as UTF-8 text")
    return None


def yaml_document(path: Path, text: str, faults: Faults) -> Document | None:
    """The text of a file, or of a part of it, with its lines; None where it is no YAML, which faults say."""
    reader = _Reader(path, faults)
    try:
        node = _compose(text)
        data = None if node is None else reader.read(node)
    except (yaml.YAMLError, ValueError, OverflowError, RecursionError) as error:
        faults.error(path, _error_line(error, text), "file", f"not YAML: {_reason(error)}", "mend the syntax")
        return None
    if not isinstance(data, dict):
        faults.error(path, 1, "file", "holds no mapping", "write `key: value` lines")
        return None
    return Document(path, data, reader.lines)


def _compose(text: str) -> yaml.Node | None:
    """The file's nodes. Its depth is looked at first: libyaml's parser has no bound, and would crash."""
    depth = 0
    for event in yaml.parse(text, Loader=LOADER):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > MAX_DEPTH + 1:
            mark: Any = event.start_mark
            raise yaml.MarkedYAMLError(problem="too large or nested too deeply", problem_mark=mark)
    node: yaml.Node | None = yaml.compose(text, Loader=LOADER)
    return node


def _error_line(error: Exception, text: str) -> int:
    if isinstance(error, yaml.reader.ReaderError):
        return text.count("\n", 0, error.position) + 1
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    return mark.line + 1 if mark else 1


def _reason(error: Exception) -> str:
    if isinstance(error, OSError):
        return error.strerror or type(error).__name__
    return getattr(error, "problem", None) or " ".join(str(error).split())[:120] or type(error).__name__


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


def _real_path(loc: Sequence[str | int], data: Any) -> Path_:
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


def _explain(detail: dict[str, Any], model: type[BaseModel], path: Path_) -> tuple[str, str]:
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
    text = YAML_WORDS.get(str(value), repr(value)) if not isinstance(value, str) else repr(value)
    return shortened(text)


def _keys_at(model: type[BaseModel], path: Path_) -> list[str]:
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
