"""Word is sent once an event, to whoever listens; a listener that fails is told of and disturbs nothing."""

import json
from collections.abc import Iterator
from email import message_from_string
from pathlib import Path
from typing import Any

import pytest
from listeners import Listener, http_listener, smtp_listener

from toolkit.project.addresses import Unset, holds_secret, resolved
from toolkit.report.notify import STATE, notify
from toolkit.report.watched import Watched, after, failed, told_since

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:apprise.*")
"""Raised inside the library, not by how it is called here."""

HOLD: Watched = {
    "verdict": {"Fixes (production)": "HOLD"},
    "alert": {"latency of current in production": False},
    "rollback": {"Fixes (production)": False},
    "broken": {},
}
SECRET = "s3cr3t-t0ken/of the bot"


def but(state: Watched, kind: str, about: str, value: Any) -> Watched:
    return {**state, kind: {**state.get(kind, {}), about: value}}


@pytest.fixture
def web() -> Iterator[Listener]:
    with http_listener() as listener:
        yield listener


def told(out: Path, web: Listener, now: Watched) -> list[str]:
    """The lines that the listener gets of a state."""
    before = len(web.told)
    address = f"json://127.0.0.1:{web.port}/reports"
    assert notify(out, title="R", addresses=[address], now=now, environment={}) == []
    return [line for message in web.told[before:] for line in message["message"].splitlines()]


def test_each_event_is_told_once_as_it_begins_and_as_it_ends(tmp_path: Path, web: Listener) -> None:
    assert told(tmp_path, web, HOLD) == []
    bad = but(HOLD, "verdict", "Fixes (production)", "NO-GO")
    bad = but(bad, "alert", "latency of current in production", True)
    bad = but(bad, "rollback", "Fixes (production)", True)
    bad = but(bad, "broken", "users below 1000, in records/a.md", True)
    assert told(tmp_path, web, bad) == [
        "Fixes (production): NO-GO, was HOLD",
        "Alert: latency of current in production",
        "Rollback alarm: Fixes (production)",
        "An assumption of a decision does not hold any more: users below 1000, in records/a.md",
    ]
    assert told(tmp_path, web, bad) == []
    assert told(tmp_path, web, HOLD) == [
        "Fixes (production): HOLD, was NO-GO",
        "No alert any more: latency of current in production",
        "No rollback alarm any more: Fixes (production)",
        "An assumption of a decision holds again: users below 1000, in records/a.md",
    ]
    assert len(web.told) == 2
    assert web.told[0]["title"] == "R"


def test_a_failed_build_is_told_once_a_reason_and_its_end_too(tmp_path: Path, web: Listener) -> None:
    assert told(tmp_path, web, HOLD) == []
    assert told(tmp_path, web, failed(["notebook a: cell 2: no"])) == [
        "The build failed: notebook a: cell 2: no"
    ]
    assert told(tmp_path, web, failed(["notebook a: cell 2: no"])) == []
    assert told(tmp_path, web, failed(["notebook b: no"])) == ["The build failed: notebook b: no"]
    assert told(tmp_path, web, HOLD) == ["The build works again"]
    assert told(tmp_path, web, HOLD) == []


@pytest.mark.parametrize("kind", ["alert", "rollback", "broken"])
def test_what_is_not_known_today_ends_nothing(kind: str) -> None:
    on, unknown = {kind: {"x": True}}, {kind: {"x": None}} if kind == "broken" else {kind: {}}
    assert told_since(on, unknown) == []
    assert told_since(after(on, unknown), on) == []
    off = {kind: {"x": False}} if kind != "broken" else {kind: {}}
    assert len(told_since(after(on, unknown), off)) == 1


def test_an_address_that_fails_is_told_of_without_its_secret_and_tried_again(
    tmp_path: Path, web: Listener, capfd: pytest.CaptureFixture[str]
) -> None:
    web.status = 500
    environment = {"TOKEN": SECRET}
    address = f"json://bot:${{TOKEN}}@127.0.0.1:{web.port}/x"
    bad = but(HOLD, "alert", "latency of current in production", True)
    troubles = notify(tmp_path, title="R", addresses=[address], now=bad, environment=environment)
    assert troubles == ["notify[0]: could not be sent; the report stands, and the next build tries again"]
    web.status = 200
    assert notify(tmp_path, title="R", addresses=[address], now=bad, environment=environment) == []
    assert [message["message"] for message in web.told] == ["Alert: latency of current in production"] * 2
    printed = "".join(capfd.readouterr()) + (tmp_path / STATE).read_text()
    assert SECRET not in printed and "s3cr3t" not in printed


def test_each_address_knows_for_itself(tmp_path: Path, web: Listener) -> None:
    bad = but(HOLD, "alert", "latency of current in production", True)
    gone = "json://127.0.0.1:9/nobody"
    address = f"json://127.0.0.1:{web.port}/x"
    for _ in range(2):
        troubles = notify(tmp_path, title="R", addresses=[gone, address], now=bad, environment={})
        assert [trouble.partition(":")[0] for trouble in troubles] == ["notify[0]"]
    assert len(web.told) == 1


@pytest.mark.parametrize("address", ["nonsense://x", "not an address", "${NOT_SET}", "json://${NOT_SET}@x"])
def test_an_address_of_no_use_is_told_of(tmp_path: Path, address: str) -> None:
    bad = but(HOLD, "alert", "x", True)
    troubles = notify(tmp_path, title="R", addresses=[address], now=bad, environment={})
    assert len(troubles) == 1 and troubles[0].startswith("notify[0]: ")
    assert address not in troubles[0]


def test_a_hostile_name_makes_no_line_header_or_markup_of_its_own(tmp_path: Path, web: Listener) -> None:
    name = "x\r\nBcc: all@example.org\n\x1b[2J<b>\u202egpj"
    (line,) = told(tmp_path, web, but(HOLD, "alert", name, True))
    assert line == r"Alert: x\r\nBcc: all@example.org\n\x1b[2J<b>\u202egpj"


def test_a_mail_server_gets_a_plain_mail(tmp_path: Path) -> None:
    bad = but(HOLD, "rollback", "Fixes <script>alert(1)</script>", True)
    with smtp_listener() as mail:
        address = (
            f"mailto://127.0.0.1:{mail.port}/team@example.org?from=bot@example.org&mode=insecure&format=text"
        )
        title = "Chat\r\nBcc: all@example.org"
        assert notify(tmp_path, title=title, addresses=[address], now=bad, environment={}) == []
    (received,) = mail.told
    message = message_from_string(received)
    assert message["Bcc"] is None and "team@example.org" in message["To"]
    part = next(part for part in message.walk() if part.get_content_type() == "text/plain")
    body = part.get_payload(decode=True)
    assert isinstance(body, bytes)
    assert body.decode().strip() == "Rollback alarm: Fixes <script>alert(1)</script>"


@pytest.mark.parametrize("content", ["", "[]", '{"schema": "toolkit.notified/1", "told": {"x": 3}}', "{"])
def test_a_damaged_state_is_as_good_as_none(tmp_path: Path, web: Listener, content: str) -> None:
    (tmp_path / STATE).write_text(content)
    assert told(tmp_path, web, HOLD) == []
    assert json.loads((tmp_path / STATE).read_text())["schema"] == "toolkit.notified/1"


def test_a_variable_is_escaped_inside_an_address_and_none_may_be_missing() -> None:
    assert resolved("json://bot:${A}@x/${B}", {"A": "p/@", "B": "b"}) == "json://bot:p%2F%40@x/b"
    with pytest.raises(Unset, match="variable B is not set"):
        resolved("json://${A}:${B}", {"A": "1"})


@pytest.mark.parametrize(
    ("address", "secret"),
    [
        ("mailto://bot:hunter2@example.org", True),
        ("mailto://bot:${PASSWORD}@example.org", False),
        ("slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/#general", True),
        ("slack://${SLACK}/#general", False),
        ("tgram://123456789:AAEhBOweik6ad9r_QXMENQjcrGbqCr4K-bc/12315544", True),
        ("json://127.0.0.1:8080/hooks/reports", False),
        ("${EVERYTHING}", False),
    ],
)
def test_a_secret_that_is_written_out_is_noticed(address: str, secret: bool) -> None:
    assert holds_secret(address) is secret
