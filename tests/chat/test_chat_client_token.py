"""The token goes into one header of the handshake, and nowhere else."""

import logging
from typing import Any

import pytest
from websockets.asyncio.server import ServerConnection, serve

from toolkit.chat.client import ChatClient
from toolkit.chat.client.opening import Opening
from toolkit.chat.client.refusals import ChatEnded

TOKEN = "eyJhbGciOiJIUzI1NiJ9.c2VjcmV0.x-Y_z"


def test_it_travels_in_the_header_and_is_never_told(
    run: Any, fast: Any, caplog: pytest.LogCaptureFixture
) -> None:
    handshakes: list[Any] = []
    told: list[Any] = []

    async def take(socket: ServerConnection) -> None:
        handshakes.append(socket.request)
        await socket.send('{"type":"hello","session":"the-secret-of-the-session"}')
        await socket.close(1008 if len(handshakes) == 2 else 1012)

    async def scenario() -> None:
        async with serve(take, "127.0.0.1", 0) as server:
            url = f"ws://127.0.0.1:{next(iter(server.sockets)).getsockname()[1]}/ws"
            settings = fast(reconnect_base_s=0.01)
            client = ChatClient(url, settings=settings, token=TOKEN, listener=told.append)
            async with client:
                with pytest.raises(ChatEnded) as ended:
                    await client.publish("tea", 1)
            assert client.connects == 2
            told.extend([client, ended.value, vars(client), vars(client._reconnector), vars(client._talk)])

    caplog.set_level(logging.DEBUG)
    run(scenario())
    for request in handshakes:
        assert request.headers["Authorization"] == f"Bearer {TOKEN}"
        assert request.path == "/ws"
    assert "chat.v1" in handshakes[0].headers["Sec-WebSocket-Protocol"]
    # The server of this test logs what it reads; of the client's own records none may hold a secret.
    written = [record.getMessage() for record in caplog.records if record.name.startswith("toolkit")]
    assert TOKEN not in " ".join([*written, *map(repr, told), *map(str, told)])
    assert "the-secret" not in " ".join(written)


def test_without_a_token_no_header_is_sent(run: Any) -> None:
    async def scenario() -> None:
        async def take(socket: ServerConnection) -> None:
            assert socket.request is not None
            await socket.send('{"type":"hello","user":"%s"}' % ("Authorization" in socket.request.headers))
            await socket.wait_closed()

        async with serve(take, "127.0.0.1", 0) as server:
            url = f"ws://127.0.0.1:{next(iter(server.sockets)).getsockname()[1]}/ws"
            async with ChatClient(url) as client:
                await client.connected()
                assert client.user == "False"

    run(scenario())


@pytest.mark.parametrize("token", ["", "two words", "line\r\nX-Evil: 1", "grün", "nul\0"])
def test_a_token_that_no_header_can_carry_is_refused_without_repeating_it(token: str) -> None:
    for make in (
        lambda: ChatClient("ws://127.0.0.1:1/ws", token=token),
        lambda: Opening("ws://127.0.0.1:1/ws", token),
    ):
        with pytest.raises(ValueError, match="the token has a character") as caught:
            make()
        assert not token or token not in str(caught.value)
