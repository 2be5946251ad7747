"""Burn-rate alerts: those that cannot fire are refused, the others are judged on hourly counts."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from decide_worlds import AS_OF, FIRST, attempts, decided, plan, recorded

from toolkit.decide.alert import Alert, BurnWindow
from toolkit.decide.plan import Plan
from toolkit.decide.planchecks import check_plan
from toolkit.metrics.rollups import Rollups
from toolkit.project import Faults, read_yaml, validate

RATE = "connection_success_rate"
RECORDED = FIRST.date()
PHASES = "phases: [{id: one, title: One, option: current, needed_if: [], ready_if: []}]\n"


def alert(factor: float, *, objective: float = 0.95, long: str = "6h", short: str = "1h", **more: Any) -> str:
    windows = [{"long": long, "short": short, "factor": factor}]
    return yaml.safe_dump({"alerts": [{"metric": RATE, "objective": objective, "windows": windows, **more}]})


def told(folder: Path, text: str) -> str:
    (folder / "plan.yaml").write_text(PHASES + text)
    faults = Faults()
    document = read_yaml(folder / "plan.yaml", faults)
    assert document is not None
    found = validate(document, Plan, faults)
    if found is not None:
        check_plan(found, document, options=["current"], environments={"lab": "lab"}, faults=faults)
    return str(faults).replace(f"{folder}/", "")


# The tables of Sloth's unit tests (slok/sloth, internal/alert/alert_test.go): period in days, then for each
# pair its long window in hours, the share of the budget in % and the factor.
SLOTH = [
    (30, [(1, 2, 14.4), (6, 5, 6), (24, 10, 3), (72, 10, 1)]),
    (28, [(1, 2, 13.44), (6, 5, 5.6), (24, 10, 2.8), (72, 10, 0.93333)]),
    (7, [(1, 8, 13.44), (6, 12.5, 3.5), (24, 20, 1.4), (72, 42, 0.98)]),
]


@pytest.mark.parametrize(("period_days", "rows"), SLOTH)
def test_the_share_of_the_budget_is_that_of_sloths_tables(
    period_days: float, rows: list[tuple[int, float, float]]
) -> None:
    for long_h, percent, factor in rows:
        window = BurnWindow.model_construct(long=f"{long_h}h", short="1h", factor=float(factor))
        found = Alert.model_construct(period_days=period_days).budget_share(window)
        assert found * 100 == pytest.approx(percent, rel=1e-5)


def test_time_to_exhaustion_is_the_period_over_the_factor() -> None:
    """30 days at 14.4 times are 50 hours, 2.083 days."""
    window = BurnWindow(long="2h", short="1h", factor=14.4)
    assert Alert(metric=RATE, objective=0.99, windows=[window]).exhausted_h(window) == pytest.approx(50)


def test_the_usual_page_can_never_fire_on_these_budgets(tmp_path: Path) -> None:
    """14.4 times the 10 % of the reconnections is 144 %; of a 5 % budget it takes 72 % failed attempts."""
    page = alert(14.4, objective=0.9).replace(RATE, "reconnection_frequency")
    assert told(tmp_path, page) == (
        "plan.yaml:6: alerts[0].windows[0].factor: can never fire: 14.4 times a budget of 10 % is 144 % "
        "reconnections; write less than 5, with longer windows"
    )
    assert told(tmp_path, alert(14.4)) == (
        "plan.yaml:6: alerts[0].windows[0].factor: warning: fires only above 72 % failed attempts; write "
        "less than 10, with longer windows"
    )


@pytest.mark.parametrize(("factor", "fault"), [(20, "can never fire"), (19.9, "warning"), (10, "")])
def test_all_of_a_five_percent_budget_is_burnt_at_most_twenty_times(
    tmp_path: Path, factor: float, fault: str
) -> None:
    message = told(tmp_path, alert(factor))
    assert (fault in message) if fault else message == ""


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            alert(6, short="5m"),
            "windows[0].short: 5m cannot be judged: counts are kept by the hour; write 1h",
        ),
        (alert(6, short="1x"), "windows[0].short: '1x' is no length of time; write 6h, 3d or 1w"),
        (alert(6, short="6h"), "windows[0]: short 6h is not shorter than long 6h; write a twelfth of it"),
        (alert(6, objective=1.5), "alerts[0].objective: "),
        (alert(6, environment="staging"), "alerts[0].environment: staging is not an environment"),
        (alert(6, option="curent"), "alerts[0].option: curent is not an option of this folder; did you mean"),
        (alert(6).replace(RATE, "latency_p95_ms"), "alerts[0].metric: 'latency_p95_ms' is not one of the"),
    ],
)
def test_each_fault_of_an_alert_is_told(tmp_path: Path, text: str, message: str) -> None:
    assert message in told(tmp_path, text)


def world(folder: Path, *hours: tuple[int, int], environment: str = "production") -> Rollups:
    """Hours of 100 attempts each: how many such hours, and how many of their attempts fail."""
    frames, at = [], FIRST
    for count, failed in hours:
        frame = attempts("current", environment, hours=count, an_hour=100, failed_an_hour=failed, first=at)
        named = {name: f"{len(frames)}-" + frame[name] for name in ("client", "session")}
        frames.append(frame.assign(**named))
        at += timedelta(hours=count)
    return recorded(folder, *frames)


def judged(rollups: Rollups, text: str, *, as_of: date = RECORDED) -> Any:
    (found,) = decided(plan(PHASES + text), rollups=rollups, as_of=as_of).to_document()["alerts"]
    return found


def test_it_fires_only_while_both_windows_burn_too_fast(tmp_path: Path) -> None:
    """A budget of 5 % six times too fast is 30 %: 40 of 100 in the last two hours, 240 of 600 in six."""
    found = judged(world(tmp_path / "a", (6, 40)), alert(6, option="current"))
    assert found["state"] == "firing"
    assert found["windows"] == [
        {
            "long": "6h", "short": "1h", "factor": 6.0, "state": "firing", "fires_above": 0.3,
            "failing_long": pytest.approx(0.4), "failing_short": pytest.approx(0.4),
            "events_long": 600, "events_short": 100, "budget_share": 0.05, "exhausted_in_h": 120.0,
        }
    ]  # fmt: skip
    over = judged(world(tmp_path / "b", (5, 60), (1, 0)), alert(6, option="current"))
    assert (over["state"], over["windows"][0]["failing_short"]) == ("quiet", 0)
    assert "failed attempts 50 % in 6h and 0 % in 1h, where more than 30 % in both ring it" in over["reason"]


def test_at_the_limit_itself_it_is_quiet(tmp_path: Path) -> None:
    assert judged(world(tmp_path, (6, 30)), alert(6, option="current"))["state"] == "quiet"


def test_without_evidence_or_with_old_evidence_it_is_unknown_and_never_quiet(tmp_path: Path) -> None:
    nothing = judged(Rollups(), alert(6, option="current"))
    assert (nothing["state"], nothing["reason"]) == (
        "unknown", "absent: nothing was recorded of current in any environment",
    )  # fmt: skip
    old = judged(world(tmp_path, (6, 40)), alert(6, option="current"), as_of=AS_OF)
    assert old["state"] == "unknown"
    assert old["reason"] == "too old: the newest evidence is of 2026-11-20 06:00, 2 days before 2026-11-23"


def test_an_alert_that_names_no_option_reads_what_is_in_service(tmp_path: Path) -> None:
    found = judged(world(tmp_path, (6, 40)), alert(6))
    assert (found["option"], found["state"]) == (None, "unknown")
    assert found["reason"] == "absent: nothing is in service"


def test_reconnections_themselves_are_what_fails(tmp_path: Path) -> None:
    text = alert(3, objective=0.9, option="current").replace(RATE, "reconnection_frequency")
    found = judged(world(tmp_path, (6, 40)), text)
    assert (found["state"], found["windows"][0]["failing_long"]) == ("quiet", 0)
