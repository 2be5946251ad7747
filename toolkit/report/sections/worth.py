"""What the fixes are really worth: the brief's word, what was measured, and what that rests on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from toolkit.metrics.worth import CLAIM, CLAIMED, Worth
from toolkit.report.pictures import Picture
from toolkit.report.sections.lifetimes import NOT_REACHED
from toolkit.report.tables import Cell, Column, Missing, Table
from toolkit.report.wording import duration, percent, whole
from toolkit.report.worth_plot import worth_forest
from toolkit.report.worthwords import (
    FAULTS,
    UNTOLD,
    WAYS,
    brief_says,
    claim_on,
    denominators,
    evidence,
    finding,
    mix,
    told_change,
    told_places,
    told_side,
)

if TYPE_CHECKING:
    from toolkit.cost.claims import Claim
    from toolkit.metrics.changes import Change
    from toolkit.metrics.noticing import Noticed
    from toolkit.metrics.worth import Comparison

Names = Mapping[str, str]

WORDS = {
    "unintended_ends_per_connected_h": "Disconnections per connected hour",
    "unintended_ends_per_session": "Disconnections per session",
    "unintended_ends_per_connection": "Disconnections per opened connection",
    "reconnections_per_connected_h": "Reconnections per connected hour",
    "reconnection_frequency": "Share of connections that are reconnections",
    "mean_connection_duration_s": "Mean connection duration, s",
    "restricted_mean_duration_s": "Mean duration",
    "late_or_lost_share": "Deliveries late or lost",
    "session_availability": "Session availability",
    "latency_p95_ms": "Latency, 95th percentile, ms",
}
"""Each measure as a reader sees it."""


@dataclass(frozen=True)
class WorthView:
    """What the page shows.

    Args:
        findings: a sentence a comparison, that of the brief's claim first.
        grounds: what the first one rests on and depends on.
        picture: shares of disconnections that are gone, by comparison and denominator.
        tables: every measure of each comparison.
        noticing: how long faults go unnoticed. None where that was not recorded.
    """

    findings: list[str]
    grounds: list[str]
    picture: Picture
    tables: list[Table]
    noticing: Table | None


def claimed_share(claims: "Sequence[Claim]") -> float | None:
    """The share of disconnections that the folder's brief says the fixes resolve; None where it does not."""
    return CLAIMED if any(claim.id == CLAIM for claim in claims) else None


def worth_view(
    worth: Worth, *, names: Names | None = None, claimed: float | None = CLAIMED
) -> WorthView | None:
    """The section; None where nothing was recorded of both sides.

    Args:
        names: what readers call each option; its id where left out.
        claimed: the share that the brief says is gone. None where it says nothing.
    """
    names = names or {}
    if not worth.comparisons:
        return None
    told = [finding(each, names, claimed=claim_on(each, claimed)) for each in worth.comparisons]
    on_first = claim_on(worth.comparisons[0], claimed)
    return WorthView(
        findings=told if on_first is None else [f"{brief_says(on_first)} {told[0]}", *told[1:]],
        grounds=_grounds(worth.comparisons[0], names),
        picture=worth_forest(worth, names=names, claimed=claimed),
        tables=[changes_table(each, names) for each in worth.comparisons],
        noticing=noticing_table(worth, names=names) if worth.noticing else None,
    )


def findings(worth: Worth, *, names: Names | None = None, claimed: float | None = CLAIMED) -> list[str]:
    """The sentences of the section, those of what the first finding rests on after it."""
    view = worth_view(worth, names=names, claimed=claimed)
    if view is None:
        return ["Nothing was recorded of both the option and the baseline."]
    return [view.findings[0], *view.grounds, *view.findings[1:]]


def _grounds(comparison: "Comparison", names: Names) -> list[str]:
    if comparison.not_comparable:
        return [evidence(comparison, names)]
    return [evidence(comparison, names), denominators(comparison), mix(comparison), *comparison.doubts]


def changes_table(comparison: "Comparison", names: Names | None = None) -> Table:
    """Every measure of both sides with the change between them."""
    names = names or {}
    old, new = comparison.baseline, comparison.option
    before, after = (
        (old.environment, new.environment)
        if old.option == new.option
        else (names.get(old.option, old.option), names.get(new.option, new.option))
    )
    columns = [
        Column("Measure"),
        Column(before, numeric=True),
        Column(after, numeric=True),
        Column("Change", numeric=True),
    ]
    rows = [_row(change, WORDS[change.measure]) for change in comparison.changes.values()]
    rows += [_row(change, f"Ended by the {who}, per connected hour") for who, change in _several(comparison)]
    rows += [
        _row(change, f"Fault: {FAULTS.get(kind, kind.replace('_', ' '))}, per connected hour")
        for kind, change in comparison.struck.items()
    ]
    compared = " (not comparable)" if comparison.not_comparable else ""
    caption = f"{told_places(comparison, names)}{compared}: what changes, with 95 % intervals"
    return Table(caption, columns, rows, absent="not recorded")


def _several(comparison: "Comparison") -> list[tuple[str, "Change"]]:
    """The ends by who ended the connection, where that was not always the same one."""
    return list(comparison.ended_by.items()) if len(comparison.ended_by) > 1 else []


def noticing_table(worth: Worth, *, names: Names | None = None) -> Table:
    """How long each end of a connection takes to notice each fault, where some never do."""
    names = names or {}
    rows: list[list[Cell]] = [
        [
            f"{names.get(each.option, each.option)}, {each.environment}",
            _fault(each),
            each.end,
            whole(each.n),
            f"{whole(each.noticed)} ({percent(each.share)})",
            _median(each),
            NOT_REACHED if each.p95_s is None else duration(each.p95_s),
            duration(each.watched_s),
        ]
        for each in worth.noticing
    ]
    columns = [
        Column("Option and environment"), Column("Fault"), Column("End"),
        Column("Watched", "faults", numeric=True), Column("Noticed", numeric=True),
        Column("Half within", numeric=True), Column("95 % within", numeric=True),
        Column("Watched for up to", numeric=True),
    ]  # fmt: skip
    return Table("How long a fault goes unnoticed, with 95 % intervals", columns, rows)


def _fault(each: "Noticed") -> str:
    fault = FAULTS.get(each.fault, each.fault.replace("_", " "))
    return f"{fault}, {WAYS[each.way]}" if each.way in WAYS else fault


def _median(each: "Noticed") -> str:
    value, low, high = (
        NOT_REACHED if part is None else duration(part)
        for part in (each.median_s.value, each.median_s.low, each.median_s.high)
    )
    return value if low == high == NOT_REACHED else f"{value} ({low} to {high})"


def _row(change: "Change", word: str) -> list[Cell]:
    if change.until_s is not None:
        word = f"{word} up to an age of {duration(change.until_s)}, s"
    told = told_change(change)
    outcome: Cell = Missing(f"{UNTOLD}: {change.why}") if told is None else told
    return [word, told_side(change, change.baseline), told_side(change, change.option), outcome]
