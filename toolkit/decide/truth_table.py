"""No data is never a pass: the fixed state of every situation in which evidence falls short.

Every tool that this was learned from has a situation in which none or too few data become a silent pass (a
group without any data scores 100 in Kayenta, a first run without history passes in Keptn, a run that ended
early is successful in Argo Rollouts) or a silent failure (an empty query is a failed check in Flagger).
"""

from dataclasses import dataclass

from toolkit.decide.kleene import State


@dataclass(frozen=True)
class Row:
    """One situation and what it makes of a criterion.

    Args:
        situation: what is the matter with the evidence.
        state: the state of the criterion.
        begins: how its reason begins. Empty where the reason is a plain sentence.
    """

    situation: str
    state: State
    begins: str


TRUTH_TABLE = (
    Row("the option was never measured", "unknown", "absent"),
    Row("the folder holds no recordings at all", "unknown", "absent"),
    Row("the source leaves the metric's columns null", "unknown", "absent"),
    Row("everything was recorded before `since`", "unknown", "absent"),
    Row("only an environment of weaker grade has the metric", "unknown", "grade too weak"),
    Row("only an environment of stronger or equal grade has the metric", "unknown", "absent"),
    Row("the evidence is weaker than `grade` asks for", "unknown", "grade too weak"),
    Row("the newest hour is older than `max_age_days`", "unknown", "too old"),
    Row("more successes than events were counted", "unknown", "contradictory"),
    Row("a few events, every one of them a success", "unknown", "too few"),
    Row("one failure among thousands of events of a few lab clients", "unknown", "too few"),
    Row("one lab client, connected for hours without an end", "unknown", "too few"),
    Row("many field events, in too few hours for an outage to show", "unknown", "too few"),
    Row("the interval holds the threshold", "unknown", "straddles"),
    Row("it would be ready, but the soak is not over", "unknown", "window not over"),
    Row("it is not ready, and the soak is not over", "not met", ""),
    Row("a mean duration or a latency percentile was never measured", "unknown", "absent"),
    Row("some ends of connections have no known intention", "unknown", "absent"),
    Row("latencies to the receipt and to the acknowledgement are mixed", "unknown", "absent"),
    Row("connections were connected longer than wanted", "unknown", "contradictory"),
    Row("more deliveries came in time than were expected", "unknown", "contradictory"),
    Row("a few connections, none of which ended", "unknown", "too few"),
    Row("a few deliveries, every one of them fast", "unknown", "too few"),
    Row("the interval of a mean duration holds the threshold", "unknown", "straddles"),
    Row("the interval of a latency percentile holds the limit", "unknown", "straddles"),
    Row("the baseline of a comparison was never measured", "unknown", "absent"),
    Row("only an environment of weaker grade has both sides of a comparison", "unknown", "grade too weak"),
    Row("the option's side of a comparison is too old", "unknown", "too old"),
    Row("one side of a comparison was connected longer than wanted", "unknown", "contradictory"),
    Row("the two sides were measured under other circumstances", "unknown", "not comparable"),
    Row("neither side of a comparison ever disconnected", "unknown", "too few"),
    Row("few ends on both sides of a comparison, all of them the baseline's", "unknown", "too few"),
    Row("a comparison in the field on too few hours for an outage to show", "unknown", "too few"),
    Row("the interval of a reduction holds the threshold", "unknown", "straddles"),
    Row("a reduction would be ready, but the soak is not over", "unknown", "window not over"),
    Row("more disconnections than before, and the soak is not over", "not met", ""),
    Row("a line of the cost has no known price", "unknown", "absent"),
    Row("the cost band holds the threshold", "unknown", "straddles"),
    Row("the scenario leaves the field out", "unknown", "absent"),
    Row("every candidate fails a must-have", "not met", ""),
    Row("no candidate that may be chosen has a known total", "unknown", "absent"),
    Row("all would be met, but a must-have of the chosen one is unknown", "unknown", "absent"),
)
"""Walked row by row by the tests, so that it cannot drift from what the gates do."""
