"""Access: origins and tokens decide who comes in; a refusal tells nothing, and secrets are told to nobody."""

import asyncio
import logging
import time
import urllib.error
import urllib.request
from typing import Any

import jwt
import pytest
from raw import handshake, head, request
from websockets.exceptions import InvalidStatus

from toolkit.chat.server import ChatServer
from toolkit.project.faults import EnvironmentFault

SECRET = "correct horse battery staple, and then some"


def token(user: str = "ann", **claims: Any) -> str:
    return jwt.encode({"sub": user, "exp": time.time() + 60, **claims}, SECRET, algorithm="HS256")


def bearer(text: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {text}"}


@pytest.fixture
def guarded(fast: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Settings of a server that asks for tokens."""
    monkeypatch.setenv("TOOLKIT_CHAT_SECRET", SECRET)
    return lambda **values: fast(require_token=True, **values)


async def status(attempt: Any) -> int:
    with pytest.raises(InvalidStatus) as caught:
        await attempt
    return int(caught.value.response.status_code)


async def get(port: int, path: str, headers: dict[str, str]) -> tuple[int, str, Any]:
    def ask() -> tuple[int, str, Any]:
        asked = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers=headers)
        try:
            with urllib.request.urlopen(asked, timeout=5) as answer:
                return answer.status, answer.read().decode(), answer.headers
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode(), error.headers

    return await asyncio.to_thread(ask)


def test_a_token_in_the_header_says_who_it_is(run: Any, guarded: Any, meet: Any) -> None:
    async def scenario() -> None:
        async with ChatServer(guarded()) as server:
            _, hello = await meet(server.port, additional_headers=bearer(token("ann")))
            assert hello["user"] == "ann"

    run(scenario())


def test_a_token_as_a_subprotocol_is_taken_and_never_repeated(run: Any, guarded: Any, meet: Any) -> None:
    async def scenario() -> None:
        async with ChatServer(guarded()) as server:
            text = token("bob")
            bob, hello = await meet(server.port, subprotocols=["chat.v1", f"bearer.{text}"])
            assert hello["user"] == "bob"
            assert bob.socket.subprotocol == "chat.v1"
            answer = await head(server.port, handshake("/ws", f"Sec-WebSocket-Protocol: bearer.{text}"))
            assert answer.startswith(b"HTTP/1.1 101 ")
            assert text.encode() not in answer

    run(scenario())


def test_every_wrong_token_gets_the_same_401(run: Any, guarded: Any) -> None:
    async def scenario() -> None:
        async with ChatServer(guarded()) as server:
            wrong = [
                {},
                bearer("nonsense"),
                bearer(token(exp=1)),
                bearer(jwt.encode({"sub": "ann", "exp": time.time() + 60}, "x" * 32, algorithm="HS256")),
                {"Authorization": "Basic YW5uOmFubg=="},
                {"Authorization": f"Bearer {token()}", "X-Extra": "1"} | {"Authorization": "Bearer"},
            ]
            answers = []
            for headers in wrong:
                lines = [f"{name}: {value}" for name, value in headers.items()]
                answer = await request(server.port, handshake("/ws", *lines))
                answers.append([line for line in answer.splitlines() if not line.startswith(b"Date:")])
            assert answers[0][0].startswith(b"HTTP/1.1 401 ")
            assert all(answer == answers[0] for answer in answers)
            assert server.counts["refused_token"] == len(wrong)

    run(scenario())


def test_two_tokens_are_none(run: Any, guarded: Any, visit: Any) -> None:
    async def scenario() -> None:
        async with ChatServer(guarded()) as server:
            offered = [f"bearer.{token('ann')}", f"bearer.{token('bob')}", "chat.v1"]
            assert await status(visit(server.port, subprotocols=offered)) == 401

    run(scenario())


def test_a_session_of_another_user_is_as_unknown_as_one_that_never_was(
    run: Any, guarded: Any, meet: Any
) -> None:
    async def scenario() -> None:
        async with ChatServer(guarded()) as server:
            ann, anns = await meet(server.port, additional_headers=bearer(token("ann")))
            mallory, _ = await meet(server.port, additional_headers=bearer(token("mallory")))
            stolen = await mallory.ask("error", type="resume", session=anns["session"])
            invented = await mallory.ask("error", type="resume", session="x" * 32)
            assert stolen == invented
            assert stolen["code"] == "unknown_session"
            await ann.ask("pong", type="ping")
            again, _ = await meet(server.port, additional_headers=bearer(token("ann")))
            assert (await again.ask("resumed", type="resume", session=anns["session"]))["user"] == "ann"

    run(scenario())


def test_all_sessions_of_a_user_are_one_member_and_have_one_inbox(run: Any, guarded: Any, meet: Any) -> None:
    async def scenario() -> None:
        async with ChatServer(guarded()) as server:
            anns = [(await meet(server.port, additional_headers=bearer(token("ann"))))[0] for _ in range(2)]
            bob, _ = await meet(server.port, additional_headers=bearer(token("bob")))
            for visitor in (*anns, bob):
                await visitor.join("tea")
            assert (await bob.ask("members", type="who", room="tea"))["users"] == ["ann", "bob"]
            await bob.ask("ack", type="direct", to="ann", data=1, id="1")
            assert [(await visitor.hear("direct"))["offset"] for visitor in anns] == [1, 1]
            # What one of them publishes reaches the other.
            await anns[0].ask("ack", type="publish", room="tea", data="mine", id="2")
            assert (await anns[1].hear("message"))["from"] == "ann"
            await anns[0].say(type="bye")
            await anns[0].ask("pong", type="ping")
            assert (await bob.ask("members", type="who", room="tea"))["users"] == ["ann", "bob"]

    run(scenario())


def test_without_its_secret_a_server_that_asks_for_tokens_does_not_start(
    fast: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOOLKIT_CHAT_SECRET", "hunter2")
    with pytest.raises(EnvironmentFault, match="TOOLKIT_CHAT_SECRET") as caught:
        ChatServer(fast(require_token=True))
    assert "hunter2" not in str(caught.value)


def test_neither_token_nor_secret_is_logged_or_shown(
    run: Any, guarded: Any, meet: Any, caplog: pytest.LogCaptureFixture
) -> None:
    # Even where somebody has turned on everything for all loggers.
    caplog.set_level(logging.DEBUG)

    async def scenario() -> None:
        async with ChatServer(guarded()) as server:
            good, bad = token("ann"), token("ann", exp=1)
            ann, hello = await meet(server.port, subprotocols=["chat.v1", f"bearer.{good}"])
            await meet(server.port, additional_headers=bearer(good))
            for text in (bad, "nonsense"):
                await request(server.port, handshake("/ws", f"Authorization: Bearer {text}"))
            await ann.ask("error", type="resume", session="x")
            await ann.socket.close()
            _, metrics, _ = await get(server.port, "/metrics", {})
            _, health, _ = await get(server.port, "/health", {})
            told = "\n".join(record.getMessage() for record in caplog.records if "toolkit" in record.name)
            assert "closed" in told
            assert "refused" in told
            for secret in (good, bad, SECRET, hello["session"]):
                assert secret not in told + metrics + health

    run(scenario())


@pytest.mark.parametrize(
    ("origin", "admitted"),
    [
        ("https://chat.example", True),
        ("https://chat.example:8443", False),
        ("http://chat.example", False),
        ("https://evil.example", False),
        ("null", False),
        (None, False),
    ],
)
def test_only_pages_of_allowed_origins_come_in(
    run: Any, fast: Any, visit: Any, origin: str | None, admitted: bool
) -> None:
    async def scenario() -> None:
        async with ChatServer(fast(allowed_origins=("https://chat.example",))) as server:
            attempt = visit(server.port, origin=origin)
            if admitted:
                await (await attempt).join("tea")
            else:
                assert await status(attempt) == 403

    run(scenario())


def test_a_preset_asks_for_no_origin_and_no_token(run: Any, fast: Any, visit: Any) -> None:
    async def scenario() -> None:
        async with ChatServer(fast()) as server:
            for origin in (None, "https://anywhere.example"):
                await (await visit(server.port, origin=origin)).join("tea")

    run(scenario())


def test_a_plain_question_is_answered_as_the_handshake_would_be(run: Any, guarded: Any) -> None:
    async def scenario() -> None:
        settings = guarded(allowed_origins=("https://chat.example",), max_connections=1)
        async with ChatServer(settings) as server:
            good = bearer(token()) | {"Origin": "https://chat.example"}
            answers = [
                await get(server.port, "/ws", good),
                await get(server.port, "/ws", good | {"Origin": "https://evil.example"}),
                await get(server.port, "/ws", good | {"Authorization": "Bearer no"}),
            ]
            assert [answer[0] for answer in answers] == [426, 403, 401]
            # A page may read it, from wherever it is.
            assert all(headers["Access-Control-Allow-Origin"] == "*" for _, _, headers in answers)
            assert server.counts["refused"] == 0

    run(scenario())


def test_a_page_of_the_server_itself_sends_no_origin_when_it_asks(run: Any, fast: Any) -> None:
    async def scenario() -> None:
        async with ChatServer(fast(allowed_origins=("https://chat.example",))) as server:
            own = await get(server.port, "/ws", {"Host": "chat.example"})
            other = await get(server.port, "/ws", {"Host": "evil.example"})
            assert (own[0], other[0]) == (426, 403)

    run(scenario())


def test_asking_uses_nothing_up(run: Any, fast: Any, visit: Any) -> None:
    async def scenario() -> None:
        limits = fast(handshakes_per_address_per_s=0.1, handshake_burst_per_address=1)
        async with ChatServer(limits) as server:
            for _ in range(3):
                assert (await get(server.port, "/ws", {}))[0] == 426
            await visit(server.port)
            for _ in range(3):
                code, _, headers = await get(server.port, "/ws", {})
                assert (code, headers["Retry-After"]) == (429, "10")
            assert server.counts["refused"] == 0

    run(scenario())
