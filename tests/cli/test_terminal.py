"""What the commands print for people: the numbers of the documents, and no text from data read as markup."""

import json
from pathlib import Path
from typing import Any


def printed(toolkit: Any, *arguments: Any) -> str:
    done = toolkit(*arguments)
    assert done.returncode == 0, done.stderr
    return str(done.stdout)


def test_decide_prints_every_verdict_with_its_reasons(toolkit: Any, shipped: Path, decision: str) -> None:
    text = printed(toolkit, "decide", "--project", shipped)
    for phase in json.loads(decision)["phases"]:
        assert f"{phase['verdict']}  {phase['id']}" in text
    assert "grade too weak: production has" in text
    assert "Ranking, scenario production" in text
    assert "open: measure connection success rate of current in production" in text
    assert json.loads(decision)["measure_next"] in " ".join(text.split())
    supposed = json.loads(decision)["phases"][0]["hypothetical"]["sentence"]
    told = f"Hypothetical: if these lab counts were field data, it would be {supposed} This decides nothing."
    inline = " ".join(text.split())
    assert inline.index("HOLD stabilise") < inline.index(told) < inline.index("HOLD socketio")


def test_metrics_prints_what_was_measured_and_names_what_was_not(toolkit: Any, shipped: Path) -> None:
    text = printed(toolkit, "metrics", "--project", shipped)
    assert "current-unfixed in lab" in text
    assert "ALERT" in text
    assert "Never measured: " in text and "ably in lab" in text


def test_cost_prints_totals_lines_and_limits(toolkit: Any, shipped: Path) -> None:
    text = printed(toolkit, "cost", "--project", shipped, "--scenario", "under-100-usd")
    assert "Total cost over the horizon, scenario under-100-usd" in text
    assert "operations labour" in text
    assert "Note: SLA credits are those of the vendor" in text


def test_cost_says_what_an_option_without_a_total_cannot_carry(toolkit: Any, folder: Path, edit: Any) -> None:
    scenario = folder / "scenarios" / "under-100-usd.yaml"
    edit(scenario, "users: {p5: 100, p50: 150, p95: 250}", "users: 40000")
    edit(scenario, "users: {p5: 700, p50: 1000, p95: 1500}", "users: 60000")
    text = printed(toolkit, "cost", "--project", folder, "--scenario", "under-100-usd")
    inline = " ".join(text.split())
    assert (
        "pubnub has no total: it cannot carry this traffic: monthly_active_users 60,000 > 50,000 of" in inline
    )
    assert "pusher has no total: it cannot carry this traffic: peak_connections 40,000 > 30,000 of" in inline


def test_bill_says_unknown_for_a_price_that_is_not_known(toolkit: Any, shipped: Path, tmp_path: Path) -> None:
    (tmp_path / "usage.yaml").write_text("monthly_active_users: 5000\n")
    text = printed(
        toolkit, "bill", "ably", "--plan", "mau-standard", "--usage", "usage.yaml", "--project", shipped
    )
    assert "total: unknown USD a month" in text


def test_text_from_data_is_not_markup(toolkit: Any, folder: Path, edit: Any) -> None:
    """An id may hold brackets that a terminal library would take for a style."""
    edit(folder / "plan.yaml", "id: managed", 'id: "[bold red]managed[/]"')
    assert "[bold red]managed[/]" in printed(toolkit, "decide", "--project", folder)


def test_a_hostile_fault_cannot_steer_the_terminal(toolkit: Any, folder: Path, edit: Any) -> None:
    edit(folder / "plan.yaml", "option: socketio\n    status", 'option: "\\e[2J\\nforged"\n    status')
    done = toolkit("check", "--project", folder)
    assert done.returncode == 2
    assert "\x1b" not in done.stderr
    assert not any(line.startswith("forged") for line in done.stderr.splitlines())
