"""No text of a decision folder is ever anything but text, wherever it lands."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from xml.etree import ElementTree

import pytest
from report_folders import record, silence, told
from report_html import Reader, assert_self_contained
from untrusted import (
    AMOUNTS,
    HEBREW,
    HOSTILE,
    LONG,
    MARKUP,
    NAMING,
    PROSE,
    UNSHOWN,
    poisoned,
    with_scenario_named,
)

from toolkit import deciding, loading, mapping
from toolkit.cost.claims import Claims
from toolkit.cost.measurements import Measurements
from toolkit.cost.option import Option
from toolkit.decide.plan import Plan
from toolkit.decide.usecases import UseCases
from toolkit.decide.weights import Weightings
from toolkit.pricing.book import PriceBook
from toolkit.pricing.scenario import Scenario
from toolkit.project import Project
from toolkit.report.build import decision_documents
from toolkit.report.inputs import ReportInputs
from toolkit.report.page import leadership_page
from toolkit.report.whatif import what_if_page

SCENARIO = f'"><img src=x onerror=alert(1)> {HEBREW} {{{{ 7*7 }}}}'
"""Also the name of a file, and so of at most 255 bytes and without a slash."""


def inputs_of(folder: Path, *, text: str, names: str = "") -> ReportInputs:
    """What the reports of the folder with hostile texts are told from, with recordings of every kind."""
    poisoned(folder, text, names=names)
    scenario = f"production{SCENARIO if names else ''}"
    if names:
        with_scenario_named(folder, scenario)
    path = folder / "scenarios" / f"{scenario}.yaml"
    # The shortest horizon: no text depends on it, and most of the time does.
    path.write_text(re.sub(r"horizon_months: \d+", "horizon_months: 1", path.read_text()))
    for recorded in (folder / "metrics").rglob("*.parquet"):
        recorded.unlink()
    for environment in ("lab", "bakeoff"):
        record(folder / "metrics", clients=5, minutes=5, environment=f"{environment}{names}")
    silence(folder / "metrics", environment=f"lab{names}")
    inputs, loaded = told(folder), loading.load(folder)
    name, its = inputs.default
    whole = replace(its, map=mapping.decision_map(loaded, name), whatif=mapping.what_if_costs(loaded, name))
    backtest = deciding.backtested(loaded, name, inputs.rollups, most_days=3)
    return replace(inputs, scenarios={name: whole}, backtest=backtest)


def texts_of(schema: Any, name: str = "") -> Iterator[str]:
    """The names of the fields of a schema that take any text."""
    if isinstance(schema, list):
        for part in schema:
            yield from texts_of(part, name)
    elif isinstance(schema, dict):
        if schema.get("type") == "string" and not {"enum", "const", "pattern", "format"} & set(schema):
            yield name
        for key, part in schema.items():
            if key in ("properties", "$defs"):
                for field, inner in part.items():
                    yield from texts_of(inner, field if key == "properties" else name)
            else:
                yield from texts_of(part, name)


def test_every_field_that_takes_any_text_is_among_those_that_are_made_hostile() -> None:
    schemas = (Project, Plan, UseCases, Weightings, Option, Claims, Measurements, PriceBook, Scenario)
    found = {name for schema in schemas for name in texts_of(schema.model_json_schema())}
    assert found == PROSE | NAMING | AMOUNTS | UNSHOWN


@pytest.fixture(scope="module")
def plain_tags(page: str) -> set[str]:
    """The elements of a page of harmless texts."""
    return {tag for tag, _ in Reader(page).elements}


@pytest.mark.parametrize(
    ("text", "names"),
    [
        pytest.param(HOSTILE, HOSTILE, id="hostile"),
        pytest.param(LONG, "", id="long", marks=pytest.mark.soak),
    ],
)
def test_hostile_text_is_inert_in_every_field(
    folder: Path, text: str, names: str, plain_tags: set[str]
) -> None:
    inputs = inputs_of(folder, text=text, names=names)
    html = leadership_page(inputs, build_id="b", notebooks=[(f"1-{names}", text)])
    assert_self_contained(html)
    reader = Reader(html)
    assert reader.headings.count(1) == 1
    assert {tag for tag, _ in reader.elements} <= plain_tags | {"bdi"}
    for shown in (html, what_if_page(inputs, build_id="b")):
        assert not {"\u202e", "\u2066", "\u0007", "\u001b"} & set(shown)
        found = Reader(shown)
        assert found.unbalanced == [] and found.headings.count(1) == 1
        assert all(address.startswith("data:image/") for address in found.resources())
        assert not [name for _, its in found.elements for name in its if name.startswith("on")]
        assert len(found.all("script")) == shown.count("<script") <= 2
        assert "49{%" not in shown
        for drawing in re.findall(r'src="data:image/svg\+xml,([^"]*)"', shown):
            kinds = {one.tag.rpartition("}")[2] for one in ElementTree.fromstring(unquote(drawing)).iter()}
            assert not kinds & {"script", "image", "foreignObject", "a", "h1"}
    if names:
        assert reader.text.count(MARKUP) > 100
        outside = re.sub(r"<bdi>[^<]*</bdi>|<title>[^<]*</title>|<[^>]*>", "", html)
        assert HEBREW not in outside and f"<bdi>{HEBREW}</bdi>" in html
    else:
        assert reader.text.count(LONG) > 100
    for document in decision_documents(inputs).values():
        assert json.loads(json.dumps(document)) == document
