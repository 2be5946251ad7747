"""Reads a decision record that people may have edited: front matter, prose, and the machine block."""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from toolkit.decide.record.record import Record
from toolkit.evidence import Day, Strict
from toolkit.project.faults import Faults
from toolkit.project.folder import listed
from toolkit.project.validation import validate
from toolkit.project.yamlfile import Document, read_text, yaml_document

STATUS = r"^(proposed|accepted|rejected|deprecated|superseded by .+)$"
"""Those of MADR 4."""

STANDING = ("proposed", "accepted")

FENCE = re.compile(r"^```json toolkit-record\n(.*?)^```[ \t]*$", re.M | re.S)
FRONT = re.compile(r"\A---\n(.*?)^---[ \t]*$", re.M | re.S)

Status = Annotated[str, Field(pattern=STATUS)]


class FrontMatter(Strict):
    """The front matter of MADR 4; names are those of people."""

    status: Status
    date: Day
    decision_makers: list[str] | str | None = Field(default=None, alias="decision-makers")
    consulted: list[str] | str | None = None
    informed: list[str] | str | None = None


@dataclass(frozen=True, kw_only=True)
class Filed:
    """A record of the folder.

    Args:
        file: its name inside the folder.
        status: as its front matter has it.
        record: its machine block.
    """

    file: str
    status: str
    record: Record

    @property
    def stands(self) -> bool:
        """Whether it is one to hold to, rather than one that was rejected or replaced."""
        return self.status in STANDING


def read_records(folder: Path, faults: Faults) -> list[Filed]:
    """The records of a folder in the order of their names; ``faults`` has what is wrong with the others."""
    found = [read_record(path, faults) for path in listed(folder, "*.md", faults) or ()]
    return [filed for filed in found if filed is not None]


def read_record(path: Path, faults: Faults) -> Filed | None:
    """The record, or None where it cannot be read; ``faults`` says why, each at its line."""
    text = read_text(path, faults)
    if text is None:
        return None
    front, record = _front_matter(path, text, faults), _machine_block(path, text, faults)
    if front is None or record is None:
        return None
    return Filed(file=f"{path.parent.name}/{path.name}", status=front.status, record=record)


def _front_matter(path: Path, text: str, faults: Faults) -> FrontMatter | None:
    match = FRONT.search(text)
    if match is None:
        faults.error(path, 1, "front matter", "is missing", "begin with ---, status and date, and ---")
        return None
    document = yaml_document(path, _at_its_lines(text, match), faults)
    return None if document is None else validate(document, FrontMatter, faults)


def _machine_block(path: Path, text: str, faults: Faults) -> Record | None:
    blocks = list(FENCE.finditer(text))
    if len(blocks) != 1:
        wrong = "holds no machine block" if not blocks else f"holds {len(blocks)} machine blocks"
        line = 1 if not blocks else text.count("\n", 0, blocks[1].start()) + 1
        right = "keep the one block that begins with ```json toolkit-record as it was written"
        faults.error(path, line, "file", wrong, right)
        return None
    block = _at_its_lines(text, blocks[0])
    data = _json(path, block, faults)
    # The same text once more, for the line of each field: JSON is YAML, but for how some numbers are read.
    document = None if data is None else yaml_document(path, block, faults)
    if document is None:
        return None
    return validate(Document(path, data or {}, document.lines), Record, faults)


def _json(path: Path, block: str, faults: Faults) -> dict[str, Any] | None:
    try:
        data = json.loads(block, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        faults.error(path, error.lineno, "machine block", f"not JSON: {error.msg}", "mend the syntax")
        return None
    except (ValueError, RecursionError) as error:
        line = block.count("\n", 0, len(block) - len(block.lstrip())) + 1
        faults.error(path, line, "machine block", f"not JSON: {error}", "write finite numbers, nest less")
        return None
    if not isinstance(data, dict):
        line = block.count("\n", 0, len(block) - len(block.lstrip())) + 1
        faults.error(path, line, "machine block", "is no mapping", "keep it as it was written")
        return None
    return data


def _no_constant(word: str) -> None:
    raise ValueError(f"{word} is no number")


def _at_its_lines(text: str, match: re.Match[str]) -> str:
    """The matched part, behind as many empty lines as stand before it, so that faults have their lines."""
    return "\n" * text.count("\n", 0, match.start(1)) + match.group(1)
