"""The page that leadership reads: verdicts first, every figure with its evidence, nothing from outside."""

import dataclasses
import re
from itertools import pairwise

import pytest
from report_html import Reader, assert_self_contained

from toolkit.report.inputs import ReportInputs
from toolkit.report.page import lead_sentence, leadership_page
from toolkit.report.sections import verdicts
from toolkit.report.sections.conditions import condition
from toolkit.report.spoken import Spoken
from toolkit.report.wording import NBSP, usd


def retold(report: ReportInputs) -> Spoken:
    return Spoken({option: entry.name for option, entry in report.options.items()})


def text_of(html: str) -> str:
    return " ".join(Reader(html).text.replace(NBSP, " ").split())


def test_the_page_is_self_contained(page: str) -> None:
    assert_self_contained(page)


def test_the_page_is_well_below_a_megabyte(page: str) -> None:
    assert len(page.encode()) < 1_000_000


def test_the_same_inputs_give_the_same_bytes(report: ReportInputs, page: str) -> None:
    again = leadership_page(
        report, build_id="2026-11-23-0123456789ab", notebooks=[("1-stability", "Stable?")]
    )
    assert again == page


def test_one_h1_and_no_skipped_heading(page: str) -> None:
    levels = Reader(page).headings
    assert levels.count(1) == 1 and levels[0] == 1
    assert all(later <= earlier + 1 for earlier, later in pairwise(levels))


def test_landmarks_language_title_and_skip_link(page: str) -> None:
    reader = Reader(page)
    for landmark in ("header", "main", "footer"):
        assert len(reader.all(landmark)) == 1
    assert reader.all("html")[0]["lang"] == "en"
    assert reader.all("main")[0]["id"] == "main"
    assert reader.all("a")[0]["href"] == "#main"
    assert "<title>Chat that stays connected - migration report, 27 November 2026</title>" in page


def test_every_link_within_the_page_has_its_target_and_ids_are_unique(page: str) -> None:
    reader = Reader(page)
    ids = [attributes["id"] for _, attributes in reader.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    targets = {link["href"][1:] for link in reader.all("a") if link["href"].startswith("#")}
    assert targets <= set(ids)


def test_every_phase_stands_on_top_with_its_verdict_and_its_reason(report: ReportInputs, page: str) -> None:
    top = text_of(page[: page.index('id="phases"')])
    _, scenario = report.default
    for result in scenario.decision.phases:
        assert result.phase.title in top
        verdict, _, told = result.sentence.partition(" - ")
        reason = retold(report)(told).replace(NBSP, " ")
        assert f"{verdict}{result.phase.title} {reason[:1].upper()}{reason[1:]}".replace(
            " ", ""
        ) in top.replace(" ", "")


def test_the_decision_that_is_asked_and_its_day_stand_in_the_lead(page: str) -> None:
    asked = "“Immediate - deploy the fixes and watch them”, of platform team, by 14 December 2026."
    assert f"The decision asked for: {asked}" in text_of(page)


def test_every_vendor_has_its_bill_beside_what_the_brief_quotes(report: ReportInputs, page: str) -> None:
    _, scenario = report.default
    told = text_of(page).replace(" ", "")
    assert len(scenario.quotes) == 10
    for quote in scenario.quotes:
        total = quote.bill.total if quote.bill.feasible else None
        shown = usd(None if total is None else float(total))
        assert f"{quote.bill.vendor_name}{quote.bill.plan_name}{shown}".replace(" ", "") in told
    # The brief's largest quote of Pusher is for a million messages; this traffic has more.
    assert "nothingsolarge" in told


def test_cost_now_after_and_change_agree_with_the_cost_model(report: ReportInputs, page: str) -> None:
    _, scenario = report.default
    chosen = scenario.decision.phases[-1].chosen
    assert chosen is not None
    now, after = (scenario.cost.options[option].monthly_cost_usd for option in ("current", chosen))
    assert now is not None and after is not None
    top = text_of(page[: page.index('id="phases"')])
    assert f"Cost now${now.mean:,.0f} a month" in top
    assert f"Cost after the last phase${after.mean:,.0f} a month" in top
    sign = "+" if after.mean > now.mean else "−"
    assert f"Change{sign}${abs(after.mean - now.mean):,.0f} a month" in top


def test_a_stale_headline_is_a_dash_with_its_old_value_and_age(page: str) -> None:
    # Ably's incident history is of 29 October 2025, more than a year before the as-of day.
    top = text_of(page[: page.index('id="phases"')])
    assert "Availability after—Ably: stale; it was 99.90 %, from 29 October 2025, 394 days old" in top


def test_a_range_is_shown_as_the_wide_thing_it_is(page: str) -> None:
    assert "Availability now95.0 % to 99.990 %Current server, with the fixes; 5–95 %" in text_of(page)


def test_every_criterion_of_every_phase_is_in_a_table(report: ReportInputs, page: str) -> None:
    _, scenario = report.default
    text, spoken = text_of(page), retold(report)
    for phase in scenario.decision.to_document()["phases"]:
        for entry in phase["criteria"]:
            for criterion in [entry, *(entry["any_of"] or [])]:
                assert condition(criterion, spoken.names).replace(NBSP, " ") in text
                assert " ".join(spoken(criterion["reason"]).split()) in text


def test_every_step_is_told_with_what_is_done(page: str) -> None:
    text = text_of(page)
    assert "☑ Deploy the fixes (done)" in text
    assert "☐ Monitor connection stability (to do)" in text


def test_measurements_stand_beside_the_threshold_and_the_briefs_word(page: str) -> None:
    text = text_of(page)
    assert "Measured in lab (grade lab) until 2026-11-27, 95 % intervals" in text
    assert re.search(
        r"Reconnection frequency Current server, before the fixes .{5,60} above 10 % alert", text
    ) or ("above 10 %" in text and "alert" in text)
    assert "50 ms (percentile not said)" in text
    assert "Nothing was measured in production." in text


def test_every_option_is_a_column_and_doing_nothing_comes_first(report: ReportInputs, page: str) -> None:
    table = page[page.index("<caption>The options side by side") :]
    heads = [
        " ".join(re.sub(r"<[^>]*>", "", head).split())
        for head in re.findall(r'<th scope="col".*?</th>', table)
    ]
    assert heads[1] == "Current server, with the fixes (do nothing)"
    assert len(heads[1:]) >= len(report.options)


def test_every_claim_of_the_brief_has_its_verdict(report: ReportInputs, page: str) -> None:
    text = text_of(page)
    assert report.claims
    for claim in report.claims:
        assert " ".join(claim.statement.split()) in text
        assert " ".join(claim.evidence.split()) in text


def test_every_figure_known_by_the_day_is_in_the_provenance(report: ReportInputs, page: str) -> None:
    text = text_of(page)
    for option in report.options.values():
        for figures in option.figures.values():
            for figure in figures:
                if figure.as_of <= report.as_of:
                    assert " ".join(figure.source.split()) in text


def test_limits_of_every_room_are_told(report: ReportInputs, page: str) -> None:
    text = text_of(page)
    _, scenario = report.default
    for limit in (*scenario.decision.limits, *scenario.cost.limits, *report.metrics.limits):
        assert " ".join(limit.split()) in text


def test_every_picture_has_an_alternative_text_of_its_own(page: str) -> None:
    alternatives = [image["alt"] for image in Reader(page).all("img")]
    assert len(alternatives) == len(set(alternatives)) == 6
    assert all(len(text) > 30 for text in alternatives)


def test_no_reader_meets_none_nan_or_a_python_object(page: str) -> None:
    assert not re.search(r"\b(None|nan|NaN|inf|Decimal|datetime)\b|<[a-z_.]+ object at", text_of(page))


def test_without_recordings_the_page_says_so(report: ReportInputs) -> None:
    from toolkit.metrics.result import measure_options
    from toolkit.metrics.rollups import Rollups

    nothing = Rollups()
    metrics = measure_options(
        nothing, options=list(report.options), environments={"lab": "lab"}, as_of=report.as_of
    )
    bare = dataclasses.replace(report, rollups=nothing, metrics=metrics, claims=[])
    text = text_of(leadership_page(bare, build_id="b"))
    assert "Nothing was measured yet." in text
    assert "The folder lists no claims." in text


def test_a_plan_with_nothing_in_service_has_no_cost_of_today(report: ReportInputs) -> None:
    phases = [phase.model_copy(update={"status": "planned"}) for phase in report.plan.phases]
    bare = dataclasses.replace(report, plan=report.plan.model_copy(update={"phases": phases}))
    text = text_of(leadership_page(bare, build_id="b"))
    assert "Cost now—no phase is in service or done" in text
    assert "Change—one of the two is not known" in text


def test_the_lead_counts_verdicts_and_alarms(report: ReportInputs) -> None:
    _, scenario = report.default
    views = verdicts.phase_views(report.plan, scenario.decision, names={})
    alarmed = [dataclasses.replace(views[0], alarm="it burns", verdict="GO"), *views[1:]]
    assert lead_sentence(alarmed).startswith("Of 3 phases: 1 GO, ")
    assert "1 rollback alarm to act on now." in lead_sentence(alarmed)


@pytest.mark.parametrize("verdict", ["GO", "NO-GO", "HOLD"])
def test_every_verdict_has_its_own_sign_and_word(report: ReportInputs, verdict: str) -> None:
    from toolkit.report.html import _environment

    parts = _environment().get_template("parts.html.j2").module
    _, scenario = report.default
    view = verdicts.phase_views(report.plan, scenario.decision, names={})[0]
    html = str(parts.verdict(dataclasses.replace(view, verdict=verdict, tone=verdicts.TONES[verdict])))  # type: ignore[attr-defined]
    assert html.endswith(f"{verdict}</span>")
    assert 'aria-hidden="true"' in html
    signs = {str(parts.sign(tone)) for tone in ("good", "bad", "wait")}  # type: ignore[attr-defined]
    assert len(signs) == 3
