"""A build is there whole or not at all; readers of the previous one notice nothing until it is."""

import json
import multiprocessing
import os
import random
import signal
import subprocess
import sys
import time
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from toolkit.project.faults import EnvironmentFault
from toolkit.report.fingerprint import Fingerprint
from toolkit.report.lock import PARTIAL
from toolkit.report.publish import publish, published
from toolkit.report.standing import builds, following, in_the_way, manifest_of
from toolkit.report.writing import child, file_digest, write

DAY = date(2026, 11, 23)


def state(digest: str = "a" * 64) -> Fingerprint:
    return Fingerprint(as_of=DAY, digest=digest, inputs={}, versions={})


def page(folder: Path) -> dict[str, Any]:
    write(folder, "index.html", "<!doctype html><title>R</title>")
    return {"title": "R", "verdicts": [{"title": "Phase", "verdict": "HOLD"}]}


def refuses(folder: Path) -> dict[str, Any]:
    raise AssertionError("rendered again")


def snapshot(out: Path) -> dict[str, tuple[int, int]]:
    return {
        str(path.relative_to(out)): (path.lstat().st_mtime_ns, path.lstat().st_ino) for path in out.rglob("*")
    }


def test_a_build_has_its_id_and_latest_leads_to_it(tmp_path: Path) -> None:
    build = publish(tmp_path / "reports", fingerprint=state(), render=page)
    assert build.name == "2026-11-23-aaaaaaaaaaaa"
    assert (tmp_path / "reports" / "latest").resolve() == build.resolve()
    assert sorted(path.name for path in build.iterdir()) == ["build.json", "index.html"]


def test_the_index_lists_every_build_with_its_verdicts(tmp_path: Path) -> None:
    for digest in ("a" * 64, "b" * 64):
        publish(tmp_path, fingerprint=state(digest), render=page)
    index = (tmp_path / "index.html").read_text()
    assert index.count("<strong>HOLD</strong>: Phase") == 2
    assert index.index("2026-11-23-bbbbbbbbbbbb") < index.index("2026-11-23-aaaaaaaaaaaa")
    assert index.count("This is the latest.") == 1


def test_the_same_state_is_found_and_nothing_is_written(tmp_path: Path) -> None:
    publish(tmp_path, fingerprint=state(), render=page)
    before = snapshot(tmp_path)
    assert published(tmp_path, fingerprint=state()) == tmp_path / state().build_id
    publish(tmp_path, fingerprint=state(), render=refuses)
    assert snapshot(tmp_path) == before


def test_another_state_is_not_found(tmp_path: Path) -> None:
    publish(tmp_path, fingerprint=state(), render=page)
    assert published(tmp_path, fingerprint=state("b" * 64)) is None
    assert published(tmp_path / "elsewhere", fingerprint=state()) is None


def test_going_back_to_an_older_state_moves_latest_back(tmp_path: Path) -> None:
    for digest in ("a" * 64, "b" * 64):
        publish(tmp_path, fingerprint=state(digest), render=page)
    published(tmp_path, fingerprint=state())
    assert (tmp_path / "latest").readlink() == Path(state().build_id)


@pytest.mark.parametrize("damage", ["remove", "change"])
def test_a_damaged_build_is_built_again(tmp_path: Path, damage: str) -> None:
    build = publish(tmp_path, fingerprint=state(), render=page)
    if damage == "remove":
        (build / "index.html").unlink()
    else:
        (build / "index.html").write_text("edited")
    assert published(tmp_path, fingerprint=state()) is None
    publish(tmp_path, fingerprint=state(), render=page)
    assert (build / "index.html").read_text().startswith("<!doctype html>")


def test_a_render_that_fails_leaves_the_previous_report_and_no_rest(tmp_path: Path) -> None:
    publish(tmp_path, fingerprint=state(), render=page)
    before = snapshot(tmp_path)

    def fails(folder: Path) -> dict[str, Any]:
        write(folder, "index.html", "half")
        raise ValueError("a notebook failed")

    with pytest.raises(ValueError, match="a notebook failed"):
        publish(tmp_path, fingerprint=state("b" * 64), render=fails)
    assert snapshot(tmp_path) == before


KILLED = """
import sys, time
from pathlib import Path
sys.path.insert(0, {here!r})
from test_publishing import state
from toolkit.report.publish import publish
from toolkit.report.writing import write

def slow(folder):
    for number in range(200):
        write(folder, f"page-{{number}}.html", "x" * 1000)
        print(number, flush=True)
        time.sleep(0.01)
    return {{"title": "R", "verdicts": []}}

publish(Path({out!r}), fingerprint=state("b" * 64), render=slow)
"""


def test_a_killed_build_leaves_the_previous_report_and_the_next_one_cleans_up(tmp_path: Path) -> None:
    publish(tmp_path, fingerprint=state(), render=page)
    before = snapshot(tmp_path)
    program = KILLED.format(here=str(Path(__file__).parent), out=str(tmp_path))
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for _ in range(20):
            process.stdout.readline()
        os.kill(process.pid, signal.SIGKILL)
    assert any(path.name.startswith(".building-") for path in tmp_path.iterdir())
    assert {
        name: mark for name, mark in snapshot(tmp_path).items() if not name.startswith(".building-")
    } == before
    publish(tmp_path, fingerprint=state("b" * 64), render=page)
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".building-")]
    assert len(builds(tmp_path)) == 2


BUILDS = """
from datetime import date
from pathlib import Path
from toolkit.report.fingerprint import Fingerprint
from toolkit.report.publish import publish
from toolkit.report.writing import write

def many(folder):
    for number in range(5):
        write(folder, f"page-{{number}}.html", "x" * 20_000)
    write(folder, "index.html", "<!doctype html><title>R</title>")
    return {{"title": "R", "verdicts": []}}

for number in range(1000):
    digest = f"{{number:04}}{{{kill}:08x}}" + "c" * 52
    state = Fingerprint(as_of=date(2026, 11, 23), digest=digest, inputs={{}}, versions={{}})
    publish(Path({out!r}), fingerprint=state, render=many, keep=3)
    print("published", flush=True)
"""


def test_builds_killed_at_ten_random_instants_leave_a_whole_report_each_time(tmp_path: Path) -> None:
    draw, seen = random.Random(7), set()
    for kill in range(10):
        program = BUILDS.format(out=str(tmp_path), kill=kill)
        with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            for _ in range(draw.randint(1, 4)):
                assert process.stdout.readline() == "published\n"
            time.sleep(draw.uniform(0, 0.05))
            assert process.poll() is None
            os.kill(process.pid, signal.SIGKILL)
        latest = tmp_path / "latest"
        manifest = manifest_of(tmp_path / latest.readlink())
        assert manifest is not None
        files = {path.name: file_digest(path) for path in latest.iterdir() if path.name != "build.json"}
        assert files == manifest["files"] and len(files) == 6
        seen.add(latest.readlink())
    assert len(seen) == 10
    publish(tmp_path, fingerprint=state("d" * 64), render=page, keep=3)
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".building-")]
    assert len(builds(tmp_path)) == 3
    assert "2026-11-23-dddddddddddd" in (tmp_path / "index.html").read_text()


def _publish_slowly(out: Path, ran: Path) -> None:
    def slow(folder: Path) -> dict[str, Any]:
        with ran.open("a") as stream:
            stream.write("x")
        time.sleep(0.3)
        return page(folder)

    publish(out, fingerprint=state(), render=slow, wait_s=30.0)


def test_of_several_builds_at_once_one_renders_and_the_others_find_it(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    ran = tmp_path / "ran"
    workers = [context.Process(target=_publish_slowly, args=(tmp_path / "reports", ran)) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(30)
    assert [worker.exitcode for worker in workers] == [0, 0, 0]
    assert ran.read_text() == "x"
    assert len(builds(tmp_path / "reports")) == 1


def test_a_build_that_waits_too_long_says_that_one_runs(tmp_path: Path) -> None:
    def waits(folder: Path) -> dict[str, Any]:
        publish(tmp_path, fingerprint=state("b" * 64), render=page, wait_s=0.1)
        return {}

    with pytest.raises(EnvironmentFault, match=r"another build is running; waited 0 s for it, build again"):
        publish(tmp_path, fingerprint=state(), render=waits)


def test_a_folder_in_place_of_latest_is_named(tmp_path: Path) -> None:
    (tmp_path / "latest").mkdir()
    with pytest.raises(EnvironmentFault, match=r"latest: is a folder, not a link to a build; remove it"):
        publish(tmp_path, fingerprint=state(), render=page)


def test_an_out_that_is_a_file_is_an_environment_fault(tmp_path: Path) -> None:
    (tmp_path / "reports").write_text("")
    with pytest.raises(EnvironmentFault, match="give an --out that is a folder"):
        publish(tmp_path / "reports", fingerprint=state(), render=page)


FULL = """
import resource, sys
from pathlib import Path
sys.path.insert(0, {here!r})
import signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))
from test_publishing import state
from toolkit.project.faults import EnvironmentFault
from toolkit.report.publish import publish
from toolkit.report.writing import write
try:
    publish(
        Path({out!r}), fingerprint=state("b" * 64),
        render=lambda folder: write(folder, "index.html", "x" * 10000) or {{}},
    )
except EnvironmentFault as fault:
    print(fault)
"""


def test_a_disk_that_takes_no_more_is_an_environment_fault(tmp_path: Path) -> None:
    publish(tmp_path, fingerprint=state(), render=page)
    before = snapshot(tmp_path)
    program = FULL.format(here=str(Path(__file__).parent), out=str(tmp_path))
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert "give another --out" in run.stdout
    assert snapshot(tmp_path) == before


def test_old_builds_go_when_only_some_are_kept(tmp_path: Path) -> None:
    for index, digest in enumerate("abcd"):
        build = publish(tmp_path, fingerprint=state(digest * 64), render=page, keep=2)
        os.utime(build / "build.json", (1_000_000 + index, 1_000_000 + index))
    kept = sorted(path.name for path in tmp_path.iterdir() if path.is_dir() and not path.is_symlink())
    assert kept == ["2026-11-23-cccccccccccc", "2026-11-23-dddddddddddd"]


def test_folders_that_are_no_builds_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "build.json").write_text('{"schema": "other"}')
    (tmp_path / "README.md").write_text("hello")
    publish(tmp_path, fingerprint=state(), render=page, keep=1)
    assert (tmp_path / "mine" / "build.json").exists() and (tmp_path / "README.md").exists()


def test_what_looks_like_a_rest_of_a_build_and_is_none_is_left_alone(tmp_path: Path) -> None:
    mine = [tmp_path / name for name in (".film.part", ".building-shed", ".index.html.part", ".notes.7.part")]
    for path in mine:
        path.write_text("mine")
    rests = [tmp_path / f"{PARTIAL}2026-11-23-aaaaaaaaaaaa-17", tmp_path / ".index.html.17.part"]
    rests[0].mkdir()
    rests[1].write_text("half")
    publish(tmp_path, fingerprint=state(), render=page)
    assert all(path.read_text() == "mine" for path in mine)
    assert not any(path.exists() for path in rests)


@pytest.mark.parametrize("name", ["index.html", "failed/photo.txt", "latest"])
def test_what_a_build_would_replace_is_in_its_way(tmp_path: Path, name: str) -> None:
    publish(tmp_path / "reports", fingerprint=state(), render=page)
    assert in_the_way(tmp_path / "reports") is None and in_the_way(tmp_path / "none") is None
    (tmp_path / name).parent.mkdir(exist_ok=True)
    if name == "latest":
        (tmp_path / name).symlink_to(tmp_path / "reports" / "latest")
    else:
        (tmp_path / name).write_text("<h1>mine</h1>")
    assert in_the_way(tmp_path) == tmp_path / name


@pytest.mark.parametrize("name", ["failed/photo.txt", "failed/2026/photo.txt"])
def test_what_lies_among_failed_attempts_and_is_none_is_left_alone(tmp_path: Path, name: str) -> None:
    (tmp_path / name).parent.mkdir(parents=True)
    (tmp_path / name).write_text("mine")
    publish(tmp_path, fingerprint=state(), render=page)
    assert (tmp_path / name).read_text() == "mine"


@pytest.mark.parametrize(
    "damage",
    [
        {"as_of": "soon"}, {"as_of": None}, {"files": []}, {"files": {"index.html": 7}}, {"fingerprint": 7},
        {"since": ["x"]}, {"about": []}, {"about": {"verdicts": [7], "watched": []}},
    ],
)  # fmt: skip
def test_a_build_whose_manifest_somebody_damaged_stops_no_other(
    tmp_path: Path, damage: dict[str, Any]
) -> None:
    build = publish(tmp_path, fingerprint=state(), render=page)
    manifest = json.loads((build / "build.json").read_text())
    (build / "build.json").write_text(json.dumps(manifest | damage))
    publish(tmp_path, fingerprint=following(tmp_path, state("b" * 64)), render=page)
    assert (tmp_path / "latest").readlink() != Path(build.name)
    assert published(tmp_path, fingerprint=state()) in (None, build)


@pytest.mark.parametrize("name", ["", "../x", "a/b", "/etc/x", ".hidden", "..", "a\0b", "a\\b"])
def test_no_name_leads_out_of_the_report(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="is not a plain file name"):
        child(tmp_path, name)


def test_finding_an_unchanged_build_imports_nothing_heavy() -> None:
    program = (
        "import sys; import toolkit.report.publish, toolkit.report.fingerprint\n"
        "heavy = {'pandas', 'matplotlib', 'nbconvert', 'papermill', 'jinja2', 'numpy'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"
