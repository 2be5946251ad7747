"""YAML with positions, so that every fault of a file is told at its line."""

import re
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from toolkit.project.faults import Faults

KeyPath = tuple[str | int, ...]

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
    lines: dict[KeyPath, int]

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
        self.lines: dict[KeyPath, int] = {}
        self._nodes = 0
        self._scalars = yaml.SafeLoader("")

    def read(self, node: yaml.Node, at: KeyPath = ()) -> Any:
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

    def _item(self, node: yaml.Node, at: KeyPath) -> Any:
        self.lines[at] = node.start_mark.line + 1
        return self.read(node, at)

    def _mapping(self, node: yaml.MappingNode, at: KeyPath) -> dict[Hashable, Any]:
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
