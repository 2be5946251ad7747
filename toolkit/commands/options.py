"""Options that many commands take, and how commands speak."""

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

ProjectDir = Annotated[Path, typer.Option("--project", help="The decision folder.")]
AsOf = Annotated[str | None, typer.Option("--as-of", metavar="DATE", help="The UTC day of the question.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]
ScenarioName = Annotated[
    str | None, typer.Option("--scenario", metavar="NAME", help="Default: the folder's own.")
]
DATA = Path("data")


def print_json(document: dict[str, Any]) -> None:
    """Print a document on standard output, in ASCII where that cannot take more."""
    ascii_only = (sys.stdout.encoding or "ascii").lower().replace("-", "") != "utf8"
    print(json.dumps(document, indent=2, ensure_ascii=ascii_only, allow_nan=False))


def note(text: str) -> None:
    """Tell a person, on standard error."""
    print(text, file=sys.stderr)
