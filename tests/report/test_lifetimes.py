"""The tables of lifetimes and alerts: nothing is made up where the data do not reach."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from toolkit.measure.events import Connection
from toolkit.measure.recorder import Recorder
from toolkit.metrics.lifetimes import connection_summary
from toolkit.metrics.result import MetricsResult
from toolkit.metrics.rollups import Rollups, roll_up
from toolkit.project import Faults
from toolkit.report.inputs import ReportInputs
from toolkit.report.sections.lifetimes import aggregates_table, alerts_table, lifetimes_table
from toolkit.report.tables import Mark
from toolkit.report.wording import duration


def test_a_median_is_told_with_its_interval_and_never_made_up(report: ReportInputs) -> None:
    for option, *cells in lifetimes_table(report.rollups, environment="lab").rows:
        summary = connection_summary(report.rollups, str(option), "lab")
        assert summary is not None
        if summary.median_s is None:
            assert str(cells[2]).startswith("not reached")
        else:
            assert str(cells[2]).startswith(duration(summary.median_s))


def test_a_connection_that_nobody_ended_has_no_median(tmp_path: Path) -> None:
    when = datetime(2026, 11, 20, 10, tzinfo=UTC)
    row = Connection(
        client="ann", session="s", attempt=1, started_at=when, observed_until=when + timedelta(hours=1),
        outcome="open", handshake_s=0.1,
    )  # fmt: skip
    with Recorder(tmp_path, option="current", environment="lab", collector="c") as recorder:
        recorder.connection(row)
        recorder.end_session("ann", "s", at=row.observed_until)
    rollups = roll_up(tmp_path, as_of=when.date(), environments=["lab"], faults=Faults())
    (cells,) = lifetimes_table(rollups, environment="lab").rows
    assert cells[3] == "not reached"
    assert str(cells[6]).startswith("no end (at least")


def test_the_naive_mean_stands_beside_by_how_much_it_is_off(report: ReportInputs) -> None:
    for row in lifetimes_table(report.rollups, environment="lab").rows:
        cells = dict(zip(["naive", "bias"], row[-2:], strict=True))
        assert (cells["naive"] is None) == (cells["bias"] is None)


def test_alerts_are_raised_clear_or_undecided(report: ReportInputs) -> None:
    table = alerts_table(report.metrics, environment="lab")
    marks = {cell.text for row in table.rows for cell in row[1:] if isinstance(cell, Mark)}
    assert marks <= {"alert", "none", "undecided"} and marks
    assert len(table.columns) == 5, "the option, and the brief's four alerts"


def test_where_nothing_was_measured_the_tables_are_empty(report: ReportInputs) -> None:
    assert lifetimes_table(Rollups(), environment="lab").rows == []
    assert alerts_table(report.metrics, environment="production").rows == []
    none = MetricsResult(as_of=report.as_of, values={}, limits=[])
    assert aggregates_table(none).rows == []
