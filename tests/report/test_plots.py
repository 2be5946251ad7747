"""Every plot says its finding, holds its numbers, and tells what is not known."""

import math
import re

import pandas as pd
import pytest

from toolkit.cost.curves import Curve
from toolkit.cost.result import Crossover
from toolkit.metrics.rollups import Rollups
from toolkit.report import plots
from toolkit.report.cost_plots import cheapest_at, cheapest_somewhere
from toolkit.report.inputs import ReportInputs
from toolkit.report.pictures import NO_VOLUME, Picture
from toolkit.report.uptime_plots import place_of
from toolkit.report.wording import NBSP


def curve(*, own: float = 1e5, crossovers: tuple[Crossover, ...] = ()) -> Curve:
    """A flat server of 100 USD, a vendor at 1 USD a thousand messages that ends at a million, one unknown."""
    rows = []
    for messages in (1e4, 1e5, 1e6, 1e7):
        vendor = messages / 1000 if messages <= 1e6 else math.nan
        for option, mean in (("server", 100.0), ("vendor", vendor), ("unknown", math.nan)):
            rows.append([option, messages, messages / own, mean, mean * 0.8, mean, mean * 1.2])
    parts = [f"monthly_usd_{part}" for part in ("mean", "p5", "p50", "p95")]
    frame = pd.DataFrame(rows, columns=["option", "messages_per_month", "factor", *parts])
    return Curve(frame, list(crossovers), own)


def words(picture: Picture) -> str:
    html = re.sub(r"<[^>]*>", " ", picture._repr_html_())
    return " ".join(html.replace(NBSP, " ").split())


def test_the_cost_curve_names_the_cheapest_at_the_teams_volume_and_each_crossover() -> None:
    picture = plots.cost_curve(curve(own=5e4, crossovers=(Crossover(1e5, "vendor", "server"),)))
    assert "At your 50k messages vendor is the cheapest." in picture.alt
    assert "The cheapest option changes at 100k messages: vendor to server." in picture.alt


def test_without_crossover_one_option_stays_the_cheapest() -> None:
    alt = plots.cost_curve(curve(own=1e6)).alt
    assert "At your 1M messages server is the cheapest. It stays the cheapest over the whole range." in alt


def test_where_no_cost_is_known_no_option_is_called_the_cheapest() -> None:
    nothing = curve(own=1e9)
    assert "At your 1G messages no cost is known. Shaded" in plots.cost_curve(nothing).alt


def test_an_option_that_costs_nothing_is_drawn_and_can_be_the_cheapest() -> None:
    free = curve(own=5e4)
    free.frame.loc[
        free.frame["option"] == "vendor", ["monthly_usd_mean", "monthly_usd_p5", "monthly_usd_p95"]
    ] = 0.0
    picture = plots.cost_curve(free)
    assert "At your 50k messages vendor is the cheapest." in picture.alt
    assert "$0 ($0 to $0)" in words(picture)


def test_a_team_without_messages_still_has_its_cheapest_option() -> None:
    silent = curve(own=1.0)
    silent = Curve(silent.frame.assign(messages_per_month=0.0), [], 0.0)
    picture = plots.cost_curve(silent)
    assert "At your 0 messages vendor is the cheapest. This scenario sends no messages" in picture.alt
    assert "whole range" not in picture.alt and "Shaded" not in picture.alt
    assert NO_VOLUME in picture.svg.replace(NBSP, " ")


def test_a_crossover_to_nothing_is_told_as_such() -> None:
    picture = plots.cost_curve(curve(crossovers=(Crossover(1e6, "vendor", None),)))
    assert "at 1M messages: vendor to none payable" in picture.alt


def test_what_no_plan_carries_is_a_dash_in_the_table_and_never_zero() -> None:
    said = words(plots.cost_curve(curve()))
    assert "10M $100 ($80 to $120) — no plan carries it, or a price is not known —" in said
    assert "$0 " not in said


def test_a_cost_that_is_known_nowhere_still_makes_a_picture() -> None:
    nothing = curve()
    nothing.frame[[name for name in nothing.frame if str(name).startswith("monthly")]] = math.nan
    assert "<svg" in plots.cost_curve(nothing).svg


@pytest.mark.parametrize(
    ("messages", "option"), [(1e4, "vendor"), (9e4, "vendor"), (2e5, "server"), (5e6, "server")]
)
def test_the_cheapest_is_read_between_the_points_as_a_straight_line_of_the_plot(
    messages: float, option: str
) -> None:
    assert cheapest_at(curve().frame, messages) == option


def test_bands_are_drawn_for_options_that_are_the_cheapest_somewhere() -> None:
    assert cheapest_somewhere(curve(own=1e6, crossovers=(Crossover(1e5, "vendor", "server"),))) == {
        "server",
        "vendor",
    }
    assert cheapest_somewhere(curve(own=1e6)) == {"server"}


def uptimes(*, reached: int) -> pd.DataFrame:
    levels = [0.95, 0.99, 0.999]
    return pd.DataFrame({
        "uptime_need": levels,
        "option": ["server" if index < reached else None for index in range(3)],
        "total_usd_mean": [1000.0 if index < reached else math.nan for index in range(3)],
        "total_usd_p5": [800.0 if index < reached else math.nan for index in range(3)],
        "total_usd_p95": [1500.0 if index < reached else math.nan for index in range(3)],
        "promise": ["vendor"] * 3,
        "promise_total_usd_mean": [2000.0] * 3,
    })  # fmt: skip


def test_the_uptime_plot_says_how_far_anything_reaches() -> None:
    alt = plots.uptime_curve(uptimes(reached=2), need=0.99).alt.replace(NBSP, " ")
    assert alt == (
        "The highest uptime that any option is expected to reach is 99 %, by server at $1,000. "
        "Nothing is expected to reach 99.9 % or more."
    )


def test_a_promise_stands_in_the_table_beside_the_evidence() -> None:
    assert "99.9 % — none, as far as is known — none, as far as is known vendor $2,000" in words(
        plots.uptime_curve(uptimes(reached=2))
    )


def test_no_evidence_for_any_uptime_is_said() -> None:
    assert plots.uptime_curve(uptimes(reached=0)).alt.startswith("No option is expected to reach any")


@pytest.mark.parametrize(("need", "place"), [(0.95, 0.0), (0.97, 0.5), (0.999, 2.0), (0.5, 0.0), (1.0, 2.0)])
def test_the_need_stands_between_the_levels_it_lies_between(need: float, place: float) -> None:
    assert place_of(need, [0.95, 0.99, 0.999]) == pytest.approx(place)


def test_plots_of_measurements_say_their_finding(report: ReportInputs) -> None:
    survival = plots.survival_curves(report.rollups, environment="lab")
    assert re.match(
        r"Still connected after 5 minutes in lab: current [\d.]+.%, current-unfixed", survival.alt
    )
    latency = plots.latency_distribution(report.rollups, environment="lab")
    assert "socketio: half within" in latency.alt
    forest = plots.metric_forest(report.metrics, environment="lab")
    assert "past its alert threshold: " in forest.alt
    assert "reconnection frequency of current-unfixed" in forest.alt


def test_a_timeline_has_a_row_an_hour(report: ReportInputs) -> None:
    picture = plots.connection_timeline(report.rollups, option="current", environment="lab")
    assert re.match(r"current in lab: \d+ unwanted ends in \d hours?, outages in 0 hours\.", picture.alt)
    assert len(picture.table.rows) == 1


def test_a_latency_beyond_the_deadline_is_a_dash(report: ReportInputs) -> None:
    rows = {row[0]: row for row in plots.latency_distribution(report.rollups, environment="lab").table.rows}
    # Two of a hundred deliveries of the option without the fixes are lost: 99 % are never reached.
    assert rows["current-unfixed"][3] is None
    assert rows["socketio"][3] is not None


@pytest.mark.parametrize("plot", [plots.survival_curves, plots.latency_distribution])
def test_nothing_measured_is_said_and_drawn(plot: object) -> None:
    picture: Picture = plot(Rollups(), environment="production")  # type: ignore[operator]
    assert "othing was measured" in picture.alt
    assert "<svg" in picture.svg


def test_a_timeline_of_nothing_is_empty_and_no_error() -> None:
    picture = plots.connection_timeline(Rollups(), option="current", environment="lab")
    assert picture.alt == "current in lab: 0 unwanted ends in 0 hours, outages in 0 hours."


def test_metrics_measured_nowhere_are_said_to_be_so(report: ReportInputs) -> None:
    assert (
        plots.metric_forest(report.metrics, environment="production").alt
        == "Nothing was measured in production."
    )
