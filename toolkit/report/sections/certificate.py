"""The certificate of coverage: how often each gate is wrong where the truth lies beside its threshold."""

from typing import TYPE_CHECKING

from toolkit.report.metricwords import name_of, show, show_threshold
from toolkit.report.tables import Cell, Column, Mark, Table
from toolkit.report.wording import exact_percent, number, percent, plural, whole

if TYPE_CHECKING:
    from toolkit.decide.coverage.certificate import Certificate, Row

NO_GATES = "The plan has no gate on field evidence, so that there is nothing to certify."


def certificate_sentence(made: "Certificate") -> str:
    """What the certificate says of the outages that the gates allow for, and how it was made."""
    worst = made.worst(made.outage_hours) or made.worst(0.0)
    if worst is None:
        return NO_GATES
    how = (
        f"{plural(made.worlds, 'simulated world')} of {plural(made.days, 'day')} with "
        f"{whole(made.events_a_day)} events a day, looked at every day"
    )
    return (
        f"In {how}, the gate that is wrong most often within what it allows for is that on "
        f"{_gate(worst)}: it goes on wrongly in {percent(worst.wrong_go)} of them "
        f"({percent(worst.wrong_go_low)} to {percent(worst.wrong_go_high)}), where "
        f"{exact_percent(worst.allowed)} are allowed."
    )


def certificate_table(made: "Certificate") -> Table:
    """A row for each gate and length of outage; outages longer than allowed for are marked."""
    columns = [
        Column("Gate"), Column("Outages", numeric=True), Column("Allowed for", shape="short"),
        Column("Truth on the wrong side", numeric=True), Column("Goes on wrongly", numeric=True),
        Column("Truth on the right side", numeric=True), Column("Stops wrongly", numeric=True),
        Column("May be wrong", numeric=True),
    ]  # fmt: skip
    rows: list[list[Cell]] = [_row(row, made.outage_hours) for row in made.rows]
    return Table("How often each gate is wrong, with 95 % intervals", columns, rows)


def _row(row: "Row", outage_hours: float) -> list[Cell]:
    fits = row.outage_hours <= outage_hours
    return [
        _gate(row),
        "none" if row.outage_hours == 0 else f"{number(row.outage_hours)} h",
        Mark("yes", "good") if fits else Mark("no", "wait"),
        _true(row, row.truth_worse),
        _wrong(row.wrong_go, row.wrong_go_low, row.wrong_go_high, row.allowed if fits else None),
        _true(row, row.truth_better),
        _wrong(row.wrong_stop, row.wrong_stop_low, row.wrong_stop_high, row.allowed if fits else None),
        exact_percent(row.allowed),
    ]


def _true(row: "Row", truth: float) -> str:
    # Of a latency percentile it is a share of deliveries.
    return percent(truth) if row.metric.startswith("latency") else show(row.metric, truth)


def _wrong(share: float, low: float, high: float, allowed: float | None) -> Mark:
    """The share with its interval; bad where it is past what may be wrong for certain."""
    tone = "plain" if allowed is None else "bad" if low > allowed else "good"
    return Mark(percent(share), tone, f"{percent(low)} to {percent(high)}")


def _gate(row: "Row") -> str:
    comparison = row.comparator.replace("_", " ")
    return f"{name_of(row.metric, None).lower()} {comparison} {show_threshold(row.metric, row.threshold)}"
