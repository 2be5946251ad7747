"""`toolkit cost --format` writes line items on standard output and nothing else there."""

import csv
import io
import json
from pathlib import Path
from typing import Any

from toolkit.pricing.focus import COLUMNS


def told(toolkit: Any, *arguments: Any) -> str:
    done = toolkit("cost", *arguments)
    assert done.returncode == 0, done.stderr
    return str(done.stdout)


def test_csv_and_focus_have_a_row_an_option_month_and_line(toolkit: Any, shipped: Path) -> None:
    project = ("--project", shipped, "--scenario", "under-100-usd")
    plain = list(csv.DictReader(io.StringIO(told(toolkit, *project, "--format", "csv"))))
    focus = list(csv.DictReader(io.StringIO(told(toolkit, *project, "--format", "focus"))))
    assert tuple(focus[0]) == COLUMNS
    assert len(plain) == len(focus) > 0
    assert [row["mean_usd"] for row in plain] == [row["EffectiveCost"] for row in focus]
    assert {row["option"] for row in plain} >= {"current", "current-unfixed"}


def test_json_under_focus_has_the_same_rows(toolkit: Any, shipped: Path) -> None:
    project = ("--project", shipped, "--scenario", "under-100-usd", "--format", "focus")
    document = json.loads(told(toolkit, *project, "--json"))
    rows = list(csv.DictReader(io.StringIO(told(toolkit, *project))))
    assert document["schema"] == "toolkit.focus/1"
    assert [{name: value or "" for name, value in row.items()} for row in document["rows"]] == rows


def test_the_document_says_what_is_in_service_and_every_month(toolkit: Any, shipped: Path) -> None:
    document = json.loads(told(toolkit, "--project", shipped, "--json"))
    assert document["in_service"] == "current"
    for option in document["options"].values():
        months = option["months"]
        assert [month["month"] for month in months] == list(range(1, document["horizon_months"] + 1))
        assert set(months[0]["lines"]) == {line["line"] for line in option["lines"]}
        each = option["cost_per_good_outcome"]
        assert each["usd_per_million_messages_in_time"] is None
        assert each["unknown"]["usd_per_million_messages_in_time"][-1] == "the figure delivery_success_share"
        per_hour = each["usd_per_thousand_good_connection_hours"]
        # What is unknown of the total is unknown of its price of a good hour, and named in both.
        assert each["unknown"].get("usd_per_thousand_good_connection_hours", []) == option["unknown"]
        assert (per_hour is None) == (option["total"] is None) == bool(option["unknown"])
        assert per_hour is None or per_hour["mean"] > 0
