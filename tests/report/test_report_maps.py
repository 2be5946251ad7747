"""The pictures of the decision maps say their finding, keep apart what is not known, and stay small."""

import re
from pathlib import Path

import pytest
from matplotlib.figure import Figure

from toolkit import mapping
from toolkit.cost.decisionmap import DecisionMap
from toolkit.cost.maplines import Positions
from toolkit.loading import Loaded, load
from toolkit.report import plots
from toolkit.report.downtimemap_plot import areas_of as areas_over_downtime
from toolkit.report.map_parts import Area, merged
from toolkit.report.palette import SCHEMES
from toolkit.report.pictures import NO_VOLUME, Picture
from toolkit.report.uptimemap_plot import areas_of
from toolkit.report.whiskers import whisker
from toolkit.report.wording import NBSP, compact

DATA = Path(__file__).parent.parent.parent / "data"
FACTORS = [0.01, 0.1, 1.0, 10.0, 30.0, 100.0]


@pytest.fixture(scope="module")
def loaded() -> Loaded:
    return load(DATA)


@pytest.fixture(scope="module")
def uptime(loaded: Loaded) -> DecisionMap:
    return mapping.decision_map(loaded, "production", message_factors=FACTORS)


@pytest.fixture(scope="module")
def downtime(loaded: Loaded) -> DecisionMap:
    against = "downtime_cost_usd_per_hour"
    return mapping.decision_map(loaded, "production", against=against, message_factors=FACTORS)


def words(picture: Picture) -> str:
    html = re.sub(r"<[^>]*>", " ", picture._repr_html_())
    return " ".join(html.replace(NBSP, " ").split())


def test_the_map_says_what_is_cheapest_here_and_what_nothing_reaches(uptime: DecisionMap) -> None:
    alt = plots.decision_map(uptime).alt.replace(NBSP, " ")
    assert re.match(r"At your 27M messages and required uptime of 99 % ably is the cheapest, in 9\d% of", alt)
    assert "No evidence on any option reaches more than 99.90 %, whatever is promised." in alt


def test_what_nothing_reaches_is_an_area_without_an_option(uptime: DecisionMap) -> None:
    highest = max(areas_of(uptime), key=lambda area: area.high)
    assert highest.option is None
    assert "none, as far as is known" in words(plots.decision_map(uptime))


def test_the_areas_cover_the_map_once(uptime: DecisionMap, downtime: DecisionMap) -> None:
    for areas in (areas_of(uptime), list(areas_over_downtime(downtime))):
        left, right = min(area.left for area in areas), max(area.right for area in areas)
        low, high = min(area.low for area in areas), max(area.high for area in areas)
        whole = Area(left, right, low, high, None).size
        assert sum(area.size for area in areas) == pytest.approx(whole, rel=1e-6)


def test_areas_on_each_other_are_one_where_they_hold_the_same_option() -> None:
    areas = [Area(1, 2, 0, 1, "a"), Area(2, 3, 0, 1, "b"), Area(1, 2, 1, 2, "a"), Area(2, 3, 1, 2, None)]
    assert merged(areas) == [Area(1, 2, 0, 2, "a"), Area(2, 3, 0, 1, "b"), Area(2, 3, 1, 2, None)]


def test_the_same_map_is_drawn_in_the_same_bytes_and_few_of_them(
    uptime: DecisionMap, downtime: DecisionMap
) -> None:
    for draw, drawn in ((plots.decision_map, uptime), (plots.downtime_map, downtime)):
        picture = draw(drawn)
        assert picture == draw(drawn)
        assert len(picture.svg) < 32_000


def test_options_differ_by_pattern_too(downtime: DecisionMap) -> None:
    """A pattern for each option of the map but the one that is plain."""
    svg = plots.downtime_map(downtime).svg
    won = {option for area in areas_over_downtime(downtime) if (option := area.option) is not None}
    assert len(re.findall(r"<pattern ", svg)) == len(won - {"current"}) > 0


def test_small_maps_tell_each_team_s_cheapest(loaded: Loaded, uptime: DecisionMap) -> None:
    other = mapping.decision_map(loaded, "production", message_factors=FACTORS, team_times=10.0)
    picture = plots.team_maps({1.0: uptime, 10.0: other})
    assert "1,500 connected at the peak: ably; 15,000 connected at the peak: " in picture.alt
    assert {row[0] for row in picture.table.rows} == {"1,500", "15,000"}


def test_the_table_tells_where_lines_lie_over_the_draws(loaded: Loaded) -> None:
    drawn = mapping.decision_map(loaded, "production")
    line = drawn.boundaries[0]
    assert line.over_draws.p5 is not None and line.over_draws.p50 is not None
    said = words(plots.decision_map(drawn))
    assert "It ends in 5, 50 and 95 % of the draws at" in said
    known = ", ".join(map(compact, (line.over_draws.p5, line.over_draws.p50)))
    assert f"{known}, off the map" in said
    assert "the map ends" in said


def test_the_table_tells_each_line_over_the_cost_of_downtime(downtime: DecisionMap) -> None:
    said = words(plots.downtime_map(downtime))
    for border in downtime.borders:
        assert f"{border.below} to {border.above} in 5, 50 and 95 % of the draws" in said


def drawn_lines(found: Positions) -> int:
    """Lines and markers that a whisker puts on a map from 1 to 100."""
    axes = Figure().add_subplot()
    axes.set(xscale="log", xlim=(1, 100), ylim=(0, 1))
    whisker(axes, 0.5, found, SCHEMES["light"])
    return len(axes.lines)


@pytest.mark.parametrize(
    ("found", "lines"),
    [
        (Positions(2.0, 10.0, 50.0), 4),
        (Positions(None, 10.0, 50.0), 4),
        (Positions(2.0, None, None), 3),
        (Positions(2.0, 1000.0, None), 3),
        (Positions(None, 10.0, None), 0),
        (Positions(0.5, 10.0, 500.0), 0),
    ],
)
def test_a_whisker_is_drawn_unless_it_leaves_the_map_at_both_ends(found: Positions, lines: int) -> None:
    """The line, its two ends and the median where that is on the map."""
    assert drawn_lines(found) == lines


def test_a_map_without_any_known_option_is_drawn_and_says_so(loaded: Loaded) -> None:
    where = {"downtime_cost_usd_per_hour": None}
    picture = plots.decision_map(
        mapping.decision_map(loaded, "production", message_factors=FACTORS, where=where)
    )
    assert "no option is known to be feasible" in picture.alt
    assert "does not say what an hour of outage costs" in picture.alt
    assert "<svg" in picture.svg


def test_without_messages_a_sentence_stands_in_the_place_of_every_map(loaded: Loaded) -> None:
    """A multiple of no messages is none: there is no axis, and the table still has the costs."""
    silent = {"messages_per_user_day": 0}
    against = "downtime_cost_usd_per_hour"
    over_downtime = mapping.decision_map(
        loaded, "production", against=against, message_factors=FACTORS, where=silent
    )
    pictures = [
        plots.decision_map(mapping.decision_map(loaded, "production", message_factors=FACTORS, where=silent)),
        plots.downtime_map(over_downtime),
        plots.team_maps(mapping.team_maps(loaded, "production", where=silent)),
    ]
    for picture in pictures:
        assert NO_VOLUME in picture.svg.replace(NBSP, " ")
        assert "Pale" not in picture.alt and "Whiskers" not in picture.alt
        assert picture.table.rows
    for picture in pictures[:2]:
        assert "The scenario sends no messages" in picture.alt
    assert len(pictures[1].table.columns) == 2
