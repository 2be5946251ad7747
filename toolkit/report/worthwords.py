"""What an option is worth against a baseline, in words: the finding first, then what it rests on."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from toolkit.metrics.changes import PRIMARY, Change, resolved
from toolkit.metrics.worth import BASELINE, OPTION
from toolkit.report.wording import day, exact_percent, number, percent, plural

if TYPE_CHECKING:
    from toolkit.metrics.arms import Arm
    from toolkit.metrics.ratios import Estimate
    from toolkit.metrics.worth import Comparison, Judgement

Names = Mapping[str, str]

KIND_OF_EVIDENCE = {
    "lab": "lab evidence, on loopback or a test network, with faults made by a script, not production",
    "field": "field evidence, from production",
}

FAULTS = {
    "idle": "cut for being idle",
    "reset": "reset",
    "close": "closed by the network",
    "cut": "reset amid a message",
    "blackhole": "black hole",
    "half_open": "half open",
    "drop": "dropped soon after it opened",
}
"""What was done to a connection, in words; others stand as they are recorded."""

WAYS = {"to_server": "towards the server", "to_client": "towards the client"}

UNTOLD = "not measurable with these data"


def share_gone(share: "Estimate") -> str:
    """A share of disconnections with its interval, which is one-sided where none are left."""
    if share.value is None:
        return UNTOLD
    if share.value == 1 and share.low is not None:
        bound = share.low > 0
        return f"at least {percent(share.low)}" if bound else f"{percent(1.0)} (of too few to bound)"
    return f"{percent_of(share.value)} ({_end(share.low)} to {_end(share.high)})"


def percent_of(share: float) -> str:
    """A share as a percentage, with a minus sign where it is below 0."""
    return f"{'−' if share < 0 else ''}{percent(abs(share))}"


def _end(share: float | None) -> str:
    return "no bound" if share is None else percent_of(share)


def claim_on(comparison: "Comparison", claimed: float | None) -> float | None:
    """The claim, where the comparison is the one that it speaks of: with the fixes against without them."""
    sides = (comparison.baseline.option, comparison.option.option)
    return claimed if sides == (BASELINE, OPTION) else None


def finding(comparison: "Comparison", names: Names, *, claimed: float | None) -> str:
    """What was measured, and whether that is more or less than the brief says.

    Args:
        claimed: the share that the brief says is gone. None where it says nothing of this comparison.
    """
    told = f"{told_places(comparison, names)}: "
    primary, gone = comparison.changes[PRIMARY], comparison.resolved
    if comparison.not_comparable:
        return f"{told}not comparable, {'; '.join(comparison.not_comparable)}."
    if gone.value is None:
        return f"{told}{UNTOLD}; {primary.why}."
    if gone.high is not None and gone.high < 0:
        return f"{told}there are more disconnections per connected hour, not fewer: {fewer(primary)}."
    judged = "" if claimed is None else _JUDGED[comparison.judged(claimed)]
    if gone.low is None or gone.low <= 0:
        return f"{told}whether there are fewer disconnections is not known: {fewer(primary)}{judged}."
    return f"{told}{share_gone(gone)} of the disconnections per connected hour are gone{judged}."


def brief_says(claimed: float) -> str:
    """The claim as a sentence."""
    return f"The brief says that the fixes resolve {exact_percent(claimed)} of the disconnections."


_JUDGED: Mapping["Judgement", str] = {
    "more": ", which is more than the brief says",
    "less": ", which is less than the brief says",
    "undecided": "; whether that is more or less than the brief says, these data cannot tell",
}


def told_places(comparison: "Comparison", names: Names) -> str:
    """Which two recordings are compared."""
    old, new = comparison.baseline, comparison.option
    if old.option == new.option:
        return f"{names.get(new.option, new.option)}, {new.environment} against {old.environment}"
    if old.environment == new.environment:
        return f"Measured in {new.environment}"
    return f"Measured in {new.environment}, against a baseline in {old.environment}"


def evidence(comparison: "Comparison", names: Names) -> str:
    """What the finding rests on: how many ends in which time, of how many clients, when, and its grade."""
    old, new = comparison.baseline, comparison.option
    kind = KIND_OF_EVIDENCE.get(new.grade, f"evidence of grade {new.grade}")
    sides = "; ".join(_ends_of(side, names, with_place=old.option == new.option) for side in (old, new))
    return f"This is {kind}: {sides}; {plural(new.clients, 'client')} at once, {_days(old, new)}."


def _ends_of(side: "Arm", names: Names, *, with_place: bool) -> str:
    name = side.environment if with_place else names.get(side.option, side.option)
    ends = "an unknown number of unwanted ends" if side.ends is None else plural(side.ends, "unwanted end")
    return f"{ends} in {number(side.connected_h)} connected hours ({name})"


def _days(old: "Arm", new: "Arm") -> str:
    first = min(old.first_hour, new.first_hour).date()
    last = max(old.newest_hour, new.newest_hour).date()
    return f"on {day(first)}" if first == last else f"from {day(first)} to {day(last)}"


def denominators(comparison: "Comparison") -> str:
    """The same by other denominators, and why the connected hour leads."""
    others = (
        ("session", "unintended_ends_per_session"),
        ("opened connection", "unintended_ends_per_connection"),
    )
    told = [f"{share_gone(resolved(comparison.changes[measure]))} per {noun}" for noun, measure in others]
    return (
        f"Counted otherwise it is {' and '.join(told)}. The connected hour leads because it is the time in "
        "which a disconnection can come: a client that is cut off each minute opens many connections, and "
        "the more there are the safer each one looks."
    )


def mix(comparison: "Comparison") -> str:
    """That the share depends on the faults, with what is known of them."""
    by_fault = [f"{fault}: {fewer(change)}" for fault, change in _struck(comparison).items()]
    by_whom = [f"by the {who}, {fewer(change)}" for who, change in comparison.ended_by.items()]
    known = ""
    if by_fault:
        known = f" Faults that struck, per connected hour: {'; '.join(by_fault)}."
    elif len(by_whom) == 1:
        known = f" All were ended {by_whom[0].split(',')[0]}, so that these data do not tell the kinds apart."
    elif by_whom:
        known = f" Ended {'; '.join(by_whom)}."
    return (
        "The share holds for this mix of faults alone. A fix against idle timeouts does nothing against "
        f"resets, so that a network with more of the one or the other gives another share.{known}"
    )


def _struck(comparison: "Comparison") -> Mapping[str, Change]:
    """The faults of which anything can be said, by their names in words."""
    return {
        FAULTS.get(kind, kind.replace("_", " ")): change
        for kind, change in comparison.struck.items()
        if change.change.known
    }


def told_side(change: Change, estimate: "Estimate") -> str | None:
    """The measure of one side with its interval; None where it is not known."""
    if not estimate.known:
        return None
    if estimate.value is None:
        return f"at least {_value(change, estimate.low)}"
    if estimate.low is None and estimate.high is None:
        return _value(change, estimate.value)
    value, low, high = (_value(change, part) for part in (estimate.value, estimate.low, estimate.high))
    return f"{value} ({low} to {high})"


def _value(change: Change, value: float | None) -> str:
    if value is None:
        return "no bound"
    return percent(value) if change.unit == "share" else number(value)


def told_change(change: Change) -> str | None:
    """The change with its interval; None where it is not known."""
    if not change.change.known:
        return None
    if change.is_rate:
        return fewer(change)
    parts = (change.change.value, change.change.low, change.change.high)
    if change.kind == "ratio":
        return _as_many(*parts)
    value, low, high = (_signed(change, part) for part in parts)
    unit = "points" if change.unit == "share" else change.unit
    return f"{value} ({low} to {high}) {unit}"


def fewer(change: Change) -> str:
    """How many fewer, or more, of a rate's events there are, with the interval."""
    gone = resolved(change)
    if gone.value is None:
        return f"at least {_times(change.change.low)} times"
    if gone.value == 1:
        return f"{share_gone(gone)} fewer"
    if gone.value >= 0:
        return f"{percent(gone.value)} fewer ({_end(gone.low)} to {_end(gone.high)})"
    low, high = (None if part is None else -part for part in (gone.high, gone.low))
    return f"{percent(-gone.value)} more ({_end(low)} to {_end(high)})"


def _as_many(value: float | None, low: float | None, high: float | None) -> str:
    """A ratio of durations, one-sided where one side never saw an end."""
    if value is None:
        return f"at least {_times(low)} times" if high is None else f"at most {_times(high)} times"
    return f"{_times(value)} times ({_times(low)} to {_times(high)})"


def _times(ratio: float | None) -> str:
    return "no bound" if ratio is None else number(ratio)


def _signed(change: Change, value: float | None) -> str:
    if value is None:
        return "no bound"
    size = number(abs(value) * 100 if change.unit == "share" else abs(value))
    return f"{'−' if value < 0 else '+' if value > 0 else ''}{size}"
