"""Every colour reads in its scheme: WCAG 2.2 asks 4.5:1 of text (1.4.3) and 3:1 of graphics (1.4.11)."""

import re
from itertools import combinations

import pytest

from toolkit.report.html import TEMPLATES
from toolkit.report.palette import DASHES, MARKERS, SCHEMES, SLOTS, Scheme, contrast, slots

OPTIONS = [
    "ably", "current", "current-unfixed", "deepstream", "nats", "pubnub", "pusher", "socketcluster",
    "socketio",
]  # fmt: skip


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [("#ffffff", "#ffffff", 1.0), ("#000000", "#ffffff", 21.0), ("#777777", "#ffffff", 4.48)],
)
def test_contrast_agrees_with_published_ratios(one: str, other: str, ratio: float) -> None:
    # #777777 on white just misses 4.5:1 (WebAIM, "Contrast and Color Accessibility").
    assert contrast(one, other) == pytest.approx(ratio, abs=0.005)
    assert contrast(other, one) == contrast(one, other)


@pytest.mark.parametrize("scheme", SCHEMES.values(), ids=list(SCHEMES))
def test_text_and_lines_read_on_their_ground(scheme: Scheme) -> None:
    for colour in (scheme.ink, scheme.soft, *scheme.series):
        assert contrast(colour, scheme.paper) >= 4.5, colour


@pytest.mark.parametrize("scheme", SCHEMES.values(), ids=list(SCHEMES))
def test_no_two_options_look_alike_even_without_colour(scheme: Scheme) -> None:
    assert len(set(scheme.series)) == len(scheme.series)
    assert len(set(DASHES)) == len(DASHES)
    assert len(set(MARKERS)) == len(MARKERS)
    assert all(len(looks) >= len(OPTIONS) for looks in (scheme.series, DASHES, MARKERS))


def test_an_option_keeps_its_look_whatever_stands_beside_it() -> None:
    assert slots(OPTIONS) == SLOTS
    for one, other in combinations(OPTIONS, 2):
        assert slots([one, other]) == {one: SLOTS[one], other: SLOTS[other]}


def test_options_that_a_user_adds_take_free_looks() -> None:
    taken = slots(["current", "matrix", "zulip"])
    assert taken["current"] == 0
    assert len(set(taken.values())) == 3


def test_more_options_than_looks_still_all_have_one() -> None:
    assert len(slots([*OPTIONS, *(f"extra-{number}" for number in range(20))])) == 29


def test_the_stylesheet_uses_the_grounds_of_the_palette() -> None:
    papers = re.findall(r"--paper: (#[0-9a-f]{6})", (TEMPLATES / "style.css").read_text())
    assert papers == [SCHEMES["light"].paper, SCHEMES["dark"].paper]


@pytest.mark.parametrize("tone", ["good", "bad", "wait"])
def test_verdicts_read_on_their_own_ground(tone: str) -> None:
    style = (TEMPLATES / "style.css").read_text()
    inks = re.findall(rf"--{tone}: (#[0-9a-f]{{6}})", style)
    grounds = re.findall(rf"--{tone}-wash: (#[0-9a-f]{{6}})", style)
    assert len(inks) == len(grounds) == 2
    for ink, ground in zip(inks, grounds, strict=True):
        assert contrast(ink, ground) >= 4.5
