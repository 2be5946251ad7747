"""What to measure next, as the page tells it: phases by title, options by name; the document keeps ids."""

from dataclasses import replace

from decide_worlds import costs, decided, priced, worth

from toolkit.decide.decision import Decision
from toolkit.report.sections.next_steps import NextSteps, next_steps

LISTS = """needed_if: [], ready_if: [{option: current, metric: connection_success_rate, at_least: 0.95,
environment: production}]"""
PLAN = f"phases: [{{id: one, title: Keep the fixes, option: current, decide_by: DUE, {LISTS}}}]"
NAMES = {"current": "Our server", "pusher": "Pusher Channels"}
WATCHING = worth(
    "one", option="current", metrics=["connection_success_rate"], environment="production"
)  # fmt: skip


def of(due: str) -> Decision:
    cost = replace(costs(priced("current"), priced("pusher")), measurements=(WATCHING,))
    return decided(PLAN.replace("DUE", due), cost=cost)


def told(due: str) -> NextSteps:
    decision = of(due)
    return next_steps(
        decision.to_document(), NAMES, titles={"one": "Keep the fixes"}, found=decision.measurements
    )


def test_phases_are_told_by_title_and_the_document_keeps_ids() -> None:
    assert "it settles 1 open condition of “Keep the fixes”)." in told("2027-01-31").actions[1]
    document = of("2027-01-31").to_document()
    assert document["measure_next"].endswith("it settles 1 open condition of one).")
    assert document["next_measurements"][-1]["reason"].endswith("1 open condition of one")
    assert document["next_measurements"][-1]["settles"] == ["one/connection_success_rate"]


def test_a_measurement_that_ends_after_the_day_to_decide_by_says_so() -> None:
    # 28 days from the day after 23 November.
    late = "at the earliest, after 20 December 2026, by when to decide."
    assert told("2026-12-20").actions[1].endswith(f" It ends on 21 December 2026 {late}")
    assert "by when to decide" not in told("2026-12-21").actions[1]


def test_the_verdict_stands_once_in_a_row_and_amounts_are_in_dollars() -> None:
    table = told("2027-01-31").measurements
    assert table is not None
    html = table.__html__()
    assert html.count("settles a gate, at a price") == 1
    assert "it costs $100" in html and "USD" not in html
    assert told("2027-01-31").sequence.rows[0][0] == "Keep the fixes"
