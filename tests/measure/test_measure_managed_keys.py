"""No key of a vendor reaches anything that a probe prints, logs or writes, however it fails."""

import asyncio
import logging
import re
import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from stand_ins import (
    ABLY_KEY,
    PUBLISH_KEY,
    PUSHER_ID,
    PUSHER_KEY,
    PUSHER_SECRET,
    STAND_INS,
    SUBSCRIBE_KEY,
    StandIn,
    adapter_at,
    standing_in,
)  # fmt: skip

from toolkit import cli
from toolkit.measure.adapters.managed import Place, check_keys
from toolkit.project.faults import EnvironmentFault

CANARY = "CANARY"
"""Every key and secret of these tests holds it."""

KEYS = {
    "ably": {"ABLY_API_KEY": ABLY_KEY},
    "pusher": {
        "PUSHER_APP_ID": PUSHER_ID,
        "PUSHER_KEY": PUSHER_KEY,
        "PUSHER_SECRET": PUSHER_SECRET,
        "PUSHER_CLUSTER": "eu",
    },
    "pubnub": {"PUBNUB_PUBLISH_KEY": PUBLISH_KEY, "PUBNUB_SUBSCRIBE_KEY": SUBSCRIBE_KEY},
}
WRONG = {
    "ably": {"ABLY_API_KEY": f"{ABLY_KEY}WRONG"},
    "pusher": {"PUSHER_SECRET": f"{PUSHER_SECRET}WRONG"},
    "pubnub": {"PUBNUB_SUBSCRIBE_KEY": f"{SUBSCRIBE_KEY}WRONG"},
}
every_vendor = pytest.mark.parametrize("option", list(STAND_INS))

WORKLOAD = """
clients: 4
rooms_of: 2
duration_s: 3
burst_messages: 3
burst_interval_s: {low: 0.1, high: 0.2}
pause_s: {low: 0.1, high: 0.3}
session_s: {low: 60, high: 60}
away_s: {low: 0, high: 0.1}
message_bytes: 100
deadline_s: 1
lag_limit_ms: 5000
seed: 3
"""

PROJECT = {
    "project.yaml": """
title: T
currency: USD
default_scenario: s
environments: {lab: lab, production: field}
""",
    "workload.yaml": WORKLOAD,
}


@pytest.fixture
def ours(tmp_path: Path, shipped: Path) -> Path:
    """A decision folder with the options that ship and nothing recorded."""
    home = tmp_path / "ours"
    (home / "options").mkdir(parents=True)
    for option in STAND_INS:
        (home / "options" / f"{option}.yaml").write_text((shipped / "options" / f"{option}.yaml").read_text())
    for name, text in PROJECT.items():
        (home / name).write_text(text)
    return home


@contextmanager
def served(stand_in: StandIn) -> Iterator[int]:
    """The port of a stand-in that runs in a thread of its own."""
    port: list[int] = []
    stops: list[Callable[[], object]] = []
    ready = threading.Event()

    async def serve() -> None:
        stop, loop = asyncio.Event(), asyncio.get_running_loop()
        stops.append(lambda: loop.call_soon_threadsafe(stop.set))
        async with standing_in(stand_in) as found:
            port.append(found)
            ready.set()
            await stop.wait()

    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    ready.wait(10)
    try:
        yield port[0]
    finally:
        stops[0]()
        thread.join()


Probed = tuple[int, str]
Probe = Callable[..., Probed]


@pytest.fixture
def probe(
    ours: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> Probe:
    """Runs ``toolkit probe`` with canary keys; its exit code and all that it made: prints, logs, files."""

    def run(option: str, *more: str, at: Place | None = None, keys: dict[str, str] | None = None) -> Probed:
        for name, value in {**KEYS[option], **(keys or {})}.items():
            monkeypatch.setenv(name, value)
        if at is not None:
            divert(option, at, monkeypatch)
        given = ["probe", option, "--environment", "production", "--project", str(ours)]
        workload = ["--workload", str(ours / "workload.yaml")]
        monkeypatch.setattr(sys, "argv", ["toolkit", *more[:1], *given, *workload, *more[1:]])
        caplog.set_level(logging.DEBUG)
        code, seen = ended()
        for told in (*capfd.readouterr(), caplog.text):
            seen += told
        return code, seen

    return run


def ended() -> Probed:
    """The exit code of the command, and the traceback that a user of ``--debug`` would see."""
    try:
        cli.main()
    except SystemExit as done:
        return int(done.code or 0), ""
    except Exception as error:
        return int(getattr(error, "exit_code", 99)), "".join(traceback.format_exception(error))
    finally:
        cli.debug = False
    raise AssertionError("main returns by raising")


def divert(option: str, at: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put the adapter before a stand-in, which nothing but a test can do."""
    found: Any = (at, Place(at.host, tls=at.tls)) if option == "pusher" else at
    name = "places" if option == "pusher" else "place"
    monkeypatch.setattr(f"toolkit.measure.adapters.{option}.{name}", lambda environment: found)


def files_of(ours: Path) -> str:
    """The bytes of all that lies in the folder, but of what the test put there."""
    own = {ours / name for name in PROJECT} | set((ours / "options").iterdir())
    return "".join(
        path.read_bytes().decode("latin-1") for path in ours.rglob("*") if path.is_file() and path not in own
    )


def places_of(port: int) -> dict[str, Place]:
    """Where each way of failing waits."""
    return {
        "wrong key": Place(f"127.0.0.1:{port}", tls=False),
        "nobody there": Place("127.0.0.1:1", tls=False),
        "no such name": Place("nowhere.invalid:443"),
        "no TLS": Place(f"127.0.0.1:{port}"),
        "unavailable": Place(f"127.0.0.1:{port}", tls=False),
        "forbidden": Place(f"127.0.0.1:{port}", tls=False),
    }


FAILURES = {
    "wrong key": r"refused \(.*\); check the keys",
    "nobody there": r"does not answer \(refused\)",
    "no such name": r"does not answer \(dns\)",
    "no TLS": r"does not answer \(tls\)",
    "unavailable": r"(refused \(HTTP status 503\)|does not answer \(http_503\))",
    "forbidden": r"refused \(HTTP status 403",
}


@every_vendor
@pytest.mark.parametrize("failure", FAILURES)
@pytest.mark.parametrize("debug", [False, True])
def test_a_service_that_does_not_let_us_in_is_no_outage_and_no_key_is_told(
    option: str, failure: str, debug: bool, probe: Probe, ours: Path
) -> None:
    stand_in = STAND_INS[option](
        answer=503 if failure == "unavailable" else None,
        publish_answer=403 if failure == "forbidden" else None,
    )
    with served(stand_in) as port:
        at = places_of(port)[failure]
        keys = WRONG[option] if failure == "wrong key" else {}
        code, seen = probe(option, *(["--debug"] if debug else []), at=at, keys=keys)
    assert code == 3
    assert re.search(rf"{option}: \S+ {FAILURES[failure]}", seen), seen
    assert CANARY not in seen
    assert not (ours / "metrics").exists()
    assert ("Traceback" in seen) is debug


@every_vendor
def test_a_service_that_never_answers_is_a_timeout(
    option: str, probe: Probe, ours: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # PubNub is no WebSocket and asks by itself.
    for where in ("managed", "pubnub"):
        monkeypatch.setattr(f"toolkit.measure.adapters.{where}.OPEN_TIMEOUT_S", 0.3)
    with served(STAND_INS[option](silent=True)) as port:
        code, seen = probe(option, "--debug", at=Place(f"127.0.0.1:{port}", tls=False))
    assert code == 3
    assert "does not answer (timeout)" in seen
    assert CANARY not in seen
    assert not (ours / "metrics").exists()


@every_vendor
def test_a_run_tells_what_it_will_use_and_as_what_it_counts_and_no_key(
    option: str, probe: Probe, ours: Path, facts: Any
) -> None:
    stand_in = STAND_INS[option]()
    with served(stand_in) as port:
        code, seen = probe(option, at=Place(f"127.0.0.1:{port}", tls=False))
    assert code == 0, seen
    assert f"{option}: recorded as evidence of grade field (production)" in seen
    assert "messages_published " in seen and "connections_opened 5" in seen
    rows = facts(ours / "metrics", "deliveries")
    # A busy machine may keep a message past its deadline, and then it is not sent.
    assert {row["copies"] for row in rows} in ({1}, {0, 1})
    assert {row["outcome"] for row in facts(ours / "metrics", "connections")} == {"open"}
    published = {payload["m"] for payload in stand_in.published} - {"check"}
    assert published >= {row["message"] for row in rows if row["copies"]}
    told = re.search(r"messages_published (\d+),", seen)
    assert told and int(told[1]) == len({row["message"] for row in rows}) + 1 >= len(stand_in.published)
    assert CANARY not in seen
    assert CANARY not in files_of(ours)


@every_vendor
def test_a_service_that_fails_while_it_is_measured_is_recorded_without_a_key(
    option: str, probe: Probe, ours: Path, facts: Any
) -> None:
    stand_in = STAND_INS[option]()

    def fail() -> None:
        while len(stand_in.published) < 3 and not over.wait(0.01):
            pass
        stand_in.answer = stand_in.publish_answer = 503
        asyncio.run_coroutine_threadsafe(stand_in.end(), loops[0])

    over, loops = threading.Event(), list[asyncio.AbstractEventLoop]()
    stand_in.started = loops.append
    with served(stand_in) as port:
        failing = threading.Thread(target=fail)
        failing.start()
        code, seen = probe(option, at=Place(f"127.0.0.1:{port}", tls=False))
        over.set()
        failing.join()
    assert code == 0, seen
    rows = facts(ours / "metrics", "connections")
    assert {row["ended_by"] for row in rows} >= {"server"}
    if option != "pubnub":  # It comes back after 4 s at the earliest.
        assert {row["outcome"] for row in rows} == {"open", "http_503"}
    assert CANARY not in seen
    assert CANARY not in files_of(ours)


class Leaky:
    """A service whose library tells its address in every error."""

    host = "leaky.example"

    async def check(self) -> None:
        raise OSError(f"https://leaky.example/{CANARY}")

    async def close(self) -> None:
        pass


def test_no_error_of_a_library_is_told_or_chained() -> None:
    leaky: Any = Leaky()
    with pytest.raises(EnvironmentFault, match=r"leaky: \S+ does not answer") as caught:
        asyncio.run(check_keys("leaky", leaky))
    assert caught.value.__context__ is None and caught.value.__cause__ is None
    assert CANARY not in "".join(traceback.format_exception(caught.value))


@every_vendor
def test_adapters_and_errors_do_not_show_keys(option: str, monkeypatch: pytest.MonkeyPatch) -> None:
    speaks = adapter_at(option, 1)
    assert CANARY not in repr(speaks)

    async def fail() -> str:
        try:
            await speaks.connect("", room="tea", receive=print)
        except Exception as error:
            return repr(error)
        finally:
            await speaks.close()
        raise AssertionError("nobody listens at port 1")

    assert CANARY not in asyncio.run(fail())


@every_vendor
def test_what_the_environment_lacks_is_named_all_at_once(
    option: str, probe: Probe, ours: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    empty = dict.fromkeys(KEYS[option], "")
    code, seen = probe(option, keys=empty)
    assert code == 3
    assert f"{option}: the environment lacks {', '.join(KEYS[option])}; " in seen
    assert not (ours / "metrics").exists()


@pytest.mark.parametrize(
    ("option", "name", "value"),
    [
        ("ably", "ABLY_API_KEY", "CANARY"),
        ("ably", "ABLY_API_KEY", "app.key:CANARY CANARY"),
        ("ably", "ABLY_ENDPOINT", "127.0.0.1"),
        ("ably", "ABLY_ENDPOINT", "localhost:8080"),
        ("pusher", "PUSHER_APP_ID", "CANARY"),
        ("pusher", "PUSHER_CLUSTER", "127.0.0.1:80/"),
        ("pusher", "PUSHER_CLUSTER", "evil.example/x?"),
        ("pubnub", "PUBNUB_ORIGIN", "localhost"),
        ("pubnub", "PUBNUB_ORIGIN", "127.0.0.1:80"),
        ("pubnub", "PUBNUB_ORIGIN", "pndsn.com.example.org"),
        ("pubnub", "PUBNUB_PUBLISH_KEY", "CANARY/../x"),
    ],
)
def test_no_variable_leads_to_another_host_or_is_shown(
    option: str, name: str, value: str, probe: Probe, ours: Path
) -> None:
    code, seen = probe(option, keys={name: value})
    assert code == 3
    assert f"{option}: {name} in the environment cannot be right" in seen
    assert value not in seen
    assert not (ours / "metrics").exists()


@every_vendor
@pytest.mark.parametrize("url", ["ws://127.0.0.1:1/", "https://example.org"])
def test_no_url_puts_a_stand_in_in_the_vendor_s_place(
    option: str, url: str, probe: Probe, ours: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Without keys, too: it is the question that is wrong.
    code, seen = probe(option, "--debug", "--url", url, keys=dict.fromkeys(KEYS[option], ""))
    assert code == 2
    assert f"arguments:1: url: is not for {option}, a managed service; leave it out" in seen
    assert not (ours / "metrics").exists()
