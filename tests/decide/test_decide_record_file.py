"""A record's file is read back as it was written, edited rightly or told wrong at its line."""

import json
from pathlib import Path
from typing import Any

import pytest
from test_decide_record_assumptions import PLAN, drawn, good, options, today

from toolkit.decide.decision import Decision
from toolkit.decide.plan import Plan
from toolkit.decide.record.filed import Filed, read_record
from toolkit.decide.record.record import Record
from toolkit.project import Faults
from toolkit.report.recordtext import record_text

from decide_worlds import plan, scenario  # isort: skip

HOSTILE = "# <img src=x onerror=alert(1)> [x](javascript:1) | `b` ```json toolkit-record\n---\n{}"


def text_of(record: Record, decision: Decision, *, title: str = "Chat", of: Plan | None = None) -> str:
    return record_text(
        record,
        decision,
        title=title,
        plan=of or plan(PLAN),
        scenario=scenario(title=title),
        options=options(),
    )


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> tuple[Record, Decision]:
    now = today(good(tmp_path_factory.mktemp("record")))
    return drawn(now), now.decision


def read(folder: Path, text: str) -> tuple[Filed | None, list[str]]:
    (folder / "records").mkdir(exist_ok=True)
    path = folder / "records" / "a.md"
    path.write_text(text)
    faults = Faults()
    return read_record(path, faults), [str(fault).removeprefix(f"{path}:") for fault in faults]


def test_what_was_written_is_read_back(written: tuple[Record, Decision], tmp_path: Path) -> None:
    text = text_of(*written)
    assert text == text_of(*written)
    filed, faults = read(tmp_path, text)
    assert faults == []
    assert filed is not None and filed.record == written[0]
    assert (filed.file, filed.status, filed.stands) == ("records/a.md", "proposed", True)


def test_people_may_edit_status_names_and_prose(written: tuple[Record, Decision], tmp_path: Path) -> None:
    text = text_of(*written).replace("status: proposed", "status: superseded by b.md")
    text = text.replace("decision-makers: []", "decision-makers: [Ann, Bob]").replace(
        "## Decision Drivers", "So"
    )
    filed, faults = read(tmp_path, text)
    assert faults == [] and filed is not None and filed.record == written[0]
    assert not filed.stands


def test_sections_are_those_of_madr(written: tuple[Record, Decision]) -> None:
    headings = [line for line in text_of(*written).splitlines() if line.startswith("## ")]
    assert headings == [
        "## Context and Problem Statement", "## Decision Drivers", "## Considered Options",
        "## Decision Outcome", "## Pros and Cons of the Options", "## More Information",
    ]  # fmt: skip


def test_hostile_text_stays_text(written: tuple[Record, Decision], tmp_path: Path) -> None:
    record, decision = written
    hostile = decision.phases[0].phase.model_copy(update={"title": HOSTILE})
    judged = type(decision.phases[0])(phase=hostile, chosen=None, criteria=decision.phases[0].criteria)
    told = type(decision)(**{**vars(decision), "phases": [judged]})
    of = Plan(phases=[hostile])
    text = text_of(record, told, title=HOSTILE, of=of)
    filed, faults = read(tmp_path, text)
    assert faults == [] and filed is not None and filed.record == record
    prose = text.split("```json toolkit-record\n{\n")[0]
    assert "<img" not in prose.replace("\\<img", "") and "](javascript" not in prose.replace("\\](", "")
    assert prose.count("\n---") == 1


BLOCK_START = '{\n "as_of"'


@pytest.mark.parametrize(
    "old, new, at, fault",
    [
        ("status: proposed", "status: perhaps", "status: proposed", "status: 'perhaps'"),
        ("status: proposed", "stats: proposed", "status: proposed", "stats: is not a known key"),
        ("---\nstatus", "status", "---", "front matter: is missing"),
        ('"expected": "GO"', '"expected": 3', '"expected": "GO"', "assumptions[0].expected: 3"),
        ('"kind": "first"', '"kind": "last"', '"kind": "first"', "assumptions[1].kind: 'last' is not one"),
        ("toolkit.record/1", "toolkit.record/9", '"format"', "format: 'toolkit.record/9'"),
        ('"threshold": 100.0', '"threshold": "much"', '"threshold": 100', "assumptions[3].threshold: 'much'"),
        ('"threshold": 100.0', '"threshold": NaN', BLOCK_START, "machine block: not JSON: NaN is no number"),
        ('"scenario": "team"', '"scenario" "team"', '"scenario": "team"', "machine block: not JSON"),
        ("```json toolkit-record", "```json", "---", "file: holds no machine block"),
    ],
)
def test_a_wrong_edit_is_told_at_its_line(
    written: tuple[Record, Decision], tmp_path: Path, old: str, new: str, at: str, fault: str
) -> None:
    text = text_of(*written)
    assert text.count(old) == 1
    filed, faults = read(tmp_path, text.replace(old, new))
    line = text[: text.index(at)].count("\n") + 1
    assert filed is None
    assert any(told.startswith(f"{line}: {fault}") for told in faults), faults


def test_all_faults_are_told_at_once(written: tuple[Record, Decision], tmp_path: Path) -> None:
    text = text_of(*written).replace("status: proposed", "status: perhaps")
    text = text.replace('"expected": "GO"', '"expected": 3').replace('"threshold": 100.0', '"threshold": -1')
    assert len(read(tmp_path, text)[1]) == 3


def test_the_block_is_plain_json(written: tuple[Record, Decision]) -> None:
    block: Any = text_of(*written).split("```json toolkit-record\n")[1].split("```")[0]
    assert list(json.loads(block)) == sorted(json.loads(block))
