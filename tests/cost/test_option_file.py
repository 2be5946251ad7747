"""Figures of an option in units that the model can read, and as a table."""

from datetime import date
from pathlib import Path
from textwrap import dedent

import pytest
from cost_worlds import figure

from toolkit.cost.option import Option, figure_table
from toolkit.project import Faults, read_yaml, validate


def faults_of(tmp_path: Path, figures: str) -> list[str]:
    path, faults = tmp_path / "mine.yaml", Faults()
    path.write_text("id: mine\nname: Mine\nhosting: self\nfigures:\n" + dedent(figures).replace("\n", "\n  "))
    document = read_yaml(path, faults)
    assert document is not None
    validate(document, Option, faults)
    return [str(fault).removeprefix(f"{tmp_path}/") for fault in faults]


SOURCED = "grade: claim, source: us, as_of: 2026-01-01"


def test_a_figure_in_another_unit_is_refused(tmp_path: Path) -> None:
    found = faults_of(
        tmp_path, f"\nservice_unavailability_min_per_month: {{value: 2, unit: h/month, {SOURCED}}}"
    )
    assert found == [
        "mine.yaml:4: figures: service_unavailability_min_per_month is in 'h/month'; convert it to min/month"
    ]


def test_a_capacity_of_zero_is_refused(tmp_path: Path) -> None:
    found = faults_of(
        tmp_path, f"\nconnections_per_node: {{p5: 0, p50: 10, p95: 20, unit: connections, {SOURCED}}}"
    )
    assert found == ["mine.yaml:4: figures: connections_per_node may be 0; write more than 0"]


def test_a_mistyped_quantity_is_refused_with_the_near_match(tmp_path: Path) -> None:
    found = faults_of(tmp_path, f"\nconections_per_node: {{value: 10, unit: connections, {SOURCED}}}")
    told = "conections_per_node is no quantity that is read; did you mean connections_per_node?"
    assert found == [f"mine.yaml:4: figures: {told}"]


def test_all_of_it_is_told_at_once(tmp_path: Path) -> None:
    (found,) = faults_of(
        tmp_path,
        f"""
        node_usd_per_month: {{value: 60, unit: EUR/month, {SOURCED}}}
        deliveries_per_s_per_node: {{value: 0, unit: 1/s, {SOURCED}}}""",
    )
    assert "node_usd_per_month is in 'EUR/month'; deliveries_per_s_per_node may be 0" in found
    assert "convert it to USD/month; write more than 0" in found


def test_quantities_of_ones_own_are_welcome(tmp_path: Path) -> None:
    assert not faults_of(tmp_path, f"\nsupport_answer_h: {{value: 4, unit: h, {SOURCED}}}")


def test_a_limit_that_no_vendor_counts_is_refused(tmp_path: Path) -> None:
    path, faults = tmp_path / "mine.yaml", Faults()
    path.write_text("id: mine\nname: Mine\nhosting: self\nlimits: {peak_connection: 500}\n")
    document = read_yaml(path, faults)
    assert document is not None and validate(document, Option, faults) is None
    assert "did you mean peak_connections?" in str(faults)


@pytest.fixture
def option() -> Option:
    known = [
        figure("uptime_share", value=0.95, grade="claim"),
        figure("uptime_share", value=0.97, grade="lab"),
        figure("uptime_share", value=0.99, grade="field", as_of="2026-12-01"),
    ]
    return Option(id="mine", name="Mine", hosting="self", figures={"uptime_share": known})


def test_the_table_puts_the_figure_in_use_first_and_leaves_out_the_future(option: Option) -> None:
    table = figure_table({"mine": option}, as_of=date(2026, 11, 23))
    assert table["value"].tolist() == [0.97, 0.95]
    assert table["grade"].tolist() == ["lab", "claim"]
    assert table.columns.tolist() == [
        "option", "figure", "value", "low", "high", "unit", "grade", "source", "as_of", "note"
    ]  # fmt: skip


def test_a_table_of_nothing_keeps_its_columns() -> None:
    assert list(figure_table({}, as_of=date(2026, 1, 1)).columns)[:2] == ["option", "figure"]
