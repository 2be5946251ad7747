"""What changed since an earlier report, and why: by real files, evaluated in every mixture of old and new."""

import json
import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from toolkit import answers, changing, deciding
from toolkit.decide.decision import Decision
from toolkit.loading import load
from toolkit.metrics.rollups import Rollups
from toolkit.report.kept import Kept

KEPT = ("current", "current-unfixed", "pusher")
PLAN = """
phases:
  - id: buy
    title: Buy Pusher
    option: pusher
    needed_if: [{option: current, metric: connection_success_rate, above: 0.5, environment: lab}]
    ready_if: [{option: pusher, metric: monthly_cost_usd, at_most: 1060}]
"""
BUILD = "2026-11-27-0123456789ab"


@pytest.fixture
def small(folder: Path, edit: Any) -> Path:
    """The folder that ships with three options, one phase and a short horizon."""
    for path in (folder / "options").glob("*.yaml"):
        if path.stem not in KEPT:
            path.unlink()
    for path in (folder / "metrics").glob("*/option=*"):
        if path.name.removeprefix("option=") not in KEPT:
            shutil.rmtree(path)
    for name in ("claims.yaml", "use-cases.yaml"):
        (folder / name).unlink()
    (folder / "plan.yaml").write_text(PLAN)
    (folder / "notebooks").mkdir()
    edit(folder / "scenarios" / "production.yaml", "horizon_months: 24", "horizon_months: 2")
    return folder


def state(root: Path, *, code: str = "c", day: date = date(2026, 11, 27), empty: bool = False) -> Any:
    """The decision of the folder as it is, and what it was made from."""
    loaded = replace(load(root, as_of=day))
    rolled = Rollups() if empty else answers.counts(loaded)
    cost = answers.costed(loaded, "production", whole=False)
    kept = Kept.of(loaded.folder, loaded.project, rolled, as_of=day, code=code * 64)
    return deciding.decided(loaded, "production", rolled, cost), kept


def changes(before: tuple[Decision, Kept], after: tuple[Decision, Kept]) -> Any:
    """What the document of the later one says."""
    found = changing.changes_since(BUILD, before[0].to_document(), before[1], after[1], after[0])
    return found.to_document()


def dearer(root: Path) -> None:
    """Raises the base fee of the plan that Pusher's bill is of."""
    path = root / "pricing" / "pusher.yaml"
    text = path.read_text()
    assert text.count("amount: 99,") == 1
    path.write_text(text.replace("amount: 99,", "amount: 199,"))


def total(told: Any, option: str) -> Any:
    return next(cost for cost in told["costs"] if cost["option"] == option)


def test_a_price_is_told_as_the_cause_of_cost_and_verdict(small: Path) -> None:
    before = state(small)
    dearer(small)
    told = changes(before, state(small))
    assert told["sources"] == ["prices"]
    assert [(one["from"], one["to"], one["because"]) for one in told["verdicts"]] == [
        ("GO", "HOLD", [{"source": "prices", "share": 1.0}])
    ]
    cost = total(told, "pusher")
    assert cost["difference"] > 0 and cost["by"]["prices"] == cost["difference"]
    assert [(one["source"], one["was"], one["now"]) for one in told["inputs"]] == [("prices", 99.0, 199.0)]
    assert "plans[" in told["inputs"][0]["name"]


def test_several_sources_add_up_to_the_difference(small: Path, edit: Any) -> None:
    before = state(small, empty=True)
    dearer(small)
    edit(small / "scenarios" / "production.yaml", "horizon_months: 2", "horizon_months: 3")
    edit(small / "plan.yaml", "at_most: 1060", "at_most: 1200")
    told = changes(before, state(small))
    assert told["sources"] == ["data", "prices", "settings"]
    for cost in told["costs"]:
        assert round(sum(cost["by"].values()), 2) == round(cost["difference"], 2)
        assert cost["by"]["data"] == cost["by"]["code"] == 0
    assert total(told, "pusher")["by"]["prices"] > 0 and total(told, "current")["by"]["prices"] == 0
    verdict = told["verdicts"][0]
    assert (verdict["from"], verdict["to"]) == ("HOLD", "GO")
    assert round(sum(one["share"] for one in verdict["because"]), 4) == 1
    named = {one["name"] for one in told["inputs"]}
    assert "scenarios/production.yaml.horizon_months" in named
    assert "current in lab.connection_success_rate.estimate" in named


def test_the_remainder_is_the_code_s(small: Path) -> None:
    decision, kept = state(small)
    published = decision.to_document()
    entry = next(entry for entry in published["ranking"] if entry["option"] == "pusher")
    entry["total_mean"] -= 12.34
    published["phases"][0]["verdict"] = "NO-GO"
    after = state(small, code="d")
    told = changing.changes_since(BUILD, published, kept, after[1], after[0]).to_document()
    assert told["sources"] == ["code"]
    assert total(told, "pusher")["by"]["code"] == total(told, "pusher")["difference"] == 12.34
    assert told["verdicts"][0]["because"] == [{"source": "code", "share": 1.0}]


def test_only_the_day_has_changed(small: Path) -> None:
    told = changes(state(small), state(small, day=date(2026, 11, 28)))
    assert told["sources"] == ["day"] and told["verdicts"] == told["costs"] == []
    assert told["text"].startswith(f"No change of a verdict or a total since {BUILD}")


def test_prices_and_settings_that_only_fit_together_are_told_as_one(small: Path, edit: Any) -> None:
    before = state(small)
    dearer(small)
    edit(small / "pricing" / "pusher.yaml", "vendor: pusher\n", "vendor: pusher-new\n")
    option = small / "options" / "pusher.yaml"
    option.write_text(option.read_text().replace("price_book: pusher", "price_book: pusher-new"))
    told = changes(before, state(small))
    cost = total(told, "pusher")
    assert sorted(name for name, part in cost["by"].items() if part is None) == ["prices"]
    assert cost["by"]["settings"] == cost["difference"]


def test_a_report_that_keeps_nothing_is_compared_without_causes(small: Path) -> None:
    before = state(small)
    dearer(small)
    after = state(small)
    told = changing.changes_since(BUILD, before[0].to_document(), None, after[1], after[0]).to_document()
    assert told["unexplained"] == "that report keeps nothing of what it was made from"
    assert told["verdicts"][0]["because"] is None and total(told, "pusher")["by"] is None


def test_a_damaged_report_is_compared_without_causes(small: Path, tmp_path: Path) -> None:
    decision, kept = state(small)
    report = tmp_path / BUILD
    report.mkdir()
    (report / "decision.json").write_text(json.dumps(decision.to_document()))
    (report / "inputs.zip").write_bytes(kept.packed()[:1000])
    dearer(small)
    after, new = state(small)
    told = changing.compared(after, report, new=new).to_document()["changes"]
    assert told["unexplained"].startswith("what that report keeps is damaged")
    assert total(told, "pusher")["difference"] > 0


@pytest.mark.parametrize("content", ["[]", "{}", '{"scenario": "production"}', "[" * 100_000])
def test_a_decision_that_somebody_damaged_is_as_good_as_none(
    small: Path, tmp_path: Path, content: str
) -> None:
    decision, kept = state(small)
    (tmp_path / "decision.json").write_text(content)
    assert changing.compared(decision, tmp_path, new=kept).to_document()["changes"] is None


def test_builds_tell_it_and_records_are_filed_and_checked(small: Path, toolkit: Any, tmp_path: Path) -> None:
    def decision(report: Path) -> Any:
        return json.loads((report / "decision.json").read_text())

    def run(*arguments: Any, code: int = 0) -> Any:
        done = toolkit(*arguments, "--project", small)
        assert done.returncode == code, done.stderr
        return done

    first = tmp_path / Path(run("build").stdout.strip()).parent
    assert decision(first)["changes"] is None and decision(first)["record"] == []
    assert tmp_path / Path(run("build").stdout.strip()).parent == first
    dearer(small)
    record, target = first / "decision-record.md", small / "records" / "2026-11-27-production.md"
    decided = run("decide", "--record", record, "--since", first, "--json")
    assert f"filed as {target}" in decided.stderr and target.read_bytes() == record.read_bytes()
    assert "2026-11-27-production.md is there already" in run("decide", "--record", record, code=2).stderr
    second = tmp_path / Path(run("build").stdout.strip()).parent
    told = decision(second)
    assert told["changes"] == json.loads(decided.stdout)["changes"]
    assert told["changes"]["since"] == first.name
    assert [change["to"] for change in told["changes"]["verdicts"]] == ["HOLD"]
    broken = {one["assumption"]: (one["was"], one["now"]) for one in told["record"][0]["broken"]}
    assert broken["price of plan pro of pusher at most USD 99"] == (99.0, 199.0)
    assert broken["verdict of phase buy is GO"] == ("GO", "HOLD")
    page = (second / "index.html").read_text()
    assert "“Buy Pusher”: GO became HOLD, because of the price books (100" in page
    assert "records/2026-11-27-production.md" in page
    target.write_text(target.read_text().replace("status: proposed", "status: perhaps"))
    checked = run("check", code=2)
    assert "2026-11-27-production.md:2: status: 'perhaps'" in checked.stdout + checked.stderr


def test_what_is_no_report_or_no_record_is_refused(small: Path, toolkit: Any, tmp_path: Path) -> None:
    done = toolkit("decide", "--project", small, "--since", tmp_path)
    assert done.returncode == 2 and "is no folder of a published report" in done.stderr
    done = toolkit("decide", "--project", small, "--record", small / "plan.yaml")
    assert done.returncode == 2 and "plan.yaml:1: front matter: is missing" in done.stderr
    assert not (small / "records").exists()
