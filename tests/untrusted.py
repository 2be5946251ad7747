"""A decision folder in which every text that a user may write is hostile, whichever field it stands in."""

import json
import shutil
from pathlib import Path
from typing import Any

import yaml

MARKUP = (
    "<script>alert(1)</script>\"><img src=x onerror=alert(1)>'</title></style><h1>gotcha</h1>"
    "{{ 7*7 }}{% raw %}`|[a](javascript:alert(1))$\\frac{1}{$ --> <!-- ]]>"
)
HEBREW = "\u05e9\u05dc\u05d5\u05dd"
INVISIBLE = "\u202eevil\u2066\u0007\u001b[31m"
HOSTILE = f" {HEBREW} 5 {MARKUP} {INVISIBLE}"
LONG = "x" * 10_000

PROSE = {
    "author", "do", "evidence", "name", "note", "notes", "owner", "reason", "recheck", "says", "source",
    "statement", "text", "title", "what", "when", "where",
}  # fmt: skip
"""Fields whose texts nothing refers to, wherever they stand."""

NAMING = {
    "baseline", "candidates", "claims", "default_scenario", "environment", "id", "informs", "meter", "metric",
    "metrics", "needs", "option", "options", "price_book", "scenario", "scenario_field", "sized", "unit",
}  # fmt: skip
"""Fields whose texts name something; the loader refuses one that names nothing, or it is named alike."""

UNSHOWN = {"notify"}
AMOUNTS = {
    "amount", "below", "counts", "credit_above_usd", "credit_days_per_hour_down", "credit_usd", "included",
    "limits", "long", "per_unit", "promise", "share", "short",
}  # fmt: skip
"""Numbers that may be written as text, to be exact."""

IDENTIFIED = ("phases", "claims", "measurements", "use_cases")
"""Lists whose entries have an id that may be any text."""

FIGURE = {"value": 5, "grade": "claim", "as_of": "2026-01-01"}
"""One that the toolkit makes no use of, so that its name and its unit may be any text."""

WEIGHTS = """
weights:
  - as_of: 2026-11-01
    author: Ada
    reason: a meeting
    weights: {total_cost_usd: 0.7, service_unavailability_min_per_month: 0.3}
    ranges:
      total_cost_usd: {worst: 200000, best: 0}
      service_unavailability_min_per_month: {worst: 500, best: 0}
"""


def poisoned(folder: Path, text: str, *, names: str = "") -> Path:
    """The folder with the text behind every text that nothing refers to, and a hostile ending of every name.

    Args:
        text: behind prose.
        names: behind the names that files refer to each other by, of phases, claims, environments, features
            and so on, which stay what they are where it is empty.
    """
    (folder / "weights.yaml").write_text(WEIGHTS)
    for path in sorted(folder.rglob("*.yaml")):
        of_prices = path.parent.name == "pricing"
        document = _changed(yaml.safe_load(path.read_text()), text, names, of_prices=of_prices)
        if path.parent.name == "options":
            document["figures"][f"own{names}"] = FIGURE | {"unit": f"things{names}", "source": f"we{text}"}
        path.write_text(yaml.safe_dump(document, sort_keys=False, width=10**6))
    return folder


def _changed(node: Any, text: str, names: str, *, of_prices: bool, key: str = "", inside: str = "") -> Any:
    if isinstance(node, dict):
        ending = names if key in ("environments", "features", "migration") else ""
        return {
            f"{name}{ending}": _changed(part, text, names, of_prices=of_prices, key=str(name), inside=key)
            for name, part in node.items()
        }
    if isinstance(node, list):
        return [_changed(part, text, names, of_prices=of_prices, key=key, inside=inside) for part in node]
    if not isinstance(node, str):
        return node
    # In a price book a source is the key of one.
    if key in PROSE and not (of_prices and key == "source"):
        return f"{node}{text}"
    named = key in ("environment", "claims", "needs") or (key == "id" and inside in IDENTIFIED)
    return f"{node}{names}" if named else node


def notebook(*sources: str, title: str = "A notebook") -> str:
    """A notebook that a build takes, with these cells of code and this title in its metadata."""
    cells: list[dict[str, Any]] = [
        {"cell_type": "markdown", "id": "h", "metadata": {}, "source": "# A notebook"},
        _code("p", "project = None\nscenario = None\nas_of = None") | {"metadata": {"tags": ["parameters"]}},
        *(_code(f"c{number}", source) for number, source in enumerate(sources)),
    ]
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {"title": title}, "cells": cells})


def _code(cell: str, source: str) -> dict[str, Any]:
    return {
        "cell_type": "code", "id": cell, "metadata": {}, "outputs": [], "execution_count": None,
        "source": source,
    }  # fmt: skip


def with_scenario_named(folder: Path, name: str) -> None:
    """Rename the default scenario's file, and what refers to it."""
    shutil.move(folder / "scenarios" / "production.yaml", folder / "scenarios" / f"{name}.yaml")
    for path in (folder / "project.yaml", folder / "use-cases.yaml"):
        if path.is_file():
            document = path.read_text().replace("scenario: production", f"scenario: {json.dumps(name)}")
            path.write_text(document)
