"""Every fault of a YAML file is told at its line, all of them in one run."""

from pathlib import Path

import pytest

from toolkit.cost.option import Option
from toolkit.decide.plan import Plan
from toolkit.pricing.scenario import Scenario
from toolkit.project import Faults, dotted, read_yaml, validate

SCENARIO = """\
title: t
peak_concurrent_users: {p5: 3, p50: 2, p95: 7}
monthly_active_users: {p5: 3, p50: 2}
connected_hours_per_user_day: -1
messages_per_user_day: ten
recipients_per_message: {p5: 1, p50: 2, p95: 3, p99: 4}
message_bytes: .nan
uptime_need: 99.9
needs: presence
horizon_months: 0
horizont: 3
"""


LAUGHS = "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 9))


def faults_of(text: str, model: type, tmp_path: Path) -> list[str]:
    path = tmp_path / "file.yaml"
    path.write_text(text)
    faults = Faults()
    document = read_yaml(path, faults)
    if document is not None:
        validate(document, model, faults)
    return [str(fault).replace(f"{path}:", "") for fault in faults]


def test_all_faults_of_a_file_in_one_run(tmp_path: Path) -> None:
    assert faults_of(SCENARIO, Scenario, tmp_path) == [
        "1: channels: is missing; add it",
        "2: peak_concurrent_users: p5 3, p50 2, p95 7 are out of order; write p5 <= p50 <= p95",
        "3: monthly_active_users.p95: is missing; add it",
        "4: connected_hours_per_user_day: -1: input should be greater than or equal to 0; write 0 or more",
        "5: messages_per_user_day: 'ten': input should be a valid number; write a number",
        "6: recipients_per_message.p99: is not a known key; did you mean p95?",
        "7: message_bytes: nan: input should be a finite number; write a finite number",
        "8: uptime_need: 99.9 is not a share; write 0 to 1, 0.999 for 99.9 %",
        "9: needs: 'presence': input should be a valid list; write a list",
        "10: horizon_months: 0: input should be greater than or equal to 1; write 1 or more",
        "11: horizont: is not a known key; did you mean horizon_months?",
    ]


def test_faults_inside_lists_and_unions_are_told_where_they_stand(tmp_path: Path) -> None:
    text = """\
phases:
  - id: a
    title: T
    option: x
    needed_if:
      - {option: x, metric: connection_success_rate, at_leest: 0.9}
      - {any_of: [{option: x, metric: delivery_success_rate, below: 95}], lvl: 3}
    ready_if:
      - {option: x, metric: delivery_success_rate, below: 0.9, above: 0.1}
      - {option: x, below: 0.9}
      - {metric: delivery_success_rate, below: 0.9}
    since: 2026-13-01
  - 5
"""
    found = faults_of(text, Plan, tmp_path)
    assert [line.split(":")[0] for line in found] == ["6", "7", "7", "9", "10", "11", "12", "13"]
    assert "phases[0].needed_if[0].at_leest: is not a known key; did you mean at_least?" in found[0]
    assert "phases[0].needed_if[1].any_of[0]: below: 95 is not a share; write 0.95 for 95 %" in found[1]
    assert "phases[0].since: '2026-13-01'" in found[6]


def test_a_figure_needs_its_evidence(tmp_path: Path) -> None:
    text = """\
id: x
name: n
hosting: cloud
figures:
  latency_ms: {value: 50, unit: ms}
"""
    found = faults_of(text, Option, tmp_path)
    assert found[0].startswith("3: hosting: 'cloud' is not one of the choices; use 'self' or 'managed'")
    assert [line.split(": ")[1].rsplit(".", 1)[-1] for line in found[1:]] == ["grade", "source", "as_of"]


@pytest.mark.parametrize(
    ("text", "line", "part"),
    [
        ("a: 1\nb: 2\na: 3\n", 3, "the key stands twice, first on line 1"),
        ("a: {b: 1, b: 2}\n", 1, "a.b: the key stands twice"),
        ("a: [1\n", 2, "not YAML"),
        ("- 1\n", 1, "holds no mapping"),
        ("", 1, "holds no mapping"),
        ("? [a, b]\n: 1\n", 1, "a key must be plain text"),
        ("a: !!python/object:os.system x\n", 1, "not YAML"),
        ("[" * 3000, 1, "not YAML"),
        ("a: \x00\n", 1, "not YAML"),
        ("a: &a [*a]\n", 1, "not YAML"),
        (LAUGHS, 1, "not YAML: too large"),
    ],
)
def test_a_file_that_is_not_plain_yaml_is_refused(tmp_path: Path, text: str, line: int, part: str) -> None:
    path = tmp_path / "file.yaml"
    path.write_text(text)
    faults = Faults()
    read_yaml(path, faults)
    assert len(faults.errors) == 1
    assert part in str(faults.errors[0])
    assert faults.errors[0].line >= line


def test_a_missing_or_unreadable_file_is_a_fault(tmp_path: Path) -> None:
    faults = Faults()
    assert read_yaml(tmp_path / "none.yaml", faults) is None
    (tmp_path / "latin.yaml").write_bytes(b"a: \xe9\n")
    assert read_yaml(tmp_path / "latin.yaml", faults) is None
    (tmp_path / "folder.yaml").mkdir()
    assert read_yaml(tmp_path / "folder.yaml", faults) is None
    assert [fault.wrong.split(" (")[0] for fault in faults.errors] == [
        "the file is missing",
        "cannot be read",
        "cannot be read",
    ]


def test_keys_stay_text_and_aliases_are_read(tmp_path: Path) -> None:
    path = tmp_path / "file.yaml"
    path.write_text("on: &x {1: 2}\nagain: *x\n")
    document = read_yaml(path, Faults())
    assert document is not None
    assert document.data == {"on": {"1": 2}, "again": {"1": 2}}


def test_the_line_of_a_field_that_is_not_there_is_that_of_its_parent(tmp_path: Path) -> None:
    path = tmp_path / "file.yaml"
    path.write_text("a:\n  b:\n    - c: 1\n")
    document = read_yaml(path, Faults())
    assert document is not None
    assert document.line(("a", "b", 0, "missing")) == 3
    assert document.line(("z",)) == 1


def test_paths_are_dotted_as_users_write_them() -> None:
    assert dotted(("phases", 0, "any_of", 2, "below")) == "phases[0].any_of[2].below"
    assert dotted(()) == "file"


@pytest.mark.parametrize("number", ["017", "1:30", "1_000", "0x1F", "1:30.5"])
def test_a_number_that_old_yaml_reads_in_its_own_way_is_refused(tmp_path: Path, number: str) -> None:
    found = faults_of(SCENARIO.replace("horizon_months: 0", f"horizon_months: {number}"), Scenario, tmp_path)
    assert any(f"horizon_months: '{number}'" in line for line in found)


@pytest.mark.parametrize("number", ["1", "0", "-3", "0.5", ".5", "1.", "1.5e+3", "+7"])
def test_a_plain_number_is_a_number(tmp_path: Path, number: str) -> None:
    path = tmp_path / "file.yaml"
    path.write_text(f"a: {number}\n")
    document = read_yaml(path, Faults())
    assert document is not None
    assert document.data == {"a": float(number)}


@pytest.mark.parametrize(("opening", "depth"), [("[", 200_000), ("{a: ", 100_000)])
def test_brackets_without_end_are_a_fault_and_no_crash(tmp_path: Path, opening: str, depth: int) -> None:
    path = tmp_path / "deep.yaml"
    path.write_text(f"a: {opening * depth}")
    faults = Faults()
    assert read_yaml(path, faults) is None
    assert [fault.wrong for fault in faults] == ["not YAML: too large or nested too deeply"]
