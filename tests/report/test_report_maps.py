"""The pictures of the decision maps say their finding, keep apart what is not known, and stay small."""

import re
from pathlib import Path

import pytest

from toolkit import mapping
from toolkit.cost.decisionmap import DecisionMap
from toolkit.loading import Loaded, load
from toolkit.report import plots
from toolkit.report.downtimemap_plot import areas_of as areas_over_downtime
from toolkit.report.map_parts import Area, merged
from toolkit.report.pictures import Picture
from toolkit.report.uptimemap_plot import areas_of
from toolkit.report.wording import NBSP

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
    picture = plots.team_maps({1.0: uptime, 10.0: other}, peak=1500.0)
    assert "1,500 connected at the peak: ably; 15,000 connected at the peak: " in picture.alt
    assert {row[0] for row in picture.table.rows} == {"1,500", "15,000"}


def test_a_map_without_any_known_option_is_drawn_and_says_so(loaded: Loaded) -> None:
    where = {"downtime_cost_usd_per_hour": None}
    picture = plots.decision_map(
        mapping.decision_map(loaded, "production", message_factors=FACTORS, where=where)
    )
    assert "no option is known to be feasible" in picture.alt
    assert "does not say what an hour of outage costs" in picture.alt
    assert "<svg" in picture.svg
