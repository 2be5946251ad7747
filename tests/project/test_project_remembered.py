"""Results are found by the content of what they are made from; what may not be ours is never read."""

import os
import pickle
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import pytest
from pydantic import BaseModel

from toolkit.project.remembered import VARIABLE, bound, content_digest, remembered, remembering


class Model(BaseModel):
    name: str
    share: float | None = None


@dataclass(frozen=True)
class Thing:
    models: dict[str, Model]
    days: tuple[int, ...] = ()

    @cached_property
    def costly(self) -> int:
        return len(self.days)


THING = Thing({"a": Model(name="a", share=0.1)}, (1, 2))


def test_equal_content_has_one_digest_whatever_was_asked_of_it_before() -> None:
    used = Thing({"a": Model(name="".join(["a"]), share=0.1)}, (1, 2))
    assert used.costly == 2
    assert content_digest(used) == content_digest(THING)


@pytest.mark.parametrize(
    "other",
    [
        replace(THING, days=(2, 1)),
        replace(THING, models={"a": Model(name="a", share=0.1000000001)}),
        replace(THING, models={"a": Model(name="a")}),
        replace(THING, models={"b": Model(name="a", share=0.1)}),
        [THING],
    ],
)
def test_other_content_has_another_digest(other: object) -> None:
    assert content_digest(other) != content_digest(THING)


def made(home: Path, parts: object, answer: str) -> str:
    with remembering(home):
        return remembered("answer", parts, lambda: answer)


def test_a_result_is_computed_once(tmp_path: Path) -> None:
    assert made(tmp_path / "kept", THING, "first") == "first"
    assert made(tmp_path / "kept", THING, "second") == "first"
    assert made(tmp_path / "kept", [THING], "third") == "third"
    assert VARIABLE not in os.environ


def test_without_a_build_nothing_is_kept() -> None:
    assert remembered("answer", THING, lambda: 1) == 1
    assert remembered("answer", THING, lambda: 2) == 2


@pytest.mark.parametrize("damage", ["cut", "changed", "writable file", "writable folder"])
def test_what_may_not_be_ours_is_not_read(tmp_path: Path, damage: str) -> None:
    home = tmp_path / "kept"
    made(home, THING, "first")
    (path,) = home.iterdir()
    content = path.read_bytes()
    if damage == "cut":
        path.write_bytes(content[:-1])
    elif damage == "changed":
        path.write_bytes(content[:32] + pickle.dumps("forged"))
    elif damage == "writable file":
        path.chmod(0o666)
    else:
        home.chmod(0o777)
    assert made(home, THING, "second") == "second"


def test_the_oldest_go_when_there_is_too_much(tmp_path: Path) -> None:
    for number in range(5):
        path = tmp_path / f"{number}.pickle"
        path.write_bytes(b"x" * 100)
        os.utime(path, (number, number))
    bound(tmp_path, most_bytes=250)
    assert sorted(path.stem for path in tmp_path.iterdir()) == ["3", "4"]
