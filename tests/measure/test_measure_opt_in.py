"""Options that are served only where they are named: really, where this machine has what they need."""

import asyncio
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.commands import forked_in
from toolkit.measure.adapters import LOCAL, OPT_IN, adapter, kind
from toolkit.measure.servers import soketi_needs
from toolkit.measure.servers.node_servers import HERE
from toolkit.measure.servers.processes import command, running
from toolkit.measure.servers.soketi_needs import runs_on
from toolkit.measure.servers.usage import usage
from toolkit.project.faults import EnvironmentFault

HERE_TOO = [option for option in OPT_IN if (HERE / option / "node_modules").is_dir()]


def test_they_are_not_part_of_the_default_set() -> None:
    assert not set(OPT_IN) & set(LOCAL)


@pytest.mark.parametrize("option", HERE_TOO)
def test_a_message_reaches_all_others_and_what_is_cut_is_told(run: Any, option: str) -> None:
    if option == "socketio-redis" and shutil.which("redis-server") is None:
        with pytest.raises(EnvironmentFault, match="redis-server is missing"):
            command(option)
        return

    async def scenario() -> None:
        heard: list[list[Any]] = [[] for _ in range(6)]
        async with running(option) as server:
            speaks, url = adapter(option), kind(option).local_url(server.port)
            lines = [await speaks.connect(url, room="tea", receive=ears.append) for ears in heard]
            reading = [asyncio.create_task(line.ended()) for line in lines]
            for number in range(3):
                await lines[0].publish({"m": number})
            while min(len(ears) for ears in heard[1:]) < 3:
                await asyncio.sleep(0.01)
            assert heard == [[]] + [[{"m": 0}, {"m": 1}, {"m": 2}]] * 5
            taken = usage(server.pid)
            assert taken is not None
            # Two nodes, Redis, and the process that holds them; soketi is one.
            assert taken.processes == (4 if option == "socketio-redis" else 1)
            assert await lines[0].close() == 1000
        # The server is gone: nobody said goodbye, or it did so itself.
        for end in await asyncio.gather(*reading[1:]):
            assert end.by in ("network", "server")
        await speaks.close()

    run(scenario())


def test_without_redis_the_mend_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(EnvironmentFault, match=r"redis-server is missing; .*apt-get install redis-server"):
        command("socketio-redis")


def test_soketi_is_not_installed_unasked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(soketi_needs, "FOLDER", tmp_path)
    with pytest.raises(EnvironmentFault, match=r"third party's repack .* Node\.js 20 only.* make soketi"):
        command("soketi")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("major", "libc", "loads"),
    [
        (20, ("glibc", "2.36"), True),
        (22, ("glibc", "2.36"), False),
        (24, ("glibc", "2.38"), True),
        (20, ("", ""), True),
        (18, ("glibc", "2.39"), False),
        (18, ("", ""), False),
    ],
)
def test_on_which_node_soketi_runs(major: int, libc: tuple[str, str], loads: bool) -> None:
    assert runs_on(major, libc) is loads


def files_in(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def test_an_option_that_lacks_what_it_needs_exits_with_3_and_leaves_nothing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    run = forked_in(tmp_path)
    assert run("init", "ours").returncode == 0
    before = files_in(tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    done = run("bakeoff", "--options", "socketio-redis", "--quick", "--project", "ours")
    assert (done.returncode, done.stdout) == (3, "")
    assert "redis-server is missing; install it" in done.stderr
    assert "Traceback" not in done.stderr
    assert files_in(tmp_path) == before
