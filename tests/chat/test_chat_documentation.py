"""docs/chat.md has the table of the settings as the code has it, and says no figure that is not so."""

from pathlib import Path
from typing import Any

import pytest

from toolkit.chat import glossary
from toolkit.chat.invariants.bounds import away_at_most_s, closed_at_most_s, gone_at_most_s
from toolkit.chat.settings import PRESETS, Settings, preset

DOCS = (Path(__file__).parent.parent.parent / "docs" / "chat.md").read_text()


def test_the_table_is_that_of_the_code() -> None:
    assert glossary.table() in DOCS, "replace the table by what `python -m toolkit.chat.glossary` prints"


def test_every_setting_has_a_meaning_and_a_unit_once() -> None:
    entries = list(glossary.entries())
    assert [entry.name for entry in entries] == list(Settings.model_fields)
    assert all(len(entry.meaning) > 15 and entry.unit for entry in entries)


@pytest.mark.parametrize("name", PRESETS)
def test_the_table_has_the_values_of_both_presets(name: Any) -> None:
    column = {"stable": 3, "brief": 4}[name]
    for entry in glossary.entries():
        row = next(line for line in DOCS.splitlines() if line.startswith(f"| `{entry.name}` |"))
        told = row.split(" | ")[column - 1]
        assert told == glossary.value(getattr(preset(name), entry.name))


def test_the_bounds_that_it_tells_are_those_of_the_presets() -> None:
    stable = preset("stable")
    closed = [f"{closed_at_most_s(preset(name)):g} s under `{name}`" for name in PRESETS[::-1]]
    assert " and ".join(closed) in DOCS
    assert f"({away_at_most_s(stable):g} s under `stable`)" in DOCS
    assert f"`drain_s` + {gone_at_most_s(stable) - stable.drain_s:g} s ≤ 15 s" in DOCS


def test_it_names_the_rules_file_and_the_protocol() -> None:
    root = Path(__file__).parent.parent.parent
    for name in ("toolkit/chat/protocol.py", "toolkit/chat/invariants/"):
        assert name in DOCS
        assert (root / name).exists()
