"""The page speaks of phases by title and of options by name; the document of the same decision keeps ids."""

import re
from typing import Any

import pytest
from report_html import Reader

from toolkit.report.inputs import ReportInputs
from toolkit.report.sections.conditions import condition
from toolkit.report.sections.next_steps import next_steps
from toolkit.report.sections.risks import largest_risks
from toolkit.report.sections.verdicts import settling
from toolkit.report.spoken import Spoken
from toolkit.report.wording import NBSP

FIXED, UNFIXED = "Current server, with the fixes", "Current server, before the fixes"
NAMES = {"current": FIXED, "current-unfixed": UNFIXED, "ours": "Ours", "chosen-one": "The one"}


def text_of(html: str) -> str:
    return " ".join(Reader(html).text.replace(NBSP, " ").split())


@pytest.mark.parametrize(
    ("engine", "reader"),
    [
        ("latency of current-unfixed is none", "latency of current-unfixed is none"),
        ("monthly cost of current-unfixed: USD 5", f"monthly cost of {UNFIXED}: $5"),
        ("session availability of ours in lab", "session availability of Ours in lab"),
        ("session availability of oursel in lab", "session availability of oursel in lab"),
        ("none of current or current-unfixed from here", f"none of {FIXED}, or {UNFIXED}, from here"),
        ("from 2026-01-02 to 2026-11-20", "from 2 January 2026 to 20 November 2026"),
        ("blocks of 1 h of current that outages", f"blocks of 1 h of {FIXED}, that outages"),
        ("not known whether ours may be chosen", "not known whether Ours may be chosen"),
        ("latency_p95_ms stays within 2 ms", "the 95th percentile of latency stays within 2 ms"),
        ("the build 2026-99-99 and current events", "the build 2026-99-99 and current events"),
    ],
)  # fmt: skip
def test_ids_become_names_only_where_the_engine_speaks_of_options(engine: str, reader: str) -> None:
    assert Spoken(NAMES)(engine).replace(NBSP, " ") == reader


def test_no_line_ends_between_a_number_and_its_unit() -> None:
    assert Spoken({})("98.83 % of 3 h and 250 ms, 4 houses") == (
        f"98.83{NBSP}% of 3{NBSP}h and 250{NBSP}ms, 4 houses"
    )


def test_the_first_screen_has_titles_and_names_for_ids(report: ReportInputs, page: str) -> None:
    top = text_of(page[page.index("<header>") : page.index('aria-label="Contents"')])
    ids = {*report.options, *(phase.id for phase in report.plan.phases)} - {"current"}
    spoken_of = {name for name in ids if re.search(rf"\bof {re.escape(name)}\b(?![\w-])", top)}
    assert spoken_of == set()
    assert not re.search(r"\brate of current\b", top)
    assert "USD " not in top and not re.search(r"\d{4}-\d\d-\d\d", top)


def test_tables_name_phases_by_title(report: ReportInputs, page: str) -> None:
    table = page[page.index("<caption>The phases as a sequence") :]
    first = re.findall(r'<th scope="row">(.*?)</th>', table)[: len(report.plan.phases)]
    assert first == [phase.title for phase in report.plan.phases]


def criterion(**changes: Any) -> dict[str, Any]:
    return {
        "list": "ready_if", "level": "must", "state": "unknown", "any_of": None, "option": "ours",
        "baseline": None, "metric": "connection_success_rate", "scenario_field": None,
        "comparator": "at_least", "threshold": 0.95, "reason": "too few: 3 of the 105 blocks",
        "more_needed": {"events": 90, "days": 4}, **changes,
    }  # fmt: skip


def test_the_chosen_option_is_called_so_while_nobody_knows_it() -> None:
    assert condition(criterion(option="chosen"), NAMES).startswith(
        "Connection success rate of the chosen option at"
    )


def test_a_card_does_not_say_twice_what_would_settle_it() -> None:
    judged = {"verdict": "HOLD", "criteria": [criterion(), criterion(metric="delivery_success_rate")]}
    assert [text.split(":")[0].replace(NBSP, " ") for text in settling(judged, NAMES)] == [
        "Delivery success rate of Ours at least 95 %"
    ]
    waiting = criterion(reason="window not over: 3 of 14 days", more_needed={"events": None, "days": 11})
    assert settling({"verdict": "HOLD", "criteria": [waiting]}, NAMES) != []


def held(**changes: Any) -> dict[str, Any]:
    """A decision document of a folder that names no measurements, with one phase on HOLD."""
    amounts = "enter_usd recurring_usd_per_month go_back_usd cumulative_usd option_value_usd regret_usd"
    stage = dict.fromkeys(amounts.split())
    stages = [{"phase": "keep", "option": "ours", "verdict": "HOLD", "shows": [], **stage}]
    question = {
        "id": None, "phase": "keep", "what": "go on measuring delivery success rate of ours in production",
        "more_needed": {"events": None, "days": 4},
    }  # fmt: skip
    return {
        "next_measurements": [question, {**question, "phase": "other"}], "measure_next": None,
        "sequence": {"phases": stages, "sentence": "Stay: every planned phase is a NO-GO."}, **changes,
    }  # fmt: skip


def test_without_named_measurements_the_next_step_is_what_a_hold_waits_for() -> None:
    assert next_steps(held(), NAMES, titles={"keep": "Keep it"}).actions == [
        "Stay: every planned phase is a NO-GO.",
        "Go on measuring delivery success rate of Ours in production: about 4 more days at today's rate.",
    ]


def test_a_rollback_alarm_names_the_phase_by_its_title() -> None:
    decision = {
        "phases": [{"id": "keep", "rollback": True}], "record": [], "robustness": None, "ranking": [],
        "next_measurements": [],
    }  # fmt: skip

    class Costs:
        options: dict[str, Any] = {}

    risks = largest_risks(decision, Costs(), names={}, now=None, after=None, titles={"keep": "Keep it"})  # type: ignore[arg-type]
    assert risks == ["“Keep it” is in service and meets a condition to roll back."]
