"""A build is compared with the one before it, and an unchanged state still finds its own build."""

from pathlib import Path
from typing import Any

from test_publishing import page, refuses, state

from toolkit.report.fingerprint import Fingerprint
from toolkit.report.publish import publish, published
from toolkit.report.standing import builds, following


def build(out: Path, digest: str, render: Any = page, keep: int | None = None) -> Fingerprint:
    """Publishes a state after whatever is the latest, and returns what it was published as."""
    its = following(out, state(digest * 64).after(None))
    publish(out, fingerprint=its, render=render, keep=keep)
    return its


def test_the_first_build_follows_none(tmp_path: Path) -> None:
    assert build(tmp_path, "a").since is None


def test_another_state_follows_the_latest(tmp_path: Path) -> None:
    first, second = build(tmp_path, "a"), build(tmp_path, "b")
    assert second.since == first.build_id


def test_an_unchanged_state_is_not_built_again(tmp_path: Path) -> None:
    build(tmp_path, "a")
    second = build(tmp_path, "b")
    again = following(tmp_path, state("b" * 64).after(None))
    assert again == second
    assert published(tmp_path, fingerprint=again) == tmp_path / second.build_id
    build(tmp_path, "b", render=refuses)


def test_an_unchanged_state_is_not_built_again_when_what_it_follows_is_gone(tmp_path: Path) -> None:
    build(tmp_path, "a", keep=1)
    build(tmp_path, "b", keep=1)
    assert len(builds(tmp_path)) == 1
    build(tmp_path, "b", render=refuses, keep=1)


def test_going_back_to_a_state_is_a_change_and_then_none(tmp_path: Path) -> None:
    first, second = build(tmp_path, "a"), build(tmp_path, "b")
    back = build(tmp_path, "a")
    assert back.since == second.build_id and back.build_id != first.build_id
    build(tmp_path, "a", render=refuses)
