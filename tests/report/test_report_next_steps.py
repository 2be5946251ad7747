"""What measuring is worth and the phases as a sequence, on the page and on a terminal."""

from io import StringIO
from typing import Any

from rich.console import Console

from toolkit.report.next_terminal import show_next
from toolkit.report.sections.next_steps import next_steps

NAMES = {"ably": "Ably"}


def entry(**changes: Any) -> dict[str, Any]:
    """A measurement among the next ones."""
    return {
        "what": "ask <b>Ably</b>", "option": "ably", "metric": None, "environment": None, "phase": None,
        "reason": "worth its price: it saves USD 900 on average; it costs USD 100", "more_needed": None,
        "value_usd": 900.0, "id": "quote", "verdict": "worth its price", "cost_usd": 100.0, "evsi_usd": 900.0,
        "evsi_se_usd": 12.0, "enbs_usd": 800.0, "settles": ["buy/monthly_cost_usd", "buy/latency_p95_ms"],
        **changes,
    }  # fmt: skip


def document(**changes: Any) -> dict[str, Any]:
    band = {"mean": 70.0, "p5": 60.0, "p50": 70.0, "p95": 80.0}
    stage = {
        "phase": "buy", "option": "ably", "status": "planned", "verdict": "HOLD", "enter_usd": band,
        "recurring_usd_per_month": None, "go_back_usd": band, "cumulative_usd": 70.0, "saves_usd": 280.0,
        "option_value_usd": 300.0, "regret_usd": None, "waiting_usd": 0.0, "shows": ["buy/latency_p95_ms"],
    }  # fmt: skip
    flip = {
        "input": "node_usd_per_month", "value": 91.0, "from": "current", "to": "ably", "p_beyond": 0.25,
        "unit": "USD/month", "option": "current", "now": 60.74,
    }  # fmt: skip
    sequence = {"phases": [stage], "action": "stay", "next": None, "sentence": "Stay: as it is."}
    return {
        "flip_points": [flip], "next_measurements": [entry(), entry(id=None, what="measure it")],
        "measure_next": "Measure next: ask Ably.", "sequence": sequence, **changes,
    }  # fmt: skip


def printed(told: dict[str, Any]) -> str:
    out = StringIO()
    show_next(Console(file=out, width=240), told)
    return out.getvalue()


def test_the_page_has_a_row_a_measurement_and_none_for_open_questions() -> None:
    view = next_steps(document(), NAMES)
    assert view.actions == ["Stay: as it is.", "Measure next: ask Ably."]
    assert view.measurements is not None and len(view.measurements.rows) == 1
    html = view.measurements._repr_html_()
    assert "$900" in html and "$800" in html and "&lt;b&gt;Ably" in html and "<b>" not in html


def test_what_is_unknown_is_a_dash_with_its_reason() -> None:
    blind = entry(evsi_usd=None, evsi_se_usd=None, enbs_usd=None, reason="nothing is uncertain")
    view = next_steps(document(next_measurements=[blind]), NAMES)
    assert view.measurements is not None
    html = view.measurements._repr_html_()
    assert "nothing is uncertain" in html and "$0" not in html
    assert "not known" in view.sequence._repr_html_()


def test_the_sequence_names_options_as_readers_do() -> None:
    html = next_steps(document(), NAMES, title="Team").sequence._repr_html_()
    assert "Ably" in html and "$300" in html and "horizon, Team" in html


def test_a_folder_without_measurements_has_no_table() -> None:
    view = next_steps(document(next_measurements=[], measure_next=None), NAMES)
    assert view.measurements is None and view.actions == ["Stay: as it is."]


def test_the_terminal_tells_the_same() -> None:
    text = printed(document())
    assert "node_usd_per_month of current" in text and "0.25" in text
    assert "ask <b>Ably</b>" in text and "800" in text and "2 of buy" in text
    assert "open: measure it" in text and text.rstrip().endswith("Stay: as it is.")
