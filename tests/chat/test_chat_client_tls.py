"""TLS: a server that nobody vouches for is not talked to, and one that somebody does is."""

import asyncio
import ssl
import subprocess
from pathlib import Path
from typing import Any

import pytest

from toolkit.chat.client import ChatClient
from toolkit.chat.client.events import StateChanged
from toolkit.chat.server import ChatServer


@pytest.fixture(scope="module")
def pem(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a certificate for 127.0.0.1 and its key."""
    folder = tmp_path_factory.mktemp("pem")
    subprocess.run(
        [
            "openssl", "req", "-x509", "-nodes", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
            "-days", "2", "-subj", "/CN=elsewhere", "-addext", "subjectAltName=IP:127.0.0.1",
            "-keyout", folder / "own.key", "-out", folder / "own.crt",
        ],
        check=True, capture_output=True,
    )  # fmt: skip
    return folder


async def first_failure(url: str, tls: ssl.SSLContext | None) -> str | None:
    async with ChatClient(url, tls=tls) as client:
        async for event in client:
            if isinstance(event, StateChanged) and event.state in ("waiting", "connected"):
                return event.failure
    raise AssertionError("the client gave up")


def test_only_a_certificate_that_is_trusted_and_of_this_host_is_taken(run: Any, fast: Any, pem: Path) -> None:
    trusting = ssl.create_default_context(cafile=pem / "own.crt")

    async def scenario() -> None:
        settings = fast(tls_certificate=pem / "own.crt", tls_key=pem / "own.key")
        async with ChatServer(settings) as server:
            here, name = (f"wss://{host}:{server.port}/ws" for host in ("127.0.0.1", "localhost"))
            assert await first_failure(here, trusting) is None
            # The default context trusts what this machine trusts.
            assert await first_failure(here, None) == "tls"
            # The certificate is for the address only.
            assert await first_failure(name, trusting) == "tls"
            async with ChatClient(here, tls=trusting) as client:
                await client.join("tea")
                await client.publish("tea", "x" * 50_000)
                assert await client.who("tea") == [client.user]

    run(scenario())


def test_a_server_that_speaks_no_tls_is_told_apart_from_none(run: Any) -> None:
    def plain(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
        writer.close()

    async def scenario() -> None:
        async with await asyncio.start_server(plain, "127.0.0.1", 0) as server:
            url = f"wss://127.0.0.1:{server.sockets[0].getsockname()[1]}/ws"
            assert await first_failure(url, None) == "tls"

    run(scenario())


def test_a_context_for_an_address_without_tls_is_a_mistake(run: Any) -> None:
    with pytest.raises(ValueError, match="wss"):
        ChatClient("ws://127.0.0.1:1/ws", tls=ssl.create_default_context())
