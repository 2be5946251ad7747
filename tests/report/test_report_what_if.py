"""The what-if page holds one script, which its policy names, and its data can be nothing but data."""

import base64
import hashlib
import json
import re
import shutil
from pathlib import Path

import pytest
from report_html import Reader

from toolkit import answers, mapping
from toolkit.loading import load
from toolkit.report.html import TEMPLATES, json_block
from toolkit.report.inputs import ReportInputs, ScenarioInputs
from toolkit.report.whatif import what_if_page

HOSTILE = "</script><!-- <script>alert(1)</script> \u2028 & \u202e {{ 7*7 }}"


def inputs_of(folder: Path) -> ReportInputs:
    """What the page of a folder's default scenario is told from; nothing else was computed."""
    loaded = load(folder)
    name = loaded.project.default_scenario
    grid = mapping.what_if_costs(loaded, name)
    told = {
        "scenario": loaded.scenarios[name], "volume": answers.against_volume(loaded, name), "whatif": grid,
        "cost": None, "uptime": None, "decision": None,
    }  # fmt: skip
    scenario = ScenarioInputs(**told)  # type: ignore[arg-type] # the page needs no more
    return ReportInputs(
        project=loaded.project, plan=loaded.plan, options=loaded.options, scenarios={name: scenario},
        metrics=None, rollups=None, claims=[], as_of=loaded.as_of,  # type: ignore[arg-type] # likewise
    )  # fmt: skip


@pytest.fixture(scope="module")
def hostile(shipped: Path, tmp_path_factory: pytest.TempPathFactory) -> ReportInputs:
    """Of a folder with hostile names and a horizon of one month, which takes less time."""
    folder = shutil.copytree(shipped, tmp_path_factory.mktemp("what-if-page") / "data")
    written = json.dumps(HOSTILE)
    for name, old, new in (
        ("options/pusher.yaml", "name: Pusher Channels", f"name: {written}"),
        (
            "scenarios/production.yaml",
            "title: Production - 1,000 concurrent users and more",
            f"title: {written}",
        ),
        ("scenarios/production.yaml", "horizon_months: 24", "horizon_months: 1"),
    ):
        text = (folder / name).read_text()
        assert text.count(old) == 1
        (folder / name).write_text(text.replace(old, new))
    path = folder / "options" / "nats.yaml"
    path.write_text(re.sub(r"  deliveries_per_s_per_node:\n(    .*\n)+", "", path.read_text()))
    return inputs_of(folder)


def test_what_has_no_total_says_why(hostile: ReportInputs) -> None:
    html = what_if_page(hostile, build_id="b")
    assert "has no total" in html and "servers: needs the figure deliveries_per_s_per_node" in html


def test_hostile_text_is_inert_and_the_policy_allows_one_script(hostile: ReportInputs) -> None:
    html = what_if_page(hostile, build_id="b")
    assert html == what_if_page(hostile, build_id="b"), "the same inputs give the same bytes"
    reader = Reader(html)
    assert reader.unbalanced == []
    assert reader.all("script") == [{"type": "application/json", "id": "grid"}, {}]
    assert not {"iframe", "object", "embed", "link", "base", "form"} & {tag for tag, _ in reader.elements}
    assert not [
        name for _, found in reader.elements for name in found if name.startswith("on") or name == "style"
    ]
    assert all(address.startswith("data:image/") for address in reader.resources())
    assert "<!--" not in html and "\u202e" not in html
    script = html[html.rindex("<script>") + len("<script>") : html.rindex("</script>")]
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    policy = next(meta["content"] for meta in reader.all("meta") if meta.get("http-equiv"))
    assert f" script-src 'sha256-{digest}'; base-uri 'none'" in policy
    assert policy.startswith("default-src 'none'; img-src data:; style-src 'sha256-")
    assert len(html.encode()) < 400_000


def test_the_data_reads_as_it_was_written(hostile: ReportInputs) -> None:
    html = what_if_page(hostile, build_id="b")
    block = re.search(r'<script type="application/json" id="grid">(.*?)</script>', html, re.DOTALL)
    assert block is not None
    data = json.loads(block[1])
    _, its = hostile.default
    assert its.whatif is not None
    names = [option["name"] for option in data["options"]]
    assert any(name.startswith("</script><!-- <script>alert(1)</script>") for name in names)
    own = data["total"][its.whatif.axes.growth.own][its.whatif.axes.messages.own][
        its.whatif.axes.downtime.own
    ]
    for index, option in enumerate(its.whatif.options):
        mean = its.whatif.mean_usd[
            its.whatif.axes.growth.own, its.whatif.axes.messages.own, its.whatif.axes.downtime.own, index
        ]
        assert (own[index] is None) == (mean != mean), option
        if own[index] is not None:
            assert own[index][0] == round(mean * 100)


def test_json_in_a_page_cannot_end_its_block() -> None:
    block = str(json_block({"name": HOSTILE}))
    assert not {"<", ">", "&", "\u2028"} & set(block)
    assert json.loads(block) == {"name": HOSTILE}
    with pytest.raises(ValueError, match="Out of range float values"):
        json_block(float("nan"))


def test_the_script_is_small_and_never_turns_text_into_anything_else() -> None:
    script = (TEMPLATES / "whatif.js").read_text()
    assert len(script.splitlines()) <= 250
    assert not re.search(
        r"innerHTML|outerHTML|insertAdjacent|document\.write|\beval\b|Function\(|fetch|import", script
    )


def test_a_scenario_without_a_grid_has_no_page(report: ReportInputs, page: str) -> None:
    with pytest.raises(ValueError, match="nothing was computed for a what-if page of production"):
        what_if_page(report, build_id="b")
    assert "what-if.html" not in page
