"""A run of letters from right to left is set apart in the text of a page, and nowhere else."""

import pytest

from toolkit.report.direction import isolated

ALEF, BET = "\u05d0\u05d1", "\u0628\u062a"


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        (f"<p>{ALEF} 5</p>", f"<p><bdi>{ALEF}</bdi> 5</p>"),
        (f"<p>{ALEF} {ALEF}-{ALEF}: 5</p>", f"<p><bdi>{ALEF} {ALEF}-{ALEF}</bdi>: 5</p>"),
        # Two names in a list must not change places.
        (f"<p>{ALEF}, {BET}</p>", f"<p><bdi>{ALEF}</bdi>, <bdi>{BET}</bdi></p>"),
        (f"<p>a {ALEF} b {BET}</p>", f"<p>a <bdi>{ALEF}</bdi> b <bdi>{BET}</bdi></p>"),
    ],
)
def test_runs_are_set_apart(html: str, expected: str) -> None:
    assert isolated(html) == expected


@pytest.mark.parametrize(
    "html",
    [
        "<p>nothing of the kind</p>",
        f"<title>{ALEF} 5</title>",
        f'<img alt="{ALEF} > {ALEF}">',
        f"<img alt='\"{ALEF} > {ALEF}'>",
        f'<style>a::after {{ content: "{ALEF}" }}</style>',
        f"<script>const name = '{ALEF}';</script>",
    ],
)
def test_what_holds_no_elements_stays_as_it_is(html: str) -> None:
    assert isolated(html) == html
