"""No text of a decision folder is ever anything but text, wherever it lands."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from report_folders import record, told
from report_html import Reader, assert_self_contained

from toolkit.report.build import decision_documents
from toolkit.report.page import leadership_page

SCRIPT = "<script>alert(1)</script>"
ATTRIBUTE = '"><img src=x onerror=alert(1)>'
TITLE = "</title><h1>gotcha</h1>"
TEMPLATE = "{{ 7*7 }}{% raw %}"
DIRECTION = "\u202eevil\u2066"
NULL = "a\u0000b\u001b[31m"

# Kinds that need the same care stand in one text: each would be heard through the others.
HOSTILE = {
    "markup": SCRIPT + ATTRIBUTE + TITLE + TEMPLATE,
    "invisible": DIRECTION + NULL,
    "mathtext": "$\\frac{1}{$",
    "long": "x" * 10_000,
}


@pytest.fixture
def hostile_folder(folder: Path) -> Callable[[str], Path]:
    """The folder with this text in every name, note, label and source that a user may write."""

    def write(text: str) -> Path:
        quoted = json.dumps(text)
        for old, path in (
            ("title: Chat that stays connected", "project.yaml"),
            ("title: Immediate - deploy the fixes and watch them", "plan.yaml"),
            ("owner: engineering leadership", "plan.yaml"),
            ("do: Monitor connection stability", "plan.yaml"),
            ("name: Pusher Channels", "options/pusher.yaml"),
            ("name: Current server, with the fixes", "options/current.yaml"),
            ("note: no hop, region, percentile or load is given", "options/current.yaml"),
            ('source: the brief, "they should resolve 90% of disconnection issues"', "options/current.yaml"),
            ("when: this week", "plan.yaml"),
            ("title: Immediate fix (current issues)", "use-cases.yaml"),
            ("says: the best balance of features, reliability and cost", "use-cases.yaml"),
            ("what: record current in production for 28 days", "measurements.yaml"),
        ):
            file = folder / path
            content = file.read_text()
            assert old in content, (old, path)
            key = old.split(":")[0]
            file.write_text(content.replace(old, f"{key}: {quoted}", 1))
        scenario = folder / "scenarios" / "production.yaml"
        lines = [
            f"title: {quoted}" if line.startswith("title:") else line
            for line in scenario.read_text().splitlines()
        ]
        # The shortest horizon: no text depends on it, and most of the time does.
        scenario.write_text("\n".join(lines).replace("horizon_months: 24", "horizon_months: 1") + "\n")
        claims = folder / "claims.yaml"
        claims.write_text(
            f"claims:\n  - {{id: x, option: pusher, statement: {quoted}, verdict: wrong, evidence: {quoted}, "
            f"source: {quoted}, as_of: 2026-01-01}}\n"
        )
        # The use cases rest on claims that are no more.
        cases = folder / "use-cases.yaml"
        cases.write_text(re.sub(r"\n +claims: \[[^\]]*\]", "", cases.read_text()))
        record(folder / "metrics", clients=5, minutes=5)
        return folder

    return write


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_text_is_inert_everywhere(
    hostile_folder: Callable[[str], Path], kind: str, page: str
) -> None:
    text = HOSTILE[kind]
    inputs = told(hostile_folder(text))
    html = leadership_page(inputs, build_id="b", notebooks=[("1-x", text)])
    assert_self_contained(html)
    reader, plain = Reader(html), Reader(page)
    assert reader.headings.count(1) == 1
    assert {tag for tag, _ in reader.elements} <= {tag for tag, _ in plain.elements}
    assert not {"\u202e", "\u2066", "\u0000", "\u001b"} & set(html)
    assert "49{%" not in html
    if kind == "markup":
        assert text in reader.text
    for document in decision_documents(inputs).values():
        assert json.loads(json.dumps(document)) == document
